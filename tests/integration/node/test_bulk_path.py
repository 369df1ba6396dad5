"""The fast way of a run: typed columns in, COPY out, the fingerprint computed by the database; all as the slow way."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC
from decimal import Context, Decimal
from typing import LiteralString

import psycopg
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.wire_rows import AWKWARD, FIELDS, text_batch
from zhengtong.node.applying import read_back
from zhengtong.node.compiled import Reading, compile_select
from zhengtong.node.shaping import shape_batch
from zhengtong.node.sources import open_source
from zhengtong.node.targets import Settling, StagedParcel, Standing, TargetTable
from zhengtong.node.targets.postgresql import PostgresTarget
from zhengtong.node.targets.postgresql_hash import hashes_alike
from zhengtong.wire.arrow import Table
from zhengtong.wire.fingerprint import combine, fingerprint_table
from zhengtong.wire.grant import FieldType, GrantField
from zhengtong.wire.parcel import arrow_schema

RUN = "0190c1a2-0000-7000-8000-000000000001"
DIGEST = "sha-256:" + "0" * 64
KINDS = (
    GrantField("字", FieldType.STRING),
    GrantField("数", FieldType.INTEGER),
    GrantField("元", FieldType.DECIMAL, precision=12, scale=2),
    GrantField("厘", FieldType.DECIMAL, precision=18, scale=17),
    GrantField("巨", FieldType.DECIMAL, precision=38, scale=5),
    GrantField("日", FieldType.DATE),
    GrantField("时", FieldType.TIMESTAMP),
    GrantField("否", FieldType.BOOLEAN),
)
WIDE = TargetTable(table="宽表", fields=KINDS, columns=tuple(field.name for field in KINDS))
FIVE = TargetTable(table="结果表", fields=FIELDS, columns=tuple(field.name for field in FIELDS))


def decimals(precision: int, scale: int) -> st.SearchStrategy[Decimal]:
    most = 10**precision - 1
    return st.integers(-most, most).map(lambda number: Decimal(number).scaleb(-scale, context=_EXACT))


_EXACT = Context(prec=80)
CELLS = st.tuples(
    st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30),
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | decimals(12, 2),
    st.none() | decimals(18, 17),
    st.none() | decimals(38, 5),
    st.none() | st.dates(),
    st.none() | st.datetimes(timezones=st.just(UTC)),
    st.none() | st.booleans(),
)


def table_of(rows: list[tuple[object, ...]], fields: tuple[GrantField, ...]) -> Table:
    schema = arrow_schema(fields)
    columns = [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), schema, strict=True)]
    return pa.Table.from_arrays(columns, schema=schema)


def settling() -> Settling:
    at = "2026-10-16T01:00:00.000Z"
    standing = Standing(
        grant="g", columns=FIVE.columns, run=RUN, mark="", rows=0, fingerprint="0" * 32, chain=(RUN,), full_at=at
    )
    return Settling(grant="g", fingerprint="0" * 32, at=at, standing=standing)


@contextlib.contextmanager
def opened(url: str) -> Iterator[PostgresTarget]:
    target = PostgresTarget(url)
    try:
        yield target
    finally:
        target.close()


def carry(target: PostgresTarget, table: TargetTable, rows: Table) -> int:
    target.prepare(table)
    target.begin(RUN, table)
    half = rows.num_rows // 2
    for seq, part in enumerate((rows.slice(0, half), rows.slice(half)), 1):
        target.stage(RUN, StagedParcel(seq=seq, digest=DIGEST, rows=part.num_rows), table, part)
    return target.swap(RUN, table, settling()).rows


def awkward() -> Table:
    return shape_batch(text_batch(AWKWARD), FIELDS, schema=arrow_schema(FIELDS), pseudonym_key=b"").table


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)  # fmt: skip
@given(rows=st.lists(CELLS, min_size=1, max_size=12))
def test_whatever_is_copied_is_read_again_as_it_was(postgres_url: str, rows: list[tuple[object, ...]]) -> None:
    sent = table_of(rows, KINDS)
    with psycopg.connect(postgres_url, autocommit=True) as db:
        db.execute('DROP TABLE IF EXISTS "宽表", _zt_run, _zt_parcel')
    with opened(postgres_url) as target:
        assert carry(target, WIDE, sent) == len(rows)
        assert target.measured(RUN, WIDE) is None  # 38 digits are read as text
        assert read_back(target, RUN, WIDE) == fingerprint_table(sent)


def test_the_database_computes_the_fingerprint_of_the_protocol(postgres_url: str) -> None:
    with opened(postgres_url) as target, psycopg.connect(postgres_url, autocommit=True) as db:
        sent = awkward()
        assert carry(target, FIVE, sent) == len(AWKWARD)
        assert hashes_alike(db)
        assert target.measured(RUN, FIVE) == (len(AWKWARD), fingerprint_table(sent))
        db.execute('UPDATE "结果表" SET "文字" = "文字" || \' \' WHERE "整数" = 7')
        rows, total = target.measured(RUN, FIVE) or (0, 0)
        assert (rows, total == fingerprint_table(sent)) == (len(AWKWARD), False)
        assert read_back(target, RUN, FIVE) == total
        db.execute('UPDATE "结果表" SET "日期" = \'infinity\' WHERE "整数" = 7')
        assert target.measured(RUN, FIVE) is None


OWN: dict[str, LiteralString] = {
    "an index": 'CREATE INDEX ON "结果表" ("整数")',
    "a view": 'CREATE VIEW v AS SELECT * FROM "结果表"',
    "a constraint": 'ALTER TABLE "结果表" ADD CHECK ("整数" IS NULL OR "整数" > -1e18)',
    "a comment": "COMMENT ON TABLE \"结果表\" IS '登记'",
    "a narrower column": 'ALTER TABLE "结果表" ALTER COLUMN "文字" TYPE varchar(50)',
    "a column of its own": 'ALTER TABLE "结果表" ADD COLUMN own text',
}


@pytest.mark.parametrize("statement", OWN.values(), ids=OWN)
def test_a_table_with_something_of_its_own_keeps_its_place(postgres_url: str, statement: LiteralString) -> None:
    with opened(postgres_url) as target, psycopg.connect(postgres_url, autocommit=True) as db:
        target.prepare(FIVE)
        db.execute(statement)
        before = db.execute("SELECT '\"结果表\"'::regclass::oid").fetchone()
        assert carry(target, FIVE, awkward()) == len(AWKWARD)
        assert db.execute("SELECT '\"结果表\"'::regclass::oid").fetchone() == before
        assert read_back(target, RUN, FIVE) == fingerprint_table(awkward())
        assert target.columns("_zt_stage_" + RUN.replace("-", ""))  # a finished run drops it


def test_a_plain_table_is_replaced_with_its_privileges(postgres_url: str) -> None:
    with opened(postgres_url) as target, psycopg.connect(postgres_url, autocommit=True) as db:
        target.prepare(FIVE)
        db.execute('GRANT SELECT, INSERT ON "结果表" TO PUBLIC')
        before = db.execute("SELECT oid, relacl::text FROM pg_class WHERE relname = '结果表'").fetchone()
        assert carry(target, FIVE, awkward()) == len(AWKWARD)
        after = db.execute("SELECT oid, relacl::text FROM pg_class WHERE relname = '结果表'").fetchone()
        assert before is not None
        assert after is not None
        assert (after[0] == before[0], after[1]) == (False, before[1])
        assert target.columns("结果表") == FIVE.columns
        target.begin(RUN, FIVE)  # a node that died after the swap
        assert len(target.staged(RUN)) == 2
        assert target.swapped(RUN) is not None


def test_a_table_in_use_is_filled_without_waiting(postgres_url: str) -> None:
    with opened(postgres_url) as target, psycopg.connect(postgres_url) as reader:
        target.prepare(FIVE)
        reader.execute('SELECT count(*) FROM "结果表"')  # its transaction stays open
        assert carry(target, FIVE, awkward()) == len(AWKWARD)
        assert reader.execute('SELECT count(*) FROM "结果表"').fetchone() == (len(AWKWARD),)


def test_parcels_whose_stage_is_gone_are_fetched_again(postgres_url: str) -> None:
    with opened(postgres_url) as target, psycopg.connect(postgres_url, autocommit=True) as db:
        target.prepare(FIVE)
        target.begin(RUN, FIVE)
        target.stage(RUN, StagedParcel(seq=1, digest=DIGEST, rows=len(AWKWARD)), FIVE, awkward())
        target.begin(RUN, FIVE)
        assert len(target.staged(RUN)) == 1
        db.execute(f"DROP TABLE _zt_stage_{RUN.replace('-', '')}".encode())
        target.begin(RUN, FIVE)
        assert target.staged(RUN) == ()


def test_typed_columns_leave_as_their_text_would(postgres_url: str) -> None:
    fields = tuple(field for field in KINDS if field.name != "巨")
    columns = {field.name: f"c{n}" for n, field in enumerate(fields)}
    with psycopg.connect(postgres_url, autocommit=True) as db:
        db.execute(
            "CREATE TABLE t (c0 char(8), c1 smallint, c2 numeric(12,2), c3 numeric(18,17), c4 date, c5 timestamp,"
            " c6 bool)"
        )
        with db.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO t VALUES (%s,%s,%s,%s,%s,%s,%s)",
                [
                    ("汉字", 1, "1.5", "0.1", "2020-02-29", "2026-01-01 01:02:03.000004", True),
                    (None, None, None, None, None, None, None),
                    ("", -3, "NaN", "0", "0001-01-01", "9999-12-31", False),
                ],
            )
        db.execute("INSERT INTO t (c1, c4) VALUES (4, 'infinity'), (5, '0044-03-15 BC'), (6, '1900-01-01')")
        db.execute("INSERT INTO t (c1, c5) VALUES (7, '-infinity'), (8, 'infinity'), (9, '1899-12-31 23:59:59.5')")
    source, schema, found = open_source(postgres_url), arrow_schema(fields), list[tuple[list[object], Counter[str]]]()
    types = {column.name: column.type for column in source.columns("t")}
    for known in ({}, types):
        reading = Reading(table="t", columns=columns, dialect="postgres", types=known)
        statement = compile_select(reading, fields=fields, lookup={}, row_filter=None, rows_max=None)
        rows, reasons = list[object](), Counter[str]()
        with source.snapshot(statement.sql, statement.values, batch_rows=2) as batches:
            for batch in batches:
                assert batch.num_rows <= 2
                shaped = shape_batch(batch, fields, schema=schema, pseudonym_key=b"")
                rows += shaped.table.to_pylist()
                reasons.update(shaped.reasons)
        found.append((rows, +reasons))
    source.close()
    assert found[0] == found[1]
    assert len(found[0][0]) == 4


def test_fingerprints_of_parts_add_up_over_pieces() -> None:
    whole = pa.concat_tables([awkward()] * 3)
    assert fingerprint_table(whole) == combine(*[fingerprint_table(awkward())] * 3)
