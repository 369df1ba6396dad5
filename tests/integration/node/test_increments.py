"""What changed since yesterday, and no hole: a row committed late, under an earlier time, still arrives."""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.wire_city import PERSON_COLUMNS, Place, masked, person_grant, two_departments
from tests.support.wire_postgres import role
from zhengtong.kernel.clock import FixedClock
from zhengtong.node import store
from zhengtong.node.bindings import SourceBinding, TargetBinding, bind_source, bind_target, ceiling_of
from zhengtong.wire.grant import Limits
from zhengtong.wire.masks import Mask

RESOURCE = "306001002/000123"
ROWS = 60
DAY = "2026-10-16"


def bind(place: Place, source: str, target: str, *, keys: tuple[str, ...] = ("GMSFHM",), **more: Any) -> None:
    ceiling = ceiling_of(RESOURCE, PERSON_COLUMNS, masks={}, purposes=(), rows_a_day=None, accept="auto")
    with contextlib.closing(store.connect(place.provider.database)) as db:
        bind_source(
            db,
            SourceBinding(
                resource=RESOURCE, url=source, columns=PERSON_COLUMNS, ceiling=ceiling,
                **{"table": "RK", "watermark": "GXSJ", **more},
            ),
        )  # fmt: skip
    with contextlib.closing(store.connect(place.consumer.database)) as db:
        bind_target(db, TargetBinding(resource=RESOURCE, url=target, table="people", columns={}, keys=keys))


def pull(place: Place, mode: str = "increment", **more: Any) -> dict[str, Any]:
    body = {"grant": "0001-1", "purpose": "food-licence", "case_ref": "TLCY20260017", "mode": mode, **more}
    status, told = place.c.post("/local/v1/pull", body, token=place.token)
    assert status == 200, told
    assert told["reconciled"] is True, told
    return told


def kinds(told: dict[str, Any]) -> tuple[str, int]:
    return told["kind"], told["rows"]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """The person table with a time of change, in parcels of twenty."""
    with two_departments(tmp_path, rows=ROWS, start=False) as made:
        with contextlib.closing(sqlite3.connect(tmp_path / "wl-police.db")) as db:
            db.execute(f"ALTER TABLE RK ADD COLUMN GXSJ TEXT DEFAULT '{DAY} 08:00:00'")
            db.commit()
        made.city.grant(person_grant(limits=Limits(max_rows=20)))
        made.city.publish()
        bind(made, f"sqlite://{tmp_path}/wl-police.db", f"sqlite://{tmp_path}/tl-market.db")
        made.start()
        yield made


def change(place: Place, *statements: str) -> None:
    with contextlib.closing(sqlite3.connect(place.folder / "wl-police.db")) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


def held(place: Place, where: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(place.folder / "tl-market.db")) as db:
        return db.execute(f"SELECT GMSFHM, XM FROM people WHERE {where} ORDER BY 1").fetchall()


def test_only_what_changed_comes_again(place: Place) -> None:
    change(place, f"UPDATE RK SET GXSJ = '{DAY} 06:00:00' WHERE rowid > 5")
    assert kinds(pull(place)) == ("full", ROWS)
    change(
        place,
        f"UPDATE RK SET XM = '程改名', GXSJ = '{DAY} 12:00:00' WHERE rowid = 9",
        f"INSERT INTO RK VALUES ('990102199901010000', '程新', '19990101', '990102', '170.5', 'x', '{DAY} 12:30:00')",
    )
    assert kinds(pull(place)) == ("increment", 5 + 1 + 1)  # the hour before the mark is read again
    assert kinds(pull(place)) == ("increment", 2)
    assert len(held(place, "1")) == ROWS + 1
    assert held(place, "XM IN ('程改名', '程新')") == [("990102198000000008", "程改名"), ("990102199901010000", "程新")]


def test_a_late_commit_within_the_window_arrives(place: Place) -> None:
    pull(place)
    change(place, f"INSERT INTO RK VALUES ('B', '程乙', '19990101', '990102', '1.5', 'x', '{DAY} 12:00:10')")
    pull(place)
    change(place, f"INSERT INTO RK VALUES ('A', '程甲', '19990101', '990102', '1.5', 'x', '{DAY} 11:59:50')")
    pull(place)
    assert held(place, "GMSFHM IN ('A', 'B')") == [("A", "程甲"), ("B", "程乙")]


def test_a_row_without_a_time_is_never_lost(place: Place) -> None:
    pull(place)
    change(place, "INSERT INTO RK VALUES ('N', '程无', '19990101', '990102', '1.5', 'x', NULL)")
    pull(place)
    assert held(place, "GMSFHM = 'N'") == [("N", "程无")]


def test_deleted_rows_go_with_the_next_whole_run(place: Place) -> None:
    pull(place, full_every=7)
    change(place, "DELETE FROM RK WHERE rowid = 3")
    pull(place, full_every=7)
    assert len(held(place, "1")) == ROWS
    assert isinstance(place.city.clock, FixedClock)
    place.city.clock.move(timedelta(days=7))
    place.publish()
    assert kinds(pull(place, full_every=7)) == ("full", ROWS - 1)
    assert len(held(place, "1")) == ROWS - 1


def test_a_changed_grant_or_binding_makes_the_run_whole(place: Place) -> None:
    pull(place)
    grant = next(iter(place.city.grants.values()))
    place.city.grants[grant.id] = person_grant(
        id=grant.id, fields=masked(grant.fields, XM=Mask.NAME), limits=Limits(max_rows=20)
    )
    place.publish()
    assert pull(place)["kind"] == "full"
    assert pull(place)["kind"] == "increment"
    bind(
        place, f"sqlite://{place.folder}/wl-police.db", f"sqlite://{place.folder}/tl-market.db",
        keys=("GMSFHM", "QH"), overlap=60,
    )  # fmt: skip
    assert pull(place)["kind"] == "increment"
    bind(place, f"sqlite://{place.folder}/wl-police.db", f"sqlite://{place.folder}/tl-market.db", keys=("XM",))
    assert pull(place)["kind"] == "full"  # a masked item is no key
    bind(place, f"sqlite://{place.folder}/wl-police.db", f"sqlite://{place.folder}/tl-market.db", watermark="")
    assert pull(place)["kind"] == "full"


@pytest.mark.fault("node.keys_repeat", what="增量中主键重复", unchanged="没有更新目标表；双方都有记录")
def test_a_key_that_names_two_rows_changes_nothing(place: Place) -> None:
    bind(place, f"sqlite://{place.folder}/wl-police.db", f"sqlite://{place.folder}/tl-market.db", keys=("QH",))
    pull(place)
    before = held(place, "1")
    body = {"grant": "0001-1", "purpose": "food-licence", "case_ref": "TLCY20260017", "mode": "increment"}
    status, told = place.c.post("/local/v1/pull", body, token=place.token)
    assert (status, told["key"]) == (422, "node.keys_repeat"), told
    assert held(place, "1") == before


def load(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(
            'CREATE TABLE "RK" ("GMSFHM" char(18) PRIMARY KEY, "XM" text, "CSRQ" text, "QH" text, "SG" numeric(6,2),'
            ' "GXSJ" timestamptz DEFAULT clock_timestamp())'
        )
        db.execute(
            "INSERT INTO \"RK\" SELECT '9901021980' || lpad(n::text, 8, '0'), '程' || n, '19800101', '990102',"
            " 150.5 FROM generate_series(1, 60) AS n"
        )
        db.execute('CREATE VIEW "V" AS SELECT * FROM "RK"')


READ = ('GRANT SELECT ON "RK", "V" TO {}',)


@pytest.mark.parametrize(("table", "again"), [("RK", 0), ("V", ROWS)], ids=["horizon", "window"])
def test_a_row_committed_late_arrives_from_postgresql(
    tmp_path: Path, postgres_url: str, table: str, again: int
) -> None:
    load(postgres_url)
    with role(postgres_url, grants=READ) as reader, two_departments(tmp_path, start=False) as place:
        place.city.grant(person_grant(limits=Limits(max_rows=20)))
        place.city.publish()
        bind(place, reader, postgres_url, table=table)
        place.start()
        with psycopg.connect(postgres_url) as a, psycopg.connect(postgres_url) as b:
            assert kinds(pull(place)) == ("full", ROWS)
            insert = "INSERT INTO \"RK\" VALUES (%s, '程', '19990101', '990102', 1.5)"
            a.execute(insert, ("A" * 18,))  # takes its time and its transaction number first
            b.execute(insert, ("B" * 18,))
            b.commit()
            assert kinds(pull(place)) == ("increment", again + 1)
            a.commit()
        assert pull(place)["rows"] >= 1
        with psycopg.connect(postgres_url) as db:
            found = db.execute('SELECT "GMSFHM" FROM people WHERE "XM" = %s ORDER BY 1', ("程",)).fetchall()
            assert found == [("A" * 18,), ("B" * 18,)]
            db.execute("""UPDATE "RK" SET "XM" = '程改', "GXSJ" = now() WHERE "GMSFHM" = %s""", ("A" * 18,))
            db.commit()
            assert kinds(pull(place)) in {("increment", 1), ("increment", again + 2)}
            renamed = db.execute('SELECT count(*), count(*) FILTER (WHERE "XM" = %s) FROM people', ("程改",))
            assert renamed.fetchone() == (ROWS + 2, 1)
        place.stop()
