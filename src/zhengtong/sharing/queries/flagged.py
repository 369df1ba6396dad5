"""Cases that corrections and persons' requests flag (标记的办件): which were decided on a value that is doubted.

A flag stops nothing.  Whoever keeps cases asks `flags_of` and shows what it says beside the case.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from zhengtong.journal import ordering
from zhengtong.kernel import paging
from zhengtong.kernel.actors import Actor
from zhengtong.sharing.models import FlaggedCase
from zhengtong.sharing.queries.records import Organ
from zhengtong.sharing.queries.scope import NOBODY, OVERSIGHT_ROLES, OWN_ROLES, organs, region_prefix
from zhengtong.sharing.rules import CorrectionState
from zhengtong.sharing.rules.personal import TAKES_DOWN, PersonState

_OWN = OWN_ROLES | TAKES_DOWN
SORTS = {"case": "number", "organization": "organization__short_name", "flagged": "flagged_on"}
_THINGS = ("correction", "person__correction")


@dataclass(frozen=True, slots=True)
class Flag:
    """One case and why it is flagged."""

    case: str
    organization: Organ
    flagged_on: date
    kind: str  # correction | person
    about: UUID
    number: str
    entry_name: str
    item_name: str
    state: CorrectionState | PersonState
    is_corrected: bool | None  # None: still being verified; the case goes on


def visible_flags(actor: Actor) -> Q:
    """Flags an actor may see: of its organization's cases, and oversight's region."""
    seen = NOBODY
    if actor.organization and actor.roles & _OWN:
        seen |= Q(organization=actor.organization)
    if actor.organization and actor.roles & OVERSIGHT_ROLES:
        seen |= Q(organization__jurisdiction__startswith=region_prefix(actor.jurisdiction))
    return seen


def flagged(
    *, actor: Actor, case: str = "", sort: str = "", after: str = "", rows: int | None = None
) -> paging.Page[Flag]:
    """Flagged cases the actor may see, the latest flag first; `case`: those whose number holds this text."""
    wanted = paging.size(rows)
    found = FlaggedCase.objects.filter(visible_flags(actor))
    if case:
        found = found.filter(number__contains=case)
    if sort := ordering.known(SORTS, sort):
        held, following = ordering.cut(
            found.select_related(*_THINGS), columns=SORTS, sort=sort, after=after, rows=wanted
        )
        return paging.Page(_lines(held), following)
    if after:
        found = found.filter(pk__lt=paging.whole(after) or 0)
    held = list(found.select_related(*_THINGS).order_by("-pk")[: wanted + 1])
    return paging.cut(list(zip([str(row.pk) for row in held], _lines(held), strict=True)), rows=wanted)


def flags_of(*, cases: Collection[str], organization: UUID) -> tuple[Flag, ...]:
    """What is flagged about these cases of an organization, for the page of a case."""
    found = FlaggedCase.objects.filter(organization=organization, number__in=set(cases)).order_by("-pk")
    return _lines(found.select_related(*_THINGS)[: paging.PAGE_ROWS_MAX])


def _lines(held: Iterable[FlaggedCase]) -> tuple[Flag, ...]:
    rows = list(held)
    known = organs(row.organization_id for row in rows)
    return tuple(_line(row, known[row.organization_id]) for row in rows)


def _line(row: FlaggedCase, organization: Organ) -> Flag:
    thing = row.correction or (row.person.correction if row.person else None)
    about = row.correction or row.person
    assert about is not None  # the store keeps exactly one
    found: bool | None
    if thing is not None:
        found = {CorrectionState.CORRECTED: True, CorrectionState.NOT_CORRECTED: False}.get(
            CorrectionState(thing.state)
        )
    else:
        found = row.person.is_corrected if row.person else None
    return Flag(
        case=row.number, organization=organization, flagged_on=row.flagged_on,
        kind="correction" if row.correction else "person", about=about.id, number=about.number,
        entry_name=about.entry_name, item_name=about.item_name,
        state=CorrectionState(about.state) if row.correction else PersonState(about.state), is_corrected=found,
    )  # fmt: skip
