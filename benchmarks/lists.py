"""Lists at the size of a province: 50,000 requests, 100,000 entries, 50,000 exchanges in PostgreSQL.

`value` is pages a second of one reader after another, over HTTP through the center's gate; `NAME_p95_ms` of each page.
Readers: two departments' officers and a leader of the authority, who sees all.
"""

import contextlib
import os
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import center
from benchmarks.frame import Benchmark, Sample
from tests.support import postgres

ENTRIES = int(os.environ.get("BENCH_ENTRIES", "100000"))
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "50000"))
ORGANS = 300
TURNS = 20  # of each reader on each page, a round
PAGES = {
    "home": "/",
    "inbox": "/inbox",
    "sharing_inbox": "/sharing/inbox",
    "requests": "/sharing/",
    "requests_late": "/sharing/?state=late",
    "requests_answered": "/sharing/?state=answered",
    "grants": "/sharing/grants",
    "exchanges": "/exchange/",
    "catalog": "/catalog/",
    "catalog_search": "/catalog/?text=信息&share_type=K",
    "catalog_mine": "/catalog/mine",
}


@contextlib.contextmanager
def benchmark() -> Iterator[Benchmark]:
    """A center on PostgreSQL with a province's rows, and three readers."""
    with contextlib.ExitStack() as held:
        home = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="zhengtong-bench-")))
        server = held.enter_context(postgres.running())
        env = center.environment(home, database=server.create("center"))
        center.install(env)
        size = {"entries": ENTRIES, "requests": REQUESTS, "organs": ORGANS}
        cards = center.call(env, "benchmarks.shelves:city", size)
        host, port, pid = held.enter_context(center.serving(env))
        readers = [center.Visitor(host, port) for _ in cards]
        for reader, card in zip(readers, cards, strict=True):
            reader.sign_in(**card)
        yield Benchmark(unit="pages/s", contenders={"ours": lambda: _sample(readers, pid)})


def _sample(readers: Sequence[center.Visitor], pid: int) -> Sample:
    before, waits = center.cpu_s(pid), dict[str, list[float]]()
    for name, path in PAGES.items():
        waits[name] = [reader.get(path)[1] for _ in range(TURNS) for reader in readers]
    everything = [wait for found in waits.values() for wait in found]
    more = {f"{name}_p95_ms": statistics.quantiles(found, n=100)[94] * 1000 for name, found in waits.items()}
    more["p95_ms"] = max(more.values())  # of the slowest page
    return Sample(value=len(everything) / sum(everything), cpu_s=center.cpu_s(pid) - before, more=more)
