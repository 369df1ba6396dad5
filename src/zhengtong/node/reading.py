"""Reads of service calls (服务查询线程): as many threads as a source has connections, started when first needed.

A call's read is a fraction of a millisecond; a general executor would cost as much again in handing it over.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from zhengtong.node.bounds import SOURCE_CONNECTIONS

T = TypeVar("T")

# A read's result type is known to its caller only; inside the queue it is Any.
_Read = tuple[Callable[[], Any], "asyncio.Future[Any]", asyncio.AbstractEventLoop]


class ReadingThreads:
    """Runs reads outside the event loop.  What waits is bounded by the calls in flight (`IN_FLIGHT`)."""

    def __init__(self, count: int = SOURCE_CONNECTIONS) -> None:
        self._count = count
        self._reads: queue.SimpleQueue[_Read | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []

    async def read(self, work: Callable[[], T]) -> T:
        """The result of a read.  Raises what it raises."""
        if not self._threads:
            self._start()
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[T] = loop.create_future()
        self._reads.put((work, waiting, loop))
        return await waiting

    def stop(self) -> None:
        """Finish what waits, then stop."""
        for _thread in self._threads:
            self._reads.put(None)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _start(self) -> None:
        for number in range(self._count):
            thread = threading.Thread(target=self._work, name=f"reading-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def _work(self) -> None:
        while (read := self._reads.get()) is not None:
            work, waiting, loop = read
            try:
                result, error = work(), None
            except Exception as raised:  # handed to the caller
                result, error = None, raised
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(_settle, waiting, result, error)


def _settle(waiting: "asyncio.Future[Any]", result: object, error: Exception | None) -> None:
    if waiting.done():  # cancelled meanwhile
        return
    if error is None:
        waiting.set_result(result)
    else:
        waiting.set_exception(error)
