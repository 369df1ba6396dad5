"""Pages of disputes (争议页面)."""

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.parties.rules import Role
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.sharing import queries, services
from zhengtong.sharing.forms import DisputeForm, DisputeStepForm
from zhengtong.sharing.rules import OPEN_DISPUTES, DisputeKind, DisputeState
from zhengtong.sharing.views import taking
from zhengtong.sharing.views.reading import sought
from zhengtong.ui import errors

Contestable = queries.RequestLine | queries.GrantLine | queries.CorrectionLine


@require_safe
@signed_in
def listing(request: ActorRequest) -> HttpResponse:
    """Disputes of the own department, and those it mediates or decides (争议)."""
    state = request.GET.get("state", "")
    known = state if state in {*DisputeState, "open", "settled"} else ""
    find = partial(
        queries.disputes, actor=request.actor, sort=sought(request, "sort"), on=request.clock.today(), state=known
    )
    if file := taking.disputes_taken(request, lambda after, rows: find(after=after, rows=rows)):
        return file
    page = find(after=sought(request, "after"))
    return render(request, "sharing/disputes.html", {"page": page, "state": known, "states": [*DisputeState]})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: ActorRequest, kind: str, about: UUID) -> HttpResponse:
    """Contest an answer, a suspension or the result of a correction (提出争议)."""
    if kind not in set(DisputeKind):
        raise NotFound("sharing.nothing_to_dispute")
    form, status = DisputeForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.open_dispute(
                    kind=DisputeKind(kind), about=about, claim=form.cleaned_data["claim"], actor=request.actor,
                    clock=request.clock,
                )  # fmt: skip
                return redirect("sharing:dispute", made)
            except PlatformError as error:
                errors.add_to(form, error)
                status = error.status
    thing = _thing(request, DisputeKind(kind), about)
    return render(request, "sharing/dispute_form.html", {"form": form, **thing}, status=status)


def _thing(request: ActorRequest, kind: DisputeKind, about: UUID) -> dict[str, object]:
    """What the page shows of the contested thing.  Raises NotFound where the reader may not see it."""
    on = request.clock.today()
    if kind is DisputeKind.REQUEST:
        request_line = queries.request(actor=request.actor, id=about, on=on).line
        return {"number": request_line.number, "title": request_line.entry_name, "kind": kind, "about": about}
    if kind is DisputeKind.GRANT:
        grant_line = queries.grant(actor=request.actor, id=about, on=on).line
        return {"number": grant_line.number, "title": grant_line.entry_name, "kind": kind, "about": about}
    line = queries.correction(actor=request.actor, id=about, on=on).line
    return {"number": line.number, "title": line.entry_name, "kind": kind, "about": about}


def beside(request: ActorRequest, line: Contestable, *, contested: bool) -> dict[str, object]:
    """What the page of a request, grant or correction shows of a dispute about it, and whether one can be raised."""
    held = queries.dispute_about(actor=request.actor, about=line.id, on=request.clock.today())
    party = request.actor.organization in (line.consumer.id, line.provider.id)
    works = request.actor.has(Role.DATA_OFFICER) or request.actor.has(Role.SHARING_OFFICE_HEAD)
    free = held is None or held.state not in OPEN_DISPUTES
    return {"dispute": held, "may_dispute": contested and party and works and free}


@require_safe
@signed_in
def detail(request: ActorRequest, dispute_id: UUID) -> HttpResponse:
    """One dispute (争议详情)."""
    return _page(request, dispute_id)


@require_POST
@signed_in
def act(request: ActorRequest, dispute_id: UUID, verb: str) -> HttpResponse:
    """Take it one step (协商、协调、决定、执行、撤回)."""
    page = queries.dispute(actor=request.actor, id=dispute_id, on=request.clock.today())
    if verb not in page.verbs:
        raise NotFound("sharing.no_dispute")
    form = DisputeStepForm(request.POST, verb=verb)
    if not form.is_valid():
        return _page(request, dispute_id, form=form, verb=verb, status=422)
    said = form.cleaned_data
    try:
        services.move_dispute(
            dispute=dispute_id, verb=verb, text=said.get("text", ""), provides=said.get("provides", False),
            do_by=said.get("do_by"), actor=request.actor, clock=request.clock,
        )  # fmt: skip
    except PlatformError as error:
        errors.add_to(form, error)
        return _page(request, dispute_id, form=form, verb=verb, status=error.status)
    return redirect("sharing:dispute", dispute_id)


@require_POST
@signed_in
def again(request: ActorRequest, dispute_id: UUID) -> HttpResponse:
    """Ask the provider once more, as agreed or decided (依协调意见重新提交)."""
    queries.dispute(actor=request.actor, id=dispute_id, on=request.clock.today())
    try:
        made = services.ask_again(dispute=dispute_id, actor=request.actor, clock=request.clock)
    except PlatformError as error:
        errors.say(request, error)
        return redirect("sharing:dispute", dispute_id)
    return redirect("sharing:request", made)


def _page(
    request: ActorRequest, dispute_id: UUID, *, form: DisputeStepForm | None = None, verb: str = "", status: int = 200
) -> HttpResponse:
    page = queries.dispute(actor=request.actor, id=dispute_id, on=request.clock.today())
    acts = [(one, form if form and one == verb else DisputeStepForm(verb=one)) for one in page.verbs]
    context = {"page": page, "d": page.line, "acts": acts}
    return render(request, "sharing/dispute.html", context, status=status)
