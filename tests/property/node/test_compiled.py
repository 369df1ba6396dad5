"""A compiled filter lets through exactly the rows that the filter's meaning names."""

import sqlite3

from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.node.compiled import Reading, compile_select
from zhengtong.wire.grant import FieldType, GrantField
from zhengtong.wire.rowfilter import And, Between, Compare, Filter, In, IsNull, Not, Op, Or, matches

COLUMNS = {"甲": 'a"b', "乙": "select"}
FIELDS = tuple(GrantField(name, FieldType.STRING, name) for name in COLUMNS)
READING = Reading(table="t'x", columns=COLUMNS, dialect="sqlite")
texts = st.sampled_from(["", "a", "ab", "B", "%", "_", "'", "汀兰区", "汀兰区听潮街", "0", "00", "10"])
names = st.sampled_from(sorted(COLUMNS))
leaves: st.SearchStrategy[Filter] = st.one_of(
    st.builds(Compare, st.sampled_from(list(Op)), names, texts),
    st.builds(In, names, st.lists(texts, min_size=1, max_size=3).map(tuple)),
    st.builds(Between, names, texts, texts),
    st.builds(IsNull, names),
)
filters: st.SearchStrategy[Filter] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(And, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)
rows = st.lists(st.tuples(st.none() | texts, st.none() | texts), max_size=8)


@settings(max_examples=200, deadline=None)
@given(row_filter=filters, table=rows)
def test_the_statement_means_what_the_filter_means(
    row_filter: Filter, table: list[tuple[str | None, str | None]]
) -> None:
    statement = compile_select(READING, fields=FIELDS, lookup={}, row_filter=row_filter, rows_max=None)
    db = sqlite3.connect(":memory:")
    try:
        db.execute("""CREATE TABLE "t'x" ("a""b" TEXT, "select" TEXT)""")
        db.executemany("""INSERT INTO "t'x" VALUES (?, ?)""", table)
        found = db.execute(statement.sql, statement.values).fetchall()
    finally:
        db.close()
    meant = [row for row in table if matches(row_filter, dict(zip(COLUMNS, row, strict=True))) is True]
    assert sorted(found, key=repr) == sorted(meant, key=repr)


@settings(deadline=None)
@given(value=st.text(max_size=40))
def test_a_literal_is_never_part_of_the_statement(value: str) -> None:
    plain, other = (
        compile_select(READING, fields=FIELDS, lookup={"甲": v}, row_filter=Compare(Op.EQ, "乙", v), rows_max=3)
        for v in ("x", value)
    )
    assert plain.sql == other.sql
    assert other.values == (value, value)
