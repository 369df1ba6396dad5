"""Pages of an end or change of service (服务终止、变更页面)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.parties.rules import Role
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.sharing import queries, services
from zhengtong.sharing.forms import ChangeForm, ChangeStepForm
from zhengtong.sharing.rules import LIVE_GRANTS, OPEN_CHANGES
from zhengtong.sharing.views import disputes
from zhengtong.ui import errors


def beside(request: ActorRequest, page: queries.GrantPage) -> dict[str, object]:
    """What the page of a grant shows of proposals about it, and whether the reader may make one."""
    held = queries.changes_of(grant=page.line.id, actor=request.actor, on=request.clock.today())
    head = request.actor.has(Role.SHARING_OFFICE_HEAD) and request.actor.organization == page.line.provider.id
    free = page.line.state in LIVE_GRANTS and not any(line.state in OPEN_CHANGES for line in held)
    return {"changes": held, "may_change": head and free}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: ActorRequest, grant_id: UUID) -> HttpResponse:
    """Propose to end or change a service (提出终止或者变更)."""
    page = queries.grant(actor=request.actor, id=grant_id, on=request.clock.today())
    if not beside(request, page)["may_change"]:
        raise NotFound("sharing.no_change")
    items = {f.code: f.name for f in page.fields if not f.is_lookup}
    form, status = ChangeForm(items, request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.propose_change(
                    grant=grant_id, kind=form.wanted(), reason=form.cleaned_data["reason"], terms=form.terms(),
                    effective_on=form.cleaned_data["effective_on"], actor=request.actor, clock=request.clock,
                )  # fmt: skip
                return redirect("sharing:change", made)
            except PlatformError as error:
                errors.add_to(form, error)
                status = error.status
    context = {"g": page.line, "form": form, "answer_by": queries.answer_day(page.line, on=request.clock.today())}
    return render(request, "sharing/change_form.html", context, status=status)


@require_safe
@signed_in
def detail(request: ActorRequest, change_id: UUID) -> HttpResponse:
    """One proposal: what, why, from when, what the consumer says, its filing (终止或者变更详情)."""
    return _page(request, change_id)


@require_POST
@signed_in
def act(request: ActorRequest, change_id: UUID, verb: str) -> HttpResponse:
    """Take it one step (同意、不同意、备案、撤回)."""
    page = queries.change(actor=request.actor, id=change_id, on=request.clock.today())
    if verb not in page.verbs:
        raise NotFound("sharing.no_change")
    form = ChangeStepForm(request.POST, verb=verb)
    if not form.is_valid():
        return _page(request, change_id, form=form, verb=verb, status=422)
    try:
        text = form.cleaned_data.get("text", "")
        services.move_change(change=change_id, verb=verb, text=text, actor=request.actor, clock=request.clock)
    except PlatformError as error:
        errors.add_to(form, error)
        return _page(request, change_id, form=form, verb=verb, status=error.status)
    return redirect("sharing:change", change_id)


def _page(
    request: ActorRequest, change_id: UUID, *, form: ChangeStepForm | None = None, verb: str = "", status: int = 200
) -> HttpResponse:
    today = request.clock.today()
    page = queries.change(actor=request.actor, id=change_id, on=today)
    grant = queries.grant(actor=request.actor, id=page.line.grant, on=today)
    acts = [(one, form if form and one == verb else ChangeStepForm(verb=one)) for one in page.verbs]
    contested = queries.change_contested(page.line.grant, on=today)
    context = {"page": page, "c": page.line, "acts": acts, **disputes.beside(request, grant.line, contested=contested)}
    return render(request, "sharing/change.html", context, status=status)
