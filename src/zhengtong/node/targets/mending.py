"""Repairing rows that a target refused (隔离行修正): put right by a person, inserted exactly once.

The original stays in `_zt_quarantine`; what became of it stands in `_zt_mended`, written in the
transaction that inserts the repaired row.  Reconciliation takes repaired rows out again and puts
the originals in, so that it still proves what the provider sent.  Only rows of the runs that make
up the table now are listed; a later full run replaces the table and brings its own.
"""
# ruff: noqa: S608 -- names of tables and columns go through _q; values are bound

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import quote, unquote, urlsplit

from zhengtong.kernel.errors import NotFound, RuleBroken, Unreachable, WrongState
from zhengtong.node.bounds import LOCK_WAIT_S
from zhengtong.node.database_errors import reason_of
from zhengtong.wire.canonical import instant

if TYPE_CHECKING:  # loaded only for a target that is PostgreSQL: a node without one starts faster
    import psycopg

_MENDED = (
    "CREATE TABLE IF NOT EXISTS _zt_mended (run TEXT NOT NULL, n BIGINT NOT NULL, state TEXT NOT NULL,"
    " row TEXT NOT NULL, reason TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (run, n))"
)
OPEN, REPAIRED, DISCARDED = "open", "repaired", "discarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A row the target refused: which run, its number there, the rule, the values by column, how it stands."""

    run: str
    n: int
    number: int
    rule: str
    reason: str
    values: Mapping[str, str | None]
    state: str
    who: str
    at: str


class _Database(Protocol):
    """The little that is asked of either engine: `?` marks values."""

    def all(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]: ...

    def run(self, statement: str, values: Sequence[object] = ()) -> int: ...

    def insert(self, statement: str, values: Sequence[object]) -> tuple[Any, ...]: ...

    def has(self, table: str) -> bool: ...


def refused_rows(url: str, table: str, *, open_only: bool = False) -> tuple[RefusedRow, ...]:
    """Rows of the runs that make up the table now, in their order; empty before the first run."""
    with _opened(url) as db:
        if not (db.has("_zt_table") and db.has("_zt_quarantine")):
            return ()
        found = _rows(db, table)
    return tuple(row for row in found if not open_only or row.state == OPEN)


def refused_row(url: str, table: str, *, run: str, n: int) -> RefusedRow:
    """One of them.  Raises NotFound."""
    for row in refused_rows(url, table):
        if (row.run, row.n) == (run, n):
            return row
    raise NotFound("node.no_bad_row", row=n)


def repair(
    url: str, table: str, *, run: str, n: int, values: Mapping[str, str | None], who: str, at: datetime
) -> None:  # fmt: skip
    """Insert a repaired row, once.

    Raises RuleBroken if the table refuses it again, WrongState if it was dealt with before.
    """
    columns = list(values)
    names, marks = ", ".join(_q(c) for c in columns), ", ".join("?" * len(columns))
    kept = ", ".join(f"CAST({_q(c)} AS TEXT)" for c in columns)
    with _opened(url, writing=True) as db:
        _claim(db, table, run=run, n=n)
        back = db.insert(
            f"INSERT INTO {_q(table)} ({names}) VALUES ({marks}) RETURNING {kept}", [values[c] for c in columns]
        )
        row = json.dumps([None if cell is None else str(cell) for cell in back], ensure_ascii=False)
        _write(db, run=run, n=n, state=REPAIRED, row=row, reason="", who=who, at=at)


def discard(url: str, table: str, *, run: str, n: int, reason: str, who: str, at: datetime) -> None:
    """Give a row up, with the reason.  Raises WrongState if it was dealt with before."""
    with _opened(url, writing=True) as db:
        _claim(db, table, run=run, n=n)
        _write(db, run=run, n=n, state=DISCARDED, row="[]", reason=reason, who=who, at=at)


def _rows(db: _Database, table: str) -> list[RefusedRow]:
    standing = db.all("SELECT columns, chain FROM _zt_table WHERE name = ?", (table,))
    if not standing:
        return []
    columns, chain = json.loads(standing[0][0]), json.loads(standing[0][1])
    mended: dict[tuple[str, int], tuple[str, str, str]] = {}
    if db.has("_zt_mended"):
        for run, n, state, who, at in db.all("SELECT run, n, state, who, at FROM _zt_mended"):
            mended[run, int(n)] = (state, who, at)
    found: list[RefusedRow] = []
    for run in chain:
        rows = db.all("SELECT n, reason, row, rule, row_number FROM _zt_quarantine WHERE run = ? ORDER BY n", (run,))
        for n, reason, row, rule, number in rows:
            state, who, at = mended.get((run, int(n)), (OPEN, "", ""))
            values = dict(zip(columns, json.loads(row), strict=False))
            found.append(
                RefusedRow(
                    run=run, n=int(n), number=int(number or n), rule=rule, reason=reason, values=values, state=state,
                    who=who, at=at,
                )
            )  # fmt: skip
    return found


def _claim(db: _Database, table: str, *, run: str, n: int) -> None:
    db.run(_MENDED)
    found = next((row for row in _rows(db, table) if (row.run, row.n) == (run, n)), None)
    if found is None:
        raise NotFound("node.no_bad_row", row=n)
    if found.state != OPEN:
        raise WrongState("node.bad_row_done", row=found.number)


def _write(
    db: _Database, *, run: str, n: int, state: str, row: str, reason: str, who: str, at: datetime
) -> None:  # fmt: skip
    done = db.run(
        "INSERT INTO _zt_mended VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run, n) DO NOTHING",
        (run, n, state, row, reason, who, instant(at)),
    )
    if done != 1:  # somebody else was faster
        raise WrongState("node.bad_row_done", row=n)


class _Sqlite:
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def all(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._db.execute(statement, cast("tuple[Any, ...]", tuple(values))).fetchall()

    def run(self, statement: str, values: Sequence[object] = ()) -> int:
        return self._db.execute(statement, cast("tuple[Any, ...]", tuple(values))).rowcount

    def insert(self, statement: str, values: Sequence[object]) -> tuple[Any, ...]:
        try:
            return self.all(statement, values)[0]
        except (sqlite3.IntegrityError, sqlite3.DataError) as error:
            raise RuleBroken("node.target_refused_row") from error

    def has(self, table: str) -> bool:
        return bool(self.all("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)))


class _Postgres:
    def __init__(self, db: "psycopg.Connection[tuple[Any, ...]]") -> None:
        self._db = db

    def all(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._db.execute(_marked(statement), values).fetchall()

    def run(self, statement: str, values: Sequence[object] = ()) -> int:
        return self._db.execute(_marked(statement), values).rowcount

    def insert(self, statement: str, values: Sequence[object]) -> tuple[Any, ...]:
        import psycopg

        try:
            return self.all(statement, values)[0]
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            raise RuleBroken("node.target_refused_row") from error

    def has(self, table: str) -> bool:
        return self.all("SELECT to_regclass(?)", (table,))[0][0] is not None


def _marked(statement: str) -> bytes:
    """The statement with PostgreSQL's marks for values."""
    return statement.replace("%", "%%").replace("?", "%s").encode()


@contextmanager
def _opened(url: str, *, writing: bool = False) -> Iterator[_Database]:
    """A connection of its own, in one transaction."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        with _sqlite(Path(unquote(parts.path)), writing=writing) as db:
            yield db
    else:
        with _postgres(url) as db:
            yield db


@contextmanager
def _postgres(url: str) -> Iterator[_Database]:
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=int(LOCK_WAIT_S)) as connection:
            yield _Postgres(connection)
    except psycopg.Error as error:
        raise failed(error) from error


def failed(error: Exception) -> Unreachable:
    """The error for a target that cannot be worked with now."""
    return Unreachable("node.target_failed", reason=reason_of(error))


@contextmanager
def _sqlite(path: Path, *, writing: bool) -> Iterator[_Database]:
    mode = "rw" if writing else "ro"
    if not path.is_file():
        yield _Nothing()
        return
    db = sqlite3.connect(f"file:{quote(str(path))}?mode={mode}", uri=True, timeout=LOCK_WAIT_S, isolation_level=None)
    try:
        db.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
        yield _Sqlite(db)
        db.execute("COMMIT")
    except sqlite3.Error as error:
        raise failed(error) from error
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
        db.close()


class _Nothing:
    """A file that is not there yet."""

    def all(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:  # noqa: ARG002
        return []

    def run(self, statement: str, values: Sequence[object] = ()) -> int:  # noqa: ARG002
        return 0

    def insert(self, statement: str, values: Sequence[object]) -> tuple[Any, ...]:  # noqa: ARG002
        return ()

    def has(self, table: str) -> bool:  # noqa: ARG002
        return False


def _q(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
