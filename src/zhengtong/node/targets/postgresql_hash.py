"""The fingerprint of a table as PostgreSQL computes it (库内指纹): its hash functions are those of the protocol.

One pass over the stored rows, which stay where they are.  A server whose functions give other numbers, whose
encoding is not UTF-8, or a column of a kind that would have to be read as text first: None, and the rows are read.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import LiteralString, cast

import psycopg
from psycopg import sql as pg

from zhengtong.node.targets.base import TargetTable
from zhengtong.wire.fingerprint import hash_row
from zhengtong.wire.grant import FieldType, GrantField

_WIDE_DIGITS = 18
_NUMERIC = re.compile(r"numeric\((\d+),(\d+)\)")
_TIMESTAMP = re.compile(r"timestamp(\(\d\))? with(out)? time zone")
_WHOLE = frozenset({"smallint", "integer", "bigint"})
_PROBE: LiteralString = """
SELECT current_setting('server_encoding') = 'UTF8', hashtextextended('汀兰区临江街道' COLLATE "C", 1)
 # hashint8extended(-7000000000, 2) # timestamp_hash_extended(timestamp '1999-12-31 23:59:59.5', 3)
 # hashint4extended(date '1969-12-31' - date '1970-01-01', 4) # hashint4extended(CAST(true AS integer), 5)
"""
_KNOWN = hash_row(
    ["汀兰区临江街道", -7_000_000_000, datetime(1999, 12, 31, 23, 59, 59, 500_000, UTC), date(1969, 12, 31), True],
    scales=[None] * 5,
)

Connection = psycopg.Connection[tuple[object, ...]]


def hashes_alike(db: Connection) -> bool:
    """Whether this server's hash functions are those of the protocol."""
    try:
        found = db.execute(_PROBE).fetchone()
    except (psycopg.ProgrammingError, psycopg.DataError, psycopg.NotSupportedError):  # an older or another server
        return False
    return found is not None and found[0] is True and int(str(found[1])) % (1 << 64) == _KNOWN


def measured(
    db: Connection, table: TargetTable, kinds: Mapping[str, str], *, source: pg.Composable
) -> tuple[int, int] | None:
    """Rows and fingerprint of `source` (FROM … AS t [WHERE …]); None if the server cannot tell."""
    cells: list[pg.Composable] = []
    for place, (field, column) in enumerate(zip(table.fields, table.columns, strict=True), 1):
        found = _hashed(field, kinds.get(column, ""), pg.Identifier("t", column), place)
        if found is None:
            return None
        cells.append(pg.SQL("coalesce({}, 0)").format(found))
    query = pg.SQL("SELECT count(*), coalesce(sum({}), 0) FROM {}").format(pg.SQL(" # ").join(cells), source)
    try:
        with db.transaction():
            db.execute("SET LOCAL jit = off")  # compiling takes longer than it saves
            row = db.execute(query).fetchone()
    except psycopg.DataError:  # a value that the granted type does not hold, such as infinity
        return None
    return None if row is None else (int(str(row[0])), int(str(row[1])) % (1 << 128))


def _hashed(field: GrantField, kind: str, column: pg.Identifier, place: int) -> pg.Composed | None:
    """One cell's hash; None for a kind that is read as text."""
    found = _expression(field, kind)
    return None if found is None else pg.SQL(cast(LiteralString, found)).format(c=column, place=pg.Literal(place))


def _expression(field: GrantField, kind: str) -> str | None:
    match field.type:
        case FieldType.STRING:
            return 'hashtextextended(CAST({c} AS text) COLLATE "C", {place})'
        case FieldType.INTEGER if kind in _WHOLE:
            return "hashint8extended(CAST({c} AS bigint), {place})"
        case FieldType.DECIMAL:
            scale = field.scale or 0
            found = _NUMERIC.fullmatch(kind)
            if found is None or int(found[2]) > scale or int(found[1]) - int(found[2]) + scale > _WIDE_DIGITS:
                return None
            return f"hashint8extended(CAST({{c}} * {10**scale} AS bigint), {{place}})"
        case FieldType.DATE if kind == "date":
            return "hashint4extended({c} - date '1970-01-01', {place})"
        case FieldType.TIMESTAMP if _TIMESTAMP.fullmatch(kind):
            return "timestamp_hash_extended(CAST({c} AS timestamp), {place})"
        case FieldType.BOOLEAN if kind == "boolean":
            return "hashint4extended(CAST({c} AS integer), {place})"
        case _:
            return None
