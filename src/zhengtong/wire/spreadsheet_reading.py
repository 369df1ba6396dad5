"""The other side of `spreadsheet_process` (解析进程的调用方): starts it, hands the workbook over, takes lines back."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

MEMORY_B = 2 << 30  # of the process, its code and libraries included
CPU_S = 120  # of the process; WAIT_S on the clock, on a machine that does other things too
WAIT_S = 300.0
AT_ONCE = 2  # processes of one center or node
TURN_S = 20.0  # how long a reader waits for its turn
_turns = threading.BoundedSemaphore(AT_ONCE)

Line = dict[str, Any] | list[Any]  # Any: JSON of our own process


class Ended(ValueError):
    """The process gave no whole answer: the workbook takes more memory or time than one may, or no turn came."""


def lines_of(content: bytes, *, rows: int, columns: int, cells: int) -> Iterator[Line]:
    """What the process says of a workbook, line by line; it is ended when the reader stops asking.  Raises Ended."""
    wanted = {"rows": rows, "columns": columns, "cells": cells, "memory_b": MEMORY_B, "cpu_s": CPU_S}
    with _turn(), _process() as (given, taken):
        with suppress(BrokenPipeError):
            given.write(json.dumps(wanted).encode() + b"\n")
            given.write(content)
            given.close()
        for text in taken:
            line = json.loads(text) if text.endswith(b"\n") else {}
            if isinstance(line, dict) and line.get("end"):
                return
            if line == {}:
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
def _process() -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    command = [sys.executable, "-I", "-m", "zhengtong.wire.spreadsheet_process"]
    process = subprocess.Popen(  # noqa: S603 -- our own program, nothing from outside in the command
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    clock = threading.Timer(WAIT_S, process.kill)
    clock.daemon = True
    clock.start()
    assert process.stdin and process.stdout  # both were asked for
    try:
        yield process.stdin, process.stdout
    finally:
        clock.cancel()
        process.kill()
        process.stdout.close()
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.wait()
