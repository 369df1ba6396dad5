"""The one writer (单一写线程): state and evidence become durable together, in groups.

A step is a function of `Step`; it reads and changes node.db, appends ledger records, or raises.
Steps that wait at the same moment share one ledger `fdatasync` and one database commit
(group commit).  Order: ledger first, then the database, so that what node.db says about the
ledger can always be brought up to date from the ledger (`recovery`), never the other way round.
A step's caller hears of its result only after both are durable.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from zhengtong.kernel.errors import Unreachable
from zhengtong.node.bounds import GROUP, JOURNAL_QUEUE
from zhengtong.node.ledger import LedgerStore
from zhengtong.node.store import remember

T = TypeVar("T")


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


# A job's result type is known to its caller only; inside the queue it is Any.
_Job = tuple[Callable[[Step], Any], "Future[Any]"]


class JournalThread:
    """Owns the writing connection of node.db and the ledger; everything else asks it."""

    def __init__(self, db: sqlite3.Connection, ledger: LedgerStore) -> None:
        self._db = db
        self._ledger = ledger
        self._jobs: queue.Queue[_Job | None] = queue.Queue(JOURNAL_QUEUE)
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish what is queued, then stop."""
        self._jobs.put(None)
        self._thread.join()

    async def do(self, work: Callable[[Step], T]) -> T:
        """Run a step and wait until it is durable.  Raises what the step raises; Unreachable if the queue is full."""
        return await asyncio.wrap_future(self._submit(work))

    def do_blocking(self, work: Callable[[Step], T]) -> T:
        """The same from a worker thread (batches)."""
        return self._submit(work).result()

    def _submit(self, work: Callable[[Step], T]) -> "Future[T]":
        waiting: Future[T] = Future()
        try:
            self._jobs.put_nowait((work, waiting))
        except queue.Full:
            raise Unreachable("node.too_busy") from None
        return waiting

    def _work(self) -> None:
        open_ = True
        while open_:
            group: list[_Job] = []
            job = self._jobs.get()
            while job is not None:
                group.append(job)
                if len(group) == GROUP:
                    break
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
            open_ = job is not None
            if group:
                self._commit(group)

    def _commit(self, group: list[_Job]) -> None:
        """Run a group in one transaction; nobody is told anything before both stores are durable."""
        done: list[tuple[Future[Any], Any, Exception | None]] = []
        entries: list[bytes] = []
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for work, waiting in group:
                done.append((waiting, *self._run(work, entries)))
            if entries:
                self._ledger.append(entries)
                remember(self._db, "ledger_size", str(self._ledger.size))
            self._db.execute("COMMIT")
        except Exception as error:  # disk full, database locked: the whole group failed, and is told so
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            for _work, waiting in group:
                waiting.set_exception(Unreachable("node.record_not_durable", reason=str(error)[:200]))
            return
        for waiting, result, refusal in done:
            if waiting.cancelled():
                continue
            if refusal is None:
                waiting.set_result(result)
            else:
                waiting.set_exception(refusal)

    def _run(self, work: Callable[[Step], Any], entries: list[bytes]) -> tuple[Any, Exception | None]:
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
