"""Many new entries at once (批量建稿), each as `drafting.draft` would make it.

Not an entry point: `intake` calls it inside its transaction.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import connection

from zhengtong.catalog import events
from zhengtong.catalog.models import Entry, Item, Revision
from zhengtong.catalog.rules import CURRENT_STATES, ENTRY, OPEN_STATES, EntryDraft, guide_code_of
from zhengtong.catalog.rules.intake import ReadEntry
from zhengtong.catalog.services import content as contents
from zhengtong.catalog.services import indexing
from zhengtong.catalog.services.moves import person
from zhengtong.journal.services import record_all
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import PlatformError, RuleBroken
from zhengtong.kernel.ids import new_id
from zhengtong.parties import queries as parties
from zhengtong.parties.queries import OrganizationCard

ROWS_AT_ONCE = 500  # of one INSERT, and of one list of values in a query


@dataclass(slots=True)
class Held:
    """What the departments concerned have already, read at once."""

    providers: dict[UUID, OrganizationCard]
    revisions: dict[UUID, list[Revision]] = field(default_factory=dict)  # by entry, those in force or in work
    by_code: dict[str, Entry] = field(default_factory=dict)
    by_name: dict[tuple[UUID, str], list[Entry]] = field(default_factory=dict)
    by_short: dict[str, Entry] = field(default_factory=dict)

    @classmethod
    def of(cls, providers: set[UUID], contents: Sequence[EntryDraft]) -> "Held":
        """Everything of these providers, and whoever has one of the codes given."""
        held = cls(parties.organizations_by_id(providers))
        rows = Revision.objects.filter(entry__provider__in=providers, state__in=sorted(CURRENT_STATES | OPEN_STATES))
        for revision in rows.select_related("entry__provider").prefetch_related("items", "origins"):
            held.revisions.setdefault(revision.entry_id, []).append(revision)
            named = held.by_name.setdefault((revision.entry.provider_id, revision.name), [])
            if revision.entry not in named:
                named.append(revision.entry)
        held._note(Entry.objects.filter(provider__in=providers))
        held._note_among("guide_code", {c.guide_code for c in contents} - {""})
        held._note_among("short_code", {c.short_code for c in contents} - {""})
        return held

    def _note_among(self, name: str, wanted: set[str]) -> None:
        among = sorted(wanted)
        for start in range(0, len(among), ROWS_AT_ONCE):
            self._note(Entry.objects.filter(**{f"{name}__in": among[start : start + ROWS_AT_ONCE]}))

    def _note(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self.by_code.setdefault(entry.guide_code, entry)
            self.revisions.setdefault(entry.id, [])
            if entry.short_code:
                self.by_short.setdefault(entry.short_code, entry)

    def code_of(self, provider: UUID) -> str:
        """The short code of a provider."""
        return self.providers[provider].code

    def find(self, content: EntryDraft, provider: UUID) -> Entry | None:
        """The entry that a file's entry stands for, if there is one: by its code, its short code, its name."""
        if content.guide_code:
            return self.by_code.get(content.guide_code)
        front = content.guide_prefix + "/"
        if content.short_code and (short := self.by_short.get(content.short_code)):
            ours = short.provider_id == provider and short.guide_code.startswith(front)
            return short if ours else None
        named = self.by_name.get((provider, content.name), [])
        return next((entry for entry in named if entry.guide_code.startswith(front)), None)


def with_front(content: EntryDraft, provider: str, *, front: str) -> EntryDraft:
    """The content with the provider's code behind the front segment for files without codes."""
    if content.guide_code or content.guide_prefix != front:
        return content
    return replace(content, guide_prefix=front + re.sub("[^0-9A-Z]", "", provider.upper())[:30])


def identity(content: EntryDraft, provider: UUID) -> object:
    """What makes two new entries of one file the same."""
    if content.guide_code:
        return content.guide_code
    return (provider, content.guide_prefix, content.short_code or content.name)


def create(
    new: Sequence[tuple[ReadEntry, UUID]], held: Held, *, actor: Actor, clock: Clock
) -> tuple[list[ReadEntry], list[tuple[ReadEntry, PlatformError]]]:
    """Write new entries with their items and events.  Returns those made, and those refused with the reason."""
    now, by = clock.now(), person(actor)
    sequences, taken = _last_sequences({read.content.guide_prefix for read, _ in new}), set(held.by_short)
    owners: dict[UUID, Entry] = {}
    revisions: list[Revision] = []
    items: list[Item] = []
    made: list[ReadEntry] = []
    failed: list[tuple[ReadEntry, PlatformError]] = []
    for read, provider in new:
        content = read.content
        try:
            if content.short_code and content.short_code in taken:
                raise RuleBroken("catalog.code_taken", code=content.guide_code or "—", short=content.short_code)
            revision = _revision(content, provider, owners, sequences, at=now)
            revision.drafted_by, revision.drafted_for = by, actor.acting_for
            items += contents.items_of(revision, content, at=now)
        except PlatformError as refused:
            failed.append((read, refused))
            continue
        taken.add(content.short_code)
        revisions.append(revision)
        made.append(read)
    _write(revisions, items, actor=actor, clock=clock)
    return made, failed


def _revision(
    content: EntryDraft, provider: UUID, owners: dict[UUID, Entry], sequences: dict[str, int], *, at: datetime
) -> Revision:
    """A first revision and its entry, not saved; `owners` keeps each provider's row, to read it once."""
    owner = owners.setdefault(provider, Entry(provider_id=provider))
    code = content.guide_code
    if not code:
        sequences[content.guide_prefix] = sequences.get(content.guide_prefix, 0) + 1
        code = guide_code_of(content.guide_prefix, sequences[content.guide_prefix])
    entry = Entry(
        id=new_id(at), guide_code=code, short_code=content.short_code.strip(), provider=owner.provider, created_at=at
    )
    revision = Revision(id=new_id(at), entry=entry, number=1, state=ENTRY.start, updated_at=at)
    contents.fill(revision, content, at=at)
    return revision


def _write(revisions: Sequence[Revision], items: Sequence[Item], *, actor: Actor, clock: Clock) -> None:
    Entry.objects.bulk_create([revision.entry for revision in revisions], batch_size=ROWS_AT_ONCE)
    Revision.objects.bulk_create(revisions, batch_size=ROWS_AT_ONCE)
    Item.objects.bulk_create(items, batch_size=ROWS_AT_ONCE)
    if len(revisions) >= ROWS_AT_ONCE:
        _tell_the_planner()
    for start in range(0, len(revisions), ROWS_AT_ONCE):
        indexing.keep_all([revision.id for revision in revisions[start : start + ROWS_AT_ONCE]])
    told = [(revision, revision.entry) for revision in revisions]
    record_all(
        [
            (events.EntryDrafted(e.id, r.number, e.guide_code, e.provider_id), e.provider.jurisdiction)
            for r, e in told
        ],
        actor=actor,
        clock=clock,
    )  # fmt: skip


def _tell_the_planner() -> None:
    """Have PostgreSQL count anew after many rows: what it believes of a table that was empty makes joins quadratic."""
    if connection.vendor == "postgresql":
        tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in (Entry, Revision, Item))
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {tables}")


def _last_sequences(fronts: set[str]) -> dict[str, int]:
    """The highest sequence number (顺序码) that stands behind each front segment."""
    found: dict[str, int] = {}
    for front in fronts - {""}:
        codes = Entry.objects.filter(guide_code__startswith=front + "/").values_list("guide_code", flat=True)
        found[front] = max((int(code.partition("/")[2]) for code in codes), default=0)
    return found
