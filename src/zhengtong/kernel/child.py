"""A function run in a process of its own (子进程), bounded in memory and time, that holds nothing else.

For work on what strangers send, by a library that may end its whole process.  The function takes bytes and gives
lines; it is named, not sent, so that a child imports no more than it needs.
"""

import importlib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, cast

WAIT_S = 300.0  # on the clock, on a machine that does other things too
AT_ONCE = 2  # children of one center or node
TURN_S = 20.0  # how long a caller waits for its turn
_END = b"\x04\n"  # the last line of a whole answer
_turns = threading.BoundedSemaphore(AT_ONCE)

Work = Callable[[bytes], Iterator[str]]


class Ended(ValueError):
    """The child gave no whole answer: the work takes more memory or time than it may, or no turn came."""


def lines_of(work: str, payload: bytes, *, memory_b: int, cpu_s: int) -> Iterator[bytes]:
    """What a function `module:name` says of bytes, line by line (在子进程中执行).

    The child is ended when the caller stops asking.  Raises Ended.

    Args:
        memory_b: of the child, its code and libraries included.
        cpu_s: of the child's processor.
    """
    with _turn(), _child(work, memory_b, cpu_s) as (given, taken):
        with suppress(BrokenPipeError):
            given.write(payload)
            given.close()
        for line in taken:
            if line == _END:
                return
            if not line.endswith(b"\n"):
                break
            yield line
        raise Ended


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=TURN_S):
        raise Ended
    try:
        yield
    finally:
        _turns.release()


@contextmanager
def _child(work: str, memory_b: int, cpu_s: int) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    command = [sys.executable, "-I", "-m", "zhengtong.kernel.child", work, str(memory_b), str(cpu_s)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    clock = threading.Timer(WAIT_S, process.kill)
    clock.daemon = True
    clock.start()
    assert process.stdin is not None  # both were asked for
    assert process.stdout is not None
    try:
        yield process.stdin, process.stdout
    finally:
        clock.cancel()
        process.kill()
        process.stdout.close()
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.wait()


def main(arguments: list[str]) -> None:
    """Be the child: bounds first, then one answer on stdout for the bytes on stdin."""
    work, memory_b, cpu_s = arguments
    module, _, name = work.partition(":")
    run = cast(Work, getattr(importlib.import_module(module), name))
    _limit(memory_b=int(memory_b), cpu_s=int(cpu_s))
    for line in run(sys.stdin.buffer.read()):
        sys.stdout.buffer.write(line.encode("ascii") + b"\n")
    sys.stdout.buffer.write(_END)
    sys.stdout.buffer.flush()


def _limit(*, memory_b: int, cpu_s: int) -> None:
    import resource  # not on every system

    for what, most in ((resource.RLIMIT_AS, memory_b), (resource.RLIMIT_CPU, cpu_s), (resource.RLIMIT_CORE, 0)):
        held = resource.getrlimit(what)[1]
        bound = most if held == resource.RLIM_INFINITY else min(most, held)
        resource.setrlimit(what, (bound, bound))


if __name__ == "__main__":
    main(sys.argv[1:])
