"""PostgreSQL in front and behind: roles that can write are refused, values arrive as they were."""

import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.wire_city import (
    PERSON_COLUMNS,
    bind_people,
    bind_people_target,
    person,
    person_grant,
    two_departments,
)
from tests.support.wire_postgres import role
from zhengtong.kernel.errors import NotAllowed, NotFound, PlatformError
from zhengtong.node.sources import open_source, shown_url
from zhengtong.wire.rowfilter import And, Between, Compare, In, IsNull, Not, Op, Or

READ = ("GRANT SELECT ON rk TO {}",)
WRITERS = [
    ("INSERT/UPDATE/DELETE/TRUNCATE", ("GRANT INSERT ON rk TO {}",)),
    ("INSERT/UPDATE/DELETE/TRUNCATE", ("GRANT UPDATE (xm) ON rk TO {}",)),
    ("CREATE in schema", ("GRANT CREATE ON SCHEMA public TO {}",)),
    ("owner", ("ALTER TABLE other OWNER TO {}",)),
    ("server role", ("GRANT pg_write_all_data TO {}",)),
    ("superuser/createrole/createdb/replication/bypassrls", ("ALTER ROLE {} CREATEDB",)),
    ("sequence", ("GRANT USAGE ON SEQUENCE numbers TO {}",)),
]


def load(url: str, rows: int = 30) -> None:
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        db.execute("CREATE TABLE other (a int)")
        db.execute("CREATE SEQUENCE numbers")
        db.execute(
            "CREATE TABLE rk (gmsfhm char(18) PRIMARY KEY, xm varchar(50), csrq date, qh char(6), sg numeric(6,2))"
        )
        with db.cursor() as cursor:
            cursor.executemany("INSERT INTO rk VALUES (%s,%s,%s,%s,%s)", [person(n) for n in range(rows)])


def bind(place: Any, url: str) -> None:
    columns = {item: column.lower() for item, column in PERSON_COLUMNS.items()}
    bind_people(place.provider, url, table="rk", columns=columns)


@pytest.mark.fault("node.source_can_write", what="绑定的数据库账号可以写入", unchanged="没有绑定，没有读取任何数据")
@pytest.mark.parametrize(("way", "grants"), WRITERS, ids=[w[1][0][:30] for w in WRITERS])
def test_a_role_that_can_write_is_refused(postgres_url: str, way: str, grants: tuple[str, ...]) -> None:
    load(postgres_url)
    with role(postgres_url, grants=READ + grants) as url:
        source = open_source(url)
        with pytest.raises(NotAllowed) as refused:
            source.refuse_writers()
        source.close()
    assert (refused.value.key, refused.value.facts["way"]) == ("node.source_can_write", way)


def test_a_superuser_is_refused_and_a_reader_is_not(postgres_url: str) -> None:
    load(postgres_url)
    with pytest.raises(NotAllowed):
        open_source(postgres_url).refuse_writers()
    with role(postgres_url, grants=READ) as url:
        source = open_source(url)
        source.refuse_writers()
        assert [c.name for c in source.columns("rk")] == ["gmsfhm", "xm", "csrq", "qh", "sg"]
        with pytest.raises(NotFound):
            source.columns("nothing")
        with pytest.raises(PlatformError) as refused:
            source.rows("INSERT INTO rk VALUES ('1')", [], limit=1)
        assert refused.value.key == "node.source_failed"
        source.close()


def test_a_query_and_a_filter_read_postgresql_as_they_read_sqlite(tmp_path: Path, postgres_url: str) -> None:
    load(postgres_url)
    with role(postgres_url, grants=READ) as url, two_departments(tmp_path) as place:
        bind(place, url)
        place.city.grant(
            person_grant(),
            row_filter=And(
                (Compare(Op.PREFIX, "GMSFHM", "990102"), Not(In("XM", ("程三",))), Compare(Op.GE, "SG", "100"))
            ),
        )
        place.publish()
        number, name, _, region, height = person(1)
        assert place.query("0001-1")[1]["rows"] == [
            {"GMSFHM": number, "XM": name, "CSRQ": "1980-01-01", "QH": region, "SG": height + "0"}
        ]
        assert place.query("0001-1", lookup={"GMSFHM": person(2)[0]})[1]["rows"] == []
        assert place.verify("0001-1", claims={"XM": "程九"})[1]["result"] == "no"
        place.stop()


def test_a_pull_from_postgresql_into_postgresql_reconciles(tmp_path: Path, postgres_url: str) -> None:
    load(postgres_url, rows=5000)
    with role(postgres_url, grants=READ) as url, two_departments(tmp_path) as place:
        bind(place, url)
        bind_people_target(place.consumer, postgres_url)
        place.city.grant(person_grant())
        place.publish()
        body = {"grant": "0001-1", "purpose": "food-licence", "case_ref": "TLCY20260017"}
        for _ in range(2):
            status, told = place.c.post("/local/v1/pull", body, token=place.token)
            assert (status, told["rows"], told["reconciled"]) == (200, 5000, True), told
        with psycopg.connect(postgres_url) as db:
            same = 'SELECT count(*) FROM people JOIN rk ON "GMSFHM" = gmsfhm AND "SG" = sg'
            assert db.execute(same).fetchone() == (5000,)
        place.city.grants.clear()
        some = Or((In("XM", ("程三", "程'\\%s")), Between("GMSFHM", person(10)[0], person(19)[0])))
        place.city.grant(person_grant(), row_filter=And((some, Not(IsNull("CSRQ")), Compare(Op.PREFIX, "QH", "99"))))
        place.publish()
        status, told = place.c.post("/local/v1/pull", body, token=place.token)
        assert (status, told["rows"], told["reconciled"]) == (200, 500 + 10 - 1, True), told
        place.stop()


def test_rows_a_typed_target_refuses_are_quarantined(tmp_path: Path, postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as db:
        db.execute(
            'CREATE TABLE people ("GMSFHM" text, "XM" text, "CSRQ" date, "QH" text,'
            ' "SG" numeric(6,2) CHECK ("SG" < 190))'
        )
    with two_departments(tmp_path, rows=100) as place:
        bind_people_target(place.consumer, postgres_url)
        place.city.grant(person_grant())
        place.publish()
        body = {"grant": "0001-1", "purpose": "food-licence", "case_ref": "TLCY20260017"}
        status, told = place.c.post("/local/v1/pull", body, token=place.token)
        assert (status, told["rows"], told["quarantined"], told["reconciled"]) == (200, 80, 20, True), told
        place.stop()


def test_a_sqlite_source_is_opened_so_that_it_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "d.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE t (a)")
    db.close()
    source = open_source(f"sqlite://{path}")
    source.refuse_writers()
    with pytest.raises(PlatformError) as refused:
        source.rows("INSERT INTO t VALUES (1)", [], limit=1)
    assert refused.value.key == "node.source_failed"
    source.close()


def test_a_password_is_never_shown() -> None:
    assert shown_url("postgresql://reader:geheim@db:5432/x") == "postgresql://reader:***@db:5432/x"
