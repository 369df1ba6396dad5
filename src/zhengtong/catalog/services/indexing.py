"""Search documents kept in step with revisions (检索文档维护), in the transaction that changes them.

`keep` and `keep_all` are called by the use cases in this folder after each change; `reindex` is one itself.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from zhengtong.catalog.models import FacetGroup, Item, Revision, SearchDocument, SearchText
from zhengtong.catalog.rules import CURRENT_STATES, OPEN_STATES, ShareType
from zhengtong.catalog.search import words
from zhengtong.catalog.search.places import LENGTH_MAX, Place
from zhengtong.catalog.search.port import TEXTS
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
_INSERT = f"INSERT INTO {TEXTS} (place, title, items, body) VALUES (%s, %s, %s, %s)"  # noqa: S608 -- own name
Key = tuple[str, str, str, str, str, str, bool]  # the values of a FacetGroup, in the order of _GROUP


class Facts(NamedTuple):
    """What search knows of a revision, in the order of `_FACTS`."""

    id: UUID
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
    if documents:
        SearchText.objects.filter(place__in=[_place(document) for document in documents]).delete()
        SearchDocument.objects.filter(pk__in=[document.id for document in documents]).delete()
    rows = Revision.objects.filter(pk__in=revisions, state__in=_FOUND).order_by()
    _write([Facts(*row) for row in rows.values_list(*_FACTS)])


@transaction.atomic
def reindex() -> int:
    """Make all documents anew (重建检索).  Returns how many there are."""
    SearchText.objects.all().delete()
    SearchDocument.objects.all().delete()
    FacetGroup.objects.all().delete()
    written = 0
    for batch in _batches():
        _write(batch)
        written += len(batch)
    return written


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
            document = documents.get(facts.id)
            row = texts.get(_place(document)) if document else None
            seen += document is not None
            right = document is not None and row is not None and _filed(document) == facts.filed()
            if not right or _texts(row) != texts_of(facts, held.get(facts.id, ())):
                wrong.append(facts.guide_code)
    if SearchDocument.objects.count() != seen or SearchText.objects.count() != seen:
        wrong.append("—")
    return tuple(wrong[:DIFFERENCES_MAX])


def texts_of(facts: Facts, items: Iterable[str]) -> Texts:
    """The tokens of a revision; `items` are names and codes."""
    sounds = [sound for run in han_runs(facts.name) for sound in words.pinyin(run)]
    names = (facts.provider_name, facts.provider_short, facts.office, _SHARES.get(facts.share_type, ""))
    title = [*tokens(facts.name), *tokens(facts.guide_code), *tokens(facts.short_code), *sounds]
    about = chain(tokens(facts.abstract[:BODY_CHARACTERS_MAX]), *map(name_tokens, names))
    return Texts(*fields(title, chain.from_iterable(map(name_tokens, items)), about))


def _write(found: Sequence[Facts]) -> None:
    if not found:
        return
    groups, held = _groups({facts.key() for facts in found}), _items_of(found)
    made = SearchDocument.objects.bulk_create(
        SearchDocument(
            revision_id=facts.id, group_id=groups[key], in_force=in_force, length=length, guide_code=facts.guide_code
        )
        for facts in found
        for key, in_force, length in [facts.filed()]
    )
    texts = (texts_of(facts, held.get(facts.id, ())) for facts in found)
    with connection.cursor() as cursor:  # the rows are many and plain: half the time of bulk_create
        rows = [(_place(at), said.title, said.items, said.body) for at, said in zip(made, texts, strict=True)]
        cursor.executemany(_INSERT, rows)


def _groups(keys: set[Key]) -> dict[Key, int]:
    """The group of each combination; those that no document had yet are added."""
    known = _known(keys)
    new = sorted(keys - known.keys())
    if new:  # somebody else may add the same at this moment
        made = (FacetGroup(**dict(zip(_GROUP, key, strict=True))) for key in new)
        FacetGroup.objects.bulk_create(made, ignore_conflicts=True)
        known = _known(keys)
    return known


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


def _items_of(found: Iterable[Facts]) -> dict[UUID, list[str]]:
    held: dict[UUID, list[str]] = {}
    rows = Item.objects.filter(revision__in=[facts.id for facts in found]).order_by("revision", "position")
    for revision, name, code in rows.values_list("revision_id", "name", "code"):
        held.setdefault(revision, []).extend((name, code))
    return held


def _place(document: SearchDocument) -> int:
    return Place(document.length, document.group_id, document.id, document.in_force).number()


def _batches() -> Iterator[list[Facts]]:
    rows = Revision.objects.filter(state__in=_FOUND).order_by("id").values_list(*_FACTS)
    running = rows.iterator(chunk_size=BATCH_ROWS)
    while batch := list(islice(running, BATCH_ROWS)):
        yield [Facts(*row) for row in batch]
