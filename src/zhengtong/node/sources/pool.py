"""Connections kept open to one department's database (连接池): few, each lent to one borrower at a time."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, LifoQueue
from typing import Generic, Protocol, TypeVar

from zhengtong.kernel.errors import Unreachable
from zhengtong.node.bounds import LOCK_WAIT_S, SOURCE_CONNECTIONS


class Closable(Protocol):
    """What is lent."""

    def close(self) -> None: ...


C = TypeVar("C", bound=Closable)
E = TypeVar("E", bound=Exception)


class Pool(Generic[C, E]):
    """At most SOURCE_CONNECTIONS at once; one that failed is closed, a sound one is lent again.

    `broken` is the driver's own error, which `short` puts into a line for the borrower.
    """

    def __init__(self, open_: Callable[[], C], *, broken: type[E], short: Callable[[E], str]) -> None:
        self._open, self._broken, self._short = open_, broken, short
        self._idle: LifoQueue[C] = LifoQueue()
        self._slots = threading.BoundedSemaphore(SOURCE_CONNECTIONS)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold a place without a connection of the pool.  Raises Unreachable after LOCK_WAIT_S."""
        if not self._slots.acquire(timeout=LOCK_WAIT_S):
            raise Unreachable("node.source_busy", connections=SOURCE_CONNECTIONS)
        try:
            yield
        finally:
            self._slots.release()

    @contextmanager
    def lend(self) -> Iterator[C]:
        """Lend a connection.  Raises Unreachable when none is free or the driver fails."""
        with self.slot():
            lent = self._taken() or self._open()
            try:
                yield lent
            except self._broken as error:
                lent.close()
                raise Unreachable("node.source_failed", reason=self._short(error)) from error
            except BaseException:
                lent.close()
                raise
            self._idle.put(lent)

    def close(self) -> None:
        """Close what is idle."""
        while (held := self._taken()) is not None:
            held.close()

    def _taken(self) -> C | None:
        try:
            return self._idle.get_nowait()
        except Empty:  # asking whether it is empty first would race with the next borrower
            return None
