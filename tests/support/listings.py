"""The real entries of sixteen listings, loaded fast (真实目录): for tests and benchmarks of search and lists.

Each department name becomes an organization of its own below one authority; entries are
published at once, which only a test may do.  Repeated rows, which the intake refuses, are kept.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from tests.support.shared_data import shared_data
from zhengtong.catalog.rules import EntryDraft
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.ids import new_id

LISTINGS = "catalogues/cn_open_data"
PLACE = "990100"
ROWS_AT_ONCE = 1_000


def load_listing_entries(*, clock: Clock, actor: Actor | None = None, limit: int | None = None) -> int:
    """Put up to `limit` real entries into the center as published ones.  Returns how many."""
    from zhengtong.catalog.models import Entry, Revision
    from zhengtong.catalog.rules import EntryState
    from zhengtong.catalog.services import content as contents
    from zhengtong.catalog.services import indexing

    providers = _Providers(clock)
    now, person = clock.now(), (actor.officer if actor else None) or new_id(clock.now())
    loaded, source = 0, islice(_drafts(), limit)
    while batch := list(islice(source, ROWS_AT_ONCE)):
        revisions = []
        for n, (department, content) in enumerate(batch, start=loaded + 1):
            entry = Entry(
                id=new_id(now), guide_code=f"300{n % 900 + 100:03d}/{n:06d}", provider=providers.row(department),
                created_at=now,
            )  # fmt: skip
            revision = Revision(id=new_id(now), entry=entry, number=1, drafted_by=person, signed_by=person)
            contents.fill(revision, content, at=now)
            revision.state, revision.share_type = EntryState.PUBLISHED, content.share_type
            revision.published_on, revision.published_by = clock.today(), person
            revisions.append(revision)
        Entry.objects.bulk_create([revision.entry for revision in revisions])
        Revision.objects.bulk_create(revisions)
        indexing.keep_all([revision.id for revision in revisions])
        loaded += len(revisions)
    return loaded


class _Providers:
    """An organization for each department that a listing names, made when it is first met."""

    def __init__(self, clock: Clock) -> None:
        from zhengtong.parties import services
        from zhengtong.parties.rules import Level, OrgKind

        self._clock, self._level, self._kind, self._services = clock, Level.CITY, OrgKind.DEPARTMENT, services
        self._rows: dict[str, Any] = {}

    def row(self, department: str) -> Any:  # Any: another area's row, passed on only
        if department not in self._rows:
            from zhengtong.catalog.models import Entry

            made = self._services.register_organization(
                code=f"o-{len(self._rows):05d}", name=department, short_name=department[:20], level=self._level,
                kind=self._kind, jurisdiction=PLACE, actor=SYSTEM, clock=self._clock,
            )  # fmt: skip
            self._rows[department] = Entry(provider_id=made).provider
        return self._rows[department]


def _drafts() -> "Iterator[tuple[str, EntryDraft]]":
    """Department and content of every entry, listing by listing; open ones count as unconditional."""
    for path in sorted(Path(shared_data(LISTINGS)).glob("*.json.gz")):
        yield from _drafts_of(path)


def _drafts_of(path: Path) -> "Iterator[tuple[str, EntryDraft]]":
    from zhengtong.catalog.queries import read_listing

    (read,) = read_listing(body=path.read_bytes(), filename=path.name)
    assert read.taken is not None
    twice = [int(r.facts["first"]) for r in read.taken.refusals if r.key == "catalog.import_title_twice"]
    by_row = {one.row: one for one in read.taken.entries}
    for one in (*read.taken.entries, *(by_row[row] for row in twice)):  # a listing that repeats itself stays as long
        conditional = bool(one.content.open_conditions) or not one.content.open_flag
        terms = (
            {"share_type": "K", "range": "有法定职责的部门", "purpose": "履行职责"}
            if conditional
            else {"share_type": "U"}
        )
        yield read.taken.departments.get(one.row) or "未写明部门", replace(one.content, **terms)
