"""The node's commands as an engineer types them; `serve` in processes of their own."""

import contextlib
import io
import json
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.wire_city import MORNING, City, Running, make_people, person, person_grant
from zhengtong.cli import main
from zhengtong.kernel.clock import StoryClock
from zhengtong.node.home import NodeHome

RESOURCE = "306001002/000123"
ZHENGTONG = [sys.executable, "-c", "from zhengtong.cli.main import run; run()"]
MAP = [part for item in ("GMSFHM", "XM", "CSRQ", "QH", "SG") for part in ("--map", f"{item}={item}")]


def run(home: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """One command with --json, in this process; exit code and what it said."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main.run(["node", *arguments, "--home", str(home), "--json"])
    said = out.getvalue().strip() or err.getvalue().strip()
    return int(ended.value.code or 0), json.loads(said.splitlines()[-1])


@contextlib.contextmanager
def serving(home: Path, code: str) -> Any:
    """A node served as a process; ended by SIGTERM."""
    command = [*ZHENGTONG, "node", "serve", "--home", str(home), "--node", code]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    place = home / "nodes" / code / "serving.json"
    try:
        for _ in range(300):
            if place.exists():
                break
            time.sleep(0.1)
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 0
        assert not place.exists()
        assert (place.parent / "ledger" / "clean").exists()


@pytest.mark.timeout(180)
def test_three_commands_a_node_and_it_answers(tmp_path: Path) -> None:
    clock = StoryClock(tmp_path / "clock.json")
    clock.jump(MORNING)
    city = City(clock=clock)
    make_people(tmp_path / "rk.db", 20)
    for code in ("wl-police", "tl-market"):
        status, said = run(tmp_path, "init", "--code", code, "--clock", str(tmp_path / "clock.json"))
        assert status == 0, said
        home = NodeHome.open(tmp_path, code)
        home.joined(center="", root=city.fingerprint, organization=code)
        city.admit(home)
    source = ["--source", f"sqlite://{tmp_path}/rk.db", "--table", "RK", *MAP, "--accept", "auto"]
    assert run(tmp_path, "bind", RESOURCE, "--node", "wl-police", *source)[0] == 0
    target = ["--target", f"sqlite://{tmp_path}/t.db", "--table", "people"]
    assert run(tmp_path, "bind", RESOURCE, "--node", "tl-market", *target)[0] == 0
    assert run(tmp_path, "system", "licensing", "--node", "tl-market")[1]["token"]
    city.grant(person_grant())
    city.publish()
    for code in ("wl-police", "tl-market"):  # each has seen its center once; now the center is away
        Running(NodeHome.open(tmp_path, code), city).stop()
    with serving(tmp_path, "wl-police"), serving(tmp_path, "tl-market"):
        ask = ["--node", "tl-market", "--grant", "0001-1", "--system", "licensing", "--case", "TLCY20260017"]
        lookup = ["--lookup", f"GMSFHM={person(1)[0]}"]
        status, said = run(tmp_path, "query", *ask, "--purpose", "food-licence", *lookup, "--item", "XM")
        assert (status, said["rows"]) == (0, [{"XM": person(1)[1]}])
        status, said = run(tmp_path, "query", *ask, "--purpose", "food-licence", *lookup, "--verify", "XM=程九")
        assert (status, said["result"]) == (0, "no")
        status, said = run(tmp_path, "query", *ask, "--purpose", "inspection", *lookup)
        assert (status, said["key"]) == (3, "wire.refused_purpose")
        assert run(tmp_path, "bind", RESOURCE, "--node", "wl-police", *source[:-2])[0] == 0  # confirm is the default
        assert run(tmp_path, "query", *ask, "--purpose", "food-licence", *lookup)[1]["key"] == "node.grant_unconfirmed"
        status, said = run(tmp_path, "confirm", "--node", "wl-police")
        assert (status, [row["confirmed_at"] for row in said["confirmations"]]) == (0, [""])
        assert run(tmp_path, "confirm", "0009-9", "--node", "wl-police")[1]["key"] == "node.no_such_grant"
        assert run(tmp_path, "confirm", "0001-1", "--node", "wl-police")[0] == 0
        status, said = run(tmp_path, "pull", *ask, "--purpose", "food-licence")
        assert (status, said["rows"], said["reconciled"]) == (0, 20, True)
        assert run(tmp_path, "pull", "--resume", "--node", "tl-market") == (0, {"taken_up": 0, "open": 0})
        assert run(tmp_path, "recheck", "--node", "tl-market")[1]["rechecks"][0]["same"] is True
        plan = ["--every", "weekly", "--at", "03:10", "--purpose", "food-licence"]
        status, said = run(tmp_path, "schedule", *ask[:6], *plan)
        assert (status, said["schedules"][0]["next_at"]) == (0, "2026-10-18T19:10:00.000Z")  # Monday, 03:10 in Beijing
        unknown = [*(word if word != "0001-1" else "0009-9" for word in ask[:6]), *plan]
        assert run(tmp_path, "schedule", *unknown)[1]["key"] == "node.no_such_grant"
        assert run(tmp_path, "schedule", "--node", "tl-market", "--grant", "0001-1", "--off")[1] == {"schedules": []}
        status, said = run(tmp_path, "status", "--node", "tl-market")
        assert [refusal["key"] for refusal in said["refusals"]][:2] == [
            "node.grant_unconfirmed",
            "wire.refused_purpose",
        ]
        assert said["serving"]["url"].startswith("http://127.0.0.1:")
    status, said = run(tmp_path, "query", *ask, "--purpose", "food-licence", *lookup)
    assert (status, said["key"]) == (4, "node.not_serving")
    with contextlib.closing(sqlite3.connect(tmp_path / "t.db")) as db:
        assert db.execute("SELECT count(*) FROM people").fetchone() == (20,)


def test_wrong_words_are_explained(tmp_path: Path) -> None:
    assert run(tmp_path, "status")[1]["key"] == "node.which"
    assert run(tmp_path, "init", "--code", "X")[1]["key"] == "node.code_shape"
    assert run(tmp_path, "init", "--code", "wl-police", "--listen", "here")[1]["key"] == "node.listen_shape"
    run(tmp_path, "init", "--code", "wl-police")
    with contextlib.closing(sqlite3.connect(tmp_path / "d.db")) as db:
        db.execute("CREATE TABLE t (a)")
    bind = ["bind", RESOURCE, "--source", f"sqlite://{tmp_path}/d.db", "--table"]
    assert run(tmp_path, *bind, "nothing", "--map", "A=a")[1]["key"] == "node.no_table"
    assert run(tmp_path, *bind, "t", "--map", "A=b")[1]["key"] == "node.no_column"
    assert run(tmp_path, *bind, "t", "--map", "A")[1]["key"] == "node.pair_shape"
    assert run(tmp_path, *bind, "t", "--map", "A=a", "--mask", "A=blur")[1]["key"] == "node.mask_unknown"
    assert run(tmp_path, *bind, "t", "--map", "A=a", "--accept", "confrim")[1]["key"] == "node.accept_unknown"
    assert run(tmp_path, "confirm")[1]["key"] == "node.not_serving"
    status, said = run(tmp_path, "join", "--center", "http://127.0.0.1:1", "--code", "A" * 20, "--root", "x")
    assert (status, said["key"]) == (4, "node.center_unreachable")
    status, said = run(tmp_path, "bind", RESOURCE, "--source", "mysql://x/y", "--table", "t", "--map", "A=a")
    assert (status, said["key"]) == (3, "node.source_engine")
    assert said["remedy"]
