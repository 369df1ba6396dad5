"""What the catalogue knows of an entry's quality (质量依据): its description, and the latest profile of its data.

The score itself is supervision's, which also knows what was exchanged and corrected.  No actor: areas above scope.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count

from zhengtong.catalog.models import DataProfile, Revision
from zhengtong.catalog.queries.conformity import standard_item
from zhengtong.catalog.queries.rows import CURRENT
from zhengtong.kernel.events import JsonValue
from zhengtong.standards import rules as standards
from zhengtong.standards.rules import Compliance
from zhengtong.standards.tables import elements_by_name

ENTRIES_MAX = 500  # at once


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    """The latest profile of the table behind an entry, in permille."""

    filed_on: date
    table: str
    rows: int
    filled: int
    valid: int


@dataclass(frozen=True, slots=True)
class QualityFacts:
    """What an entry in force says of itself."""

    entry: UUID
    code: str
    name: str
    provider: UUID
    provider_code: str
    jurisdiction: str
    abstract_chars: int  # 0 too where it only repeats the name
    schemes: int  # classification schemes it is filed under, of four
    update_cycle: str
    has_office: bool
    has_system: bool
    origins: int  # materials and results of matters it comes from
    items: int
    items_sized: int  # items whose type needs a length and has one, or needs none
    agreement: Compliance
    change_due_on: date | None  # a change that is owed (条例 第十七条)
    change_due_provisional: bool
    profile: ProfileFacts | None


_SIZED_TYPES = frozenset({"C", "N"})


def quality_facts(*, entries: Collection[UUID]) -> tuple[QualityFacts, ...]:
    """The facts of entries in force, by code; at most ENTRIES_MAX of them."""
    rows = (
        Revision.objects.filter(entry__in=set(entries), state__in=CURRENT)
        .select_related("entry__provider")
        .prefetch_related("items")
        .annotate(origin_count=Count("origins"))
        .order_by("entry__guide_code")[:ENTRIES_MAX]
    )
    held = list(rows)
    profiles = _latest({row.entry_id for row in held})
    return tuple(_facts(row, profiles.get(row.entry_id)) for row in held)


def entries_in_force(*, provider: str = "", region: str = "", after: str = "", most: int = ENTRIES_MAX) -> list[UUID]:
    """Entries in force by their code, of a department by code or of a region by prefix, behind a code."""
    found = Revision.objects.filter(state__in=CURRENT)
    if provider:
        found = found.filter(entry__provider__code=provider)
    if region:
        found = found.filter(entry__provider__jurisdiction__startswith=region)
    if after:
        found = found.filter(entry__guide_code__gt=after)
    return list(found.order_by("entry__guide_code").values_list("entry", flat=True)[:most])


def _facts(row: Revision, profile: ProfileFacts | None) -> QualityFacts:
    items = list(row.items.all())
    said = row.abstract.strip()
    schemes = (row.theme, row.industry, row.service_class, row.form_class)
    return QualityFacts(
        entry=row.entry_id,
        code=row.entry.guide_code,
        name=row.name,
        provider=row.entry.provider_id,
        provider_code=row.entry.provider.code,
        jurisdiction=row.entry.provider.jurisdiction,
        abstract_chars=0 if said == row.name.strip() else len(said),
        schemes=sum(bool(one) for one in schemes),
        update_cycle=row.update_cycle,
        has_office=bool(row.provider_office.strip()),
        has_system=bool(row.source_system.strip()),
        origins=row.origin_count,  # pyright: ignore[reportAttributeAccessIssue]  # annotated above
        items=len(items),
        items_sized=sum(item.data_type not in _SIZED_TYPES or bool(item.length) for item in items),
        agreement=standards.compliance(standards.fit(standard_item(item), elements_by_name()) for item in items),
        change_due_on=row.due_on if row.change_on and not row.change_done_on else None,
        change_due_provisional=row.due_provisional,
        profile=profile,
    )


def _latest(entries: Collection[UUID]) -> dict[UUID, ProfileFacts]:
    found = dict[UUID, ProfileFacts]()
    for row in DataProfile.objects.filter(entry__in=entries).order_by("filed_at", "id"):
        found[row.entry_id] = ProfileFacts(row.filed_on, row.table, row.rows, row.filled, row.valid)
    return found


def actual_profiles() -> dict[str, dict[str, JsonValue]]:
    """The columns of every profile that its event implies (核对用)."""
    return {
        f"profile {row.id}": {
            "entry": str(row.entry_id), "rows": row.rows, "filled": row.filled, "valid": row.valid,
            "filed_on": row.filed_on.isoformat(),
        }
        for row in DataProfile.objects.order_by("id").iterator(500)
    }  # fmt: skip
