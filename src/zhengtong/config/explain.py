"""One failure, explained (出错说明): status, what happened, what to do; as a page or as RFC 9457 problem+json."""

import json
import logging
from dataclasses import dataclass, field

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.utils.translation import get_language

from zhengtong.kernel import messages
from zhengtong.kernel.errors import Fact, PlatformError

BUG = 500
RETRY_AFTER_S = 2
PROBLEM_JSON = "application/problem+json"

logger = logging.getLogger("zhengtong.config")


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, by message key."""

    status: int
    key: str
    facts: dict[str, Fact] = field(default_factory=dict)
    retryable: bool = False


def problem_of(error: Exception) -> Problem:
    """The problem behind an exception; anything unforeseen is a bug and says only that."""
    if isinstance(error, PlatformError):
        return Problem(error.status, error.key, dict(error.facts), error.retryable)
    if isinstance(error, Http404):
        return Problem(404, "config.no_such_page")
    if isinstance(error, PermissionDenied):
        return Problem(403, "config.not_allowed")
    if isinstance(error, RequestDataTooBig):
        return Problem(413, "config.body_too_large")
    if isinstance(error, BadRequest | SuspiciousOperation | MultiPartParserError):
        return Problem(400, "config.bad_request")
    if isinstance(error, OperationalError):
        return Problem(503, "config.database_busy", retryable=True)
    if isinstance(error, DatabaseError):
        return Problem(BUG, "config.database_refused")
    return Problem(BUG, "config.internal")


def wants_json(request: HttpRequest) -> bool:
    """Whether whoever asks is a program, by the path or by what it accepts first."""
    return request.path.startswith("/api/") or "json" in request.headers.get("Accept", "").partition(",")[0]


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The problem in the form the caller reads."""
    made = as_json(request, problem) if wants_json(request) else _as_page(request, problem)
    if problem.retryable:
        made["Retry-After"] = str(RETRY_AFTER_S)
    return made


def as_json(request: HttpRequest, problem: Problem, *, extra: dict[str, object] | None = None) -> HttpResponse:
    """RFC 9457 with `remedy`, in the language of the request."""
    said = {
        "type": f"urn:zhengtong:problem:{problem.key}",
        "title": messages.text(problem.key, lang=_lang(), facts=problem.facts),
        "status": problem.status,
        "remedy": messages.remedy(problem.key, lang=_lang(), facts=problem.facts),
        "key": problem.key,
        "request_id": getattr(request, "request_id", ""),
        **(extra or {}),
    }
    return HttpResponse(json.dumps(said, ensure_ascii=False), status=problem.status, content_type=PROBLEM_JSON)


def _as_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    said = {
        "status": problem.status,
        "message": messages.text(problem.key, lang=_lang(), facts=problem.facts),
        "remedy": messages.remedy(problem.key, lang=_lang(), facts=problem.facts),
        "key": problem.key,
        "request_id": getattr(request, "request_id", ""),
    }
    try:
        page = render_to_string("ui/error.html", said, request=request)
    except Exception:  # the frame itself may be what is broken: an error page must not fail
        logger.exception("the error page could not be drawn in its frame")
        page = render_to_string("config/plain_error.html", said)
    return HttpResponse(page, status=problem.status)


def _lang() -> messages.Lang:
    return "en" if (get_language() or "").startswith("en") else "zh"
