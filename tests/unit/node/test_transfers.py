"""Small rules of transfers: fail points outside the demo, windows before a watermark, refused rows, figures."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from zhengtong.node import failpoints, store
from zhengtong.node.bindings import target_binding
from zhengtong.node.increments import Increment, before
from zhengtong.node.targets import StagedParcel, bookkeeping
from zhengtong.wire.figures import figures_from_json, figures_of_facts, figures_to_json


def test_a_department_cannot_be_made_to_stop_a_node() -> None:
    said = {"ZHENGTONG_NODE_STOP_AT": "consumer.after_commit:3"}
    assert failpoints.wanted({}) is None
    assert failpoints.wanted(said) is None
    found = failpoints.wanted({**said, "ZHENGTONG_DEMO": "1"})
    assert found is not None
    assert (found.point, found.left) == ("consumer.after_commit", 3)
    with pytest.raises(ValueError, match="no such point"):
        failpoints.wanted({"ZHENGTONG_NODE_STOP_AT": "somewhere", "ZHENGTONG_DEMO": "1"})


@pytest.mark.parametrize(
    ("position", "low"),
    [
        ("20261016090000", "20261016080000"),
        ("2026-10-16 09:00:00", "2026-10-16 08:00:00"),
        ("2026-10-16T00:30:00.250Z", "2026-10-15T23:30:00"),
        ("2026-10-16 09:00:00+08", "2026-10-16 08:00:00"),
        ("20261016", "20261015"),
        ("2026-03-01", "2026-02-28"),
        ("10000", 6400),
        ("", None),
        ("昨天", None),
        ("2026-13-41 00:00:00", None),
    ],
)
def test_the_window_lies_before_the_watermark_in_its_own_form(position: str, low: str | int | None) -> None:
    assert before(position, 3600) == low


def test_a_source_without_marks_says_nothing_of_them() -> None:
    assert Increment().to_json() == {}
    assert Increment(mark="c.0123456789abcdef.7").to_json() == {"since": None, "mark": "c.0123456789abcdef.7"}


def test_a_row_knows_its_parcel_and_the_rule_it_broke() -> None:
    parcels = [StagedParcel(seq=seq, digest="", rows=50) for seq in (1, 2, 3)]
    assert [bookkeeping.parcel_of(number, parcels) for number in (1, 50, 51, 150, 151)] == [1, 1, 2, 3, 0]
    assert [bookkeeping.rule_of_sqlstate(state) for state in ("23502", "22P02", "40001", None)] == [
        "target.not_null", "target.type", "target.other", "target.other",
    ]  # fmt: skip
    assert bookkeeping.rule_of_sqlite("SQLITE_CONSTRAINT_CHECK") == "target.check"


def test_figures_of_both_sides_go_and_come_as_they_are() -> None:
    whole = {"fingerprint": "0" * 32, "reconciled": True}
    given = figures_of_facts({**whole, "rows_sent": 9, "rows_read": 10, "withheld": 1, "rows_there": 9})
    taken = figures_of_facts({**whole, "rows": 8, "quarantined": 1, "rows_there": 9})
    assert given is not None
    assert taken is not None
    assert (given.read, given.withheld, given.rows, given.quarantined) == (10, 1, 9, None)
    assert (taken.rows, taken.quarantined, taken.read) == (8, 1, None)
    assert figures_from_json(figures_to_json(given)) == given
    assert figures_of_facts({"served": 1, "rows_served": 5}) is None


def test_a_binding_of_an_older_home_has_no_keys(tmp_path: Path) -> None:
    path = tmp_path / "node.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(
            "CREATE TABLE binding (resource TEXT NOT NULL, side TEXT NOT NULL, url TEXT NOT NULL, table_name TEXT NOT"
            " NULL, columns TEXT NOT NULL, ceiling TEXT NOT NULL DEFAULT '{}', PRIMARY KEY (resource, side)) STRICT"
        )
        db.execute("INSERT INTO binding VALUES ('r', 'target', 'sqlite:///t.db', 't', '{}', '{}')")
        db.commit()
    with contextlib.closing(store.connect(path)) as db:
        assert target_binding(db, "r").keys == ()


@pytest.mark.parametrize("position", ["9" * 64, "0001-01-01", "00010101", "0001-01-01 00:00:00"])
def test_a_mark_that_cannot_be_reckoned_with_makes_the_run_whole(position: str) -> None:
    """A consumer can send any mark; none of them is an error of the provider's own."""
    assert before(position, 3600) is None
