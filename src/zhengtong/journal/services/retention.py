"""Retention (保存期限): what is over is disposed of by night, and each disposal leaves a record and an event.

The order within one transaction: the record first, since the database refuses to delete a read
record that none covers; then the disposal; then the event, which the chain seals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction

from zhengtong.journal import downloads, events, retaining
from zhengtong.journal.models import DisposalRecord, Job, OnceKey, ReadRecord, RetentionPeriod
from zhengtong.journal.retaining import RecordKind
from zhengtong.journal.services.events import record
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import BEIJING, Clock, SystemClock
from zhengtong.kernel.errors import NotAllowed, RuleBroken
from zhengtong.kernel.events import JsonValue
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.jobs import JobState

BATCH_ROWS_MAX = 2_000  # disposed of in one transaction, under one record
BATCHES_MAX = 50  # of one kind in one night; the next night goes on
DUE_ROWS_MAX = 100_000  # what a dry run counts
EDITOR = "authority_leader"
GROUND_CHARS_MAX = 300


@dataclass(frozen=True, slots=True)
class Disposed:
    """How much of a kind is over, or was disposed of (处置数量)."""

    kind: str
    before: datetime
    count: int
    days: int


def retention_job(_payload: dict[str, JsonValue], *, clock: Clock) -> None:
    """Dispose of what is over, each kind once a day, in the first hour after midnight (处置任务)."""
    midnight = datetime.combine(clock.today(), time.min, BEIJING)
    done = set(DisposalRecord.objects.filter(at__gte=midnight).values_list("kind", flat=True))
    dispose_due(clock=clock, leave_out=done)


def dispose_due(*, clock: Clock, leave_out: frozenset[str] | set[str] = frozenset()) -> tuple[Disposed, ...]:
    """Dispose of every kind that is over, batch by batch, each with its record (到期处置)."""
    found = list[Disposed]()
    for held, days in _periods(clock):
        if held.key in leave_out or retaining.disposer_of(held.key) is None:
            continue
        before, count = clock.now() - timedelta(days=days), 0
        for _ in range(BATCHES_MAX):
            batch = _dispose(held, before=before, days=days, clock=clock)
            count += batch
            if batch < BATCH_ROWS_MAX:
                break
        if count:
            found.append(Disposed(held.key, before, count, days))
    return tuple(found)


def count_due(*, clock: Clock) -> tuple[Disposed, ...]:
    """What a disposal would take now, without doing it (处置预演); at most DUE_ROWS_MAX of a kind."""
    found = list[Disposed]()
    for held, days in _periods(clock):
        disposer = retaining.disposer_of(held.key)
        if disposer is not None:
            before = clock.now() - timedelta(days=days)
            found.append(Disposed(held.key, before, len(disposer.due(before=before, most=DUE_ROWS_MAX)), days))
    return tuple(found)


@transaction.atomic
def set_period(*, kind: str, days: int, ground: str, actor: Actor, clock: Clock) -> None:
    """Set how long this deployment keeps a kind of record, as the data authority's leader (规定保存期限).

    Raises:
        NotAllowed: another role.
        NotFound: there is no such kind.
        RuleBroken: below the legal minimum, out of range, of a kind that is kept, or without a ground.
    """
    if not actor.has(EDITOR):
        raise NotAllowed("journal.period_by_authority")
    held = retaining.kind(kind)
    retaining.check_days(held, days, least=retaining.least_days(held, on=clock.today()))
    if not ground.strip():
        raise RuleBroken("journal.period_needs_ground")
    row = RetentionPeriod.objects.select_for_update().filter(kind=kind).first()
    before = row.days if row else held.days
    row = row or RetentionPeriod(kind=kind)
    row.days, row.ground = days, ground.strip()[:GROUND_CHARS_MAX]
    row.set_at, row.set_by = clock.now(), actor.officer
    row.save()
    fact = events.RetentionSet(new_id(clock.now()), kind, days, before, row.ground)
    record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)


def _periods(clock: Clock) -> list[tuple[RecordKind, int]]:
    chosen = dict(RetentionPeriod.objects.values_list("kind", "days"))
    return [
        (held, retaining.days_kept(held, chosen=chosen.get(held.key), least=least))
        for held in retaining.kinds()
        for least in (retaining.least_days(held, on=clock.today()),)
    ]


@transaction.atomic
def _dispose(held: RecordKind, *, before: datetime, days: int, clock: Clock) -> int:
    disposer = retaining.disposer_of(held.key)
    ids = list(disposer.due(before=before, most=BATCH_ROWS_MAX)) if disposer else []
    if disposer is None or not ids:
        return 0
    now = clock.now()
    row = DisposalRecord.objects.create(
        id=new_id(now), kind=held.key, before=before, count=len(ids), digest=retaining.digest_of(ids), days=days,
        ground=held.cites or held.mark, at=now,
    )  # fmt: skip
    disposer.dispose(ids)
    fact = events.RecordsDisposed(row.id, held.key, str(held.then), before, len(ids), row.digest, days)
    record(fact, actor=SYSTEM, clock=clock, jurisdiction="")
    return len(ids)


class ReadRecords:
    """Who read personal data, past the period."""

    def due(self, *, before: datetime, most: int) -> Sequence[str]:
        rows = ReadRecord.objects.filter(at__lt=before).order_by("at")
        return [str(one) for one in rows.values_list("id", flat=True)[:most]]

    def dispose(self, ids: Sequence[str]) -> None:
        ReadRecord.objects.filter(id__in=ids).delete()


class OnceKeys:
    """Idempotency keys past their time."""

    def due(self, *, before: datetime, most: int) -> Sequence[str]:
        rows = OnceKey.objects.filter(expires_at__lte=before).order_by("expires_at")
        return [str(one) for one in rows.values_list("id", flat=True)[:most]]

    def dispose(self, ids: Sequence[str]) -> None:
        OnceKey.objects.filter(id__in=ids).delete()


class DeadJobs:
    """Jobs given up, past the period."""

    def due(self, *, before: datetime, most: int) -> Sequence[str]:
        rows = Job.objects.filter(state=JobState.DEAD.value, every_s=None, run_after__lt=before).order_by("run_after")
        return [str(one) for one in rows.values_list("id", flat=True)[:most]]

    def dispose(self, ids: Sequence[str]) -> None:
        Job.objects.filter(id__in=ids, state=JobState.DEAD.value).delete()


class Sessions:
    """Ended sessions; they end by the machine's clock, also in a story."""

    def due(self, *, before: datetime, most: int) -> Sequence[str]:
        rows = Session.objects.filter(expire_date__lt=min(before, SystemClock().now())).order_by("expire_date")
        return list(rows.values_list("session_key", flat=True)[:most])

    def dispose(self, ids: Sequence[str]) -> None:
        store = import_module(settings.SESSION_ENGINE).SessionStore
        for one in ids:
            store().delete(one)


class ExportFiles:
    """Exported files whose links ended long ago; files age by the machine's clock."""

    def due(self, *, before: datetime, most: int) -> Sequence[str]:
        limit, folder = before.timestamp(), downloads.folder()
        old = (path for path in folder.rglob("*") if path.is_file() and path.stat().st_mtime < limit)
        return sorted(str(path.relative_to(folder)) for path in old)[:most]

    def dispose(self, ids: Sequence[str]) -> None:
        for one in ids:
            (downloads.folder() / one).unlink(missing_ok=True)


def register() -> None:
    """Name what the journal itself disposes of; called from the wiring."""
    retaining.register("read_record", ReadRecords())
    retaining.register("once_key", OnceKeys())
    retaining.register("dead_job", DeadJobs())
    retaining.register("session", Sessions())
    retaining.register("export_file", ExportFiles())
