"""Search in what is in force (目录检索): ranked hits, exact facets, and advice where nothing is found.

The statements below are the same for both stores but for the condition on the tokens, which comes from
`search.stores`.  What may be seen is decided before any of them runs: the whole catalogue in force, or nothing.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from zhengtong.catalog.models import FacetGroup, SearchDocument
from zhengtong.catalog.queries import groups
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


class Reading(StrEnum):
    """How a question is taken (检索方式)."""

    WRITTEN = "written"  # 按原文
    SOUND = "sound"  # 按读音
    WORDS = "words"  # 按词


Counts = dict[str, dict[str, int]]  # per kind, hits by value; the total under ""
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
    said = asked if start == _BEGINNING else _held_by(asked)[1]
    found = _ranked(said, filters, start, rows=wanted + 1)
    if not found and start == _BEGINNING and (other := _instead(asked, filters)):
        found = _ranked(other, filters, start, rows=wanted + 1)
    return cut(_as_page(found), rows=wanted)


def _ranked(asked: Question, filters: EntryFilters, start: tuple[int, int], *, rows: int) -> list[tuple[int, int]]:
    """Tier and place of the best hits behind a start, no more than needed of each tier.

    The first tier alone often fills a page; if not, the others are asked for at once.
    """
    tier, place = start
    if tier >= len(TIERS):
        return []
    found = _places(asked, filters, (tier,), above=place, rows=rows)
    if len(found) < rows and tier + 1 < len(TIERS):
        found += _places(asked, filters, tuple(range(tier + 1, len(TIERS))), above=-1, rows=rows - len(found))
    return found[:rows]


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


def taken_as(text: str) -> Reading:
    """How a text was taken: as it stands; by its sound where nothing holds all of it; by its words alone."""
    return _held_by(understood(text))[0]


def _readings(asked: Question) -> Iterator[tuple[Reading, Question]]:
    """A question as it may be taken, the closest first."""
    yield Reading.WRITTEN, asked
    if heard := tokens.by_sound(asked, words.readings):
        yield Reading.SOUND, heard
    if apart := tokens.by_words(asked):
        yield Reading.WORDS, apart


def _held_by(asked: Question, *, known: int = 0) -> tuple[Reading, Question]:
    """The closest reading that something in force holds; the last where nothing does.

    `known`: of so many readings it is known that nothing holds them.
    """
    here, readings = store(connection.vendor), list(_readings(asked))
    for reading, said in readings[known:-1]:
        match = _anywhere(said)
        where = f"{match.condition} AND {here.place} < {IN_WORK}"
        if _run(f"SELECT 1 FROM {here.source} WHERE {where} ORDER BY {here.in_order} LIMIT 1", [match.value]):  # noqa: S608 -- own names
            return reading, said
    return readings[-1]


def _instead(asked: Question, filters: EntryFilters) -> Question | None:
    """Another reading for a question that found nothing; None where something holds it and filters are why."""
    reading, said = _held_by(asked, known=0 if filters.narrowed else 1)
    return None if reading is Reading.WRITTEN else said


def counted(filters: EntryFilters, *, kinds: Sequence[str] = tuple(COLUMNS)) -> Counts:
    """Per filter, how many hits each value leaves, its own filter left out; and the total under ""."""
    asked = understood(filters.text)
    if filters.text.strip() and not asked:
        return {}
    found = _counted(asked, filters, kinds)
    if not found and asked and (other := _instead(asked, filters)):
        return _counted(other, filters, kinds)
    return found


def _counted(asked: Question, filters: EntryFilters, kinds: Sequence[str]) -> Counts:
    """Counts by value, from the hits of each group: what a group stands for never changes, so it is read once."""
    chosen = {at: value for at, name in enumerate(COLUMNS) if (value := sought(str(getattr(filters, name))))}
    named = _anywhere(asked).value if asked else ""
    return groups.remembered(f"{named} {chosen} {kinds}", lambda: _by_value(_hits(asked), chosen, kinds))


def _by_value(hits: groups.Hits, chosen: dict[int, str], kinds: Sequence[str]) -> Counts:
    known = groups.values_of(hits)
    every, but_one = dict[int, int](), dict[int, dict[int, int]]()
    for group, n in hits.items():
        values = known.get(group)
        if values is None:  # the catalogue was made anew this very moment
            continue
        others = [at for at, value in chosen.items() if values[at] != value]
        if not others:
            every[group] = n
        elif len(others) == 1:  # forbidden by one choice alone, which its own kind leaves out
            but_one.setdefault(others[0], {})[group] = n
    found = {"": {"": sum(every.values())} if every else {}}
    for at, name in enumerate(COLUMNS):
        if name in kinds:
            found[name] = counts = dict[str, int]()
            for group, n in (*every.items(), *but_one.get(at, {}).items()):
                value = known[group][at]
                counts[value] = counts.get(value, 0) + n
    return {name: counts for name, counts in found.items() if counts}


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
    here, match = store(connection.vendor), _anywhere(asked)
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


def _in_tier(asked: Question, tier: int) -> Match:
    before = TIERS[tier - 1] if tier else ()
    return store(connection.vendor).matching(asked, TIERS[tier], before)


def _anywhere(asked: Question) -> Match:
    return store(connection.vendor).matching(asked, FIELDS, ())


def _places(
    asked: Question, filters: EntryFilters, tiers: tuple[int, ...], *, above: int, rows: int
) -> list[tuple[int, int]]:
    """Tier and place of the best hits of some tiers, in one statement."""
    here = store(connection.vendor)
    where, given = _chosen(filters)
    narrowed = ""
    if given:
        group = f"(({here.place} >> {SERIAL_BITS}) & {GROUP_MASK})"
        narrowed = f" AND {group} IN (SELECT id FROM catalog_facetgroup WHERE {where})"  # noqa: S608 -- own names
    parts, values = list[str](), Values()
    for tier in tiers:
        match = _in_tier(asked, tier)
        within = f"{match.condition} AND {here.place} > %s AND {here.place} < {IN_WORK}{narrowed}"
        ordered = (
            f"SELECT {tier} AS tier, {here.place} AS place FROM {here.source} WHERE {within} ORDER BY {here.in_order}"  # noqa: S608 -- own names
        )
        parts.append(f"SELECT * FROM ({ordered} LIMIT {rows}) AS t{tier}")  # noqa: S608 -- own names
        values += [match.value, above, *given]
    statement = f"{' UNION ALL '.join(parts)} ORDER BY 1, 2"
    return [(int(tier), int(place)) for tier, place in _run(statement, values)]


def _hits(asked: Question) -> groups.Hits:
    """The hits counted by group; those of a question asked before are remembered while the catalogue stays as it is."""
    if not asked:
        return dict(FacetGroup.objects.filter(held__gt=0).values_list("id", "held"))
    here, match = store(connection.vendor), _anywhere(asked)
    group = f"(({here.place} >> {SERIAL_BITS}) & {GROUP_MASK})"
    where = f"{match.condition} AND {here.place} < {IN_WORK}"
    statement = f"SELECT {group} AS grp, count(*) AS n FROM {here.source} WHERE {where} GROUP BY 1"  # noqa: S608 -- own names
    return groups.remembered(match.value, lambda: {int(g): int(n) for g, n in _run(statement, [match.value])})


def _chosen(filters: EntryFilters) -> tuple[str, Values]:
    """The condition on groups that the chosen values make."""
    chosen = {name: sought(str(getattr(filters, name))) for name in COLUMNS}
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
