"""Search documents kept in step with revisions (检索文档维护), in the transaction that changes them.

`keep` and `keep_all` are called by the use cases in this folder after each change; `reindex` is one itself.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet, Sum

from zhengtong.catalog.models import FacetGroup, Revision, SearchDocument, SearchText
from zhengtong.catalog.rules import CURRENT_STATES, OPEN_STATES, ShareType
from zhengtong.catalog.search import words
from zhengtong.catalog.search.places import LENGTH_MAX, Place
from zhengtong.catalog.search.port import TEXTS
from zhengtong.catalog.search.stores import store
from zhengtong.catalog.search.tokens import fields, han_runs, name_tokens, tokens
from zhengtong.kernel.clock import Clock

BODY_CHARACTERS_MAX = 600  # of an abstract
BATCH_ROWS = 1_000
DIFFERENCES_MAX = 20

_FOUND = sorted(CURRENT_STATES | OPEN_STATES)
_SHARES = {str(share): share.zh for share in ShareType}
_GROUP = ("provider", "jurisdiction", "level", "share_type", "theme", "cycle", "open_flag")
_FACTS = (
    "id", "state", "name", "abstract", "provider_office", "share_type", "theme", "update_cycle", "open_flag",
    "entry__guide_code", "entry__short_code", "entry__provider__code", "entry__provider__name",
    "entry__provider__short_name", "entry__provider__jurisdiction", "entry__provider__level",
)  # fmt: skip
_ADD = (
    "INSERT INTO catalog_searchdocument (revision_id, group_id, in_force, length, guide_code) "
    "VALUES (%s, %s, %s, %s, %s)"
)
_SERIALS = "SELECT revision_id, id FROM catalog_searchdocument WHERE revision_id IN ({})"
_ITEMS = "SELECT revision_id, name, code FROM catalog_item WHERE revision_id IN ({}) ORDER BY revision_id, position"
_COUNT = "UPDATE catalog_facetgroup SET held = held + %s WHERE id = %s"
_INSERT = f"INSERT INTO {TEXTS} (place, title, items, body) VALUES (%s, %s, %s, %s)"  # noqa: S608 -- own name
RawId = UUID | str  # an id as the store writes it: handed back to it, never looked at
Key = tuple[str, str, str, str, str, str, bool]  # the values of a FacetGroup, in the order of _GROUP


class Facts(NamedTuple):
    """What search knows of a revision, in the order of `_FACTS`, as the store says it."""

    id: RawId
    state: str
    name: str
    abstract: str
    office: str
    share_type: str
    theme: str
    cycle: str
    open_flag: bool
    guide_code: str
    short_code: str
    provider: str
    provider_name: str
    provider_short: str
    jurisdiction: str
    level: str

    def key(self) -> Key:
        """Its group of facets."""
        place = (self.provider, self.jurisdiction, self.level)
        return *place, self.share_type, self.theme, self.cycle, bool(self.open_flag)

    def filed(self) -> tuple[Key, bool, int]:
        """What its place says of it."""
        return self.key(), self.state in CURRENT_STATES, min(len(self.name), LENGTH_MAX)


@dataclass(frozen=True, slots=True)
class Texts:
    """The tokens of a document by field."""

    title: str
    items: str
    body: str


def keep(revision: Revision) -> None:
    """Bring the document of one revision in step; a revision neither in force nor in work has none."""
    keep_all([revision.id])


@transaction.atomic
def keep_all(revisions: Sequence[UUID]) -> None:
    """Bring the documents of some revisions in step; a revision neither in force nor in work has none."""
    documents = list(SearchDocument.objects.filter(revision__in=revisions))
    changed = Counter[int]()
    if documents:
        SearchText.objects.filter(place__in=[_place(document) for document in documents]).delete()
        SearchDocument.objects.filter(pk__in=[document.id for document in documents]).delete()
        changed.subtract(document.group_id for document in documents if document.in_force)
    changed.update(_write(_facts(Revision.objects.filter(pk__in=revisions, state__in=_FOUND).order_by()), {}))
    _count(changed)


@transaction.atomic
def reindex() -> int:
    """Make all documents anew (重建检索).  Returns how many there are."""
    index, written = store(connection.vendor), Counter[int]()
    with connection.cursor() as cursor:
        for statement in index.pause:
            cursor.execute(statement)
        for model in (SearchText, SearchDocument, FacetGroup):
            model.objects.all().delete()
        total, known = 0, dict[Key, int]()
        for batch in _batches():
            written.update(_write(batch, known))
            total += len(batch)
        _count(written)
        for statement in index.resume:
            cursor.execute(statement)
    return total


def install(*, clock: Clock) -> dict[str, str]:  # noqa: ARG001 -- the signature of an install step
    """Index what a center held before it could search (安装步骤); safe to repeat."""
    if SearchDocument.objects.exists() or not Revision.objects.filter(state__in=_FOUND).exists():
        return {}
    return {"search": f"{reindex()} documents"}


def differences() -> tuple[str, ...]:
    """Guide codes of entries whose document is missing, stale or too many, the first of them (检索核对)."""
    wrong, seen = list[str](), 0
    for batch in _batches():
        found = SearchDocument.objects.select_related("group").filter(revision__in=[facts.id for facts in batch])
        documents = {document.revision_id: document for document in found}
        texts = {text.place: text for text in SearchText.objects.filter(place__in=map(_place, documents.values()))}
        held = _items_of(batch)
        for facts in batch:
            document = documents.get(UUID(str(facts.id)))
            row = texts.get(_place(document)) if document else None
            seen += document is not None
            right = document is not None and row is not None and _filed(document) == facts.filed()
            if not right or _texts(row) != texts_of(facts, held.get(facts.id, ())):
                wrong.append(facts.guide_code)
    in_force = FacetGroup.objects.aggregate(held=Sum("held"))["held"] or 0
    counted = SearchDocument.objects.filter(in_force=True).count() == in_force
    if SearchDocument.objects.count() != seen or SearchText.objects.count() != seen or not counted:
        wrong.append("—")
    return tuple(wrong[:DIFFERENCES_MAX])


def texts_of(facts: Facts, items: Iterable[str]) -> Texts:
    """The tokens of a revision; `items` are names and codes."""
    sounds = chain.from_iterable(map(words.pinyin, han_runs(facts.name)))
    names = (facts.provider_name, facts.provider_short, facts.office, _SHARES.get(facts.share_type, ""))
    title = [*tokens(facts.name), *tokens(facts.guide_code), *tokens(facts.short_code), *sounds]
    about = chain(tokens(facts.abstract[:BODY_CHARACTERS_MAX]), *map(name_tokens, names))
    return Texts(*fields(title, chain.from_iterable(map(name_tokens, items)), about))


def _write(found: Sequence[Facts], groups: dict[Key, int]) -> Counter[int]:
    """Add documents; how many in force each group got.  Rows go past the models: they are many and plain.

    `groups` are those known so far; what is new is added to it.
    """
    if not found:
        return Counter()
    _learn_groups(groups, {facts.key() for facts in found} - groups.keys())
    held = _items_of(found)
    filed = {facts.id: (groups[key], in_force, length) for facts in found for key, in_force, length in [facts.filed()]}
    with connection.cursor() as cursor:
        cursor.executemany(_ADD, [(facts.id, *filed[facts.id], facts.guide_code) for facts in found])
        serials = dict(_run_for(_SERIALS, filed))
        cursor.executemany(
            _INSERT,
            [
                (Place(length, group, serials[facts.id], in_force).number(), said.title, said.items, said.body)
                for facts in found
                for group, in_force, length in [filed[facts.id]]
                for said in [texts_of(facts, held.get(facts.id, ()))]
            ],
        )
    return Counter(group for group, in_force, _ in filed.values() if in_force)


def _count(changed: Counter[int]) -> None:
    """Add to what groups hold, always in the same order, so that two who write at once never wait for each other."""
    with connection.cursor() as cursor:
        cursor.executemany(_COUNT, [(n, group) for group, n in sorted(changed.items()) if n])


def _learn_groups(groups: dict[Key, int], keys: set[Key]) -> None:
    """Add the group of each combination; those that no document had yet are made."""
    if not keys:
        return
    groups.update(_known(keys))
    new = sorted(keys - groups.keys())
    if new:  # somebody else may add the same at this moment
        made = (FacetGroup(**dict(zip(_GROUP, key, strict=True))) for key in new)
        FacetGroup.objects.bulk_create(made, ignore_conflicts=True)
        groups.update(_known(keys))


def _known(keys: set[Key]) -> dict[Key, int]:
    rows = FacetGroup.objects.filter(provider__in={key[0] for key in keys}).values_list(*_GROUP, "id")
    return {row[:-1]: row[-1] for row in rows}


def _key_of(group: FacetGroup) -> Key:
    place = (group.provider, group.jurisdiction, group.level)
    return *place, group.share_type, group.theme, group.cycle, group.open_flag


def _filed(document: SearchDocument) -> tuple[Key, bool, int]:
    return _key_of(document.group), document.in_force, document.length


def _texts(row: SearchText | None) -> Texts | None:
    return Texts(row.title, row.items, row.body) if row else None


def _items_of(found: Iterable[Facts]) -> dict[RawId, list[str]]:
    held: dict[RawId, list[str]] = {}
    for revision, name, code in _run_for(_ITEMS, [facts.id for facts in found]):
        held.setdefault(revision, []).extend((name, code))
    return held


def _run_for(statement: str, ids: Collection[RawId]) -> list[tuple[Any, ...]]:  # Any: what columns hold
    """The rows of a statement about some revisions, as the store says them."""
    with connection.cursor() as cursor:
        cursor.execute(statement.format(", ".join(["%s"] * len(ids))), list(ids))
        return cursor.fetchall()


def _facts(rows: QuerySet[Revision]) -> list[Facts]:
    """What search knows of some revisions."""
    statement, values = rows.values_list(*_FACTS).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Facts(*row) for row in cursor.fetchall()]


def _place(document: SearchDocument) -> int:
    return Place(document.length, document.group_id, document.id, document.in_force).number()


def _batches() -> Iterator[list[Facts]]:
    rows, behind = Revision.objects.filter(state__in=_FOUND).order_by("id"), Q()
    while batch := _facts(rows.filter(behind)[:BATCH_ROWS]):
        yield batch
        behind = Q(pk__gt=batch[-1].id)
