"""The demo proves a lawful exchange from an empty folder, on either store, and says so in its JSON."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.demo_run import PEOPLE, Finished, run_demo

REFUSALS = ("field", "purpose", "quota", "expired", "revoked")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_demo_proves_a_lawful_exchange(finished: Finished, tmp_path: Path) -> None:
    said = finished.said
    assert said["organizations"] >= 22
    assert said["resources_published"] >= 17
    assert said["requests"] == {"consented": 8, "partial": 2, "refused": 2}
    _the_board_stands_as_the_story_tells(said["board"])
    _data_are_as_untidy_as_real_ones(said)
    batch, increment = said["batch"], said["increment"]
    assert batch["rows"] == PEOPLE
    assert batch["held"] + batch["quarantined"] == batch["rows"]
    assert batch["quarantined"] == said["quirks"]["old_numbers"] + said["quirks"]["wrong_check_digits"] > 0
    assert batch["reconciled"] is True
    assert batch["resumed_after_kill"] is True
    assert increment["reconciled"] is True
    assert increment["same_as_source"] is True
    assert increment["rows"] == PEOPLE // 5
    assert 0 < increment["changed"] <= increment["brought"]
    assert all(said["service"]["refused"][kind] >= 1 for kind in REFUSALS)
    assert (
        said["service"]["answered"] + sum(said["service"]["refused"].values())
        == said["service"]["records_on_both_sides"]
    )
    assert said["center_down_exchange"] is True
    assert said["three_sides_equal"] is True
    assert said["ledger"]["verified"] is True

    _the_desks_open_for_the_owner_alone(finished.home / "demo/tour.json")
    ledger = tmp_path / "ledger"
    shutil.copytree(finished.home / "nodes/wl-police/ledger", ledger)
    _flip_a_byte(ledger / "entries.log")
    checked = _verify(ledger, said["ledger"]["root"])
    assert checked.returncode == 1
    assert "#" in checked.stdout or "record" in checked.stdout


# number: consumer, provider, state, received, due, decided, states of its grants (demo-city §6)
BOARD = {
    "0001": ("tl-market", "wl-police", "consented", "2026-08-24", "2026-08-25", "2026-08-24", ["active", "active"]),
    "0002": (
        "tl-market",
        "wl-land",
        "partly_consented",
        "2026-08-25",
        "2026-09-11",
        "2026-09-09",
        ["active", "active"],
    ),
    "0003": ("tl-fire", "wl-housing", "consented", "2026-09-02", "2026-09-22", "2026-09-21", ["active"]),
    "0004": ("tl-urban", "wl-tax", "refused", "2026-09-07", "2026-09-20", "2026-09-16", []),
    "0005": ("wl-insurance", "wl-police", "consented", "2026-07-06", "2026-07-07", "2026-07-07", ["active"]),
    "0006": ("wl-labour", "wl-market", "consented", "2026-07-13", "2026-07-14", "2026-07-14", ["active"]),
    "0007": ("tl-housing", "wl-land", "received", "2026-09-21", "2026-10-12", None, []),
    "0008": ("tl-market", "wl-housing", "refused", "2026-08-31", "2026-09-14", "2026-09-03", []),
    "0008.2": ("tl-market", "wl-housing", "consented", "2026-09-14", "2026-09-28", "2026-09-16", ["active"]),
    "0009": ("tl-market", "wl-health", "partly_consented", "2026-08-31", "2026-09-14", "2026-09-10", ["active"]),
    "0010": ("wl-insurance", "wl-police", "consented", "2026-06-08", "2026-06-23", "2026-06-12", ["expired"]),
    "0011": ("tl-urban", "wl-market", "consented", "2026-06-15", "2026-06-30", "2026-06-24", ["suspended"]),
    "0012": ("wl-insurance", "wl-labour", "received", "2026-10-15", "2026-10-16", None, []),
}


def _the_board_stands_as_the_story_tells(board: list[dict[str, Any]]) -> None:
    days = ("consumer", "provider", "state", "received_on", "due_on", "decided_on")
    shown = {
        line["number"]: (*(line[name] for name in days), [grant["state"] for grant in line["grants"]]) for line in board
    }
    assert {number: shown[number] for number in BOARD} == BOARD
    assert [line["number"] for line in board if line["late"]] == ["0007"]


def _data_are_as_untidy_as_real_ones(said: dict[str, Any]) -> None:
    assert said["quirks"]["corrected_uses"] == 38
    assert said["quirks"]["wrong_uses"] == 0  # after the correction
    assert {"tl-fire", "tl-tax"} <= set(said["correction_told"])  # who had read the old value
    assert said["uploads"]["R17"] == {"rows": 214, "accepted": 202, "quarantined": 12}
    assert said["uploads"]["R05"]["quarantined"] == 0
    # 长期 is no day (5 rows), and one cell begins like a formula
    assert said["uploads"]["R06"] == {"rows": 180, "accepted": 174, "quarantined": 6}
    assert {one["key"] for one in said["drafts_held_back"]} == {"catalog.not_ready"}
    assert len(said["drafts_held_back"]) == 2


def _the_desks_open_for_the_owner_alone(tour: Path) -> None:
    assert tour.stat().st_mode & 0o077 == 0
    assert {"tl-market", "wl-police", "yz-market"} <= json.loads(tour.read_text(encoding="utf-8"))["desks"].keys()


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
