"""Pages of corrections (校核页面)."""

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.parties.rules import Role
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.sharing import queries, services
from zhengtong.sharing.forms import CasesForm, CorrectionAnswerForm, CorrectionForm
from zhengtong.sharing.rules import CorrectionOutcome, CorrectionState
from zhengtong.sharing.services import DisputedValue
from zhengtong.sharing.views import disputes, taking
from zhengtong.sharing.views.reading import sought, typed
from zhengtong.ui import errors

ORGANS_SHOWN_MAX = 500


@require_GET
@signed_in
def listing(request: ActorRequest) -> HttpResponse:
    """Corrections of the own organization on either side, and those it was told of (校核)."""
    state, today = request.GET.get("state", ""), request.clock.today()
    known = state if state in {*CorrectionState, "open", "late"} else ""
    find = partial(queries.corrections, actor=request.actor, sort=sought(request, "sort"), on=today, state=known)
    if file := taking.corrections_taken(request, lambda after, rows: find(after=after, rows=rows)):
        return file
    page = find(after=sought(request, "after"))
    return render(request, "sharing/corrections.html", {"page": page, "state": known, "states": [*CorrectionState]})


@require_http_methods(["GET", "POST"])
@signed_in
def new(request: ActorRequest) -> HttpResponse:
    """File a correction under a grant (提出校核申请)."""
    grant = queries.grant(actor=request.actor, id=_grant_id(request), on=request.clock.today())
    own = request.actor.organization == grant.line.consumer.id and request.actor.has(Role.DATA_OFFICER)
    if not own:
        raise NotFound("sharing.correction_no_grant")
    form = CorrectionForm([(f.code, f.name) for f in grant.fields], request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            made = services.file_correction(
                entry=grant.line.entry,
                grant=grant.line.id,
                actor=request.actor,
                clock=request.clock,
                **form.cleaned_data,
            )
            return redirect("sharing:correction", made)
        except PlatformError as error:
            errors.add_to(form, error)
            status = error.status
    context = {"form": form, "grant": grant, "g": grant.line}
    return render(request, "sharing/correction_form.html", context, status=status)


def _grant_id(request: ActorRequest) -> UUID:
    try:
        return UUID(request.GET.get("grant", ""))
    except ValueError:
        raise NotFound("sharing.correction_no_grant") from None


@require_GET
@signed_in
def detail(request: ActorRequest, correction_id: UUID) -> HttpResponse:
    """One correction (校核详情)."""
    return _page(request, correction_id)


@require_POST
@signed_in
def answer(request: ActorRequest, correction_id: UUID) -> HttpResponse:
    """Verify, correct or explain (核实、更正并反馈)."""
    queries.correction(actor=request.actor, id=correction_id, on=request.clock.today())
    form = CorrectionAnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, correction_id, form=form, status=422)
    try:
        services.answer_correction(
            correction=correction_id,
            outcome=CorrectionOutcome(form.cleaned_data["outcome"]),
            cause=form.cleaned_data["cause"],
            others_found=form.cleaned_data["others_found"] or 0,
            actor=request.actor,
            clock=request.clock,
        )
    except PlatformError as error:
        errors.add_to(form, error)
        return _page(request, correction_id, form=form, status=error.status)
    return redirect("sharing:correction", correction_id)


@require_POST
@signed_in
def acknowledge(request: ActorRequest, correction_id: UUID) -> HttpResponse:
    """Say that the notice was read (已知悉)."""
    try:
        services.acknowledge_correction(
            correction=correction_id, cases=typed(request, "cases"), actor=request.actor, clock=request.clock
        )
    except PlatformError as error:
        queries.correction(actor=request.actor, id=correction_id, on=request.clock.today())  # hides it from strangers
        errors.say(request, error)
    return redirect("sharing:correction", correction_id)


@require_POST
@signed_in
def open_value(request: ActorRequest, correction_id: UUID) -> HttpResponse:
    """Show the record and the values to the two departments, on record (查阅留痕)."""
    opened = services.open_disputed_value(correction=correction_id, actor=request.actor, clock=request.clock)
    return _page(request, correction_id, opened=opened)


def _page(
    request: ActorRequest,
    correction_id: UUID,
    *,
    form: CorrectionAnswerForm | None = None,
    opened: DisputedValue | None = None,
    status: int = 200,
) -> HttpResponse:
    page = queries.correction(actor=request.actor, id=correction_id, on=request.clock.today())
    contested = page.line.state is CorrectionState.NOT_CORRECTED
    context: dict[str, object] = {"page": page, "c": page.line, "opened": opened, "cases_form": CasesForm()}
    context["form"] = form or CorrectionAnswerForm()
    context |= disputes.beside(request, page.line, contested=contested)
    return render(request, "sharing/correction.html", context, status=status)
