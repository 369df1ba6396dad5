"""The catalogue passed on (对外目录): pages and files open to society, and the whole of it for departments."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from zhengtong.catalog import queries
from zhengtong.catalog.queries import EntryFilters
from zhengtong.catalog.rules.federation import MEDIA, Audience, Form, written
from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.paging import whole
from zhengtong.parties.web import ActorRequest, signed_in

FILE_ROWS = 200  # entries of one page of a file
_ACCEPTED = {"text/turtle": Form.TURTLE, "application/ld+json": Form.JSONLD, "application/json": Form.JSONLD}


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """What is open to society (向社会开放的数据): no account needed."""
    if form := _negotiated(request):
        return _file(request, Audience.SOCIETY, form)
    asked = EntryFilters(text=request.GET.get("text", "")[:100], provider=request.GET.get("provider", "")[:40])
    page = queries.open_entries(filters=asked, after=request.GET.get("after", "")[:100])
    context = {"page": page, "asked": asked, "total": queries.open_total(filters=asked), "forms": _forms()}
    return _negotiable(render(request, "catalog/open_list.html", context))


@require_safe
def entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """One entry open to society, as a page or as data (Accept: text/turtle, application/ld+json)."""
    found = queries.passed_one(id=entry_id, audience=Audience.SOCIETY, actor=None)
    asked = request.GET.get("format", "")
    form = Form(asked) if asked in set(Form) else _negotiated(request)
    if form:
        answer = HttpResponse(written(form, [found], _home(request)), content_type=MEDIA[form])
        return _negotiable(_named(answer, form) if asked else answer)
    return _negotiable(render(request, "catalog/open_entry.html", {"e": found, "forms": _forms()}))


@require_safe
def open_file(request: HttpRequest, form: str) -> HttpResponse:
    """A page of what is open to society, in a form."""
    return _named(_file(request, Audience.SOCIETY, _form(form)), _form(form))


@require_safe
def data_json(request: HttpRequest) -> HttpResponse:
    """What is open to society at the address where harvesters look for it."""
    return _file(request, Audience.SOCIETY, Form.DATA_JSON)


@require_safe
@signed_in
def whole_file(request: ActorRequest, form: str) -> HttpResponse:
    """A page of the whole catalogue in force, in a form; for whoever acts in a role."""
    return _named(_file(request, Audience.GOVERNMENT, _form(form)), _form(form))


def _file(request: HttpRequest, audience: Audience, form: Form) -> HttpResponse:
    after, rows = request.GET.get("after", "")[:64], whole(request.GET.get("rows", "")) or FILE_ROWS
    actor = getattr(request, "actor", None)
    page = queries.passed_on(audience=audience, actor=actor, after=after, rows=rows)
    following = f"?{urlencode({'after': page.next_after, 'rows': rows})}" if page.next_after else ""
    next_page = request.build_absolute_uri(request.path + following) if following else ""
    answer = HttpResponse(written(form, page.rows, _home(request), next_page=next_page), content_type=MEDIA[form])
    if next_page:
        answer["Link"] = f'<{next_page}>; rel="next"'
    return _negotiable(answer)


def _named(answer: HttpResponse, form: Form) -> HttpResponse:
    """A file to keep: whoever follows a link to it does not want its text in the window."""
    ending = "json" if form is Form.DATA_JSON else str(form)
    answer["Content-Disposition"] = f'attachment; filename="catalogue.{ending}"'
    return answer


def _negotiable(answer: HttpResponse) -> HttpResponse:
    patch_vary_headers(answer, ("Accept",))
    return answer


def _negotiated(request: HttpRequest) -> Form | None:
    """The form a program asks for before HTML; None for a browser."""
    for part in request.headers.get("Accept", "")[:400].split(","):
        kind = part.partition(";")[0].strip().lower()
        if kind in ("text/html", "*/*"):
            return None
        if kind in _ACCEPTED:
            return _ACCEPTED[kind]
    return None


def _form(name: str) -> Form:
    try:
        return Form(name)
    except ValueError:
        raise NotFound("catalog.no_form", form=name[:20], forms=", ".join(Form)) from None


def _forms() -> tuple[tuple[str, str], ...]:
    return (("jsonld", "DCAT-AP 3 JSON-LD"), ("ttl", "DCAT-AP 3 Turtle"), ("datajson", "data.json"), ("xml", "XML"))


def _home(request: HttpRequest) -> queries.Home:
    return queries.home(base=request.build_absolute_uri("/").rstrip("/"))
