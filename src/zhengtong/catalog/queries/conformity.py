"""How entries agree with the standards (标准符合性): data elements, other profiles, grading advice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count

from zhengtong.catalog.models import Item, Revision
from zhengtong.catalog.queries import drafts
from zhengtong.catalog.queries.rows import CURRENT, revisions
from zhengtong.catalog.rules import entry_values
from zhengtong.kernel.actors import Actor
from zhengtong.parties import queries as parties
from zhengtong.standards import rules as standards
from zhengtong.standards.rules import Compliance, Finding, Fit, GradeAdvice, ItemFit
from zhengtong.standards.tables import elements_by_name, profile

ITEMS_MAX = 20_000  # of one department
GROUPS_MAX = 200_000  # kinds of items looked at for the whole catalogue
LINES_MAX = 5_000
_ALIKE = ("revision__entry__provider__code", "name", "data_type", "length", "code_list", "is_personal")


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


@dataclass(frozen=True, slots=True)
class ConformityOverview:
    """All departments; `partly`: there is more than one answer looks at."""

    lines: tuple[DepartmentConformity, ...]
    partly: bool


def entry_conformity(*, revision: UUID) -> EntryConformity:
    """How one revision agrees; no actor, for the page that has let its reader in."""
    row = revisions().prefetch_related("items").get(pk=revision)
    items = [standard_item(item) for item in row.items.all()]
    fits = tuple(standards.fit(item, elements_by_name()) for item in items)
    advice = standards.advise(items, elements_by_name(), is_open=row.open_flag)
    return EntryConformity(standards.compliance(fits), fits, advice, row.data_grade)


def conformity_of_departments(*, actor: Actor) -> ConformityOverview:
    """Every department with entries in force, the one with most to mend first; for whoever acts in a role.

    Items alike in one department are looked at once: a catalogue of a hundred thousand entries is one statement.
    """
    if not actor.roles:
        return ConformityOverview((), partly=False)
    current = Item.objects.filter(revision__state__in=CURRENT)
    alike = current.order_by().values(*_ALIKE).annotate(n=Count("id")).order_by("revision__entry__provider__code")
    counts, read = dict[str, Compliance](), 0
    for row in alike[:GROUPS_MAX].iterator(chunk_size=2000):
        found = standards.fit(_item_of(row), elements_by_name()).fit
        code, read = row["revision__entry__provider__code"], read + 1
        counts[code] = counts.get(code, Compliance()).with_more(found, row["n"])
    entries = dict(
        current.order_by().values_list("revision__entry__provider__code").annotate(n=Count("revision", distinct=True))
    )
    names = parties.short_names(codes=counts)
    lines = (DepartmentConformity(code, names[code], entries.get(code, 0), held) for code, held in counts.items())
    return ConformityOverview(
        tuple(sorted(lines, key=lambda line: (-line.counts.deviating, line.code))), partly=read >= GROUPS_MAX
    )


def _item_of(row: Mapping[str, Any]) -> standards.Item:
    """An item from a line of `_ALIKE`; Any: what `values` gives."""
    return standards.Item(row["name"], row["data_type"], row["length"], row["code_list"], row["is_personal"])


def deviations(*, department: str, actor: Actor) -> tuple[DeviationLine, ...]:
    """The items of a department's entries in force that are not standard, by code; for whoever acts in a role."""
    if not actor.roles:
        return ()
    fits = ((item, standards.fit(standard_item(item), elements_by_name())) for item in _items(department))
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


def standard_item(row: Item) -> standards.Item:
    """An item as the standards look at it."""
    return standards.Item(row.name, row.data_type, row.length, row.code_list, row.is_personal)
