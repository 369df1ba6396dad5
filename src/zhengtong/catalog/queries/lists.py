"""Listings of the catalogue (目录列表): filters, facets, counts, inbox, overdue."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q, QuerySet

from zhengtong.catalog.models import Item, Revision, SourceNaming
from zhengtong.catalog.queries.records import EntryFilters, EntryRow, Facet, Facets, SourceRow
from zhengtong.catalog.queries.rows import CURRENT, OPEN, reviewed_by, revisions, visible
from zhengtong.catalog.queries.rows import rows as as_rows
from zhengtong.catalog.rules import EntryState, ShareType
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.paging import Page, cut, size, sought, whole
from zhengtong.parties.rules import Role
from zhengtong.standards.tables import code_list

TEXT_TERMS_MAX = 8
TEXT_CHARACTERS_MAX = 100
FACET_VALUES_MAX = 200
INBOX_ROWS_MAX = 200
OVERDUE_ROWS_MAX = 1000


def entries(
    *, actor: Actor, filters: EntryFilters | None = None, after: str = "", rows: int | None = None
) -> Page[EntryRow]:
    """A page of entries in order of their code (目录列表).  `after` is the `next_after` of the page before."""
    asked = filters or EntryFilters()
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
    """How many entries each provider, sharing type and theme would leave (分面), its own filter left out."""
    asked = filters or EntryFilters()
    by_provider = _counted(actor, asked, "provider", "entry__provider__code")
    names = dict(
        Revision.objects.filter(entry__provider__code__in=by_provider).values_list(
            "entry__provider__code", "entry__provider__short_name"
        )
    )
    providers = tuple(Facet(code, names.get(code, code), names.get(code, code), n) for code, n in by_provider.items())
    by_type = _counted(actor, asked, "share_type", "share_type")
    types = tuple(Facet(t, t.zh, t.en, by_type[t]) for t in ShareType if by_type.get(t))
    themes = code_list("theme")
    by_theme = _counted(actor, asked, "theme", "theme")
    return Facets(
        providers,
        types,
        tuple(Facet(t, themes.label(t), themes.label(t, lang="en"), n) for t, n in by_theme.items() if t),
    )


def published_counts() -> dict[ShareType, int]:
    """How many published entries there are of each sharing type; figures only, so for anybody."""
    held = dict(Revision.objects.filter(state__in=CURRENT).values_list("share_type").annotate(n=Count("id")).order_by())
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


def _narrowed(actor: Actor, asked: EntryFilters, *, leave_out: str = "") -> Q:
    where = visible(actor) & _in_scope(actor, asked)
    if asked.provider and leave_out != "provider":
        where &= Q(entry__provider__code=sought(asked.provider))
    if asked.share_type and leave_out != "share_type":
        where &= Q(share_type=sought(asked.share_type))
    if asked.theme and leave_out != "theme":
        where &= Q(theme=sought(asked.theme))
    if asked.state:
        where &= Q(state=sought(asked.state))
    for term in _terms(asked.text):
        where &= Q(search_text__contains=term)
    return where


def _in_scope(actor: Actor, asked: EntryFilters) -> Q:
    if asked.scope == "open":
        return Q(state__in=OPEN)
    if asked.scope == "mine":
        return Q(entry__provider=actor.organization, state__in=[*CURRENT, *OPEN])
    return Q(state__in=CURRENT)


def _terms(text: str) -> Iterable[str]:
    return sought(text)[:TEXT_CHARACTERS_MAX].lower().split()[:TEXT_TERMS_MAX]


def _counted(actor: Actor, asked: EntryFilters, leave_out: str, column: str) -> dict[str, int]:
    rows: QuerySet[Revision] = Revision.objects.filter(_narrowed(actor, asked, leave_out=leave_out))
    counted = rows.order_by().values_list(column).annotate(n=Count("id")).order_by("-n", column)
    return dict(counted[:FACET_VALUES_MAX])
