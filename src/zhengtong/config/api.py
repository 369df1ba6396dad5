"""The API root (接口): each area's `router` under /api/<area>/, errors as problem+json with a remedy."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from ninja.security import APIKeyCookie

from zhengtong.config import explain
from zhengtong.config.explain import Problem
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import PlatformError

ERRORS_SHOWN_MAX = 50


class SignedIn(APIKeyCookie):
    """Lets in whom the session middleware found an actor for; writes need the CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:  # noqa: ARG002 -- ninja's signature
        return getattr(request, "actor", None)


api = NinjaAPI(
    title="政通 Zhengtong",
    version="1",
    description="Errors are RFC 9457 problem+json with `remedy`. Lists use keyset paging. Writes take Idempotency-Key.",
    auth=SignedIn(csrf=True),
    urls_namespace="api",
    docs_url=None,  # its page loads scripts from outside hosts; openapi.json stays
)


@api.exception_handler(PlatformError)
def _platform(request: HttpRequest, error: PlatformError) -> HttpResponse:
    return explain.answer(request, explain.problem_of(error))


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return explain.as_json(request, explain.problem_of(error))


@api.exception_handler(AuthenticationError)
def _unknown_caller(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return explain.as_json(request, Problem(401, "config.sign_in_first"))


@api.exception_handler(Throttled)
def _throttled(request: HttpRequest, _error: Throttled) -> HttpResponse:
    return explain.as_json(request, Problem(429, "config.too_many", retryable=True))


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    key = {401: "config.sign_in_first", 403: "config.not_allowed", 404: "config.no_such_page"}.get(error.status_code)
    return explain.as_json(request, Problem(error.status_code, key or "config.bad_request"))


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = [
        {"field": ".".join(str(part) for part in one["loc"][1:]), "says": str(one["msg"])}
        for one in error.errors[:ERRORS_SHOWN_MAX]
    ]
    first = f"{found[0]['field']}: {found[0]['says']}" if found else ""
    problem = Problem(422, "config.fields_invalid", {"count": len(error.errors), "first": first})
    return explain.as_json(request, problem, extra={"errors": found})


def _gather() -> None:
    for area in ("standards", "catalog", "sharing", "exchange", "supervision", "parties", "portal"):
        module = f"zhengtong.{area}.api"
        if apps.is_installed(f"zhengtong.{area}") and find_spec(module) is not None:
            api.add_router(f"/{area}/", import_module(module).router)


_gather()
urlpatterns = api.urls[0]
app_name = "api"
