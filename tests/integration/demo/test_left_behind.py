"""What the demo left behind, looked at by others: databases cell by cell, ledgers by the command, a captured request.

The comparison is this test's own: it reads both databases with SQL and sums its own hashes, so that an error that
the program makes twice is still seen.
"""

import contextlib
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.demo_run import Finished
from tests.support.wire_city import Running
from tests.support.wire_ledgers import alarms
from zhengtong.demo.story import FOOD_CASE, FOOD_SYSTEM, PREMISES_CHECK
from zhengtong.node import store, systems
from zhengtong.node.home import NodeHome
from zhengtong.node.peers import Peers
from zhengtong.wire.verifier import verify

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

# grant: source file, table, columns (dates as the source writes them); target file and table
RESIDENTS = ("wl-police", "CZRK", "GMSFHM, XM, XB, MZ, CSRQ", "wl-insurance", "CBRYXX", "CSRQ")
ENTERPRISES = (
    "wl-market", "JYZT", "TYSHXYDM, ZTMC, ZTLX, ZS, ZCZB, CLRQ, JYQXZ, DJZT, DJJG",
    "wl-labour-employers", "YGDW", "CLRQ",
)  # fmt: skip


def rows(path: Path, query: str) -> list[tuple[str | None, ...]]:
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return [tuple(None if cell is None else str(cell) for cell in row) for row in db.execute(query)]


def own_fingerprint(held: Iterable[tuple[str | None, ...]]) -> str:
    total = sum(int.from_bytes(hashlib.sha256(repr(row).encode()).digest(), "big") for row in held)
    return f"{total % 2**256:064x}"


@pytest.mark.parametrize("way", [RESIDENTS, ENTERPRISES], ids=["0005 residents", "0006 enterprises"])
def test_the_target_holds_what_the_source_holds(finished: Finished, way: tuple[str, ...]) -> None:
    source_file, source, columns, target_file, target, day = way
    folder = finished.home / "departments"
    asked = columns.replace(day, f"substr({day},1,4)||'-'||substr({day},5,2)||'-'||substr({day},7,2)")
    given = rows(folder / f"{source_file}.db", f"SELECT {asked} FROM {source}")
    taken = rows(folder / f"{target_file}.db", f"SELECT {columns} FROM {target}")
    aside = rows(folder / f"{target_file}.db", "SELECT row FROM _zt_quarantine")
    refused = [tuple(json.loads(str(row))) for (row,) in aside]
    if way is RESIDENTS:
        assert len(refused) == finished.said["batch"]["quarantined"]
    assert len(given) == len(taken) + len(refused)
    key = sorted(row[0] or "" for row in taken)
    assert len(set(key)) == len(key)
    assert own_fingerprint(given) == own_fingerprint([*taken, *refused])
    with contextlib.closing(sqlite3.connect(folder / f"{target_file}.db")) as db:
        there = {row[1] for row in db.execute(f"PRAGMA table_info({target})")}
    assert there == {name.strip() for name in columns.split(",")}  # and nothing that was not granted


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ZHENGTONG_")}
    return subprocess.run(
        [sys.executable, "-m", "zhengtong.cli.main", *arguments],
        capture_output=True, text=True, timeout=120, check=False, env=environment,
    )  # fmt: skip


def test_all_ledgers_verify_by_the_command_under_the_centers_heads(finished: Finished) -> None:
    ledgers = [str(path) for path in sorted(finished.home.glob("nodes/*/ledger"))]
    assert len(ledgers) >= 12
    heads = str(finished.home / "cosigned-heads.json")
    done = command("verify", *ledgers, "--root", finished.root, "--heads", heads, "--strict")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_recheck_command_finds_both_targets_as_they_came(finished: Finished) -> None:
    for node in ("wl-insurance", "wl-labour"):
        done = command("node", "recheck", "--home", str(finished.home), "--node", node, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        assert [one["same"] for one in json.loads(done.stdout)["rechecks"]] == [True]


@pytest.mark.fault("wire.refused_replay", what="截获的请求被原样重放", unchanged="没有答复第二次；登记告警，账本可核验")
def test_a_captured_request_is_refused_when_it_is_replayed(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    homes = [NodeHome.open(finished.home, code) for code in ("wl-land", "tl-market")]
    captured: list[dict[str, Any]] = []
    call = Peers.call

    async def overheard(self: Peers, address: str, method: str, path: str, **more: Any) -> Any:
        captured.append(
            {"url": address + path, "method": method, "headers": dict(more["headers"]), "body": more["body"]}
        )
        return await call(self, address, method, path, **more)

    monkeypatch.setattr(Peers, "call", overheard)
    outside = SimpleNamespace(clock=homes[0].clock(), center=lambda code: None)
    with contextlib.closing(store.connect(homes[1].database)) as db:
        token = systems.register(db, FOOD_SYSTEM, public="")
    nodes = [Running(home, outside) for home in homes]  # pyright: ignore[reportArgumentType] -- the center is away
    try:
        source = finished.home / "departments/wl-land.db"
        ((place,),) = rows(source, "SELECT ZL FROM FWDJ WHERE ZL LIKE '望澜市汀兰区听潮街88号%' LIMIT 1")
        ask = {"grant": "0002-1", "purpose": PREMISES_CHECK, "case_ref": FOOD_CASE, "lookup": {"location": place}}
        status, said = nodes[1].post("/local/v1/query", {**ask, "items": ["use"]}, token=token)
        assert status == 200, said
        assert len(captured) == 1
        status, told = resend(captured[0])
        assert (status, told["key"]) == (403, "wire.refused_replay")
    finally:
        for node in nodes:
            node.stop()
    assert alarms(homes[0].folder)[-1] == "wire.refused_replay"
    report = verify([home.folder for home in homes], root_fingerprint=finished.root)
    assert report.ok, report.problems


def resend(message: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The same bytes again, by somebody who only listened."""
    request = urllib.request.Request(
        message["url"], message["body"], message["headers"], method=message["method"]
    )  # fmt: skip
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read())
