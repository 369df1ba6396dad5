"""Listings of the catalogue (目录列表): filters, facets, counts, inbox, overdue."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Q, Sum

from zhengtong.catalog.models import FacetGroup, Item, SourceNaming
from zhengtong.catalog.queries.records import EntryFilters, EntryRow, Facet, Facets, SourceRow
from zhengtong.catalog.queries.rows import CURRENT, OPEN, reviewed_by, revisions, visible
from zhengtong.catalog.queries.rows import rows as as_rows
from zhengtong.catalog.queries.search import browse, counted, holding, may_search, search
from zhengtong.catalog.rules import EntryState, ShareType
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.paging import Page, cut, size, sought, whole
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Level, Role
from zhengtong.standards import queries as standards
from zhengtong.standards.tables import code_list

FACET_VALUES_MAX = 200
INBOX_ROWS_MAX = 200
OVERDUE_ROWS_MAX = 1000
COLUMNS = {
    "provider": "entry__provider__code",
    "share_type": "share_type",
    "theme": "theme",
    "cycle": "update_cycle",
    "level": "entry__provider__level",
    "place": "entry__provider__jurisdiction",
    "state": "state",
}
LEVEL_LABELS = {
    Level.NATION: ("国家", "National"),
    Level.PROVINCE: ("省级", "Province"),
    Level.CITY: ("市级", "City"),
    Level.COUNTY: ("区县级", "County"),
    Level.TOWNSHIP: ("乡镇级", "Township"),
}


def entries(
    *, actor: Actor, filters: EntryFilters | None = None, after: str = "", rows: int | None = None
) -> Page[EntryRow]:
    """A page of entries in order of their code (目录列表); with a text in force, best hits first.

    `after` is the `next_after` of the page before.
    """
    asked = filters or EntryFilters()
    if asked.scope == "published" and not asked.state:
        listed = search if asked.text.strip() else browse
        return listed(actor=actor, filters=asked, after=after, rows=rows)
    wanted = size(rows)
    found = revisions().filter(_narrowed(actor, asked)).order_by("entry__guide_code", "number")
    if after:
        code, _, number = sought(after).rpartition("~")
        same = Q(entry__guide_code=code, number__gt=whole(number) or 0)
        found = found.filter(
            Q(entry__guide_code__gt=code) | same, entry__guide_code__gte=code
        )  # the second uses the index
    return cut([(f"{r.guide_code}~{r.version}", r) for r in as_rows(found[: wanted + 1])], rows=wanted)


def facets(*, actor: Actor, filters: EntryFilters | None = None) -> Facets:
    """How many entries in force each value would leave (分面), its own filter left out."""
    if not may_search(actor):
        return Facets()
    counts = counted(filters or EntryFilters())
    by_provider = _most(counts.get("provider", {}))
    names = parties.short_names(codes=by_provider)
    by_place = _most(counts.get("place", {}))
    places = standards.region_names(by_place)
    levels = counts.get("level", {})
    return Facets(
        total=sum(counts.get("", {}).values()),
        providers=tuple(
            Facet(code, names.get(code, code), names.get(code, code), n) for code, n in by_provider.items()
        ),
        share_types=tuple(
            Facet(t, t.zh, t.en, counts["share_type"][t]) for t in ShareType if counts.get("share_type", {}).get(t)
        ),
        cycles=_coded("update_cycle", counts.get("cycle", {})),
        themes=_coded("theme", counts.get("theme", {})),
        opens=tuple(Facet("1", "向社会开放", "Open to the public", n) for v, n in counts.get("open", {}).items() if v),
        levels=tuple(Facet(v, *LEVEL_LABELS[v], levels[v]) for v in Level if levels.get(v)),
        places=tuple(
            Facet(code, places[code], places[code], n) for code, n in by_place.items() if places[code] != code
        ),
    )


def _most(counts: Mapping[str, int]) -> dict[str, int]:
    """The values with most entries first."""
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:FACET_VALUES_MAX])


def _coded(list_id: str, counts: Mapping[str, int]) -> tuple[Facet, ...]:
    held = code_list(list_id)
    return tuple(
        Facet(code, held.label(code), held.label(code, lang="en"), n) for code, n in _most(counts).items() if code
    )


def published_counts() -> dict[ShareType, int]:
    """How many published entries there are of each sharing type; figures only, so for anybody."""
    held = dict(FacetGroup.objects.values_list("share_type").annotate(n=Sum("held")).order_by())
    return {share: held.get(str(share), 0) for share in ShareType}


def inbox(*, actor: Actor) -> tuple[EntryRow, ...]:
    """What waits for this actor, most urgent first (待办): returned drafts, signatures, reviews, due updates."""
    turns = Q(pk__in=())
    if actor.has(Role.DATA_OFFICER):
        waits = Q(state=EntryState.RETURNED) | Q(state=EntryState.CHANGE_DUE, change_done_on=None)
        turns |= waits & Q(entry__provider=actor.organization)
    if actor.has(Role.DEPARTMENT_HEAD):
        turns |= Q(state=EntryState.DEPT_REVIEW, entry__provider=actor.organization)
    under = reviewed_by(actor)
    if under and actor.has(Role.AUTHORITY_REVIEWER):
        turns |= Q(state__in=[EntryState.SUBMITTED, EntryState.AUTHORITY_REVIEW], entry__provider__in=under)
    if under and actor.has(Role.AUTHORITY_LEADER):  # the authority's own entries need its leader
        turns |= Q(state=EntryState.AUTHORITY_REVIEW, entry__provider=actor.organization)
    found = as_rows(revisions().filter(turns).order_by("entry__guide_code")[:INBOX_ROWS_MAX])
    return tuple(sorted(found, key=lambda r: (r.due_on or date.max, r.guide_code)))


def overdue(*, on: date, actor: Actor) -> tuple[EntryRow, ...]:
    """Reviews and updates past their due date, longest first (超期); provisional dates are never overdue."""
    late = Q(due_on__lt=on, due_provisional=False)
    return as_rows(revisions().filter(late, visible(actor)).order_by("due_on")[:OVERDUE_ROWS_MAX])


def item_holders(*, name: str, actor: Actor) -> tuple[SourceRow, ...]:
    """Which published entries list an item of a name, and which is named its source (同名信息项)."""
    if not actor.roles:
        return ()
    named = set(SourceNaming.objects.filter(item_name=name).values_list("entry_id", flat=True))
    found = Item.objects.filter(name=name, revision__state__in=CURRENT).select_related("revision__entry__provider")
    rows = (
        (i.revision.entry, i.revision.name) for i in found.order_by("revision__entry__guide_code")[:FACET_VALUES_MAX]
    )
    return tuple(SourceRow(e.id, e.guide_code, title, e.provider.short_name, e.id in named) for e, title in rows)


def _narrowed(actor: Actor, asked: EntryFilters) -> Q:
    where = visible(actor) & _in_scope(actor, asked)
    for name, column in COLUMNS.items():
        if value := sought(getattr(asked, name)):
            where &= Q(**{column: value})
    if asked.open:
        where &= Q(open_flag=True)
    return where & holding(asked.text) if asked.text.strip() else where


def _in_scope(actor: Actor, asked: EntryFilters) -> Q:
    if asked.scope == "open":
        return Q(state__in=OPEN)
    if asked.scope == "mine":
        return Q(entry__provider=actor.organization, state__in=[*CURRENT, *OPEN])
    return Q(state__in=CURRENT)
