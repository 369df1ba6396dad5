"""Facts about materials that may be breaches (线索): asked for though shared, collected by many without a source.

No actor: control plane queries for the area that watches; it scopes what it shows by itself.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.catalog.models import MatterDocument, SourceNaming
from zhengtong.catalog.rules import DocumentDirection
from zhengtong.kernel.clock import BEIJING
from zhengtong.parties.rules import region_chain

FACTS_MAX = 1_000  # a run


@dataclass(frozen=True, slots=True)
class AskedMaterial:
    """A material that an entry gives and that applicants are still asked for (条例 第十九条)."""

    document: UUID
    name: str
    matter_code: str
    matter: str
    organization: UUID
    jurisdiction: str
    entry: UUID
    provider: UUID
    shared_since: date


@dataclass(frozen=True, slots=True)
class UnsourcedMaterial:
    """A material that several departments of a place collect, none of them named its source (条例 第十九条)."""

    document: UUID  # the first one's
    name: str
    jurisdiction: str
    organizations: tuple[str, ...]  # short names
    since: date  # when the second department began


def asked_though_shared() -> tuple[AskedMaterial, ...]:
    """Every such material, whether or not its department holds a grant."""
    rows = MatterDocument.objects.filter(entry__isnull=False, ended_on=None).select_related(
        "matter__duty__organization", "entry"
    )
    return tuple(
        AskedMaterial(
            row.id, row.name, row.matter.code, row.matter.name, row.matter.duty.organization_id,
            row.matter.duty.organization.jurisdiction, row.entry_id, row.entry.provider_id, row.shared_since,
        )
        for row in rows.order_by("matter__code", "name")[:FACTS_MAX]
        if row.entry_id and row.entry and row.shared_since
    )  # fmt: skip


def unsourced() -> tuple[UnsourcedMaterial, ...]:
    """Materials of organs, collected by two or more departments of a place, that no organ gives out as a result."""
    rows = MatterDocument.objects.filter(
        direction=str(DocumentDirection.MATERIAL), official=True, entry=None, ended_on=None
    ).select_related("matter__duty__organization")
    results = MatterDocument.objects.filter(direction=str(DocumentDirection.RESULT)).values("name")
    groups = defaultdict[tuple[str, str], dict[UUID, MatterDocument]](dict)
    for row in rows.exclude(name__in=results).order_by("name", "added_on", "id")[:FACTS_MAX]:
        held = row.matter.duty.organization
        groups[held.jurisdiction, row.name].setdefault(held.id, row)
    named = set(SourceNaming.objects.values_list("jurisdiction", "item_name"))
    found = list[UnsourcedMaterial]()
    for (place, name), by_organ in groups.items():
        if len(by_organ) < 2 or any((above, name) in named for above in region_chain(place)):
            continue
        first, second, *_ = by_organ.values()
        organs = tuple(row.matter.duty.organization.short_name for row in by_organ.values())
        found.append(UnsourcedMaterial(first.id, name, place, organs, second.added_on))
    return tuple(found)


def sources_named(items: Collection[str]) -> set[tuple[str, UUID]]:
    """Which department is the named source of these items: pairs of item and department."""
    rows = SourceNaming.objects.filter(item_name__in=items)
    return set(rows.values_list("item_name", "entry__provider"))


def settled_materials(documents: Iterable[UUID]) -> dict[UUID, date]:
    """Of these materials, which are no longer asked for, and since when."""
    rows = MatterDocument.objects.filter(pk__in=set(documents), ended_on__isnull=False)
    return {document: day for document, day in rows.values_list("id", "ended_on") if day}


def sourced_since(documents: Iterable[UUID]) -> dict[UUID, date]:
    """Of these materials, which have a source, an entry or an end by now, and since when."""
    rows = MatterDocument.objects.filter(pk__in=set(documents)).values_list("id", "name", "shared_since", "ended_on")
    held = list(rows)
    namings = SourceNaming.objects.filter(item_name__in={name for _, name, _, _ in held})
    named = {name: at.astimezone(BEIJING).date() for name, at in namings.values_list("item_name", "named_at")}
    return {document: day for document, name, shared, ended in held if (day := ended or shared or named.get(name))}
