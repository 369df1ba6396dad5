"""Handing the open work of a seat to another (工作交接).

Work belongs to seats, so nothing moves by itself: the sheet says what was open, to whom it passes, and that it was
taken.  Who did what before stays on record, and keeps the two persons apart where the law wants two.
"""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.kernel.ids import new_id
from zhengtong.parties import events
from zhengtong.parties.models import Handover, Seat
from zhengtong.parties.queries.handovers import HandoverLine, may_hand_over_for
from zhengtong.parties.queries.seats import seats_on
from zhengtong.parties.rules import Role, role_label
from zhengtong.wire import canonical, suites

LINES_MAX = 500
NOTE_CHARS_MAX = 2_000


@transaction.atomic
def hand_over(
    *, giver: UUID, taker: UUID, lines: Sequence[HandoverLine], note: str, actor: Actor, clock: Clock
) -> UUID:
    """Put on record what is open in a seat and to which seat of the same organization it passes (交出).

    `lines` is what waits for the giver's seat today, as its inbox says.

    Raises:
        NotFound: no such seat is held today in the actor's organization.
        NotAllowed: neither the giver nor a head of the organization.
        RuleBroken: the other seat lacks a role that the work needs, is the same person's, or has a sheet to take.
    """
    if giver == taker:
        raise RuleBroken("parties.handover_to_oneself")
    held = {row.id: row for row in seats_on(clock.today()).filter(pk__in=(giver, taker))}
    if len(held) < 2 or any(row.organization_id != actor.organization for row in held.values()):
        raise NotFound("parties.no_seat")
    given, taking = held[giver], held[taker]
    if actor.officer is None or not (actor.officer == given.officer_id or may_hand_over_for(actor)):
        raise NotAllowed("parties.handover_by_whom")
    _check(given, taking)
    sheet: list[canonical.Json] = [
        {**asdict(line), "due_on": line.due_on.isoformat() if line.due_on else None} for line in lines[:LINES_MAX]
    ]
    row = Handover(
        id=new_id(clock.now()), organization_id=given.organization_id, giver=given, taker=taking, lines=sheet,
        note=note.strip()[:NOTE_CHARS_MAX], given_on=clock.today(), given_at=clock.now(), given_by=actor.officer,
    )  # fmt: skip
    row.save(force_insert=True)
    digest = suites.digest_text(canonical.encode(sheet))
    fact = events.HandoverGiven(row.id, giver, taker, len(sheet), digest, row.given_on)
    record(fact, actor=actor, clock=clock, jurisdiction=given.organization.jurisdiction)
    return row.id


def _check(given: Seat, taking: Seat) -> None:
    if given.officer_id == taking.officer_id:
        raise RuleBroken("parties.handover_to_oneself")
    lacking = [Role(role) for role in given.roles if role not in taking.roles]
    if lacking:
        said_zh = "、".join(role_label(role) for role in lacking)
        said_en = ", ".join(role_label(role, "en") for role in lacking)
        raise RuleBroken("parties.handover_roles", roles_zh=said_zh, roles_en=said_en)
    if Handover.objects.filter(giver=given, taker=taking, taken_on=None).exists():
        raise RuleBroken("parties.handover_waits")


@transaction.atomic
def take_handover(*, handover: UUID, actor: Actor, clock: Clock) -> None:
    """Take what was handed over (接收); only whoever holds the other seat.  Raises NotFound, WrongState."""
    found = Handover.objects.select_for_update(of=("self",)).select_related("taker", "organization")
    row = found.filter(pk=handover, taker__officer=actor.officer).first()
    if row is None or actor.officer is None:
        raise NotFound("parties.no_handover")
    if row.taken_on is not None:
        raise WrongState("parties.handover_taken")
    today = clock.today()
    row.taken_on, row.taken_at, row.taken_by = today, clock.now(), actor.officer
    row.save()
    fact = events.HandoverTaken(row.id, today)
    record(fact, actor=actor, clock=clock, jurisdiction=row.organization.jurisdiction)
