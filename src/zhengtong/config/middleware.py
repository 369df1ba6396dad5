"""What every request carries, and how every failure is explained (请求事实与出错说明)."""

import logging
import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from zhengtong.config import explain
from zhengtong.journal import door
from zhengtong.kernel.ids import new_id

Respond = Callable[[HttpRequest], HttpResponse]
API_PREFIX = "/api/"
METHOD_NOT_ALLOWED = 405
ACCEPT_LANGUAGE_MAX = 200  # characters looked at
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

logger = logging.getLogger("zhengtong.config")


class RequestFacts:
    """Give the request its clock and its id, and the answer its safety headers."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        clock = door.current_clock()
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _GIVEN_ID.fullmatch(given) else str(new_id(clock.now()))
        request.clock, request.request_id = clock, request_id  # pyright: ignore[reportAttributeAccessIssue]
        with door.request_running(request_id):
            answer = self.get_response(request)
        answer["X-Request-Id"] = request_id
        answer.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        answer.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        is_static = request.path.startswith(settings.STATIC_URL)
        if not answer.get("Cache-Control") and not is_static:
            answer["Cache-Control"] = "no-store"  # pages show what one person may see
        return answer


class ChosenLanguage:
    """Speak Chinese unless the reader chose otherwise (页面语言).

    People choose on the page and the choice is a cookie; what a browser was shipped with is nobody's
    choice.  Programs have no page: under /api/ they say `?lang=` or Accept-Language.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_api = request.path_info.startswith(API_PREFIX)
        language = _chosen(request, is_api=is_api)
        with translation.override(language):
            request.LANGUAGE_CODE = language  # pyright: ignore[reportAttributeAccessIssue] -- as Django's own does
            answer = self.get_response(request)
        answer.setdefault("Content-Language", language)
        for name in ("Cookie", "Accept-Language") if is_api else ("Cookie",):
            patch_vary_headers(answer, (name,))
        return answer


def _chosen(request: HttpRequest, *, is_api: bool) -> str:
    wanted = [request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")]
    if is_api:
        accepted = request.headers.get("Accept-Language", "")[:ACCEPT_LANGUAGE_MAX]
        first = accepted.partition(",")[0].partition(";")[0]
        wanted = [request.GET.get("lang", ""), *wanted, first]
    return next((known for text in wanted if (known := _known(text))), settings.LANGUAGE_CODE)


def _known(text: str) -> str:
    """The language of ours that is meant: `en-GB` is en, `zh` and `zh-CN` are zh-hans; empty if none."""
    main = text.strip().lower().partition("-")[0]
    return next((code for code, _ in settings.LANGUAGES if main and code.partition("-")[0] == main), "")


class Explained:
    """Turn what a view raises into a page or problem+json that says what to do next; a trace never leaves the house."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if answer.status_code == METHOD_NOT_ALLOWED and "Allow" in answer.headers:
            said = explain.answer(request, explain.Problem(METHOD_NOT_ALLOWED, "config.wrong_method"))
            said["Allow"] = answer["Allow"]
            return said
        return answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        problem = explain.problem_of(error)
        if problem.status >= explain.BUG:
            logger.error("request %s failed", getattr(request, "request_id", ""), exc_info=error)
        return explain.answer(request, problem)
