"""Pages of emergency stops (紧急停用页面)."""

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.catalog import queries as catalog
from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.parties import queries as parties
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.sharing import queries, services
from zhengtong.sharing.forms import LiftForm, StopForm
from zhengtong.sharing.rules import StopScope, StopState, may_order_any
from zhengtong.sharing.views import taking
from zhengtong.sharing.views.reading import sought
from zhengtong.ui import errors

ORGANS_SHOWN_MAX = 500


@require_safe
@signed_in
def listing(request: ActorRequest) -> HttpResponse:
    """Emergency stops in force and lifted (紧急停用)."""
    state = request.GET.get("state", "")
    known = state if state in set(StopState) else ""
    find = partial(queries.stops, actor=request.actor, sort=sought(request, "sort"), state=known)
    if file := taking.stops_taken(request, lambda after, rows: find(after=after, rows=rows)):
        return file
    page = find(after=sought(request, "after"))
    context = {"page": page, "state": known, "states": [*StopState], "may_order": may_order_any(request.actor.roles)}
    return render(request, "sharing/stops.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: ActorRequest) -> HttpResponse:
    """Halt something at once (紧急停用); `code` in the address names a resource."""
    if not may_order_any(request.actor.roles):
        raise NotFound("sharing.nothing_to_stop")
    code = sought(request, "code")[:64]
    organs = [(str(card.id), card.short_name) for card in parties.organizations(actor=request.actor)]
    initial = {"scope": StopScope.RESOURCE if code else StopScope.NODE, "code": code}
    form = StopForm(organs[:ORGANS_SHOWN_MAX], request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                target = _target(request, form)
                made = services.order_stop(
                    scope=StopScope(form.cleaned_data["scope"]), target=target, reason=form.cleaned_data["reason"],
                    actor=request.actor, clock=request.clock,
                )  # fmt: skip
                return redirect("sharing:stop", made)
            except PlatformError as error:
                errors.add_to(form, error)
                status = error.status
    return render(request, "sharing/stop_form.html", {"form": form}, status=status)


@require_safe
@signed_in
def detail(request: ActorRequest, stop_id: UUID) -> HttpResponse:
    """One emergency stop: the record of the incident."""
    return _page(request, stop_id)


@require_POST
@signed_in
def lift(request: ActorRequest, stop_id: UUID) -> HttpResponse:
    """Let it run again (恢复)."""
    queries.stop(actor=request.actor, id=stop_id)
    form = LiftForm(request.POST)
    if not form.is_valid():
        return _page(request, stop_id, form=form, status=422)
    try:
        services.lift_stop(
            stop=stop_id, report=form.cleaned_data["report"], actor=request.actor, clock=request.clock
        )  # fmt: skip
    except PlatformError as error:
        errors.add_to(form, error)
        return _page(request, stop_id, form=form, status=error.status)
    return redirect("sharing:stop", stop_id)


def _page(request: ActorRequest, stop_id: UUID, *, form: LiftForm | None = None, status: int = 200) -> HttpResponse:
    page = queries.stop(actor=request.actor, id=stop_id)
    turn = _("另一名有权人员：查明情况后恢复") if page.line.state is StopState.IN_FORCE else ""
    context = {"page": page, "s": page.line, "form": form or LiftForm(), "turn": turn}
    return render(request, "sharing/stop.html", context, status=status)


def _target(request: ActorRequest, form: StopForm) -> UUID:
    """The entry of the code or the organization chosen.  Raises NotFound."""
    if form.cleaned_data["scope"] == StopScope.RESOURCE:
        return catalog.entry_by_code(code=form.cleaned_data["code"].strip(), actor=request.actor).row.id
    organ = form.organ()
    if organ is None:
        raise NotFound("sharing.nothing_to_stop")
    return organ
