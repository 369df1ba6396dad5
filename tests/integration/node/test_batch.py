"""A full pull: encrypted parcels, one swap, both sides reconciled."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.wire_city import PERSON_FIELDS, Place, make_people, masked, person_grant, two_departments
from zhengtong.wire.masks import Mask
from zhengtong.wire.verifier import verify


def pull(place: Place, grant: str = "0001-1", **more: Any) -> tuple[int, dict[str, Any]]:
    body = {"grant": grant, "purpose": "food-licence", "case_ref": "TLCY20260017", **more}
    return place.c.post("/local/v1/pull", body, token=place.token)


def test_a_hundred_thousand_rows_arrive_masked_and_reconciled(tmp_path: Path) -> None:
    with two_departments(tmp_path, rows=100_000) as place:
        place.city.grant(person_grant(fields=masked(PERSON_FIELDS, XM=Mask.NAME)))
        place.publish()
        began = time.perf_counter()
        status, told = pull(place)
        took = time.perf_counter() - began
        assert status == 200, told
        assert (told["rows"], told["reconciled"], told["quarantined"], told["parcels"]) == (100_000, True, 0, 2)
        assert took < 15, took
        print(f"100,000 rows in {took:.2f} s")
    with sqlite3.connect(tmp_path / "tl-market.db") as db:
        assert db.execute("SELECT count(*), count(DISTINCT GMSFHM) FROM people").fetchone() == (100_000, 100_000)
        assert db.execute("SELECT DISTINCT XM FROM people").fetchall() == [("程*",)]
    db.close()
    assert not list((tmp_path / "nodes/wl-police/parcels").rglob("*.parcel"))
    report = verify(
        [tmp_path / "nodes/wl-police", tmp_path / "nodes/tl-market"], root_fingerprint=place.city.fingerprint
    )
    assert report.ok, report.problems
    assert report.pairs[0].both == 1


def test_a_second_full_run_lets_deletes_arrive(tmp_path: Path) -> None:
    with two_departments(tmp_path, rows=50) as place:
        place.city.grant(person_grant())
        place.publish()
        assert pull(place)[1]["rows"] == 50
        with sqlite3.connect(tmp_path / "wl-police.db") as db:
            db.execute("DELETE FROM RK WHERE rowid <= 10")
        db.close()
        assert pull(place)[1]["rows"] == 40


@pytest.mark.fault("-", what="目标表拒绝部分行", unchanged="其余行入库，被拒的行连同原因进入隔离表，核对一致")
def test_rows_the_target_refuses_are_quarantined_and_counted(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "tl-market.db") as db:
        db.execute(
            "CREATE TABLE people (GMSFHM TEXT, XM TEXT NOT NULL CHECK (XM <> '程三'), CSRQ TEXT, QH TEXT, SG TEXT)"
        )
    db.close()
    with two_departments(tmp_path, rows=50) as place:
        place.city.grant(person_grant())
        place.publish()
        told = pull(place)[1]
        assert (told["rows"], told["quarantined"], told["reconciled"]) == (45, 5, True)
    assert make_people
