"""Facts about the catalogue that may be breaches (线索): updates that are late, entries gone from the catalogue.

No actor: control plane queries for the areas above that watch; they scope what they show by themselves.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from zhengtong.catalog.models import Revision
from zhengtong.catalog.queries.rows import CURRENT
from zhengtong.catalog.rules import EntryState
from zhengtong.catalog.rules.clocks import UPDATE
from zhengtong.kernel.clock import BEIJING

FACTS_MAX = 1_000  # a run
STANDINGS_MAX = 20_000


@dataclass(frozen=True, slots=True)
class LateUpdate:
    """An entry whose change was reported and not brought in in time (条例 第十七条)."""

    entry: UUID
    code: str
    name: str
    provider: UUID
    jurisdiction: str
    limit_id: str
    changed_on: date
    due_on: date
    done_on: date | None


def late_updates(*, on: date) -> tuple[LateUpdate, ...]:
    """Entries whose update passed its limit by a day, provisional days aside; longest first."""
    late = Q(state=str(EntryState.CHANGE_DUE), change_done_on=None, due_on__lt=on, due_provisional=False)
    rows = Revision.objects.filter(late).select_related("entry__provider").order_by("due_on", "entry__guide_code")
    return tuple(
        LateUpdate(
            entry=row.entry_id, code=row.entry.guide_code, name=row.name, provider=row.entry.provider_id,
            jurisdiction=row.entry.provider.jurisdiction, limit_id=UPDATE, changed_on=row.change_on, due_on=row.due_on,
            done_on=None,
        )
        for row in rows[:FACTS_MAX]
        if row.change_on and row.due_on
    )  # fmt: skip


def updated_after_all(entries: Iterable[UUID]) -> dict[UUID, date]:
    """Of these entries, which have been brought in step since, by the day the new revision was reported."""
    rows = Revision.objects.filter(entry__in=set(entries), change_done_on__isnull=False).order_by("number")
    return {entry: day for entry, day in rows.values_list("entry", "change_done_on") if day}


@dataclass(frozen=True, slots=True)
class EntryStanding:
    """An entry by name and whether it is in force (目录条目现状)."""

    code: str
    name: str
    provider: UUID
    in_force: bool


def standings(*, entries: Collection[UUID]) -> dict[UUID, EntryStanding]:
    """These entries with their latest name; unknown ones are left out."""
    return _standings(Revision.objects.filter(entry__in=set(entries)))


def standings_of(*, provider: UUID) -> dict[UUID, EntryStanding]:
    """Every entry of a department, in work and in force."""
    return _standings(Revision.objects.filter(entry__provider=provider).exclude(state=str(EntryState.WITHDRAWN)))


def _standings(rows: QuerySet[Revision]) -> dict[UUID, EntryStanding]:
    current = {str(state) for state in CURRENT}
    found = dict[UUID, EntryStanding]()
    for row in rows.select_related("entry").order_by("number")[:STANDINGS_MAX]:
        earlier = found.get(row.entry_id)
        in_force = row.state in current or (earlier is not None and earlier.in_force)
        found[row.entry_id] = EntryStanding(row.entry.guide_code, row.name, row.entry.provider_id, in_force)
    return found


def not_in_force(entries: Collection[UUID]) -> dict[UUID, date | None]:
    """Of these entries, those no longer in the catalogue, with the day their last revision left it."""
    held = set(Revision.objects.filter(entry__in=entries, state__in=CURRENT).values_list("entry", flat=True))
    gone = set(entries) - held
    left = Revision.objects.filter(entry__in=gone).order_by("number").values_list("entry", "updated_at")
    return dict.fromkeys(gone) | {entry: at.astimezone(BEIJING).date() for entry, at in left}
