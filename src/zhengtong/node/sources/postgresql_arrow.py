"""PostgreSQL as Arrow (列式读写): COPY through ADBC, without a Python object a cell.

COPY takes no parameters, so bound values travel as settings of the transaction: `set_config` takes
them as parameters, the statement reads them back with `current_setting`.  No literal becomes text of SQL.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from zhengtong.node.bounds import READ_BATCH_B
from zhengtong.wire.arrow import Table, arrow

# ADBC's wheels carry no type information; both modules are Any here, in one place.
adbc: Any = import_module("adbc_driver_manager")
_dbapi: Any = import_module("adbc_driver_postgresql.dbapi")
_BATCH = "adbc.postgresql.batch_size_hint_bytes"
_CASTS: dict[type, str] = {bool: "boolean", int: "bigint", str: "text"}


@contextmanager
def arrow_rows(url: str, sql: str, values: Sequence[object], *, seconds: float) -> Iterator[Iterator[Table]]:
    """The rows of a statement (`%s` for each value) as Arrow batches, under one READ ONLY snapshot."""
    with _dbapi.connect(url, autocommit=False) as db, db.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
        cursor.execute("SET LOCAL timezone = 'UTC'")
        for number, value in enumerate(values):
            text = str(value).lower() if isinstance(value, bool) else str(value)
            cursor.execute("SELECT set_config($1, $2, true)", (f"zt.v{number}", text))
            cursor.fetchall()
        cursor.adbc_statement.set_options(**{_BATCH: str(READ_BATCH_B)})
        cursor.execute(_with_settings(sql, values))
        yield iter(cursor.fetch_record_batch())
        db.rollback()


def gathered(batches: Iterable[Table], rows: int) -> Iterator[Table]:
    """The same rows in batches of exactly so many, the last one of fewer."""
    held: list[Table] = []
    count = 0
    for batch in batches:
        start = 0
        while start < batch.num_rows:
            part = batch.slice(start, rows - count)
            held.append(part)
            start, count = start + part.num_rows, count + part.num_rows
            if count == rows:
                yield _one(held)
                held, count = [], 0
    if held:
        yield _one(held)


def _one(batches: list[Table]) -> Table:
    return batches[0] if len(batches) == 1 else arrow().concat_batches(batches)


def _with_settings(sql: str, values: Sequence[object]) -> str:
    if not values:
        return sql
    parts = sql.split("%s")
    if len(parts) != len(values) + 1:
        raise ValueError("a placeholder without its value")
    out = [parts[0]]
    for number, (value, part) in enumerate(zip(values, parts[1:], strict=True)):
        out.append(f"CAST(current_setting('zt.v{number}') AS {_CASTS[type(value)]}){part}")
    return "".join(out)
