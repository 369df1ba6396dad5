"""Threads beside the event loop: reads of service calls, pieces made one step ahead."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from zhengtong.kernel.errors import RuleBroken, Unreachable
from zhengtong.node.ahead import ahead
from zhengtong.node.bounds import READ_AHEAD
from zhengtong.node.reading import ReadingThreads


def test_pieces_made_ahead_keep_their_order_and_raise_their_error_in_its_place() -> None:
    def pieces() -> Iterator[int]:
        yield from range(5)
        raise Unreachable("node.source_failed", reason="gone")

    used: list[int] = []

    def use() -> None:
        with ahead(pieces()) as made:
            for piece in made:
                used.append(piece)  # noqa: PERF402 - what came before the error counts

    with pytest.raises(Unreachable):
        use()
    assert used == [0, 1, 2, 3, 4]


def test_who_stops_early_stops_the_maker_before_its_source_is_closed() -> None:
    made: list[int] = []

    def pieces() -> Iterator[int]:
        for number in range(10_000):
            made.append(number)
            yield number

    with ahead(pieces()) as used:
        assert next(used) == 0
    count = len(made)
    assert count <= READ_AHEAD + 2  # used, waiting, and the one in hand
    assert not any(thread.name == "ahead" for thread in threading.enumerate())
    assert len(made) == count


def test_a_read_beside_the_loop_gives_its_result_or_its_error() -> None:
    threads = ReadingThreads(2)

    def broken() -> int:
        raise RuleBroken("node.ask_incomplete")

    async def both() -> list[object]:
        reads = (threads.read(lambda: threading.current_thread().name), threads.read(broken))
        return list(await asyncio.gather(*reads, return_exceptions=True))

    name, error = asyncio.run(both())
    threads.stop()
    assert str(name).startswith("reading-")
    assert isinstance(error, RuleBroken)


def test_a_read_nobody_waits_for_any_more_leaves_the_thread_at_work() -> None:
    threads, held = ReadingThreads(1), threading.Event()

    async def given_up() -> int:
        waiting = asyncio.create_task(threads.read(lambda: held.wait(5)))
        await asyncio.sleep(0.01)
        waiting.cancel()
        held.set()
        return await threads.read(lambda: 7)

    assert asyncio.run(given_up()) == 7
    threads.stop()
