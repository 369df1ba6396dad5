"""Steps are all or nothing, grouped, and heard of only when durable."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.wire_city import MORNING
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import RuleBroken, Unreachable
from zhengtong.node import store
from zhengtong.node.journal_thread import JournalThread, Step
from zhengtong.node.ledger import LedgerStore
from zhengtong.wire.suites import SigningKey


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[tuple[JournalThread, LedgerStore, sqlite3.Connection]]:
    ledger = LedgerStore(tmp_path, node="wl-police", key=SigningKey.from_seed(bytes(32)), clock=FixedClock(MORNING))
    db = store.connect(tmp_path / "node.db")
    journal = JournalThread(db, ledger)
    journal.start()
    yield journal, ledger, db
    journal.stop()
    ledger.close()
    db.close()


def test_a_step_that_raises_leaves_no_trace(parts: tuple[JournalThread, LedgerStore, sqlite3.Connection]) -> None:
    journal, ledger, db = parts

    def bad(step: Step) -> None:
        step.append(b"never")
        store.remember(step.db, "x", "1")
        raise RuleBroken("node.ask_incomplete")

    with pytest.raises(RuleBroken):
        journal.do_blocking(bad)
    assert (ledger.size, store.fact(db, "x")) == (0, "")


def test_a_group_numbers_records_in_order_around_a_failed_step(
    parts: tuple[JournalThread, LedgerStore, sqlite3.Connection],
) -> None:
    journal, ledger, db = parts

    def write(number: int) -> Callable[[Step], int]:
        def step(s: Step) -> int:
            index = s.append(b"%d" % number)
            if number % 7 == 3:
                raise RuleBroken("node.ask_incomplete")
            return index

        return step

    async def all_at_once() -> list[object]:
        steps = (journal.do(write(n)) for n in range(200))
        return await asyncio.gather(*steps, return_exceptions=True)

    done = asyncio.run(all_at_once())
    for number, index in enumerate(done):
        if isinstance(index, int):
            assert ledger.record(index) == b"%d" % number
    assert ledger.size == sum(isinstance(i, int) for i in done) == int(store.fact(db, "ledger_size"))


def test_a_caller_that_gives_up_leaves_the_journal_at_work(
    parts: tuple[JournalThread, LedgerStore, sqlite3.Connection],
) -> None:
    journal, ledger, _db = parts
    held = threading.Event()

    def slow(step: Step) -> int:
        held.wait(5)
        return step.append(b"first")

    async def give_up() -> int:
        waiting = asyncio.create_task(journal.do(slow))
        await asyncio.sleep(0.01)
        waiting.cancel()
        held.set()
        return await journal.do(lambda step: step.append(b"second"))

    assert asyncio.run(give_up()) == 1
    assert (ledger.record(0), ledger.record(1)) == (b"first", b"second")


@pytest.mark.fault(
    key="node.record_not_durable", what="记录写不成（磁盘故障）", unchanged="状态与账本都回到写之前，下一次照常"
)
def test_a_disk_that_fails_fails_the_whole_group(
    parts: tuple[JournalThread, LedgerStore, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, ledger, db = parts

    def step(s: Step) -> int:
        store.remember(s.db, "x", "1")
        return s.append(b"r")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fdatasync", full)
        with pytest.raises(Unreachable) as refused:
            journal.do_blocking(step)
    assert refused.value.key == "node.record_not_durable"
    assert (ledger.size, store.fact(db, "x")) == (0, "")
    assert journal.do_blocking(step) == 0
