"""A row that a target refused is put right by a person: once, in both engines, and the sides still agree."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.wire_city import Place, bind_people_target, person_grant, two_departments
from zhengtong.kernel.errors import NotFound, RuleBroken, WrongState
from zhengtong.node import recheck, store
from zhengtong.node.targets import mending

TABLE = (
    'CREATE TABLE people ("GMSFHM" varchar(18) PRIMARY KEY, "XM" varchar(50), "CSRQ" date, "QH" varchar(6),'
    ' "SG" numeric(6,2) CHECK ("SG" < 168))'
)
SQLITE_TABLE = (
    "CREATE TABLE people (GMSFHM TEXT PRIMARY KEY, XM TEXT, CSRQ TEXT, QH TEXT, SG TEXT CHECK (CAST(SG AS REAL) < 168))"
)


@contextlib.contextmanager
def pulled(folder: Path, url: str) -> Iterator[Place]:
    """Twenty people pulled into a table that refuses the two tallest."""
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite://"))) as db:
            db.execute(SQLITE_TABLE)
    else:
        with psycopg.connect(url, autocommit=True) as pg:
            pg.execute(TABLE)
    with two_departments(folder) as place:
        bind_people_target(place.consumer, url)
        place.city.grant(person_grant())
        place.publish()
        body = {"grant": "0001-1", "purpose": "food-licence", "case_ref": "TLCY20260017", "wait": True}
        status, told = place.c.post("/local/v1/pull", body, token=place.token)
        assert (status, told["rows"], told["quarantined"], told["reconciled"]) == (200, 18, 2, True), told
        yield place


@pytest.mark.fault("node.target_refused_row", what="修正后的行仍不合目标表的约束", unchanged="行留在隔离区，目标表不变")
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_refused_row_is_repaired_once_and_the_sides_still_agree(
    tmp_path: Path, request: pytest.FixtureRequest, engine: str
) -> None:
    url = request.getfixturevalue("postgres_url") if engine == "postgresql" else f"sqlite://{tmp_path}/target.db"
    with pulled(tmp_path, url) as place:
        now = place.city.clock.now()
        first, second = mending.refused_rows(url, "people")
        assert (first.number, first.rule, first.state, first.values["SG"]) == (19, "target.check", "open", "168.50")
        who = {"run": first.run, "who": "desk-1", "at": now}
        with pytest.raises(RuleBroken, match="target_refused_row"):
            mending.repair(url, "people", n=first.n, values={**first.values, "SG": "170"}, **who)
        with pytest.raises(RuleBroken, match="target_refused_row"):
            mending.repair(url, "people", n=first.n, values={**first.values, "GMSFHM": taken(url)}, **who)
        mending.repair(url, "people", n=first.n, values={**first.values, "SG": "165.50"}, **who)
        with pytest.raises(WrongState, match="bad_row_done"):
            mending.repair(url, "people", n=first.n, values={**first.values, "SG": "165.50"}, **who)
        mending.discard(url, "people", n=second.n, reason="重复", **who)
        with pytest.raises(WrongState, match="bad_row_done"):
            mending.discard(url, "people", n=second.n, reason="重复", **who)
        with pytest.raises(NotFound, match="no_bad_row"):
            mending.refused_row(url, "people", run=first.run, n=10_000)
        assert [row.state for row in mending.refused_rows(url, "people")] == ["repaired", "discarded"]
        assert mending.refused_rows(url, "people", open_only=True) == ()
        with contextlib.closing(store.connect_reader(place.consumer.database)) as db:
            (checked,) = recheck.recheck(place.consumer, db, run=first.run)
        assert checked.same


def taken(url: str) -> str | None:
    """A key that is in the table."""
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite://"))) as db:
            return str(db.execute("SELECT min(GMSFHM) FROM people").fetchone()[0])
    with psycopg.connect(url) as pg:
        found = pg.execute('SELECT min("GMSFHM") FROM people').fetchone()
    return str(found[0]) if found else None


def test_a_target_that_nobody_pulled_into_has_no_refused_rows(tmp_path: Path) -> None:
    assert mending.refused_rows(f"sqlite://{tmp_path}/nothing.db", "people") == ()
    sqlite3.connect(tmp_path / "empty.db").close()
    assert mending.refused_rows(f"sqlite://{tmp_path}/empty.db", "people") == ()
