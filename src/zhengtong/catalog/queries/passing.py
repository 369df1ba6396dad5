"""The catalogue as it is passed on (对外目录): to society what is open to it, to departments all that is in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Min, Prefetch

from zhengtong.catalog.models import FacetGroup, Item, Revision, SearchDocument
from zhengtong.catalog.queries.lists import facets
from zhengtong.catalog.queries.records import EntryFilters, EntryRow
from zhengtong.catalog.queries.rows import CURRENT, revisions
from zhengtong.catalog.queries.search import browse, search
from zhengtong.catalog.rules import ShareType
from zhengtong.catalog.rules.federation import Audience, Home, SharedEntry, SharedItem
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.errors import NotAllowed, NotFound
from zhengtong.kernel.paging import Page, cut, size, sought
from zhengtong.parties import queries as parties
from zhengtong.standards.tables import code_list

START_MAX = 1_000  # how deep a search by position goes; beyond it, narrow the question or page by key


@dataclass(frozen=True, slots=True)
class Department:
    """A department and how many entries of it are passed on."""

    code: str
    name: str
    entries: int


def passed_on(
    *, audience: Audience, actor: Actor | None, after: str = "", rows: int | None = None
) -> Page[SharedEntry]:
    """A page of what is passed on, in order of code; `after` is the code of the last entry before.

    Raises:
        NotAllowed: the whole catalogue is asked for by somebody who acts in no role.
    """
    allowed(audience, actor)
    wanted = size(rows)
    found = SearchDocument.objects.filter(in_force=True, guide_code__gt=sought(after)[:64])
    if audience is Audience.SOCIETY:
        found = found.filter(group__in=FacetGroup.objects.filter(open_flag=True))
    ids = list(found.order_by("guide_code").values_list("revision", flat=True)[: wanted + 1])
    return cut([(entry.code, entry) for entry in _shared(ids, audience)], rows=wanted)


def passed_one(*, id: UUID, audience: Audience, actor: Actor | None) -> SharedEntry:
    """One entry as it is passed on.  Raises NotFound: nothing in force under this id that this reader may have."""
    allowed(audience, actor)
    found = Revision.objects.filter(entry=id, state__in=CURRENT)
    if audience is Audience.SOCIETY:
        found = found.filter(open_flag=True)
    shared = _shared(list(found.values_list("id", flat=True)[:1]), audience)
    if not shared:
        raise NotFound("catalog.not_published")
    return shared[0]


def passed_by_code(*, code: str, audience: Audience, actor: Actor | None) -> SharedEntry:
    """One entry by the code people see.  Raises NotFound."""
    found = Revision.objects.filter(entry__guide_code=sought(code)[:64], state__in=CURRENT).values_list("entry_id")
    ids = [row[0] for row in found[:1]]
    if not ids:
        raise NotFound("catalog.not_published")
    return passed_one(id=ids[0], audience=audience, actor=actor)


def open_entries(*, filters: EntryFilters, after: str = "", rows: int | None = None) -> Page[EntryRow]:
    """What is open to society (向社会开放), found by words or in order of code; for anybody."""
    asked = _open(filters)
    listed = search if asked.text.strip() else browse
    return listed(actor=SYSTEM, filters=asked, after=after, rows=rows)


def open_total(*, filters: EntryFilters) -> int:
    """How many entries open to society a question finds."""
    return facets(actor=SYSTEM, filters=_open(filters)).total


def found_on(
    *, filters: EntryFilters, audience: Audience, actor: Actor | None, start: int, rows: int
) -> tuple[int, tuple[SharedEntry, ...]]:
    """How many entries a question finds, and those from a position on (CKAN asks by position).

    Positions beyond `START_MAX` are answered as the end of the list.
    """
    allowed(audience, actor)
    asked = _open(filters) if audience is Audience.SOCIETY else filters
    total = facets(actor=SYSTEM, filters=asked).total
    listed, after, rest, passed = (search if asked.text.strip() else browse), "", rows, 0
    ids: list[UUID] = []
    while passed < min(start, START_MAX) + rows and rest > 0:
        page = listed(actor=SYSTEM, filters=asked, after=after, rows=200)
        taken = page.rows[max(start - passed, 0) :][:rest]
        ids += [row.id for row in taken]
        rest -= len(taken)
        passed += len(page.rows)
        after = page.next_after
        if not after:
            break
    held = Revision.objects.filter(entry__in=ids, state__in=CURRENT).values_list("entry_id", "id")
    by_entry = dict(held)
    return total, _shared([by_entry[one] for one in ids if one in by_entry], audience)


def departments(*, audience: Audience, actor: Actor | None) -> tuple[Department, ...]:
    """The departments whose entries are passed on, those with most of them first."""
    allowed(audience, actor)
    filters = EntryFilters(open="1") if audience is Audience.SOCIETY else EntryFilters()
    held = facets(actor=SYSTEM, filters=filters)
    return tuple(Department(one.value, one.label_zh, one.count) for one in held.providers)


def home(*, base: str) -> Home:
    """Where the catalogue stands and which authority answers for it: the one of the widest region."""
    cards = [card for card in parties.organizations(actor=SYSTEM) if card.is_authority]
    widest = min(
        cards, key=lambda card: (-len(card.jurisdiction) + len(card.jurisdiction.rstrip("0")), card.code), default=None
    )
    if widest is None:
        return Home(base, "authority", "政务数据共享主管部门", "")
    return Home(base, widest.code, widest.name, widest.jurisdiction)


def allowed(audience: Audience, actor: Actor | None) -> None:
    """Let departments have the whole catalogue, and anybody what is open.  Raises NotAllowed."""
    if audience is Audience.GOVERNMENT and (actor is None or not actor.roles):
        raise NotAllowed("parties.sign_in_needed")


def _open(filters: EntryFilters) -> EntryFilters:
    return EntryFilters(text=filters.text, provider=filters.provider, theme=filters.theme, open="1")


def _shared(ids: Sequence[UUID], audience: Audience) -> tuple[SharedEntry, ...]:
    """Revisions as they are passed on, in the order of `ids`: six statements whatever their number."""
    items = Item.objects.order_by("position")
    if audience is Audience.SOCIETY:
        items = items.exclude(share_type=str(ShareType.WITHHELD))
    held = {row.id: row for row in revisions().filter(pk__in=ids).prefetch_related(Prefetch("items", queryset=items))}
    first = Revision.objects.filter(entry__in=[row.entry_id for row in held.values()], published_on__isnull=False)
    issued = dict(first.order_by().values_list("entry").annotate(day=Min("published_on")))
    return tuple(_entry(held[one], issued[held[one].entry_id]) for one in ids if one in held)


def _entry(row: Revision, issued: date) -> SharedEntry:
    provider, themes = row.entry.provider, code_list("theme")
    known = themes.has(row.theme)
    return SharedEntry(
        id=row.entry_id, code=row.entry.guide_code, name=row.name, abstract=row.abstract,
        provider_code=provider.code, provider=provider.name, office=row.provider_office, place=provider.jurisdiction,
        theme=row.theme if known else "", theme_zh=themes.label(row.theme) if known else "",
        theme_en=themes.label(row.theme, lang="en") if known else "", format=row.format, cycle=row.update_cycle,
        share_type=ShareType(row.share_type), share_modes=tuple(row.share_modes), conditions=row.conditions,
        open_flag=row.open_flag, open_conditions=row.open_conditions, legal_basis=row.legal_basis, version=row.number,
        issued_on=issued, modified_on=row.published_on or issued,
        items=tuple(
            SharedItem(item.code, item.name, item.data_type, item.length, ShareType(item.share_type))
            for item in row.items.all()
        ),
    )  # fmt: skip
