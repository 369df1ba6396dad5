"""CKAN's read API (CKAN 兼容读取), so that programs written for CKAN read this catalogue unchanged.

What somebody not signed in may have: the entries open to society.  Nothing is written through it.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from zhengtong.catalog import queries
from zhengtong.catalog.queries import EntryFilters
from zhengtong.catalog.rules.federation import Audience, Home, ckan
from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.paging import whole
from zhengtong.standards.tables import code_list

BODY_BYTES_MAX = 64 * 1024
ROWS_DEFAULT, ROWS_MAX = 10, 200
NAMES_MAX = 200  # of one page of package_list
Json = dict[str, Any]  # Any: JSON
Given = Mapping[str, Any]
_OPEN: Json = {"audience": Audience.SOCIETY, "actor": None}


class Unusable(Exception):
    """A question that CKAN would answer with a validation error."""


@csrf_exempt  # reads only; CKAN's clients post their questions
@require_http_methods(["GET", "HEAD", "POST"])
def action(request: HttpRequest, name: str) -> HttpResponse:
    """One action of the action API, version 3: `{"success": true, "result": …}` or CKAN's own error shapes."""
    act = ACTIONS.get(name)
    if act is None:
        return JsonResponse(f"Bad request - Action name not known: {name[:60]}", status=400, safe=False)
    told = request.build_absolute_uri(request.path)
    try:
        result = act(_given(request), queries.home(base=request.build_absolute_uri("/").rstrip("/")))
    except NotFound:
        return _refused(told, 404, {"__type": "Not Found Error", "message": "Not found"})
    except Unusable as wrong:
        return _refused(told, 409, {"__type": "Validation Error", "message": str(wrong)[:200]})
    return JsonResponse({"help": told, "success": True, "result": result}, json_dumps_params={"ensure_ascii": False})


def _refused(told: str, status: int, error: Json) -> HttpResponse:
    return JsonResponse({"help": told, "success": False, "error": error}, status=status)


def _given(request: HttpRequest) -> Given:
    """What is asked, from the address or from a JSON or form body.  Raises Unusable."""
    if request.method != "POST":
        return request.GET.dict()
    if len(request.body) > BODY_BYTES_MAX:
        raise Unusable(f"a question is at most {BODY_BYTES_MAX} bytes")
    if not request.body.strip():
        return {}
    if request.content_type == "application/x-www-form-urlencoded" and not request.body.lstrip().startswith(b"{"):
        return request.POST.dict()
    try:
        held = json.loads(request.body)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Unusable("the body is not JSON") from None
    if not isinstance(held, dict):
        raise Unusable("the body is not a JSON object")
    return held


def _number(given: Given, name: str, otherwise: int, most: int) -> int:
    held = given.get(name)
    if held is None or held == "":
        return otherwise
    number = held if isinstance(held, int) and not isinstance(held, bool) else whole(str(held))
    if number is None or number < 0:
        raise Unusable(f"{name}: must be a whole number, not {str(held)[:20]}")
    return min(number, most)


def _text(given: Given, name: str) -> str:
    held = given.get(name)
    if held is None:
        return ""
    if not isinstance(held, str):
        raise Unusable(f"{name}: must be text")
    return held[:200]


def _package_list(given: Given, _home: Home) -> list[str]:
    rows, start = _number(given, "limit", NAMES_MAX, NAMES_MAX), _number(given, "offset", 0, queries.START_MAX)
    _, found = queries.found_on(filters=EntryFilters(), start=start, rows=rows, **_OPEN)
    return [str(entry.id) for entry in found]


def _packages(given: Given, home: Home) -> list[Json]:
    rows, start = _number(given, "limit", ROWS_DEFAULT, ROWS_MAX), _number(given, "offset", 0, queries.START_MAX)
    _, found = queries.found_on(filters=EntryFilters(), start=start, rows=rows, **_OPEN)
    return [ckan.package(entry, home) for entry in found]


def _package_show(given: Given, home: Home) -> Json:
    asked = _text(given, "id") or _text(given, "name_or_id")
    if not asked:
        raise Unusable("id: Missing value")
    try:
        entry = queries.passed_one(id=UUID(asked), **_OPEN)
    except ValueError:
        entry = queries.passed_by_code(code=asked, **_OPEN)
    return ckan.package(entry, home)


def _package_search(given: Given, home: Home) -> Json:
    rows, start = _number(given, "rows", ROWS_DEFAULT, ROWS_MAX), _number(given, "start", 0, queries.START_MAX)
    text = _text(given, "q")
    asked = EntryFilters(text="" if text in ("*:*", "*") else text, **_narrowed(_text(given, "fq")))
    total, found = queries.found_on(filters=asked, start=start, rows=rows, **_OPEN)
    return {
        "count": total,
        "results": [ckan.package(entry, home) for entry in found],
        "sort": "score desc",
        "facets": {},
        "search_facets": {},
    }


def _narrowed(fq: str) -> dict[str, str]:
    """`organization:CODE` and `groups:THEME`, joined by blanks or AND; others of Solr's words are refused."""
    found = dict[str, str]()
    for part in fq.replace(" AND ", " ").split():
        name, colon, value = part.lstrip("+").partition(":")
        field = {"organization": "provider", "groups": "theme"}.get(name)
        if not colon or field is None:
            raise Unusable(f"fq: only organization:… and groups:… are known, not {part[:40]}")
        found[field] = value.strip('"').upper() if field == "theme" else value.strip('"')
    return found


def _organization_list(given: Given, _home: Home) -> list[Json] | list[str]:
    found = queries.departments(**_OPEN)
    if str(given.get("all_fields", "")).lower() not in ("true", "1"):
        return [one.code for one in found]
    return [ckan.organization(one.code, one.name, packages=one.entries) for one in found]


def _organization_show(given: Given, _home: Home) -> Json:
    asked = _text(given, "id")
    for one in queries.departments(**_OPEN):
        if asked in (one.code, str(ckan.organization_id(one.code))):
            return ckan.organization(one.code, one.name, packages=one.entries)
    raise NotFound("catalog.not_published")


def _group_list(given: Given, _home: Home) -> list[Json] | list[str]:
    themes = [(code.code.lower(), code.zh) for code in code_list("theme").codes]
    if str(given.get("all_fields", "")).lower() not in ("true", "1"):
        return [name for name, _ in themes]
    return [{"id": name, "name": name, "title": zh, "type": "group", "state": "active"} for name, zh in themes]


def _status(_given: Given, home: Home) -> Json:
    return {
        "ckan_version": "2.11.0",  # the version whose read API this is, as its clients ask
        "site_title": home.publisher,
        "site_url": home.base,
        "site_description": "政务数据目录",
        "locale_default": "zh_Hans_CN",
        "extensions": [],
    }


ACTIONS: dict[str, Callable[[Given, Home], object]] = {
    "package_list": _package_list,
    "current_package_list_with_resources": _packages,
    "package_show": _package_show,
    "package_search": _package_search,
    "organization_list": _organization_list,
    "organization_show": _organization_show,
    "group_list": _group_list,
    "license_list": lambda _given, _home: [{"id": "notspecified", "title": "按照《政务数据共享条例》使用"}],
    "status_show": _status,
    "site_read": lambda _given, _home: True,
}
