"""Addresses whose views fail in every way the house explains (a test's URLconf)."""

from collections.abc import Callable

from django.core.exceptions import BadRequest, PermissionDenied
from django.db import IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, Unreachable, WrongState

handler400 = handler403 = handler404 = "zhengtong.config.pages.refused"
handler500 = "zhengtong.config.pages.broken"

SECRET = "secret-of-the-house"
FAILURES: dict[str, Exception] = {
    "not-found": NotFound("journal.link_expired"),
    "not-allowed": NotAllowed("journal.reads_for_auditors"),
    "wrong-state": WrongState("journal.ring_full", most=16),
    "rule-broken": RuleBroken("journal.purpose_missing"),
    "unreachable": Unreachable("config.database_busy"),
    "missing": Http404("nothing"),
    "denied": PermissionDenied("no"),
    "bad": BadRequest("what"),
    "locked": OperationalError("database is locked"),
    "constraint": IntegrityError("UNIQUE constraint failed"),
    "bug": RuntimeError(SECRET),
}


def _failing(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


def facts(request: HttpRequest) -> HttpResponse:
    # the middleware puts both on the request
    return HttpResponse(f"{getattr(request, 'request_id')} {getattr(request, 'clock').today()}")  # noqa: B009


urlpatterns = [
    path("facts", facts),
    *(path(f"{prefix}{name}", _failing(error)) for name, error in FAILURES.items() for prefix in ("", "api/")),
]
