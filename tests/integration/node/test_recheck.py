"""One altered cell of a target is seen, before and after increments, in both stores; quarantine is counted exactly."""

import contextlib
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.wire_city import Place, bind_people_target, person_grant, two_departments
from zhengtong.cli import main
from zhengtong.node import store
from zhengtong.node.bindings import TargetBinding, bind_target
from zhengtong.node.recheck import recheck
from zhengtong.node.targets import open_target
from zhengtong.wire.grant import Limits

RESOURCE = "306001002/000123"


def pull(place: Place, **more: Any) -> dict[str, Any]:
    body = {"grant": "0001-1", "purpose": "food-licence", "case_ref": "TLCY20260017", **more}
    status, told = place.c.post("/local/v1/pull", body, token=place.token)
    assert status == 200, told
    return told


def command(place: Place, *arguments: str) -> tuple[int, dict[str, Any]]:
    out = io.StringIO()
    where = ["--home", str(place.folder), "--node", "tl-market", "--json"]
    with contextlib.redirect_stdout(out), pytest.raises(SystemExit) as ended:
        main.run(["node", "recheck", *arguments, *where])
    return int(ended.value.code or 0), json.loads(out.getvalue())


def sqlite_run(path: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(statement)
        db.commit()


@pytest.mark.fault("-", what="目标表有一个单元格被改动", unchanged="复核指出是哪一次批量，退出码 1")
def test_one_altered_cell_is_seen_in_sqlite(tmp_path: Path) -> None:
    with two_departments(tmp_path, rows=100) as place:
        place.city.grant(person_grant(limits=Limits(max_rows=30)))
        place.publish()
        told = pull(place)
        assert command(place, "--grant", "0001-1")[0] == 0
        sqlite_run(tmp_path / "tl-market.db", "UPDATE people SET QH = '990103' WHERE rowid = 71")
        status, said = command(place, "--run", told["run"])
        assert (status, said["rechecks"][0]["run"], said["rechecks"][0]["same"]) == (1, told["run"], False)
        sqlite_run(tmp_path / "tl-market.db", "UPDATE people SET QH = '990102' WHERE rowid = 71")
        assert command(place)[0] == 0
        sqlite_run(tmp_path / "tl-market.db", "DELETE FROM people WHERE rowid = 4")
        status, said = command(place)
        assert (status, said["rechecks"][0]["rows"], said["rechecks"][0]["rows_now"]) == (1, 100, 99)


def test_one_altered_cell_is_seen_in_postgresql(tmp_path: Path, postgres_url: str) -> None:
    with two_departments(tmp_path, rows=100) as place:
        bind_people_target(place.consumer, postgres_url)
        place.city.grant(person_grant(limits=Limits(max_rows=30)))
        place.publish()
        pull(place)
        assert command(place)[0] == 0
        with psycopg.connect(postgres_url, autocommit=True) as db:
            db.execute("""UPDATE people SET "SG" = "SG" + 0.01 WHERE "GMSFHM" LIKE '%%00000042'""", ())
        status, said = command(place)
        assert (status, said["rechecks"][0]["table"], said["rechecks"][0]["same"]) == (1, "people", False)
        place.stop()


def test_the_whole_is_known_after_increments_repairs_and_quarantine(tmp_path: Path) -> None:
    target = tmp_path / "tl-market.db"
    sqlite_run(
        target,
        "CREATE TABLE people (GMSFHM TEXT PRIMARY KEY, XM TEXT NOT NULL, CSRQ TEXT, QH TEXT, SG REAL CHECK (SG < 199))",
    )
    with two_departments(tmp_path, rows=100, start=False) as place:
        sqlite_run(tmp_path / "wl-police.db", "UPDATE RK SET XM = NULL WHERE rowid IN (41, 77)")
        place.city.grant(person_grant(limits=Limits(max_rows=30)))
        place.city.publish()
        with contextlib.closing(store.connect(place.provider.database)) as db:
            db.execute("""UPDATE binding SET sync = '{"watermark": "rowid", "overlap": 0}'""")
        with contextlib.closing(store.connect(place.consumer.database)) as db:
            bind_target(
                db,
                TargetBinding(
                    resource=RESOURCE, url=f"sqlite://{target}", table="people", columns={}, keys=("GMSFHM",)
                ),
            )
        place.start()
        told = pull(place)
        assert (told["rows"], told["quarantined"], told["reconciled"]) == (96, 4, True)
        with contextlib.closing(sqlite3.connect(target)) as db:
            bad = "SELECT rule, row_number, seq FROM _zt_quarantine ORDER BY row_number"
            assert db.execute(bad).fetchall() == [
                ("target.not_null", 41, 2), ("target.check", 50, 2), ("target.not_null", 77, 3),
                ("target.check", 100, 4),
            ]  # fmt: skip
            (kept,) = db.execute("SELECT row FROM _zt_quarantine WHERE row_number = 50").fetchone()
            db.execute("CREATE TABLE _zt_mended (run TEXT, n INTEGER, state TEXT, row TEXT)")
            repaired = [*json.loads(kept)[:4], "180.5"]  # as the desk keeps it: what now stands in the table
            db.execute(
                "INSERT INTO _zt_mended SELECT run, n, 'repaired', ? FROM _zt_quarantine WHERE row_number = 50",
                (json.dumps(repaired, ensure_ascii=False),),
            )
            db.execute("INSERT INTO people VALUES (?,?,?,?,?)", [*repaired[:2], "1980-01-01", *repaired[3:]])
            db.commit()
        assert command(place)[0] == 0
        sqlite_run(tmp_path / "wl-police.db", "UPDATE RK SET SG = '166.5' WHERE rowid = 50")
        sqlite_run(tmp_path / "wl-police.db", "UPDATE RK SET rowid = rowid + 1000 WHERE rowid = 50")
        again = pull(place, mode="increment")
        assert (again["kind"], again["rows"], again["reconciled"]) == ("increment", 2 - 1, True), again
        status, said = command(place)
        assert (status, said["rechecks"][0]["rows"]) == (0, 97), said
        with contextlib.closing(sqlite3.connect(target)) as db:
            assert db.execute("SELECT state FROM _zt_mended").fetchall() == [("superseded",)]
            db.execute("UPDATE people SET XM = XM || '?' WHERE rowid = 12")
            db.commit()
        assert command(place)[0] == 1


@pytest.mark.fault("node.too_many_bad_rows", what="不合目标表要求的行过多", unchanged="没有更新目标表，本次批量关闭")
def test_a_run_that_mostly_does_not_fit_changes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "tl-market.db"
    sqlite_run(target, "CREATE TABLE people (GMSFHM TEXT, XM TEXT, CSRQ TEXT, QH TEXT CHECK (QH <> '990102'), SG TEXT)")
    with two_departments(tmp_path, rows=300) as place:
        place.city.grant(person_grant())
        place.publish()
        body = {"grant": "0001-1", "purpose": "food-licence", "case_ref": "TLCY20260017"}
        status, told = place.c.post("/local/v1/pull", body, token=place.token)
        assert (status, told["key"]) == (422, "node.too_many_bad_rows"), told
        (run,) = place.c.get("/local/v1/runs", token=place.token)["runs"]
        assert (run["state"], run["reason"]["key"]) == ("closed", "node.too_many_bad_rows")
        with contextlib.closing(open_target(f"sqlite://{target}")) as opened:
            assert opened.standing("people") is None
        with (
            contextlib.closing(store.connect_reader(place.consumer.database)) as db,
            pytest.raises(Exception) as refused,
        ):
            recheck(place.consumer, db)
        assert getattr(refused.value, "key", "") == "node.recheck_nothing"
