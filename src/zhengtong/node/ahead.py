"""Work one step ahead (提前一步): the next pieces are made in a thread of their own while one is used.

Bounded: at most READ_AHEAD pieces wait, or as many as the caller says.  Whoever stops early stops the thread before
anything it reads from is closed.
"""

import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from zhengtong.node.bounds import READ_AHEAD, READ_AHEAD_LOOK_S

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _End:
    """No more pieces, or why there are none."""

    error: BaseException | None = None


class _Ahead(Generic[T]):
    def __init__(self, pieces: Iterable[T], waiting: int) -> None:
        self._pieces = pieces
        self._made: queue.Queue[T | _End] = queue.Queue(waiting)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._make, name="ahead", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[T]:
        while True:
            piece = self._made.get()
            if not isinstance(piece, _End):
                yield piece
                continue
            if piece.error is not None:
                raise piece.error
            return

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _make(self) -> None:
        try:
            for piece in self._pieces:
                if not self._put(piece):
                    return
            self._put(_End())
        except BaseException as error:  # raised where the pieces are used
            self._put(_End(error))

    def _put(self, piece: "T | _End") -> bool:
        while not self._stopped.is_set():
            try:
                self._made.put(piece, timeout=READ_AHEAD_LOOK_S)
            except queue.Full:
                continue
            return True
        return False


@contextmanager
def ahead(pieces: Iterable[T], *, waiting: int = READ_AHEAD) -> Iterator[Iterator[T]]:
    """The same pieces in the same order, made ahead.  An error in making one is raised in its place."""
    made = _Ahead(pieces, waiting)
    try:
        yield iter(made)
    finally:
        made.stop()
