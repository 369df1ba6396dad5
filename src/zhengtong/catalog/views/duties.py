"""Pages of duties, matters and documents (职责、事项与目录)."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.catalog import forms, queries, services
from zhengtong.catalog.rules import DocumentDirection
from zhengtong.catalog.rules.duties import STATE_WORDS
from zhengtong.kernel.errors import PlatformError
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.ui import errors, tables
from zhengtong.ui.language import lang

CODE_CHARS_MAX = 60


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def duties(request: ActorRequest) -> HttpResponse:
    """A department's duties with what each document owes the catalogue, or the departments of the region."""
    if request.method == "POST":
        return _added(request)
    code = request.GET.get("department", "")[:CODE_CHARS_MAX]
    overview = queries.duty_overview(actor=request.actor)
    if overview.lines and not code:
        return _overview(request, overview)
    return _page(request, _organization(request, code))


@require_POST
@signed_in
def document_act(request: ActorRequest, document_id: UUID, verb: str) -> HttpResponse:
    """Settle that an entry gives a material, or stop asking for it (认定可以共享获取、不再收取)."""
    if verb == "share":
        code = request.POST.get("entry", "").strip()[:CODE_CHARS_MAX]
        entry = queries.entry_by_code(code=code, actor=request.actor).row.id
        services.share_document(document=document_id, entry=entry, actor=request.actor, clock=request.clock)
    elif verb == "cut":
        services.cut_document(document=document_id, actor=request.actor, clock=request.clock)
    else:
        raise Http404
    return redirect("catalog:document", document_id)


@require_safe
@signed_in
def document(request: ActorRequest, document_id: UUID) -> HttpResponse:
    """To the place of a document on the page of its department."""
    organization = queries.document_owner(document=document_id, actor=request.actor)
    code = parties.organization(id=organization).code
    return redirect(f"{reverse('catalog:duties')}?department={code}#d-{document_id}")


def _organization(request: ActorRequest, code: str) -> UUID:
    if code:
        return parties.organization_by_code(code=code).id
    if request.actor.organization is None:
        raise Http404
    return request.actor.organization


def _overview(request: ActorRequest, overview: queries.DutyOverview) -> HttpResponse:
    headings = [_("部门"), _("办理结果"), _("已编入目录"), _("机关出具的材料"), _("可以共享获取"), _("不再收取")]
    rows = (
        (o.name, o.counts.results, o.counts.catalogued, o.counts.official, o.counts.shared, o.counts.cut)
        for o in overview.lines
    )
    taken = tables.download(request.GET.get("format", ""), name="duties-overview", headings=headings, rows=rows)
    return taken or render(
        request, "catalog/duties_overview.html", {"lines": overview.lines, "partly": overview.partly}
    )


def _page(
    request: ActorRequest, organization: UUID, *, matter: forms.MatterForm | None = None,
    written: forms.DocumentForm | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    page = queries.duty_page(organization=organization, actor=request.actor)
    if taken := _taken(request, page):
        return taken
    own = organization == request.actor.organization
    may_write = own and request.actor.has(Role.DATA_OFFICER)
    context = {
        "page": page, "may_write": may_write,
        "may_settle": may_write or (not own and request.actor.has(Role.AUTHORITY_REVIEWER)),
        "matter_form": matter or forms.MatterForm(duties=page.duties),
        "document_form": written or forms.DocumentForm(duties=page.duties),
    }  # fmt: skip
    return render(request, "catalog/duties.html", context, status=status)


def _taken(request: ActorRequest, page: queries.DutyPage) -> HttpResponse | None:
    word = 1 if lang() == "en" else 0
    headings = [_("职责"), _("依据"), _("事项"), _("材料或者结果"), _("状态"), _("目录条目")]
    rows = (
        (
            duty.name, duty.legal_basis, matter.name, line.name, STATE_WORDS[line.state][word],
            line.entry.code if line.entry else "",
        )
        for duty in page.duties for matter in duty.matters for line in matter.documents
    )  # fmt: skip
    return tables.download(request.GET.get("format", ""), name="duties", headings=headings, rows=rows)


def _added(request: ActorRequest) -> HttpResponse:
    organization = _organization(request, "")
    page = queries.duty_page(organization=organization, actor=request.actor)
    is_matter = "duty" in request.POST
    form = (forms.MatterForm if is_matter else forms.DocumentForm)(request.POST, duties=page.duties)
    status = 422
    if form.is_valid():
        try:
            _add(request, form.cleaned_data, is_matter=is_matter)
            return redirect("catalog:duties")
        except PlatformError as refused:
            errors.add_to(form, refused)
            status = refused.status
    if isinstance(form, forms.MatterForm):
        return _page(request, organization, matter=form, status=status)
    return _page(request, organization, written=form, status=status)


def _add(request: ActorRequest, given: dict[str, str], *, is_matter: bool) -> None:
    if is_matter:
        services.add_matter(
            duty=UUID(given["duty"]), code=given["code"], name=given["name"], kind=given["kind"],
            actor=request.actor, clock=request.clock,
        )  # fmt: skip
        return
    services.add_document(
        matter=UUID(given["matter"]), name=given["name"], direction=DocumentDirection(given["direction"]),
        official=bool(given["official"]), actor=request.actor, clock=request.clock,
    )  # fmt: skip
