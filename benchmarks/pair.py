"""Two nodes as processes of their own, each with its PostgreSQL database, all on this machine's loopback.

The signed directory is handed out by a small desk in this process, which also takes receipts and co-signs
heads, so that nodes do all the work they do in a city.  The story clock stands at a fixed morning and runs.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.tables import NARROW, BenchTable
from tests.support import postgres
from tests.support.wire_city import MORNING, City, person_grant
from zhengtong.kernel.clock import StoryClock
from zhengtong.node import store, systems
from zhengtong.node.bindings import SourceBinding, TargetBinding, bind_source, bind_target, ceiling_of
from zhengtong.node.home import NodeHome, Settings
from zhengtong.node.serving import free_port
from zhengtong.wire.documents import cosign, document_from_json
from zhengtong.wire.grant import Grant

PROVIDER, CONSUMER = "wl-police", "tl-market"
RESOURCE, GRANT, PURPOSE, CASE = "306001002/000123", "0001-1", "food-licence", "TLCY20260017"
READY_S, STOP_S = 30.0, 15.0
_SERVE = "import sys; from zhengtong.cli.main import run; sys.exit(run())"
# what the databases of both sides of every comparison run with; the rest is PostgreSQL's own defaults
QUICK = postgres.SETTINGS
DURABLE = ("shared_buffers=1GB", "max_connections=60")  # fsync, full_page_writes, synchronous_commit: on


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A provider and a consumer that answer, and where their databases are."""

    url: str  # of the consumer's node
    token: str
    pids: tuple[int, int]
    postmaster: int
    source: str
    target: str
    rows: int
    table: BenchTable

    def cpu_s(self) -> float:
        """CPU seconds both nodes have used so far, threads included."""
        return sum(self.cpu_each_s())

    def cpu_each_s(self) -> tuple[float, float]:
        """The same, of the provider and of the consumer."""
        ticks = os.sysconf("SC_CLK_TCK")
        provider, consumer = (sum(map(int, _stat(pid)[11:13])) / ticks for pid in self.pids)
        return provider, consumer

    def database_cpu_s(self) -> float:
        """CPU seconds of PostgreSQL so far: the postmaster, its children, and those that have ended."""
        ticks, used = os.sysconf("SC_CLK_TCK"), sum(map(int, _stat(self.postmaster)[11:15]))
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                stat = _stat(int(folder.name))
                used += sum(map(int, stat[11:13])) if int(stat[1]) == self.postmaster else 0
        return used / ticks

    def peak_mb(self) -> tuple[float, float]:
        """The most memory the provider's and the consumer's process have held."""
        provider, consumer = (_peak_kb(pid) / 1000 for pid in self.pids)
        return provider, consumer


@contextlib.contextmanager
def pair(*, rows: int, table: BenchTable = NARROW, settings: tuple[str, ...] = QUICK) -> Iterator[Pair]:
    """Start databases, desk and nodes; stop all of them by their own pids at the end."""
    with contextlib.ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="zhengtong-bench-")))
        server = held.enter_context(postgres.running(settings))
        source, target = server.create("police"), server.create("market")
        reader = _fill(source, table, rows=rows)
        clock = StoryClock(folder / "clock.json")
        clock.jump(MORNING)
        city = City(clock=clock)
        desk = held.enter_context(_desk(city))
        homes = [_home(folder, city, code, center=desk) for code in (PROVIDER, CONSUMER)]
        city.grant(_grant(table))
        city.publish()
        token = _bind(homes, table, reader=reader, target=target)
        pids = tuple(held.enter_context(_node(home)) for home in homes)
        yield Pair(
            url=homes[1].settings.address, token=token, pids=(pids[0], pids[1]), postmaster=server.pid,
            source=source, target=target, rows=rows, table=table,
        )  # fmt: skip


def _grant(table: BenchTable) -> Grant:
    key = table.fields[0] if table is not NARROW else None
    plain = person_grant(fields=table.fields)
    return plain if key is None else replace(plain, verify_fields=(key,), lookup=(key.name,))


def _fill(url: str, table: BenchTable, *, rows: int) -> str:
    """Make the provider's table and a role that can only read it; the role's address."""
    with psycopg.connect(url, autocommit=True) as db:
        for statement in table.statements:
            db.execute(statement.encode(), {"rows": rows} if "%(rows)s" in statement else None)
        db.execute("CREATE ROLE reader LOGIN")
        db.execute("GRANT SELECT ON rk TO reader")
        db.execute("VACUUM ANALYZE rk")
    return url.replace("postgres@", "reader@")


def _home(folder: Path, city: City, code: str, *, center: str) -> NodeHome:
    port = free_port("127.0.0.1")
    settings = Settings(
        code=code, port=port, address=f"http://127.0.0.1:{port}", clock=str(folder / "clock.json"), organization=code
    )
    home = NodeHome.create(folder, settings)
    home.joined(center=center, root=city.fingerprint, organization=code)
    city.admit(home)
    return home


def _bind(homes: list[NodeHome], table: BenchTable, *, reader: str, target: str) -> str:
    provider, consumer = homes
    ceiling = ceiling_of(RESOURCE, table.columns, masks={}, purposes=(), rows_a_day=None, accept="auto")
    with contextlib.closing(store.connect(provider.database)) as db:
        bound = SourceBinding(resource=RESOURCE, url=reader, table="rk", columns=table.columns, ceiling=ceiling)
        bind_source(db, bound)
    with contextlib.closing(store.connect(consumer.database)) as db:
        bind_target(db, TargetBinding(resource=RESOURCE, url=target, table="people", columns={}))
        return systems.register(db, "licensing", public="")


@contextlib.contextmanager
def _node(home: NodeHome) -> Iterator[int]:
    words = [sys.executable, "-c", _SERVE, "node", "serve", "--home", str(home.folder.parents[1]), "--node", home.code]
    with (home.folder / "log").open("wb") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log)
    try:
        give_up = time.monotonic() + READY_S
        while not home.serving.exists():
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"node {home.code} did not start: {(home.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def _desk(city: City) -> Iterator[str]:
    class Desk(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kind = self.path.partition("?")[0].rpartition("/")[2]
            if kind == "heads":
                return self._say(b'{"size":0,"root":""}')
            document = city.served[self.headers["zhengtong-node"], kind]
            held = self.headers.get("if-none-match", "").strip('"') == document.digest
            return self._say(b"" if held else document.to_bytes(), status=304 if held else 200)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if not self.path.endswith("/heads"):
                return self._say(b"{}")
            head = document_from_json(json.loads(body)["head"], kind="head")
            return self._say(json.dumps({"cosigned": cosign(head, city.online).to_json()}).encode())

        def _say(self, body: bytes, *, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    desk = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    threading.Thread(target=desk.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{desk.server_port}"
    finally:
        desk.shutdown()
        desk.server_close()


def _peak_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the command, which may hold blanks."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
