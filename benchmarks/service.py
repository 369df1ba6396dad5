"""Service calls between two nodes: calls a second, CPU of both nodes a call, p99 at 70 % of that load.

Both nodes, their databases and this load generator share the machine's cores.  Every call is a signed query
with field check, mask, salted digest and a durable record on both sides; nothing is switched off.
"""

import asyncio
import contextlib
import random
import statistics
import time
from collections.abc import Iterator

import aiohttp

from benchmarks.frame import Benchmark, Sample
from benchmarks.pair import CASE, GRANT, PURPOSE, Pair, pair

ROWS = 100_000
CONNECTIONS = 32  # callers that wait for their answer before they ask again
CLOSED_S = 5.0
OPEN_S = 5.0
LOAD = 0.7
CALLS_MAX = 200_000
CALL_S = 10.0


@contextlib.contextmanager
def benchmark() -> Iterator[Benchmark]:
    """Two nodes that answer queries."""
    with pair(rows=ROWS) as nodes:
        yield Benchmark(unit="calls/s", contenders={"ours": lambda: asyncio.run(_run(nodes))})


async def _run(nodes: Pair) -> Sample:
    wait = aiohttp.ClientTimeout(total=CALL_S)
    headers = {"authorization": f"Bearer {nodes.token}"}
    async with aiohttp.ClientSession(
        timeout=wait, headers=headers, connector=aiohttp.TCPConnector(limit=CONNECTIONS * 8)
    ) as session:
        before = nodes.cpu_each_s()
        calls, seconds = await _closed(session, nodes)
        provider, consumer = (after - then for after, then in zip(nodes.cpu_each_s(), before, strict=True))
        waits = await _open(session, nodes, rate=calls / seconds * LOAD)
    cuts = statistics.quantiles(waits, n=100)
    return Sample(
        value=calls / seconds,
        cpu_s=provider + consumer,
        more={
            "cpu_ms_a_call": (provider + consumer) / calls * 1000,
            "provider_ms_a_call": provider / calls * 1000,
            "consumer_ms_a_call": consumer / calls * 1000,
            "p50_ms_at_70": cuts[49] * 1000,
            "p99_ms_at_70": cuts[98] * 1000,
        },
    )


async def _closed(session: aiohttp.ClientSession, nodes: Pair) -> tuple[int, float]:
    """As many calls as the nodes answer to a fixed number of callers."""
    began, calls = time.perf_counter(), 0

    async def caller() -> None:
        nonlocal calls
        while time.perf_counter() - began < CLOSED_S and calls < CALLS_MAX:
            await _call(session, nodes)
            calls += 1

    await asyncio.gather(*(caller() for _ in range(CONNECTIONS)))
    return calls, time.perf_counter() - began


async def _open(session: aiohttp.ClientSession, nodes: Pair, *, rate: float) -> list[float]:
    """Calls at a fixed rate, whoever is still waiting; each wait counts from when the call was due."""
    began, waits = time.perf_counter(), list[float]()

    async def due(at: float) -> None:
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        await _call(session, nodes)
        waits.append(time.perf_counter() - at)

    count = min(int(rate * OPEN_S), CALLS_MAX)
    await asyncio.gather(*(due(began + number / rate) for number in range(count)))
    return waits


async def _call(session: aiohttp.ClientSession, nodes: Pair) -> None:
    subject = f"9901021980{random.randrange(nodes.rows):08d}"
    body = {"grant": GRANT, "purpose": PURPOSE, "case_ref": CASE, "lookup": {"GMSFHM": subject}}
    async with session.post(f"{nodes.url}/local/v1/query", json=body) as answer:
        said = await answer.json(content_type=None)
        if answer.status != 200 or len(said["rows"]) != 1:
            raise RuntimeError(f"the call was not answered: {answer.status} {said}")
