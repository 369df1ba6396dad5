"""Jobs run after commit, at least once, never by two workers at a time, and a crash loses none."""

import contextlib
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from zhengtong.journal import dispatch, queries
from zhengtong.journal.models import Job
from zhengtong.journal.services import enqueue, jobs
from zhengtong.journal.worker import Worker
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import RuleBroken, Unreachable
from zhengtong.kernel.jobs import ATTEMPTS_MAX, LEASE_S

pytestmark = pytest.mark.django_db
KIND = "probe.work"


@pytest.fixture
def worker(clock: FixedClock) -> Worker:
    return Worker(clock=clock, machine=clock, name="w1")


def _enqueue(clock: FixedClock, **given: Any) -> Any:
    with transaction.atomic():
        return enqueue(KIND, {"n": 1}, clock=clock, **given)


def _wire(work: Any) -> None:
    dispatch.job(KIND)(work)


@pytest.mark.django_db(transaction=True)
def test_a_job_outside_a_transaction_is_refused(clock: FixedClock) -> None:
    with pytest.raises(RuntimeError, match=r"transaction\.atomic"):
        enqueue(KIND, {}, clock=clock)


def test_a_job_of_a_broken_off_transaction_never_existed(clock: FixedClock) -> None:
    with contextlib.suppress(ValueError), transaction.atomic():
        enqueue(KIND, {}, clock=clock)
        raise ValueError("stop")
    assert queries.jobs().rows == ()


def test_a_job_runs_once_and_is_gone(clock: FixedClock, wiring: None, worker: Worker) -> None:
    ran: list[dict[str, Any]] = []
    _wire(lambda payload, /, *, clock: ran.append(payload))
    _enqueue(clock)
    assert (worker.drain(), worker.drain(), ran, queries.jobs().rows) == (1, 0, [{"n": 1}], ())


def test_a_job_waits_for_its_time(clock: FixedClock, wiring: None, worker: Worker) -> None:
    _wire(lambda payload, /, *, clock: None)
    _enqueue(clock, run_after=clock.now() + timedelta(hours=1))
    assert worker.drain() == 0
    clock.move(timedelta(hours=1))
    assert worker.drain() == 1


def test_the_same_work_waits_once(clock: FixedClock) -> None:
    first, second = _enqueue(clock, dedup="bundle:7"), _enqueue(clock, dedup="bundle:7")
    assert first == second
    assert _enqueue(clock, dedup="bundle:8") != first
    assert len(queries.jobs().rows) == 2


def test_work_asked_for_while_the_same_work_runs_runs_again(clock: FixedClock, wiring: None, worker: Worker) -> None:
    ran: list[int] = []

    def work(payload: dict[str, Any], /, *, clock: FixedClock) -> None:
        ran.append(1)
        if len(ran) == 1:
            _enqueue(clock, dedup="bundle:7")

    _wire(work)
    _enqueue(clock, dedup="bundle:7")
    assert (worker.drain(), len(ran)) == (2, 2)


def test_a_failed_job_comes_back_later_and_is_declared_dead_in_the_end(
    clock: FixedClock, wiring: None, worker: Worker
) -> None:
    def fail(payload: dict[str, Any], /, *, clock: FixedClock) -> None:
        raise Unreachable("config.database_busy")

    _wire(fail)
    job = _enqueue(clock)
    waits = []
    for _ in range(ATTEMPTS_MAX):
        assert worker.drain() == 1
        held = queries.jobs().rows[0]
        waits.append((held.run_after - clock.now()).total_seconds())
        clock.move(timedelta(hours=1))
    assert (held.state, held.attempts, "database_busy" in held.last_error) == ("dead", ATTEMPTS_MAX, True)
    assert all(later > earlier for earlier, later in zip(waits[:-1], waits[2:-1], strict=False))
    assert worker.drain() == 0
    jobs.retry_dead(job, clock=clock)
    assert worker.drain() == 1


def test_a_refusal_by_rule_is_not_tried_again(clock: FixedClock, wiring: None, worker: Worker) -> None:
    def refuse(payload: dict[str, Any], /, *, clock: FixedClock) -> None:
        raise RuleBroken("journal.purpose_missing")

    _wire(refuse)
    _enqueue(clock)
    worker.drain()
    assert queries.jobs().rows[0].state == "dead"


def test_a_job_of_an_area_that_does_not_run_here_is_left_alone(clock: FixedClock, wiring: None, worker: Worker) -> None:
    _enqueue(clock)
    assert worker.drain() == 0
    assert queries.jobs().rows[0].state == "waiting"


def test_a_lease_that_ran_out_counts_and_another_worker_takes_the_job(clock: FixedClock, wiring: None) -> None:
    _enqueue(clock)
    (lost,) = jobs.claim([KIND], worker="crashed", clock=clock, machine=clock)
    assert jobs.claim([KIND], worker="w2", clock=clock, machine=clock) == ()
    clock.move(timedelta(seconds=LEASE_S + 1))
    jobs.claim([KIND], worker="w2", clock=clock, machine=clock)  # finds it expired: back with a wait
    clock.move(timedelta(seconds=10))
    (taken,) = jobs.claim([KIND], worker="w2", clock=clock, machine=clock)
    assert (taken.id, taken.attempt) == (lost.id, 2)
    assert jobs.finish(lost, worker="crashed", clock=clock) is False
    assert jobs.finish(taken, worker="w2", clock=clock) is True


def test_a_living_worker_keeps_its_lease(clock: FixedClock, wiring: None) -> None:
    _enqueue(clock)
    (taken,) = jobs.claim([KIND], worker="w1", clock=clock, machine=clock)
    clock.move(timedelta(seconds=LEASE_S - 1))
    assert jobs.renew(worker="w1", machine=clock) == 1
    clock.move(timedelta(seconds=LEASE_S - 1))
    assert jobs.claim([KIND], worker="w2", clock=clock, machine=clock) == ()
    assert jobs.finish(taken, worker="w1", clock=clock) is True


def test_a_jump_of_the_story_clock_steals_no_running_job(clock: FixedClock, wiring: None) -> None:
    machine = FixedClock(clock.now())
    _enqueue(clock)
    jobs.claim([KIND], worker="w1", clock=clock, machine=machine)
    clock.move(timedelta(days=30))
    assert jobs.claim([KIND], worker="w2", clock=clock, machine=machine) == ()


def test_a_stopping_worker_hands_back_what_it_has_not_begun(clock: FixedClock, wiring: None) -> None:
    _enqueue(clock)
    jobs.claim([KIND], worker="w1", clock=clock, machine=clock)
    assert jobs.hand_back(worker="w1") == 1
    (taken,) = jobs.claim([KIND], worker="w2", clock=clock, machine=clock)
    assert taken.attempt == 1


def test_clockwork_runs_every_period_and_never_dies(clock: FixedClock, wiring: None, worker: Worker) -> None:
    ran: list[int] = []

    def work(payload: dict[str, Any], /, *, clock: FixedClock) -> None:
        ran.append(1)
        if len(ran) > 1:
            raise RuleBroken("journal.purpose_missing")

    _wire(work)
    dispatch.periodic(KIND, every_s=30)
    jobs.settle_clockwork(dispatch.periods(), clock=clock)
    jobs.settle_clockwork(dispatch.periods(), clock=clock)
    assert (worker.drain(), worker.drain()) == (1, 0)
    for _ in range(ATTEMPTS_MAX + 3):
        clock.move(timedelta(hours=1))
        assert worker.drain() == 1
    assert Job.objects.get().state == "waiting"


def test_clockwork_survives_a_clock_gone_back(clock: FixedClock, wiring: None, worker: Worker) -> None:
    _wire(lambda payload, /, *, clock: None)
    dispatch.periodic(KIND, every_s=30)
    jobs.settle_clockwork(dispatch.periods(), clock=clock)
    worker.drain()
    clock.move(timedelta(days=-10))
    jobs.settle_clockwork(dispatch.periods(), clock=clock)
    clock.move(timedelta(seconds=31))
    assert worker.drain() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_run_one_job_twice(clock: FixedClock, wiring: None) -> None:
    count, lock = 120, threading.Lock()
    ran: list[int] = []

    def work(payload: dict[str, Any], /, *, clock: FixedClock) -> None:
        with lock:
            ran.append(payload["n"])

    _wire(work)
    with transaction.atomic():
        for number in range(count):
            enqueue(KIND, {"n": number}, clock=clock)

    def drain(name: str) -> None:
        Worker(clock=clock, machine=clock, name=name).drain()
        connection.close()

    threads = [threading.Thread(target=drain, args=(f"w{n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=50)
    assert sorted(ran) == list(range(count))


@pytest.mark.django_db(transaction=True)
def test_a_store_that_refuses_for_a_while_costs_no_job(clock: FixedClock, wiring: None) -> None:
    ran: list[int] = []
    _wire(lambda payload, /, *, clock: ran.append(payload["n"]))
    with transaction.atomic():
        enqueue(KIND, {"n": 7}, clock=clock)
    refusals = iter([True, False])

    def refuse_once(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        """Stands for a lock or a lost connection: the store's own error, raised where the store raises it."""
        if "journal_job" in str(sql) and next(refusals, False):
            raise OperationalError("the store refused")
        return execute(sql, params, many, context)

    worker = Worker(clock=clock, machine=clock, name="w1")
    with connection.execute_wrapper(refuse_once):
        assert worker._guarded(worker.once) is None
    assert (worker._guarded(worker.once), ran) == (1, [7])


def test_a_job_that_the_store_refuses_is_one_attempt_and_the_rest_none(
    clock: FixedClock, wiring: None, worker: Worker
) -> None:
    refusals = iter([True])

    def work(payload: dict[str, Any], /, *, clock: FixedClock) -> None:
        if next(refusals, False):
            raise OperationalError("database is locked")

    _wire(work)
    first, second = _enqueue(clock), _enqueue(clock)
    with pytest.raises(OperationalError):
        worker.once()
    assert worker.once() == 1
    (held,) = queries.jobs().rows
    assert (held.id, held.state, held.attempts) == (first, "waiting", 1)
    assert held.id != second
    clock.move(timedelta(minutes=1))
    assert (worker.once(), queries.jobs().rows) == (1, ())


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_for_the_same_work_at_once_get_one_job(clock: FixedClock) -> None:
    made: list[Any] = []
    together = threading.Barrier(4, timeout=20)

    def ask() -> None:
        together.wait()
        with transaction.atomic():
            made.append(enqueue(KIND, {}, clock=clock, dedup="bundle:7"))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=40)
    assert len(made) == 4
    assert len(set(made)) == 1
