"""How entries agree with the standards (标准符合性): data elements, other profiles, grading advice."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from zhengtong.catalog.models import Item, Revision
from zhengtong.catalog.queries import drafts
from zhengtong.catalog.queries.rows import CURRENT, revisions
from zhengtong.catalog.rules import entry_values
from zhengtong.kernel.actors import Actor
from zhengtong.standards import rules as standards
from zhengtong.standards.rules import Compliance, Finding, Fit, GradeAdvice, ItemFit
from zhengtong.standards.tables import elements_by_name, profile

ITEMS_MAX = 20_000  # looked at for one answer
LINES_MAX = 5_000


@dataclass(frozen=True, slots=True)
class EntryConformity:
    """How the items of one entry agree, and which grade they deserve."""

    counts: Compliance
    fits: tuple[ItemFit, ...]
    advice: GradeAdvice
    stated_grade: str

    @property
    def graded_low(self) -> bool:
        """Whether the advice is above the grade that is stated."""
        return self.advice.above(self.stated_grade)


@dataclass(frozen=True, slots=True)
class ProfileCheck:
    """What an entry lacks under a profile."""

    title: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class DeviationLine:
    """One item that is not standard, with its fix (不一致的信息项)."""

    entry: UUID
    code: str
    name: str
    fit: ItemFit


@dataclass(frozen=True, slots=True)
class DepartmentConformity:
    """One department's entries in force."""

    code: str
    name: str
    entries: int
    counts: Compliance


def entry_conformity(*, revision: UUID) -> EntryConformity:
    """How one revision agrees; no actor, for the page that has let its reader in."""
    row = revisions().prefetch_related("items").get(pk=revision)
    items = [_item(item) for item in row.items.all()]
    fits = tuple(standards.fit(item, elements_by_name()) for item in items)
    advice = standards.advise(items, elements_by_name(), is_open=row.open_flag)
    return EntryConformity(standards.compliance(fits), fits, advice, row.data_grade)


def conformity_of_departments(*, actor: Actor) -> tuple[DepartmentConformity, ...]:
    """Every department with entries in force, the one with most to mend first; for whoever acts in a role."""
    if not actor.roles:
        return ()
    fits, entries = defaultdict[tuple[str, str], list[ItemFit]](list), defaultdict[tuple[str, str], set[UUID]](set)
    for item in _items():
        provider = item.revision.entry.provider
        held = (provider.code, provider.short_name)
        fits[held].append(standards.fit(_item(item), elements_by_name()))
        entries[held].add(item.revision.entry_id)
    lines = (
        DepartmentConformity(code, name, len(entries[code, name]), standards.compliance(found))
        for (code, name), found in fits.items()
    )
    return tuple(sorted(lines, key=lambda line: (-line.counts.deviating, line.code)))


def deviations(*, department: str, actor: Actor) -> tuple[DeviationLine, ...]:
    """The items of a department's entries in force that are not standard, by code; for whoever acts in a role."""
    if not actor.roles:
        return ()
    fits = ((item, standards.fit(_item(item), elements_by_name())) for item in _items(department))
    return tuple(
        DeviationLine(item.revision.entry_id, item.revision.entry.guide_code, item.revision.name, found)
        for item, found in fits
        if found.fit is Fit.DEVIATES
    )[:LINES_MAX]


def profile_check(*, revision: UUID, profile_id: str) -> ProfileCheck:
    """What a revision lacks under one of the shipped profiles; no actor, for the operator.  Raises NotFound."""
    row = revisions().prefetch_related("items", "origins").get(pk=revision)
    values = entry_values(drafts.read(row), provider_name=row.entry.provider.name)
    derived = {
        "metadata_identifier": str(row.entry_id),
        "published_on": row.published_on.isoformat() if row.published_on else "",
        "updated_on": row.updated_at.date().isoformat(),
    }
    held = profile(profile_id)
    return ProfileCheck(held.title, standards.check({**values, **derived}, held))


def revision_in_force(*, entry: UUID) -> UUID | None:
    """The revision of an entry that is in force."""
    return Revision.objects.filter(entry=entry, state__in=CURRENT).values_list("id", flat=True).first()


def _items(department: str = "") -> Iterable[Item]:
    rows = Item.objects.filter(revision__state__in=CURRENT).select_related("revision__entry__provider")
    rows = rows.filter(revision__entry__provider__code=department) if department else rows
    return rows.order_by("revision__entry__guide_code", "position")[:ITEMS_MAX].iterator(chunk_size=2000)


def _item(row: Item) -> standards.Item:
    return standards.Item(row.name, row.data_type, row.length, row.code_list, row.is_personal)
