"""Open work handed from seat to seat (工作交接查询)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from zhengtong.kernel import paging
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.parties.models import Handover
from zhengtong.parties.queries.seats import officer_names
from zhengtong.parties.rules import Role

WAITING_MAX = 50
_HEADS = frozenset({str(Role.SHARING_OFFICE_HEAD), str(Role.DEPARTMENT_HEAD)})
_READERS = _HEADS | {str(Role.AUDITOR), str(Role.SECURITY_ADMIN)}


@dataclass(frozen=True, slots=True)
class HandoverLine:
    """One thing that was open when a seat was handed over."""

    number: str
    title: str
    who: str
    action: str
    due_on: date | None
    late: bool
    url: str


@dataclass(frozen=True, slots=True)
class HandoverCard:
    """A hand-over in a list."""

    id: UUID
    giver_name: str
    giver_title: str
    taker_name: str
    taker_title: str
    things: int
    given_on: date
    taken_on: date | None


@dataclass(frozen=True, slots=True)
class HandoverPage:
    """The sheet as it was given."""

    card: HandoverCard
    organization_name: str
    lines: tuple[HandoverLine, ...]
    note: str
    given_by: str
    taken_by: str
    may_take: bool


def may_hand_over_for(actor: Actor) -> bool:
    """Whether the actor makes the sheet also for others of the own organization: its heads."""
    return bool(actor.roles & _HEADS)


def handovers(*, actor: Actor, after: str = "", rows: int | None = None) -> paging.Page[HandoverCard]:
    """Hand-overs the actor may see: one's own either way, the head's of the organization; newest first."""
    wanted = paging.size(rows)
    found = _rows(actor)
    found = found.filter(id__lt=paging.key(after)) if after else found
    cards = [_card(row) for row in found.order_by("-id")[: wanted + 1]]
    return paging.cut([(str(card.id), card) for card in cards], rows=wanted)


def handover(*, id: UUID, actor: Actor) -> HandoverPage:
    """One sheet.  Raises NotFound, also for somebody it does not concern."""
    row = _rows(actor).filter(pk=id).select_related("organization").first()
    if row is None:
        raise NotFound("parties.no_handover")
    names = officer_names(who for who in (row.given_by, row.taken_by) if who)
    return HandoverPage(
        card=_card(row),
        organization_name=row.organization.name,
        lines=tuple(_line(one) for one in row.lines),
        note=row.note,
        given_by=names.get(row.given_by, ""),
        taken_by=names.get(row.taken_by, "") if row.taken_by else "",
        may_take=row.taken_on is None and row.taker.officer_id == actor.officer,
    )


def handovers_waiting(*, actor: Actor) -> tuple[HandoverCard, ...]:
    """What was handed to the actor in this organization and is not taken yet."""
    if actor.officer is None or actor.organization is None:
        return ()
    where = Q(taker__officer=actor.officer, organization=actor.organization, taken_on=None)
    return tuple(_card(row) for row in _seated().filter(where).order_by("id")[:WAITING_MAX])


def _rows(actor: Actor) -> QuerySet[Handover]:
    mine = Q(pk__in=())
    if actor.officer is not None:
        mine |= Q(giver__officer=actor.officer) | Q(taker__officer=actor.officer)
    if actor.organization is not None and actor.roles & _READERS:
        mine |= Q(organization=actor.organization)
    return _seated().filter(mine)


def _seated() -> QuerySet[Handover]:
    return Handover.objects.select_related("giver__officer", "taker__officer")


def _card(row: Handover) -> HandoverCard:
    return HandoverCard(
        row.id, row.giver.officer.name, row.giver.title, row.taker.officer.name, row.taker.title, len(row.lines),
        row.given_on, row.taken_on,
    )  # fmt: skip


def _line(held: Mapping[str, Any]) -> HandoverLine:
    """Any: what JSON holds."""
    due = date.fromisoformat(held["due_on"]) if held["due_on"] else None
    return HandoverLine(held["number"], held["title"], held["who"], held["action"], due, held["late"], held["url"])
