"""The demo proves a lawful exchange from an empty folder, on either store, and says so in its JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PEOPLE = 400
REFUSALS = ("field", "purpose", "quota", "expired", "revoked")


def run_demo(home: Path, *options: str, database: str = "") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ZHENGTONG_")}
    return subprocess.run(
        [sys.executable, "-m", "zhengtong.cli.main", "demo", "--home", str(home), "--no-serve", *options],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={**environment, "ZHENGTONG_DEMO_DATABASE": database},
    )


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_demo_proves_a_lawful_exchange(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    on_postgresql = os.environ.get("ZHENGTONG_TEST_STORE") == "postgresql"
    database = request.getfixturevalue("postgres_url") if on_postgresql else ""
    proof = tmp_path / "proof.json"
    done = run_demo(tmp_path / "home", "--people", str(PEOPLE), "--json", str(proof), database=database)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(proof.read_text(encoding="utf-8"))
    assert said["organizations"] >= 5
    assert said["resources_published"] >= 5
    assert said["requests"]["partial"] == 1
    assert said["requests"]["refused"] == 1
    assert said["requests"]["consented"] >= 3
    assert said["batch"]["rows"] == PEOPLE
    assert said["batch"]["reconciled"] is True
    assert all(said["service"]["refused"][kind] >= 1 for kind in REFUSALS)
    assert (
        said["service"]["answered"] + sum(said["service"]["refused"].values())
        == said["service"]["records_on_both_sides"]
    )
    assert said["center_down_exchange"] is True
    assert said["three_sides_equal"] is True
    assert said["ledger"]["verified"] is True

    ledger = tmp_path / "home/nodes/wl-police/ledger"
    _flip_a_byte(ledger / "entries.log")
    checked = _verify(ledger, said["ledger"]["root"])
    assert checked.returncode == 1
    assert "#" in checked.stdout or "record" in checked.stdout


def _flip_a_byte(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def _verify(ledger: Path, root: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "zhengtong.cli.main", "verify", str(ledger), "--root", root],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_folder_that_is_not_a_demo_is_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / "home" / "precious.txt"
    precious.parent.mkdir()
    precious.write_text("mine", encoding="utf-8")
    done = run_demo(tmp_path / "home")
    assert done.returncode == 3
    assert "--home" in done.stdout + done.stderr
    assert precious.read_text(encoding="utf-8") == "mine"


def test_the_story_cannot_stand_before_its_day(tmp_path: Path) -> None:
    done = run_demo(tmp_path / "home", "--today", "2026-10-01")
    assert done.returncode == 3
    assert "2026-10-16" in done.stdout + done.stderr
