"""Two departments whose nodes are processes of their own, which die at a named point and start again."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.wire_city import (
    MORNING,
    City,
    Running,
    bind_people,
    bind_people_target,
    make_home,
    make_people,
    person_grant,
)
from zhengtong.kernel.clock import StoryClock
from zhengtong.node import store
from zhengtong.node.home import NodeHome
from zhengtong.node.systems import register
from zhengtong.wire.documents import cosign, parse_document
from zhengtong.wire.grant import Limits
from zhengtong.wire.records import HEAD_BYTES_MAX

START_WAIT_S = 30.0
DIE_WAIT_S = 30.0
CALL_S = 60.0
PARCEL_ROWS = 50
PROVIDER, CONSUMER = "wl-police", "tl-market"


@dataclass(repr=False)
class Processes:
    """Both nodes, served as a department serves them; `start` may say where a process dies."""

    folder: Path
    city: City
    homes: dict[str, NodeHome]
    token: str
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, code: str, *, stop_at: str = "") -> None:
        """Serve a node; with `stop_at` it kills itself there."""
        command = f"from zhengtong.cli.main import run; run({self._arguments(code)!r})"
        environment = {**os.environ, "ZHENGTONG_DEMO": "1", "ZHENGTONG_NODE_STOP_AT": stop_at}
        self.homes[code].serving.unlink(missing_ok=True)
        child = subprocess.Popen([sys.executable, "-c", command], env=environment, stdout=subprocess.DEVNULL)
        self.running[code] = child
        until = time.monotonic() + START_WAIT_S
        while time.monotonic() < until and child.poll() is None:
            if self.homes[code].serving.exists():
                with contextlib.suppress(OSError), urllib.request.urlopen(self._url(code) + "/healthz", timeout=5):
                    return
            time.sleep(0.02)
        if child.poll() is None:
            raise AssertionError(f"{code} did not start")

    def died(self, code: str) -> bool:
        """Wait until a process has killed itself."""
        return self.running.pop(code).wait(DIE_WAIT_S) == -signal.SIGKILL

    def kill(self, code: str) -> None:
        child = self.running.pop(code)
        child.kill()
        child.wait(DIE_WAIT_S)

    def stop(self) -> None:
        for child in self.running.values():
            child.terminate()
        for child in self.running.values():
            child.wait(START_WAIT_S)
        self.running.clear()

    def pull(self, **more: Any) -> tuple[int, dict[str, Any]]:
        """A pull through the consumer's node; status 0 if the node died under it."""
        body = {"grant": "0001-1", "purpose": "food-licence", "case_ref": "TLCY20260017", **more}
        return self._call("/local/v1/pull", body)

    def runs(self) -> list[dict[str, Any]]:
        return self._call("/local/v1/runs")[1]["runs"]

    def wait_done(self, before: set[str]) -> dict[str, Any]:
        """The newest run, none of those before, as soon as it is done and its provider knows."""
        until, runs = time.monotonic() + CALL_S, list[dict[str, Any]]()
        while time.monotonic() < until:
            runs = self.runs()
            if runs and runs[0]["state"] == "done" and runs[0]["run"] not in before:
                return runs[0]
            time.sleep(0.05)
        raise AssertionError(runs[:2])

    def open_intents(self) -> list[int]:
        found: list[int] = []
        for home in self.homes.values():
            with contextlib.closing(store.connect_reader(home.database)) as db:
                found.append(int(db.execute("SELECT count(*) FROM open_intent").fetchone()[0]))
        return found

    def receipts(self) -> list[dict[str, tuple[str, int | None]]]:
        """What each side will tell the center: outcome and rows of each exchange."""
        from tests.support.wire_ledgers import outcomes

        return [
            {
                o.exchange or "": (o.outcome.value if o.outcome else "", o.rows if o.outcome == "answered" else None)
                for o in outcomes(h.folder)
            }
            for h in self.homes.values()
        ]

    def cosign(self) -> None:
        """The center signs both newest heads, as it does with every batch of receipts."""
        for home in self.homes.values():
            last = (home.ledger / "heads.jsonl").read_bytes().splitlines()[-1]
            document = cosign(parse_document(last, kind="head", max_bytes=HEAD_BYTES_MAX), self.city.online)
            with (home.ledger / "cosigned.jsonl").open("ab") as heads:
                heads.write(document.to_bytes() + b"\n")

    def _call(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        request = urllib.request.Request(
            self.homes[CONSUMER].settings.address + path, None if body is None else json.dumps(body).encode(),
            {"content-type": "application/json", "authorization": f"Bearer {self.token}"},
        )  # fmt: skip
        try:
            with urllib.request.urlopen(request, timeout=CALL_S) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.loads(refused.read() or b"{}")
        except (OSError, ConnectionError):
            return 0, {}

    def _url(self, code: str) -> str:
        return str(json.loads(self.homes[code].serving.read_text())["url"])

    def _arguments(self, code: str) -> list[str]:
        return ["node", "serve", "--home", str(self.folder), "--node", code]


@contextlib.contextmanager
def two_processes(folder: Path, *, rows: int, target: str = "") -> Iterator[Processes]:
    """Both departments with a table of several parcels; neither node runs yet."""
    clock = StoryClock(folder / "clock.json")
    clock.jump(MORNING)
    city = City(clock=clock)
    make_people(folder / "wl-police.db", rows)
    homes = {code: make_home(folder, city, code) for code in (PROVIDER, CONSUMER)}
    for home in homes.values():
        home.save(_with_clock(home, folder / "clock.json"))
    bind_people(homes[PROVIDER], f"sqlite://{folder}/wl-police.db")
    bind_people_target(homes[CONSUMER], target or f"sqlite://{folder}/tl-market.db")
    with contextlib.closing(store.connect(homes[CONSUMER].database)) as db:
        token = register(db, "licensing")
    city.grant(person_grant(limits=Limits(max_rows=PARCEL_ROWS)))
    city.publish()
    for home in homes.values():  # each has seen its center once
        Running(home, city).stop()
    made = Processes(folder, city, homes, token)
    try:
        yield made
    finally:
        made.stop()


def _with_clock(home: NodeHome, path: Path) -> Any:
    from dataclasses import replace

    return replace(home.settings, clock=str(path))
