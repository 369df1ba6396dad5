"""The other side of `spreadsheet_process` (解析进程的调用方): starts it, hands the workbook over, takes lines back."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

MEMORY_B, MEMORY_A_CELL_B = 512 << 20, 64  # of the process: its code, libraries and unpacked parts, and each cell
CPU_S, CELLS_A_CPU_S = 20, 200_000  # of the process; WAIT_S on the clock, on a machine that does other things too
WAIT_S = 300.0
AT_ONCE = 2  # processes of one center or node
TURN_S = 20.0  # how long a reader waits for its turn
_turns = threading.BoundedSemaphore(AT_ONCE)

Line = dict[str, Any] | list[Any]  # Any: JSON of our own process


class Ended(ValueError):
    """The process gave no whole answer: the workbook takes more memory or time than one may, or no turn came."""


def lines_of(content: bytes, *, rows: int, columns: int, cells: int) -> Iterator[Line]:
    """What the process says of a workbook, line by line; it is ended when the reader stops asking.  Raises Ended."""
    bounds = {"memory_b": MEMORY_B + cells * MEMORY_A_CELL_B, "cpu_s": CPU_S + cells // CELLS_A_CPU_S}
    wanted = {"rows": rows, "columns": columns, "cells": cells, **bounds}
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
