"""A full pull between two nodes, PostgreSQL to PostgreSQL, against the bare binary COPY pipe.

Ours is masked, checked against the grant, encrypted, signed, recorded on both sides, applied with its checkpoint
in one transaction and reconciled by reading back; the pipe does none of this and is the ceiling.
"""

import contextlib
import os
import resource
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import psycopg

from benchmarks.frame import Benchmark, Sample
from benchmarks.pair import CASE, GRANT, PURPOSE, Pair, pair
from tests.support import postgres

ROWS = 1_000_000
ROWS_MIN, ROWS_MAX = 1_000, 5_000_000
RUN_S = 600.0
_COLUMNS = '"GMSFHM", "XM", "CSRQ", "QH", "SG"'


@contextlib.contextmanager
def benchmark() -> Iterator[Benchmark]:
    """Two nodes with a table of BENCH_ROWS rows (a million if not set)."""
    rows = min(max(int(os.environ.get("BENCH_ROWS", ROWS)), ROWS_MIN), ROWS_MAX)
    with pair(rows=rows) as nodes:
        yield Benchmark(unit="rows/s", contenders={"ours": lambda: _pull(nodes), "copy_pipe": lambda: _pipe(nodes)})


def _pull(nodes: Pair) -> Sample:
    import asyncio

    cpu, began = nodes.cpu_s(), time.perf_counter()
    told = asyncio.run(_ask(nodes))
    seconds = time.perf_counter() - began
    if told["rows"] != nodes.rows or told["reconciled"] is not True:
        raise RuntimeError(f"the pull did not arrive whole: {told}")
    cpu = nodes.cpu_s() - cpu
    return Sample(
        value=nodes.rows / seconds, cpu_s=cpu, more={"seconds": seconds, "cpu_s_a_million": cpu / nodes.rows * 1e6}
    )


async def _ask(nodes: Pair) -> dict[str, object]:
    body = {"grant": GRANT, "purpose": PURPOSE, "case_ref": CASE, "wait": True}
    headers = {"authorization": f"Bearer {nodes.token}"}
    wait = aiohttp.ClientTimeout(total=RUN_S)
    async with (
        aiohttp.ClientSession(timeout=wait, headers=headers) as session,
        session.post(f"{nodes.url}/local/v1/pull", json=body) as answer,
    ):
        told: dict[str, object] = await answer.json(content_type=None)
        if answer.status != 200:
            raise RuntimeError(f"the pull was refused: {answer.status} {told}")
        return told


def _pipe(nodes: Pair) -> Sample:
    """psql | psql, the fastest way PostgreSQL itself offers; CPU is that of both clients."""
    with psycopg.connect(nodes.target, autocommit=True) as db:
        db.execute("DROP TABLE IF EXISTS piped")
        db.execute('CREATE TABLE piped ("GMSFHM" text, "XM" text, "CSRQ" text, "QH" text, "SG" numeric(6,2))')
    psql = _psql()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    out = [psql, "-qX", nodes.source, "-c", f"COPY (SELECT {_COLUMNS} FROM rk) TO STDOUT (FORMAT binary)"]
    into = [psql, "-qX", nodes.target, "-c", "COPY piped FROM STDIN (FORMAT binary)"]
    with subprocess.Popen(out, stdout=subprocess.PIPE) as reader:
        subprocess.run(into, stdin=reader.stdout, check=True, timeout=RUN_S)
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Sample(
        value=nodes.rows / seconds, cpu_s=cpu, more={"seconds": seconds, "cpu_s_a_million": cpu / nodes.rows * 1e6}
    )


def _psql() -> str:
    folder = postgres.binaries()
    if folder is None or not (folder / "psql").exists():
        raise postgres.NoPostgres(postgres.INSTALL_HINT)
    return str(Path(folder) / "psql")
