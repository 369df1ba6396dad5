"""Handing over the open work of a seat (工作交接页面): the sheet is what the inbox of the seat says that day."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotFound, PlatformError
from zhengtong.kernel.paging import sought
from zhengtong.parties import queries as parties
from zhengtong.parties import services
from zhengtong.parties.queries import HandoverLine, SeatCard
from zhengtong.parties.web import ActorRequest, signed_in
from zhengtong.portal.forms import HandoverForm
from zhengtong.portal.inbox import inbox
from zhengtong.ui import errors, tables


@require_safe
@signed_in
def listing(request: ActorRequest) -> HttpResponse:
    """Hand-overs one has part in, or those of the organization for its heads (工作交接)."""
    headings = [_("交出人"), _("交出岗位"), _("接收人"), _("接收岗位"), _("件数"), _("交出"), _("接收")]
    file = tables.download_all(
        request.GET.get("format", ""), name="handovers", headings=headings,
        fetch=lambda after, rows: parties.handovers(actor=request.actor, after=after, rows=rows),
        row=lambda one: (
            one.giver_name, one.giver_title, one.taker_name, one.taker_title, one.things, one.given_on, one.taken_on,
        ),
    )  # fmt: skip
    if file:
        return file
    page = parties.handovers(actor=request.actor, after=sought(request.GET.get("after", ""))[:40])
    return render(request, "portal/handovers.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: ActorRequest) -> HttpResponse:
    """Choose the two seats, see what is open, hand it over (办理交接)."""
    held = _seats(request)
    own = {key: seat for key, seat in held.items() if _may(request, seat)}
    if not own:
        raise NotFound("parties.no_seat")
    given = request.POST if request.method == "POST" else request.GET
    form = HandoverForm(_choices(own), _choices(held), given or None)
    giver = own.get(given.get("giver", "")) or own.get(str(request.seat.id)) or next(iter(own.values()))
    takers = {key: seat for key, seat in held.items() if _may_take(seat, giver)}
    form = HandoverForm(_choices(own), _choices(takers), request.POST if request.method == "POST" else None)
    lines, status = open_lines(giver, request.clock), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.hand_over(
                    giver=giver.id, taker=UUID(form.cleaned_data["taker"]), lines=lines,
                    note=form.cleaned_data["note"], actor=request.actor, clock=request.clock,
                )  # fmt: skip
                return redirect("portal:handover", made)
            except PlatformError as error:
                errors.add_to(form, error)
                status = error.status
    context = {"form": form, "giver": giver, "lines": lines, "may": bool(takers)}
    return render(request, "portal/handover_form.html", context, status=status)


def open_lines(seat: SeatCard, clock: Clock) -> tuple[HandoverLine, ...]:
    """What waits for a seat today, in the words of the sheet: Chinese, whoever makes it."""
    with override("zh-hans"):
        return tuple(
            HandoverLine(one.number, one.title, one.who, one.action, one.due_on, one.late, one.url)
            for one in inbox(actor=parties.actor_of_seat(seat), clock=clock)
        )


@require_safe
@signed_in
def sheet(request: ActorRequest, handover_id: UUID) -> HttpResponse:
    """The sheet as it was given (交接单)."""
    page = parties.handover(id=handover_id, actor=request.actor)
    return render(request, "portal/handover.html", {"page": page, "h": page.card})


@require_POST
@signed_in
def take(request: ActorRequest, handover_id: UUID) -> HttpResponse:
    """Take what was handed over (接收)."""
    try:
        services.take_handover(handover=handover_id, actor=request.actor, clock=request.clock)
    except NotFound:
        raise
    except PlatformError as error:
        errors.say(request, error)
    return redirect("portal:handover", handover_id)


def _seats(request: ActorRequest) -> dict[str, SeatCard]:
    if request.actor.organization is None:
        return {}
    found = parties.seats(on=request.clock.today(), organization=request.actor.organization)
    return {str(seat.id): seat for seat in found}


def _may(request: ActorRequest, seat: SeatCard) -> bool:
    return seat.officer_id == request.actor.officer or parties.may_hand_over_for(request.actor)


def _may_take(seat: SeatCard, giver: SeatCard) -> bool:
    """Whether the work can pass to a seat: another person's, with all the roles of the giver's."""
    return seat.officer_id != giver.officer_id and set(giver.roles) <= set(seat.roles)


def _choices(seats: dict[str, SeatCard]) -> list[tuple[str, str]]:
    return [(key, f"{seat.officer_name} · {seat.title}") for key, seat in seats.items()]
