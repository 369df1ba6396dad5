"""Jobs (任务): enqueued in the transaction, run after commit, at least once, by one algorithm on both stores.

SQLite takes the write lock at BEGIN IMMEDIATE; PostgreSQL skips rows that another worker
has locked.  Leases run on the machine's clock, due times on the deployment's: the demo may
jump its story forward without stealing a running job.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from zhengtong.journal.models import Job
from zhengtong.journal.rules import bounded_json
from zhengtong.journal.services.events import must_be_in_transaction
from zhengtong.kernel import jobs as algorithm
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.events import JsonValue
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.jobs import JobState

ENQUEUE_TRIES_MAX = 5
ERROR_CHARS_MAX = 500
EXPIRED_JOBS_MAX = 100


@dataclass(frozen=True, slots=True)
class Taken:
    """A job that one worker holds; `attempt` fences it against a worker that took it later."""

    id: UUID
    kind: str
    payload: dict[str, JsonValue]
    attempt: int


def enqueue(
    kind: str, payload: dict[str, JsonValue], *, clock: Clock, dedup: str = "", run_after: datetime | None = None
) -> UUID:
    """Put work into the outbox, in the caller's transaction (登记任务).

    With `dedup`, a job of the same kind and dedup that still waits is the same work: its id
    is given, and it cannot start before this transaction has ended.

    Raises:
        RuntimeError: no transaction.
        RuleBroken: the payload is over its bound.
    """
    must_be_in_transaction("enqueue")
    now = clock.now()
    made = Job(
        id=new_id(now),
        kind=kind,
        dedup=dedup,
        payload=bounded_json(payload, name=kind),
        state=JobState.WAITING.value,
        created_at=now,
        run_after=run_after or now,
    )
    if not dedup:
        made.save(force_insert=True)
        return made.id
    for _ in range(ENQUEUE_TRIES_MAX):
        Job.objects.bulk_create([made], ignore_conflicts=True)
        same = Job.objects.select_for_update().filter(kind=kind, dedup=dedup, state=JobState.WAITING.value)
        if held := same.first():
            return held.id
    raise RuntimeError(f"job {kind}/{dedup} was taken {ENQUEUE_TRIES_MAX} times while it was enqueued")


@transaction.atomic
def claim(
    kinds: Iterable[str], *, worker: str, clock: Clock, machine: Clock, most: int = algorithm.CLAIM_JOBS_MAX
) -> tuple[Taken, ...]:
    """Lease up to `most` due jobs to one worker (领取任务); jobs of crashed workers come back first."""
    _return_expired(clock=clock, machine=machine)
    now = clock.now()
    due = _locked().filter(state=JobState.WAITING.value, kind__in=list(kinds), run_after__lte=now)
    until = algorithm.lease_until(machine.now())
    taken = []
    for row in due.order_by("run_after", "id")[: min(most, algorithm.CLAIM_JOBS_MAX)]:
        row.state, row.lease_until, row.leased_by, row.attempts = JobState.LEASED.value, until, worker, row.attempts + 1
        row.save(update_fields=["state", "lease_until", "leased_by", "attempts"])
        taken.append(Taken(row.id, row.kind, row.payload, row.attempts))
    return tuple(taken)


@transaction.atomic
def renew(*, worker: str, machine: Clock) -> int:
    """Extend the leases of a worker that is alive (续租).  Returns how many."""
    held = Job.objects.filter(state=JobState.LEASED.value, leased_by=worker)
    return held.update(lease_until=algorithm.lease_until(machine.now()))


@transaction.atomic
def finish(taken: Taken, *, worker: str, clock: Clock) -> bool:
    """Close a job that succeeded (办结); clockwork is set for its next run.  False if the lease was lost meanwhile."""
    row = _still_held(taken, worker=worker)
    if row is None:
        return False
    if row.every_s is None:
        row.delete()
        return True
    row.attempts, row.last_error = 0, ""
    _release(row, state=JobState.WAITING, run_after=clock.now() + timedelta(seconds=row.every_s))
    return True


@transaction.atomic
def fail(taken: Taken, *, worker: str, error: str, clock: Clock, retryable: bool = True) -> JobState | None:
    """Give a failed job back for a later attempt, or declare it dead (退回).  None if the lease was lost."""
    row = _still_held(taken, worker=worker)
    if row is None:
        return None
    return _after_failure(row, error=error, now=clock.now(), retryable=retryable)


@transaction.atomic
def hand_back(*, worker: str) -> int:
    """Free what a stopping worker holds but has not begun, without counting an attempt (交回)."""
    count = 0
    for row in _locked().filter(state=JobState.LEASED.value, leased_by=worker):
        row.attempts -= 1
        _release(row, state=JobState.WAITING, run_after=row.run_after)
        count += 1
    return count


@transaction.atomic
def settle_clockwork(periods: Mapping[str, int], *, clock: Clock) -> None:
    """Make the recurring rows equal the wiring table (定时任务登记); a due time too far ahead is drawn in."""
    now = clock.now()
    Job.objects.filter(every_s__isnull=False).exclude(kind__in=list(periods)).delete()
    for kind, seconds in periods.items():
        made = Job(
            id=new_id(now),
            kind=kind,
            payload={},
            state=JobState.WAITING.value,
            created_at=now,
            run_after=now,
            every_s=seconds,
        )
        Job.objects.bulk_create([made], ignore_conflicts=True)
        row = Job.objects.select_for_update().get(kind=kind, every_s__isnull=False)
        row.every_s, row.run_after = seconds, min(row.run_after, now + timedelta(seconds=seconds))
        if row.state == JobState.DEAD.value:
            row.state, row.attempts = JobState.WAITING.value, 0
        row.save(update_fields=["every_s", "run_after", "state", "attempts"])


@transaction.atomic
def retry_dead(job: UUID, *, clock: Clock) -> None:
    """Give a dead job a fresh set of attempts (重新办理).  Raises NotFound."""
    row = _locked().filter(id=job, state=JobState.DEAD.value).first()
    if row is None:
        raise NotFound("journal.no_dead_job", job=str(job))
    row.attempts = 0
    _release(row, state=JobState.WAITING, run_after=clock.now())


def _locked() -> QuerySet[Job]:
    return Job.objects.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)


def _return_expired(*, clock: Clock, machine: Clock) -> None:
    lost = _locked().filter(state=JobState.LEASED.value, lease_until__lt=machine.now())
    for row in lost[:EXPIRED_JOBS_MAX]:
        _after_failure(row, error=f"worker {row.leased_by} did not come back", now=clock.now(), retryable=True)


def _still_held(taken: Taken, *, worker: str) -> Job | None:
    held = Job.objects.select_for_update().filter(id=taken.id, leased_by=worker, attempts=taken.attempt)
    return held.first()


def _after_failure(row: Job, *, error: str, now: datetime, retryable: bool) -> JobState:
    recurring = row.every_s is not None
    attempts = min(row.attempts, algorithm.ATTEMPTS_MAX - 1) if recurring else row.attempts  # clockwork never dies
    verdict = algorithm.after_failure(
        attempts=attempts, now=now, jitter=random.random(), retryable=retryable or recurring
    )
    row.last_error = error[:ERROR_CHARS_MAX]
    _release(row, state=verdict.state, run_after=verdict.run_after)
    return verdict.state


def _release(row: Job, *, state: JobState, run_after: datetime) -> None:
    twin = Job.objects.filter(kind=row.kind, dedup=row.dedup, state=JobState.WAITING.value).exclude(id=row.id)
    if state is JobState.WAITING and row.dedup and twin.exists():
        row.delete()  # the same work was asked for again meanwhile: the newer row does it
        return
    row.state, row.run_after, row.lease_until, row.leased_by = state.value, run_after, None, ""
    row.save(update_fields=["state", "run_after", "lease_until", "leased_by", "attempts", "last_error"])
