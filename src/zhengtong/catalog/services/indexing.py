"""Search documents kept in step with revisions (检索文档维护), in the transaction that changes them.

`keep` and `keep_all` are called by the use cases in this folder after each change.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from zhengtong.catalog.models import FacetGroup, Revision, SearchDocument, SearchText
from zhengtong.catalog.rules import CURRENT_STATES, OPEN_STATES
from zhengtong.catalog.search.places import Place
from zhengtong.catalog.search.port import TEXTS
from zhengtong.catalog.search.texts import Facts, Key, RawId, Texts, all_texts

FOUND = sorted(CURRENT_STATES | OPEN_STATES)
GROUP = ("provider", "jurisdiction", "level", "share_type", "theme", "cycle", "open_flag")
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


def keep(revision: Revision) -> None:
    """Bring the document of one revision in step; a revision neither in force nor in work has none."""
    keep_all([revision.id])


@transaction.atomic
def keep_all(revisions: Sequence[UUID]) -> None:
    """Bring the documents of some revisions in step; a revision neither in force nor in work has none."""
    documents = list(SearchDocument.objects.filter(revision__in=revisions))
    changed = Counter[int]()
    if documents:
        SearchText.objects.filter(place__in=[place_of(document) for document in documents]).delete()
        SearchDocument.objects.filter(pk__in=[document.id for document in documents]).delete()
        changed.subtract(document.group_id for document in documents if document.in_force)
    found = facts_of(Revision.objects.filter(pk__in=revisions, state__in=FOUND).order_by())
    changed.update(write(found, all_texts(with_items(found)), {}))
    count(changed)


def write(found: Sequence[Facts], said: Sequence[Texts], groups: dict[Key, int]) -> Counter[int]:
    """Add documents; how many in force each group got.  Rows go past the models: they are many and plain.

    `said` are their tokens, in the same order; `groups` are those known so far, what is new is added to it.
    """
    if not found:
        return Counter()
    _learn_groups(groups, {facts.key() for facts in found} - groups.keys())
    filed = {facts.id: (groups[key], in_force, length) for facts in found for key, in_force, length in [facts.filed()]}
    with connection.cursor() as cursor:
        cursor.executemany(_ADD, [(facts.id, *filed[facts.id], facts.guide_code) for facts in found])
        serials = dict(_run_for(_SERIALS, filed))
        rows = (
            (Place(length, group, serials[facts.id], in_force).number(), *texts)
            for facts, texts in zip(found, said, strict=True)
            for group, in_force, length in [filed[facts.id]]
        )
        cursor.executemany(_INSERT, list(rows))
    return Counter(group for group, in_force, _ in filed.values() if in_force)


def count(changed: Counter[int]) -> None:
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
        made = (FacetGroup(**dict(zip(GROUP, key, strict=True))) for key in new)
        FacetGroup.objects.bulk_create(made, ignore_conflicts=True)
        groups.update(_known(keys))


def _known(keys: set[Key]) -> dict[Key, int]:
    rows = FacetGroup.objects.filter(provider__in={key[0] for key in keys}).values_list(*GROUP, "id")
    return {row[:-1]: row[-1] for row in rows}


def with_items(found: Sequence[Facts]) -> list[tuple[Facts, list[str]]]:
    """Revisions, each with the names and codes of its items."""
    if not found:
        return []
    held: dict[RawId, list[str]] = {}
    for revision, name, code in _run_for(_ITEMS, [facts.id for facts in found]):
        held.setdefault(revision, []).extend((name, code))
    return [(facts, held.get(facts.id, [])) for facts in found]


def _run_for(statement: str, ids: Collection[RawId]) -> list[tuple[Any, ...]]:  # Any: what columns hold
    """The rows of a statement about some revisions, as the store says them."""
    with connection.cursor() as cursor:
        cursor.execute(statement.format(", ".join(["%s"] * len(ids))), list(ids))
        return cursor.fetchall()


def facts_of(rows: QuerySet[Revision]) -> list[Facts]:
    """What search knows of some revisions."""
    statement, values = rows.values_list(*_FACTS).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Facts(*row) for row in cursor.fetchall()]


def place_of(document: SearchDocument) -> int:
    """The place a document is filed under (检索位次)."""
    return Place(document.length, document.group_id, document.id, document.in_force).number()
