"""SQLite sources (SQLite 数据源): opened `mode=ro`, never immutable, with `query_only` on top."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from zhengtong.kernel.errors import NotFound, Unreachable
from zhengtong.node.bounds import LOCK_WAIT_S, RUN_STATEMENT_S, STATEMENT_S
from zhengtong.node.sources.base import Cell, Column, Row
from zhengtong.node.sources.pool import Pool
from zhengtong.wire.arrow import Table, arrow

pa = arrow()

_PROGRESS_STEPS = 10_000


class SqliteSource:
    """A SQLite file of a department."""

    dialect = "sqlite"

    def __init__(self, url: str) -> None:
        self._path = Path(unquote(urlsplit(url).path))
        self._pool = Pool(self._open, broken=sqlite3.Error, short=str)

    def refuse_writers(self) -> None:
        """Open the file once; `mode=ro` and `query_only` are what makes this role unable to write."""
        db = self._open()
        try:
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.DatabaseError as error:
            raise Unreachable("node.source_unreadable", reason=str(error)) from error
        finally:
            db.close()

    def columns(self, table: str) -> tuple[Column, ...]:
        with self._connection(STATEMENT_S) as db:
            found = db.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall()
        if not found:
            raise NotFound("node.no_table", table=table)
        return tuple(Column(name, kind.upper()) for name, kind in found)

    def rows(self, sql: str, values: Sequence[Cell], *, limit: int) -> list[Row]:
        with self._connection(STATEMENT_S) as db:
            return db.execute(sql, tuple(values)).fetchmany(limit)

    @contextmanager
    def snapshot(self, sql: str, values: Sequence[Cell], *, batch_rows: int) -> Iterator[Iterator[Table]]:
        with self._connection(RUN_STATEMENT_S) as db:
            cursor = db.execute(sql, tuple(values))
            yield _batches(cursor, [d[0] for d in cursor.description], batch_rows)

    def close(self) -> None:
        self._pool.close()

    def _open(self) -> sqlite3.Connection:
        if not self._path.is_file():
            raise Unreachable("node.source_unreadable", reason=f"{self._path.name}: no such file")
        try:
            db = sqlite3.connect(
                f"file://{quote(str(self._path))}?mode=ro",
                uri=True,
                timeout=LOCK_WAIT_S,
                isolation_level=None,
                check_same_thread=False,
            )
            db.execute("PRAGMA query_only=1")
            db.execute("PRAGMA trusted_schema=0")
        except sqlite3.Error as error:
            raise Unreachable("node.source_unreadable", reason=str(error)) from error
        return db

    @contextmanager
    def _connection(self, seconds: float) -> Iterator[sqlite3.Connection]:
        """Lend a connection inside one read transaction; statements stop after `seconds`."""
        with self._pool.lend() as db:
            deadline = time.monotonic() + seconds
            db.set_progress_handler(lambda: time.monotonic() > deadline, _PROGRESS_STEPS)
            db.execute("BEGIN")
            yield db
            db.execute("COMMIT")


def _batches(cursor: sqlite3.Cursor, names: list[str], batch_rows: int) -> Iterator[Table]:
    """Turn a cursor into Arrow text columns (NULL kept): SQLite is typed by cell, the grant's schema by column."""
    while chunk := cursor.fetchmany(batch_rows):
        columns = [
            pa.array([None if c is None else _text(c) for c in column], pa.string())
            for column in zip(*chunk, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(columns, names=names)


def _text(cell: object) -> str:
    if isinstance(cell, bytes):
        return cell.decode("utf-8")
    return cell if isinstance(cell, str) else str(cell)
