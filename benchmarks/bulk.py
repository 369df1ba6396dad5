"""A full pull between two nodes, PostgreSQL to PostgreSQL, against the bare binary COPY pipe.

Ours is masked (surname kept, citizen number 6-4, HMAC pseudonym), checked against the grant, encrypted, signed,
recorded on both sides, applied exactly once and reconciled with what the target then holds; the pipe does none of this
and is the ceiling.  Both copy the same columns of the same table into a table without index that is not there before,
on the same server with fsync on.
"""

import asyncio
import contextlib
import os
import resource
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import aiohttp
import psycopg

from benchmarks.frame import Benchmark, Sample
from benchmarks.pair import CASE, DURABLE, GRANT, PURPOSE, Pair, pair
from benchmarks.tables import WIDE
from tests.support import postgres

ROUNDS = 7
ROWS = 1_000_000
ROWS_MIN, ROWS_MAX = 1_000, 5_000_000
RUN_S = 600.0
SETTLED_S = 0.3  # for the counters of processes that have just ended


@contextlib.contextmanager
def benchmark() -> Iterator[Benchmark]:
    """Two nodes with a table of BENCH_ROWS rows (a million if not set)."""
    rows = min(max(int(os.environ.get("BENCH_ROWS", ROWS)), ROWS_MIN), ROWS_MAX)
    with pair(rows=rows, table=WIDE, settings=DURABLE) as nodes:
        yield Benchmark(
            unit="rows/s",
            contenders={"ours": lambda: _pull(nodes), "copy_pipe": lambda: _pipe(nodes)},
            rounds=ROUNDS,
        )


def _pull(nodes: Pair) -> Sample:
    _forget(nodes, "people")
    before = nodes.cpu_each_s()
    seconds, database, told = _timed(nodes, lambda: asyncio.run(_ask(nodes)))
    if told["rows"] != nodes.rows or told["reconciled"] is not True:
        raise RuntimeError(f"the pull did not arrive whole: {told}")
    provider, consumer = (after - then for after, then in zip(nodes.cpu_each_s(), before, strict=True))
    peaks = nodes.peak_mb()
    more = {"provider_cpu_s": provider, "consumer_cpu_s": consumer, "peak_mb": max(peaks)}
    return _sample(nodes, seconds, cpu=provider + consumer, database=database, more=more)


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
    _forget(nodes, "piped")
    with psycopg.connect(nodes.source) as here, psycopg.connect(nodes.target, autocommit=True) as there:
        kinds = here.execute(
            "SELECT string_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)"
            " FROM pg_attribute WHERE attrelid = 'rk'::regclass AND attnum > 0"
        ).fetchone()
        there.execute(f"CREATE TABLE piped ({kinds[0] if kinds else ''})".encode())
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds, database, _ = _timed(nodes, lambda: _piped(nodes))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return _sample(nodes, seconds, cpu=cpu, database=database)


def _piped(nodes: Pair) -> dict[str, object]:
    psql, columns = _psql(), nodes.table.column_list
    out = [psql, "-qX", nodes.source, "-c", f"COPY (SELECT {columns} FROM rk) TO STDOUT (FORMAT binary)"]
    into = [psql, "-qX", nodes.target, "-c", f"COPY piped ({columns}) FROM STDIN (FORMAT binary)"]
    with subprocess.Popen(out, stdout=subprocess.PIPE) as reader:
        subprocess.run(into, stdin=reader.stdout, check=True, timeout=RUN_S)
    return {}


def _forget(nodes: Pair, table: str) -> None:
    """Begin from the same: no table, nothing the last contender left to be written out."""
    with psycopg.connect(nodes.target, autocommit=True) as db:
        db.execute(f"DROP TABLE IF EXISTS {table}".encode())
        db.execute("CHECKPOINT")


def _timed(nodes: Pair, work: Callable[[], dict[str, object]]) -> tuple[float, float, dict[str, object]]:
    """Seconds on the clock, CPU seconds of PostgreSQL, and what was told."""
    database, began = nodes.database_cpu_s(), time.perf_counter()
    told = work()
    seconds = time.perf_counter() - began
    time.sleep(SETTLED_S)
    return seconds, nodes.database_cpu_s() - database, told


def _sample(
    nodes: Pair, seconds: float, *, cpu: float, database: float, more: dict[str, float] | None = None
) -> Sample:
    million = 1e6 / nodes.rows
    figures = {"seconds": seconds, "cpu_s_a_million": cpu * million, "database_cpu_s_a_million": database * million}
    return Sample(value=nodes.rows / seconds, cpu_s=cpu, more=figures | (more or {}))


def _psql() -> str:
    folder = postgres.binaries()
    if folder is None or not (folder / "psql").exists():
        raise postgres.NoPostgres(postgres.INSTALL_HINT)
    return str(Path(folder) / "psql")
