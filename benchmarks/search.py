"""Search in 100,000 catalogue entries: questions a second with three facets and more, and p95 over HTTP.

`value` is like for like: the first twenty hits and facet counts, asked of the store in one process.  Ours answers
seven facets, a peer three.  `p95_ms` is of `GET /api/catalog/entries?q=…&facets=1` through the real center and its
gate, `page_p95_ms` of the page.  Peers: SQLite over the same names, abstracts and items in one table of text, by LIKE
and by an FTS5 trigram index; where a question holds a word shorter than three, trigram finds nothing and is quick.
"""

import contextlib
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import center, shelves
from benchmarks.frame import Benchmark, Sample
from benchmarks.shelves import rank
from tests.support import postgres
from tests.support.open_catalogue import FIELDS, THEMES, Listed

ENTRIES = int(os.environ.get("BENCH_ENTRIES", "100000"))
QUESTIONS, PEER_QUESTIONS = 200, 20  # a round
PAGE_ROWS = 20
Question = tuple[str, str]
Say = Callable[[str], tuple[str, list[str]]]  # a question as a condition with its values
_FACETS = ("provider", "share_type", "theme")


@contextlib.contextmanager
def benchmark() -> Iterator[Benchmark]:
    """A center on SQLite, one on PostgreSQL where it can run, and two peers."""
    lines = shelves.lines(ENTRIES)
    asked = shelves.questions([line.title for line in lines], number=QUESTIONS)
    with contextlib.ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="zhengtong-bench-")))
        contenders = {"ours": held.enter_context(_center(folder / "sqlite", asked)).sample}
        with contextlib.suppress(postgres.NoPostgres):
            server = held.enter_context(postgres.running())
            second = held.enter_context(_center(folder / "postgresql", asked, database=server.create("center")))
            contenders["ours_postgresql"] = second.sample
        peers = _peers(folder / "peers.db", lines)
        held.callback(peers.close)
        contenders["like"] = lambda: _peer(peers, asked[:PEER_QUESTIONS], _like)
        contenders["fts5_trigram"] = lambda: _peer(peers, asked[:PEER_QUESTIONS], _trigram)
        yield Benchmark(unit="questions/s", contenders=contenders)


@dataclass(slots=True)
class _Center:
    env: center.Environment
    visitor: center.Visitor
    pid: int
    asked: Sequence[Question]
    filled: dict[str, float] = field(default_factory=dict)

    def sample(self) -> Sample:
        """One round: over HTTP, then in a process of its own."""
        before = center.cpu_s(self.pid)
        api = [self.visitor.get(f"/api/catalog/entries?q={text}&facets=1")[1] for text, _ in self.asked]
        http_cpu = center.cpu_s(self.pid) - before
        pages = [self.visitor.get(f"/catalog/?text={text}")[1] for text, _ in self.asked]
        inside = center.call(self.env, "benchmarks.shelves:ask", {"questions": self.asked})
        more = {
            **_cuts("", api),
            **_cuts("page_", pages),
            "http_cpu_ms": http_cpu / len(api) * 1000,
            "mrr": inside["mrr"],
            **self.filled,
        }
        return Sample(value=len(self.asked) / inside["seconds"], cpu_s=inside["cpu_s"], more=more)


@contextlib.contextmanager
def _center(home: Path, asked: Sequence[Question], *, database: str = "") -> Iterator[_Center]:
    home.mkdir()
    env = center.environment(home, database=database)
    center.install(env)
    filled = center.call(env, "benchmarks.shelves:fill", {"entries": ENTRIES})
    card = center.call(env, "benchmarks.shelves:reader")
    with center.serving(env) as (host, port, pid):
        visitor = center.Visitor(host, port)
        visitor.sign_in(**card)
        yield _Center(env, visitor, pid, asked, filled)


def _cuts(name: str, seconds: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100)
    return {f"{name}p50_ms": cuts[49] * 1000, f"{name}p95_ms": cuts[94] * 1000, f"{name}p99_ms": cuts[98] * 1000}


def _peers(path: Path, lines: Sequence[Listed]) -> sqlite3.Connection:
    """The same texts in one table, once plain and once with a trigram index."""
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE flat (name TEXT, abstract TEXT, items TEXT, provider TEXT, share_type TEXT, theme TEXT)")
    rows = (
        (line.title, line.abstract, " ".join(FIELDS[n % 4 : n % 4 + 5]), line.city + line.department,
         "U" if line.is_open else "K", THEMES[n % len(THEMES)])
        for n, line in enumerate(lines, start=1)
    )  # fmt: skip
    db.executemany("INSERT INTO flat VALUES (?, ?, ?, ?, ?, ?)", rows)
    db.execute("CREATE VIRTUAL TABLE grams USING fts5(name, abstract, items, content='flat', tokenize='trigram')")
    db.execute("INSERT INTO grams(grams) VALUES ('rebuild')")
    db.commit()
    return db


def _like(text: str) -> tuple[str, list[str]]:
    words = text.split()
    return " AND ".join(["name || abstract || items LIKE ?"] * len(words)), [f"%{word}%" for word in words]


def _trigram(text: str) -> tuple[str, list[str]]:
    words = " AND ".join('"' + word.replace('"', '""') + '"' for word in text.split())
    return "rowid IN (SELECT rowid FROM grams WHERE grams MATCH ?)", [words]


def _peer(db: sqlite3.Connection, asked: Sequence[Question], say: Say) -> Sample:
    began, cpu, ranks, none = time.perf_counter(), time.process_time(), list[float](), 0
    for text, meant in asked:
        where, values = say(text)
        found = [name for (name,) in db.execute(f"SELECT name FROM flat WHERE {where} LIMIT {PAGE_ROWS}", values)]
        for facet in _FACETS:
            db.execute(f"SELECT {facet}, count(*) FROM flat WHERE {where} GROUP BY 1", values).fetchall()
        ranks.append(rank(found, meant))
        none += not found
    took = time.perf_counter() - began
    more = {"mrr": sum(ranks) / len(ranks), "zero_hits": none / len(asked)}
    return Sample(value=len(asked) / took, cpu_s=time.process_time() - cpu, more=more)
