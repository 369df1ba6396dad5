"""The one writer (单一写线程): state and evidence become durable together, in groups.

A step is a function of `Step`; it reads and changes node.db, appends ledger records, or raises.
Steps that wait at the same moment share one ledger `fdatasync` and one database commit
(group commit).  Order: ledger first, then the database, so that what node.db says about the
ledger can always be brought up to date from the ledger (`recovery`), never the other way round.
A step's caller hears of its result only after both are durable.  A step may be run again, on the
database as it was before: when another step of its group refuses.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from zhengtong.kernel.errors import Unreachable
from zhengtong.node.bounds import GROUP, GROUP_WAIT_S, JOURNAL_QUEUE
from zhengtong.node.ledger import LedgerStore
from zhengtong.node.store import remember

T = TypeVar("T")

# A step's result type is known to its caller only; inside the queue it is Any.
_Told = tuple[Any, Exception | None]


class Step:
    """What one step may use: the database inside the group's transaction, and the ledger's tail."""

    __slots__ = ("_appended", "_base", "db")

    def __init__(self, db: sqlite3.Connection, base: int) -> None:
        self.db = db
        self._base = base
        self._appended: list[bytes] = []

    def append(self, entry: bytes) -> int:
        """Add a record to the ledger and return the index it will have."""
        self._appended.append(entry)
        return self._base + len(self._appended) - 1

    @property
    def appended(self) -> list[bytes]:
        return self._appended


class _Job:
    """A step that waits for its turn, and who waits for its result: a coroutine of a loop, or a thread."""

    __slots__ = ("loop", "waiting", "work")

    def __init__(
        self, work: Callable[[Step], Any], waiting: "asyncio.Future[Any] | Future[Any]",
        loop: asyncio.AbstractEventLoop | None,
    ) -> None:  # fmt: skip
        self.work = work
        self.waiting = waiting
        self.loop = loop


class JournalThread:
    """Owns the writing connection of node.db and the ledger; everything else asks it."""

    def __init__(self, db: sqlite3.Connection, ledger: LedgerStore) -> None:
        self._db = db
        self._ledger = ledger
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish what is queued, then stop."""
        self._jobs.put(None)
        self._thread.join()

    async def do(self, work: Callable[[Step], T]) -> T:
        """Run a step and wait until it is durable.  Raises what the step raises; Unreachable if the queue is full."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[T] = loop.create_future()
        self._put(_Job(work, waiting, loop))
        return await waiting

    def do_blocking(self, work: Callable[[Step], T]) -> T:
        """The same from a worker thread (batches)."""
        waiting: Future[T] = Future()
        self._put(_Job(work, waiting, None))
        return waiting.result()

    def _put(self, job: _Job) -> None:
        if self._jobs.qsize() >= JOURNAL_QUEUE:
            raise Unreachable("node.too_busy")
        self._jobs.put(job)

    def _work(self) -> None:
        open_, last, took_s = True, 1, 0.0
        while open_:
            job = self._jobs.get()
            if last > 1 and job is not None:  # others are about to come: one commit for all of them
                time.sleep(min(took_s, GROUP_WAIT_S))
            group: list[_Job] = []
            while job is not None:
                group.append(job)
                if len(group) == GROUP:
                    break
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
            open_ = job is not None
            last, began = len(group), time.perf_counter()
            if group:
                done = self._commit(group)
                took_s = time.perf_counter() - began
                _tell(group, done)

    def _commit(self, group: list[_Job]) -> list[_Told]:
        """Run a group in one transaction; nobody is told anything before both stores are durable."""
        entries: list[bytes] = []
        try:
            self._db.execute("BEGIN IMMEDIATE")
            done = self._together(group, entries)
            if entries:
                self._ledger.append(entries)
                remember(self._db, "ledger_size", str(self._ledger.size))
            self._db.execute("COMMIT")
        except Exception as error:  # disk full, database locked: the whole group failed, and is told so
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            reason = str(error)[:200]
            return [(None, Unreachable("node.record_not_durable", reason=reason)) for _job in group]
        return done

    def _together(self, group: list[_Job], entries: list[bytes]) -> list[_Told]:
        """Run the steps one after the other; if one refuses, start again with each step able to fail alone."""
        done: list[_Told] = []
        try:
            for job in group:
                step = Step(self._db, self._ledger.size + len(entries))
                done.append((job.work(step), None))
                entries.extend(step.appended)
        except Exception:  # seldom; a savepoint a step would cost every group more than this costs one
            entries.clear()
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            self._db.execute("BEGIN IMMEDIATE")
            return [self._run(job.work, entries) for job in group]
        return done

    def _run(self, work: Callable[[Step], Any], entries: list[bytes]) -> _Told:
        step = Step(self._db, self._ledger.size + len(entries))
        self._db.execute("SAVEPOINT step")
        try:
            result = work(step)
        except Exception as error:  # handed to the caller; the step leaves no trace
            self._db.execute("ROLLBACK TO step")
            self._db.execute("RELEASE step")
            return None, error
        self._db.execute("RELEASE step")
        entries.extend(step.appended)
        return result, None


def _tell(group: list[_Job], done: list[_Told]) -> None:
    """Hand results to who waits: one wake-up for each event loop, however many of its coroutines wait."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Job, _Told]]] = {}
    for job, told in zip(group, done, strict=True):
        if job.loop is None:
            _settle([(job, told)])
        else:
            by_loop.setdefault(job.loop, []).append((job, told))
    for loop, told_there in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop was closed while its steps were written
            loop.call_soon_threadsafe(_settle, told_there)


def _settle(told: list[tuple[_Job, _Told]]) -> None:
    for job, (result, refusal) in told:
        if job.waiting.done():  # cancelled meanwhile
            continue
        if refusal is None:
            job.waiting.set_result(result)
        else:
            job.waiting.set_exception(refusal)
