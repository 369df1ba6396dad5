"""Pages of demands and of how far they are (需求清单、供需对接页面)."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhengtong.catalog import queries as catalog
from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.sharing import queries, services
from zhengtong.sharing.forms import DemandForm, HelpForm, LinkForm, NoteForm, SourceForm
from zhengtong.sharing.rules import DemandState, OnboardingStage
from zhengtong.sharing.views import taking
from zhengtong.sharing.views.reading import sought
from zhengtong.ui import errors

ORGANS_SHOWN_MAX = 500


@require_GET
@signed_in
def demands(request: ActorRequest) -> HttpResponse:
    """The list of demands (需求清单)."""
    state = request.GET.get("state", "")
    known = state if state in {*DemandState, "open"} else ""
    find = partial(
        queries.demands, actor=request.actor, sort=sought(request, "sort"), on=request.clock.today(), state=known
    )
    if file := taking.demands_taken(request, lambda after, rows: find(after=after, rows=rows)):
        return file
    page = find(after=sought(request, "after"))
    may_raise = request.actor.has(Role.DATA_OFFICER)
    context = {"page": page, "state": known, "states": [*DemandState], "may_raise": may_raise}
    return render(request, "sharing/demands.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def new_demand(request: ActorRequest) -> HttpResponse:
    """Put a need on the list (提出共享需求)."""
    organs = [(str(card.id), card.short_name) for card in parties.organizations(actor=request.actor)]
    known = {name: sought(request, name) for name in ("what", "matter", "legal_basis")}  # from a material (职责与目录)
    form = DemandForm(organs[:ORGANS_SHOWN_MAX], request.POST or None, initial=known)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            made = services.raise_demand(
                what=form.cleaned_data["what"],
                items=form.item_names(),
                matter=form.cleaned_data["matter"],
                legal_basis=form.cleaned_data["legal_basis"],
                holder=form.holder_id(),
                holder_name=form.cleaned_data["holder_name"],
                backflow=form.cleaned_data["backflow"],
                actor=request.actor,
                clock=request.clock,
            )
            return redirect("sharing:demand", made)
        except PlatformError as error:
            errors.add_to(form, error)
            status = error.status
    return render(request, "sharing/demand_form.html", {"form": form}, status=status)


@require_GET
@signed_in
def demand(request: ActorRequest, demand_id: UUID) -> HttpResponse:
    """One demand (需求详情)."""
    return _demand_page(request, demand_id)


@require_GET
@signed_in
def board(request: ActorRequest) -> HttpResponse:
    """How far each demand is, and whose turn (供需对接进度)."""
    found = queries.board(actor=request.actor, on=request.clock.today())
    stage = request.GET.get("stage", "")
    lines = [line for line in found.lines if stage not in tuple(OnboardingStage) or line.onboarding.stage == stage]
    if file := taking.board_taken(request, lines):
        return file
    return render(request, "sharing/board.html", {"board": found, "lines": lines, "stage": stage})


@require_POST
@signed_in
def read_help(request: ActorRequest, demand_id: UUID) -> HttpResponse:
    """Take note of the help offered (已阅)."""
    try:
        services.read_help(demand=demand_id, actor=request.actor, clock=request.clock)
    except PlatformError as error:
        errors.say(request, error)
    return redirect("sharing:demand", demand_id)


@require_POST
@signed_in
def demand_act(request: ActorRequest, demand_id: UUID, verb: str) -> HttpResponse:
    """Coordinate, name the source, link, offer help, mark as met, or withdraw."""
    verb = verb.replace("-", "_")
    page = queries.demand(actor=request.actor, id=demand_id, on=request.clock.today())
    if verb not in page.verbs:
        raise NotFound("sharing.no_demand")
    form = _form(request, page, verb, request.POST)
    if not form.is_valid():
        return _demand_page(request, demand_id, form=form, verb=verb, status=422)
    try:
        _act(request, demand_id, verb, form)
    except PlatformError as error:
        errors.add_to(form, error)
        return _demand_page(request, demand_id, form=form, verb=verb, status=error.status)
    return redirect("sharing:demand", demand_id)


def _act(request: ActorRequest, demand: UUID, verb: str, form: forms.Form) -> None:
    given, actor, clock = form.cleaned_data, request.actor, request.clock
    if isinstance(form, SourceForm):
        services.name_demand_source(
            demand=demand, source=UUID(given["source"]), catalog_by=given["catalog_by"], note=given["note"],
            actor=actor, clock=clock,
        )  # fmt: skip
    elif isinstance(form, LinkForm):
        chosen = form.entry_id()
        entry = chosen or catalog.entry_by_code(code=given["code"].strip(), actor=actor).row.id
        services.link_demand(demand=demand, entry=entry, actor=actor, clock=clock)
    elif isinstance(form, HelpForm):
        services.offer_help(
            demand=demand, text=given["text"], contact=given["contact"], day=given["day"], actor=actor, clock=clock
        )
    elif verb == "coordinate":
        services.coordinate_demand(demand=demand, note=given["note"], actor=actor, clock=clock)
    elif verb == "meet":
        services.meet_demand(demand=demand, entry=None, note=given["note"], actor=actor, clock=clock)
    else:
        services.withdraw_demand(demand=demand, reason=given["note"], actor=actor, clock=clock)


def _form(
    request: ActorRequest, page: queries.DemandPage, verb: str, data: Mapping[str, str] | None = None
) -> forms.Form:
    if verb == "name_source":
        cards = parties.organizations(actor=request.actor)
        return SourceForm([(str(card.id), card.short_name) for card in cards[:ORGANS_SHOWN_MAX]], data)
    if verb == "link":
        return LinkForm(queries.suggestions(actor=request.actor, page=page), data)
    if verb == "offer_help":
        return HelpForm(data)
    return NoteForm(data, verb=verb)


def _demand_page(
    request: ActorRequest, demand_id: UUID, *, form: forms.Form | None = None, verb: str = "", status: int = 200
) -> HttpResponse:
    page = queries.demand(actor=request.actor, id=demand_id, on=request.clock.today())
    acts = [(one, form if form and one == verb else _form(request, page, one)) for one in page.verbs]
    context = {"page": page, "d": page.line, "acts": acts, "may_direct": queries.may_direct(request.actor)}
    return render(request, "sharing/demand.html", context, status=status)
