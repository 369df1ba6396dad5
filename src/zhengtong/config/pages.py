"""Pages of the house itself: alive or not, and the answers Django gives when no view did."""

import sys

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from zhengtong.config import explain
from zhengtong.config.explain import Problem


@require_safe
def live(_request: HttpRequest) -> HttpResponse:
    """Answer that the process serves; says nothing about state (`center check` does)."""
    return HttpResponse("ok\n", content_type="text/plain")


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say in words why Django itself turned a request away: malformed, not allowed, not there (400, 403, 404)."""
    return explain.answer(request, explain.problem_of(exception))


def broken(request: HttpRequest) -> HttpResponse:
    """Say that we failed, never how (500)."""
    error = sys.exc_info()[1]  # Django calls this while it handles the exception and passes nothing
    known = isinstance(error, Exception)
    return explain.answer(request, explain.problem_of(error) if known else Problem(explain.BUG, "config.internal"))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """Say that the form lay open too long or came from elsewhere (403)."""
    return explain.answer(request, Problem(403, "config.form_expired"))
