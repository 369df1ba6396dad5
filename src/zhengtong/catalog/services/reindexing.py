"""All search documents made anew, and compared with the entries (重建检索、检索核对)."""

import os
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Sum

from zhengtong.catalog.models import FacetGroup, Revision, SearchDocument, SearchText
from zhengtong.catalog.search.stores import store
from zhengtong.catalog.search.texts import Facts, Key, Texts, all_texts
from zhengtong.catalog.services.indexing import FOUND, count, facts_of, place_of, with_items, write
from zhengtong.kernel.clock import Clock

BATCH_ROWS = 1_000
DIFFERENCES_MAX = 20
SHARED_MIN = 5_000  # revisions from which on other processes cut the texts: starting one takes a second
PROCESSES_MAX = 4
AHEAD = 2  # batches a process may have waiting


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
        for batch, said in _cut():
            written.update(write(batch, said, known))
            total += len(batch)
        count(written)
        for statement in index.resume:
            cursor.execute(statement)
    return total


def install(*, clock: Clock) -> dict[str, str]:  # noqa: ARG001 -- the signature of an install step
    """Index what a center held before it could search (安装步骤); safe to repeat."""
    if SearchDocument.objects.exists() or not Revision.objects.filter(state__in=FOUND).exists():
        return {}
    return {"search": f"{reindex()} documents"}


def differences() -> tuple[str, ...]:
    """Guide codes of entries whose document is missing, stale or too many, the first of them (检索核对)."""
    wrong, seen = list[str](), 0
    for batch in _batches():
        found = SearchDocument.objects.select_related("group").filter(revision__in=[facts.id for facts in batch])
        documents = {document.revision_id: document for document in found}
        texts = {text.place: text for text in SearchText.objects.filter(place__in=map(place_of, documents.values()))}
        for facts, said in zip(batch, all_texts(with_items(batch)), strict=True):
            document = documents.get(UUID(str(facts.id)))
            row = texts.get(place_of(document)) if document else None
            seen += document is not None
            right = document is not None and row is not None and _filed(document) == facts.filed()
            if not right or _texts(row) != said:
                wrong.append(facts.guide_code)
    in_force = FacetGroup.objects.aggregate(held=Sum("held"))["held"] or 0
    counted = SearchDocument.objects.filter(in_force=True).count() == in_force
    if SearchDocument.objects.count() != seen or SearchText.objects.count() != seen or not counted:
        wrong.append("—")
    return tuple(wrong[:DIFFERENCES_MAX])


def _key_of(group: FacetGroup) -> Key:
    place = (group.provider, group.jurisdiction, group.level)
    return *place, group.share_type, group.theme, group.cycle, group.open_flag


def _filed(document: SearchDocument) -> tuple[Key, bool, int]:
    return _key_of(document.group), document.in_force, document.length


def _texts(row: SearchText | None) -> Texts | None:
    return Texts(row.title, row.items, row.body) if row else None


def _batches() -> Iterator[list[Facts]]:
    """Revisions in the order of their ids, which are read first: a sorted piece may be planned as a sort of all."""
    ids = list(Revision.objects.filter(state__in=FOUND).order_by("id").values_list("id", flat=True))
    for start in range(0, len(ids), BATCH_ROWS):
        yield facts_of(Revision.objects.filter(pk__in=ids[start : start + BATCH_ROWS]).order_by())


def _cut() -> Iterator[tuple[list[Facts], list[Texts]]]:
    """Batches with their tokens, in order; many are cut by other processes while this one writes."""
    if Revision.objects.filter(state__in=FOUND).count() <= SHARED_MIN:
        yield from ((batch, all_texts(with_items(batch))) for batch in _batches())
        return
    processes = min(os.cpu_count() or 1, PROCESSES_MAX)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        waiting = deque[tuple[list[Facts], Future[list[Texts]]]]()
        for batch in _batches():
            waiting.append((batch, pool.submit(all_texts, with_items(batch))))
            if len(waiting) > AHEAD * processes:
                first, told = waiting.popleft()
                yield first, told.result()
        for first, told in waiting:
            yield first, told.result()
