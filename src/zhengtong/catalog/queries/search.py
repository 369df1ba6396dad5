"""Search in what is in force (目录检索): ranked hits, exact facets, and advice where nothing is found.

The statements below are the same for both stores but for the condition on the tokens, which comes from
`search.stores`.  What may be seen is decided before any of them runs: the whole catalogue in force, or nothing.
"""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from zhengtong.catalog.models import FacetGroup, SearchDocument
from zhengtong.catalog.queries.records import Advice, EntryFilters, EntryRow, HitNote, WordCount
from zhengtong.catalog.queries.rows import revisions
from zhengtong.catalog.queries.rows import rows as as_rows
from zhengtong.catalog.search import tokens, words
from zhengtong.catalog.search.places import GROUP_MASK, IN_WORK, SERIAL_BITS, SERIAL_MASK, serial_of
from zhengtong.catalog.search.port import FIELDS, TIERS, Match
from zhengtong.catalog.search.stores import store
from zhengtong.catalog.search.tokens import Question
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.paging import Page, cut, size, sought, whole

NOTE_ITEMS_MAX = 4
EXCERPT_BEFORE, EXCERPT_CHARACTERS = 12, 60
ADVICE_WORDS_MAX = 6
COLUMNS = {  # filter → column of the table of groups
    "provider": "provider",
    "share_type": "share_type",
    "cycle": "cycle",
    "theme": "theme",
    "open": "CASE WHEN open_flag THEN '1' ELSE '' END",
    "level": "level",
    "place": "jurisdiction",
}
GROUP_FIELDS = {name: column for name, column in COLUMNS.items() if name != "open"}
Values = list[str | int]
_BEGINNING = (0, -1)  # tier and place before the first hit


def understood(text: str) -> Question:
    """What somebody typed, as this catalogue understands it."""
    return tokens.question(sought(text), words.cut)


def may_search(actor: Actor) -> bool:
    """Whether an actor sees what is in force: whoever acts in a role, and the system."""
    return bool(actor.roles)


def search(*, actor: Actor, filters: EntryFilters, after: str = "", rows: int | None = None) -> Page[EntryRow]:
    """Entries in force that hold what is asked, best first: all of it in the name, then in items, then anywhere.

    `after` is the `next_after` of the page before.  Within a rank shorter names come first.
    """
    asked = understood(filters.text)
    if not asked or not may_search(actor):
        return Page(rows=(), next_after="")
    wanted, start = size(rows), _started(after)
    loose = start != _BEGINNING and is_loose(asked)
    found = _ranked(asked, filters, start, rows=wanted + 1, loose=loose)
    if not found and start == _BEGINNING and _nothing_strictly(asked, filters):
        found = _ranked(asked, filters, start, rows=wanted + 1, loose=True)
    return cut(_as_page(found), rows=wanted)


def _ranked(
    asked: Question, filters: EntryFilters, start: tuple[int, int], *, rows: int, loose: bool
) -> list[tuple[int, int]]:
    """Tier and place of the best hits behind a start, no more than needed of each tier."""
    (tier, place), found = start, list[tuple[int, int]]()
    while tier < len(TIERS) and len(found) < rows:
        match = _in_tier(asked, tier, loose=loose)
        found += [(tier, at) for at in _places(match, filters, above=place, rows=rows - len(found))]
        tier, place = tier + 1, -1
    return found


def browse(*, actor: Actor, filters: EntryFilters, after: str = "", rows: int | None = None) -> Page[EntryRow]:
    """Entries in force in order of their code, narrowed by values alone; `after` is a code."""
    if not may_search(actor):
        return Page(rows=(), next_after="")
    wanted = size(rows)
    chosen = {column: sought(str(getattr(filters, name))) for name, column in GROUP_FIELDS.items()}
    found = SearchDocument.objects.filter(in_force=True, guide_code__gt=sought(after).partition("~")[0])
    if filters.narrowed:
        is_open = {"open_flag": True} if filters.open else {}
        values = {column: value for column, value in chosen.items() if value}
        found = found.filter(group__in=FacetGroup.objects.filter(**values, **is_open))
    ids = list(found.order_by("guide_code").values_list("revision", flat=True)[: wanted + 1])
    held = revisions().filter(pk__in=ids).order_by("entry__guide_code")
    return cut([(row.guide_code, row) for row in as_rows(held)], rows=wanted)


def found_loosely(text: str) -> bool:
    """Whether a text is found by its words alone, since nothing holds all of it as written."""
    return is_loose(understood(text))


def is_loose(asked: Question) -> bool:
    """Whether nothing holds all of it as written, so that its words alone must do (放宽匹配)."""
    if asked.loose == asked.strict:
        return False
    here, match = store(connection.vendor), _anywhere(asked, loose=False)
    where = f"{match.condition} AND {here.place} < {IN_WORK}"
    return not _run(f"SELECT 1 FROM {here.source} WHERE {where} LIMIT 1", [match.value])  # noqa: S608 -- own names


def _nothing_strictly(asked: Question, filters: EntryFilters) -> bool:
    """The same once nothing was found: without filters that is known, with them they may be why."""
    return is_loose(asked) if filters.narrowed else asked.loose != asked.strict


def counted(filters: EntryFilters) -> dict[str, dict[str, int]]:
    """Per filter, how many hits each value leaves, its own filter left out; and the total under ""."""
    asked = understood(filters.text)
    if filters.text.strip() and not asked:
        return {}
    found = _counted(asked, filters, loose=False)
    return _counted(asked, filters, loose=True) if not found and _nothing_strictly(asked, filters) else found


def _counted(asked: Question, filters: EntryFilters, *, loose: bool) -> dict[str, dict[str, int]]:
    hits, values = _hits(asked, loose=loose)
    parts, more = list[str](), Values()
    for name in ("", *COLUMNS):
        where, given = _chosen(filters, leave_out=name)
        shown = COLUMNS[name] if name else "''"
        parts.append(f"SELECT '{name}', {shown}, sum(n) FROM g WHERE {where} GROUP BY 2")  # noqa: S608 -- names of our own
        more += given
    grouped = "SELECT f.*, hits.n FROM hits JOIN catalog_facetgroup f ON f.id = hits.grp"
    with_ = f"WITH hits AS MATERIALIZED ({hits}), g AS MATERIALIZED ({grouped})"
    found: dict[str, dict[str, int]] = {}
    for name, value, n in _run(f"{with_} {' UNION ALL '.join(parts)}", [*values, *more]):
        found.setdefault(str(name), {})[str(value)] = int(n)
    return found


def notes(*, found: Sequence[EntryRow], text: str) -> dict[str, HitNote]:
    """Per guide code, where beside the name the words stand: two queries for a whole page."""
    marks = [mark for mark in understood(text).marks if len(mark) > 1 or not mark.isascii()]
    if not marks or not found:
        return {}
    held = revisions().filter(entry__in=[r.id for r in found], document__in_force=True).prefetch_related("items")
    told = dict[str, HitNote]()
    for revision in held:
        names = [item.name for item in revision.items.all() if _holds(item.name, marks)]
        excerpt = _excerpt(revision.abstract, marks)
        if names or excerpt:
            told[revision.entry.guide_code] = HitNote(tuple(names[:NOTE_ITEMS_MAX]), excerpt)
    return told


def advice(*, actor: Actor, filters: EntryFilters) -> Advice:
    """What would find something where a search found nothing."""
    if not may_search(actor):
        return Advice((), 0)
    alone = list(dict.fromkeys([*filters.text.split(), *_longer(understood(filters.text).marks)]))[:ADVICE_WORDS_MAX]
    counts = [WordCount(word, _total(EntryFilters(text=word))) for word in alone if word != filters.text.strip()]
    without = _total(EntryFilters(text=filters.text)) if filters.narrowed else 0
    return Advice(tuple(one for one in counts if one.count), without)


def holding(text: str) -> Q:
    """Revisions, in force or not, whose document holds a text; none where it asks nothing."""
    asked = understood(text)
    if not asked:
        return Q(pk__in=())
    here, match = store(connection.vendor), _anywhere(asked, loose=False)
    serials = f"SELECT {here.place} & {SERIAL_MASK} FROM {here.source} WHERE {match.condition}"  # noqa: S608 -- own names
    return Q(document__in=RawSQL(f"({serials})", [match.value]))  # noqa: S611 -- the value is bound


def _longer(marks: Sequence[str]) -> list[str]:
    return [mark for mark in marks if len(mark) > 1]


def _total(filters: EntryFilters) -> int:
    return sum(counted(filters).get("", {}).values())


def _started(after: str) -> tuple[int, int]:
    tier, _, place = after.partition("~")
    at = int(place) if place.isascii() and place.isdigit() and len(place) < 20 else -1
    return (whole(tier) or 0, at) if at >= 0 else _BEGINNING


def _in_tier(asked: Question, tier: int, *, loose: bool) -> Match:
    before = TIERS[tier - 1] if tier else ()
    return store(connection.vendor).matching(asked, TIERS[tier], before, loose)


def _anywhere(asked: Question, *, loose: bool) -> Match:
    return store(connection.vendor).matching(asked, FIELDS, (), loose)


def _places(match: Match, filters: EntryFilters, *, above: int, rows: int) -> list[int]:
    here = store(connection.vendor)
    where, given = _chosen(filters)
    narrowed = ""
    if given:
        group = f"(({here.place} >> {SERIAL_BITS}) & {GROUP_MASK})"
        narrowed = f" AND {group} IN (SELECT id FROM catalog_facetgroup WHERE {where})"  # noqa: S608 -- own names
    within = f"{match.condition} AND {here.place} > %s AND {here.place} < {IN_WORK}{narrowed}"
    order = f"ORDER BY {here.place} LIMIT {rows}"
    statement = f"SELECT {here.place} FROM {here.source} WHERE {within} {order}"  # noqa: S608 -- own names
    return [int(place) for (place,) in _run(statement, [match.value, above, *given])]


def _hits(asked: Question, *, loose: bool) -> tuple[str, Values]:
    """The hits counted by group."""
    if not asked:
        return "SELECT id AS grp, held AS n FROM catalog_facetgroup WHERE held > 0", []
    here, match = store(connection.vendor), _anywhere(asked, loose=loose)
    group = f"(({here.place} >> {SERIAL_BITS}) & {GROUP_MASK})"
    where = f"{match.condition} AND {here.place} < {IN_WORK}"
    statement = f"SELECT {group} AS grp, count(*) AS n FROM {here.source} WHERE {where} GROUP BY 1"  # noqa: S608 -- own names
    return statement, [match.value]


def _chosen(filters: EntryFilters, *, leave_out: str = "") -> tuple[str, Values]:
    """The condition on groups that the chosen values make."""
    chosen = {name: sought(str(getattr(filters, name))) for name in COLUMNS if name != leave_out}
    held = {name: value for name, value in chosen.items() if value}
    where = " AND ".join(f"{COLUMNS[name]} = %s" for name in held)
    return where or "1 = 1", list(held.values())


def _as_page(found: Sequence[tuple[int, int]]) -> list[tuple[str, EntryRow]]:
    serials = [serial_of(place) for _, place in found]
    documents = dict(SearchDocument.objects.filter(pk__in=serials).values_list("id", "revision_id"))
    held = list(revisions().filter(pk__in=documents.values()))
    shown = dict(zip((revision.id for revision in held), as_rows(held), strict=True))
    keyed = (
        (f"{tier}~{place}", documents[serial]) for tier, place in found if (serial := serial_of(place)) in documents
    )
    return [(key, shown[revision]) for key, revision in keyed if revision in shown]


def _holds(text: str, marks: Sequence[str]) -> bool:
    flat = tokens.folded(text)
    return any(mark in flat for mark in marks)


def _excerpt(text: str, marks: Sequence[str]) -> str:
    flat = text.casefold()
    at = min((flat.find(mark) for mark in marks if mark in flat), default=-1)
    if at < 0:
        return ""
    start = max(at - EXCERPT_BEFORE, 0)
    end = start + EXCERPT_CHARACTERS
    return ("…" if start else "") + text[start:end].strip() + ("…" if end < len(text) else "")


def _run(statement: str, values: Sequence[str | int]) -> list[tuple[str | int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return cursor.fetchall()
