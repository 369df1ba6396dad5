"""The department's sheet store (表格库): HOME/nodes/<code>/sheets.db, where rows of spreadsheets answer for a resource.

One transaction replaces a resource's rows, writes the upload and puts bad rows aside: a reader sees
last month's sheet or this month's, never half of each.  The node reads it as any source, read-only.
"""
# ruff: noqa: S608 -- names of tables and columns go through _q; values are bound

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

from zhengtong.kernel.errors import NotFound, RuleBroken, Unreachable, WrongState
from zhengtong.node.bounds import BAD_ROWS_KEPT, LOCK_WAIT_S
from zhengtong.node.contracts import Contract
from zhengtong.node.home import NodeHome
from zhengtong.node.sheets.checking import (
    CheckedRow,
    Problem,
    key_of,
    problems_from_json,
    problems_to_json,
    repeated,
)
from zhengtong.wire.canonical import instant

FILE = "sheets.db"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS upload (
  n INTEGER PRIMARY KEY AUTOINCREMENT, resource TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,
  at TEXT NOT NULL, by TEXT NOT NULL, total INTEGER NOT NULL, accepted INTEGER NOT NULL, quarantined INTEGER NOT NULL,
  columns TEXT NOT NULL, current INTEGER NOT NULL DEFAULT 1) STRICT;
CREATE INDEX IF NOT EXISTS upload_of ON upload (resource, current);
CREATE TABLE IF NOT EXISTS bad_row (
  upload INTEGER NOT NULL REFERENCES upload, row INTEGER NOT NULL, cells TEXT NOT NULL, problems TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'open', reason TEXT NOT NULL DEFAULT '', by TEXT NOT NULL DEFAULT '',
  at TEXT NOT NULL DEFAULT '', PRIMARY KEY (upload, row)) STRICT, WITHOUT ROWID;
"""


class RowState(StrEnum):
    """Where a bad row stands (隔离行状态)."""

    OPEN = "open"  # 待处理
    REPAIRED = "repaired"  # 已修正
    DISCARDED = "discarded"  # 已放弃
    REPLACED = "replaced"  # 已被新表取代


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file that was taken in."""

    n: int
    resource: str
    name: str
    at: str
    by: str
    total: int
    accepted: int
    quarantined: int
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedRow:
    """One row put aside (隔离行)."""

    upload: int
    resource: str
    row: int
    cells: Mapping[str, str]
    problems: tuple[Problem, ...]
    state: RowState
    reason: str
    by: str
    at: str


def path_of(home: NodeHome) -> Path:
    return home.folder / FILE


def url_of(home: NodeHome) -> str:
    """The store as a source URL."""
    return f"sqlite://{quote(str(path_of(home)))}"


def table_of(resource: str) -> str:
    """The table that holds a resource's rows."""
    return "sheet_" + re.sub(r"\W", "_", resource)


@contextmanager
def opened(home: NodeHome) -> Iterator[sqlite3.Connection]:
    """The store, made if it is missing; closed afterwards."""
    path = path_of(home)
    try:
        db = sqlite3.connect(path, timeout=LOCK_WAIT_S, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.executescript(_SCHEMA)
        path.chmod(0o600)
    except sqlite3.Error as error:
        raise Unreachable("node.sheet_store", reason=str(error)) from error
    try:
        yield db
    finally:
        db.close()


def make_table(db: sqlite3.Connection, contract: Contract, *, anew: bool) -> None:
    """The table of a resource, with the contract's items as columns; `anew` drops what was there."""
    table = _q(table_of(contract.resource))
    if anew:
        db.execute(f"DROP TABLE IF EXISTS {table}")
    columns = "".join(f", {_q(item.name)} TEXT" for item in contract.items)
    unique = f", UNIQUE ({', '.join(_q(name) for name in contract.keys)})" if contract.keys else ""
    db.execute(f"CREATE TABLE IF NOT EXISTS {table} (_row INTEGER PRIMARY KEY{columns}{unique})")


def same_as_current(db: sqlite3.Connection, resource: str, digest: str) -> Upload | None:
    """The upload in force, if this very file is it."""
    row = db.execute(
        "SELECT * FROM upload WHERE resource = ? AND current = 1 AND digest = ?", (resource, digest)
    ).fetchone()
    return None if row is None else _upload(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What one file brings, judged."""

    name: str
    digest: str
    by: str
    at: datetime
    columns: str
    good: Sequence[tuple[int, Mapping[str, str | None]]]
    bad: Sequence[tuple[int, Mapping[str, str], Sequence[Problem]]]


def replace_rows(db: sqlite3.Connection, contract: Contract, brought: Incoming) -> int:
    """Replace a resource's rows by those of a file, in one transaction.  Returns the upload's number."""
    if len(brought.bad) > BAD_ROWS_KEPT:
        raise RuleBroken("node.sheet_too_bad", found=len(brought.bad), limit=BAD_ROWS_KEPT)
    with _transaction(db):
        at = instant(brought.at)
        db.execute(
            "UPDATE bad_row SET state = ?, at = ? WHERE state = 'open' AND upload IN"
            " (SELECT n FROM upload WHERE resource = ?)",
            (RowState.REPLACED.value, at, contract.resource),
        )
        db.execute("UPDATE upload SET current = 0 WHERE resource = ?", (contract.resource,))
        total = len(brought.good) + len(brought.bad)
        n = db.execute(
            "INSERT INTO upload (resource, name, digest, at, by, total, accepted, quarantined, columns)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (contract.resource, brought.name, brought.digest, at, brought.by, total, len(brought.good),
             len(brought.bad), brought.columns),
        ).lastrowid  # fmt: skip
        make_table(db, contract, anew=True)
        db.executemany(*_insert(contract, brought.good))
        db.executemany(
            "INSERT INTO bad_row (upload, row, cells, problems) VALUES (?, ?, ?, ?)",
            ((n, row, json.dumps(dict(cells), ensure_ascii=False), _problems(problems))
             for row, cells, problems in brought.bad),
        )  # fmt: skip
    return int(n or 0)


def taken_keys(db: sqlite3.Connection, contract: Contract, values: Mapping[str, str | None]) -> int | None:
    """The row that already has this row's key; None if the key is free."""
    key = key_of(contract, values)
    if key is None:
        return None
    where = " AND ".join(f"{_q(name)} = ?" for name in contract.keys)
    found = db.execute(f"SELECT _row FROM {_q(table_of(contract.resource))} WHERE {where}", key).fetchone()
    return None if found is None else int(found[0])


def resubmit(
    db: sqlite3.Connection, contract: Contract, *, upload: int, row: int, checked: CheckedRow,
    cells: Mapping[str, str], by: str, at: datetime,
) -> tuple[Problem, ...]:  # fmt: skip
    """Put a repaired row into the table exactly once; returns what is still wrong with it (then it stays where it is).

    Raises WrongState for a row that was dealt with before.
    """
    with _transaction(db):
        if db.execute("SELECT 1 FROM upload WHERE n = ? AND current = 1", (upload,)).fetchone() is None:
            raise WrongState("node.bad_row_done", row=row)
        _claim(db, upload=upload, row=row)
        problems = checked.problems
        other = taken_keys(db, contract, checked.values) if not problems else None
        if other is not None:
            problems = (repeated(contract, row=other),)
        state = RowState.OPEN if problems else RowState.REPAIRED
        db.execute(
            "UPDATE bad_row SET cells = ?, problems = ?, state = ?, by = ?, at = ? WHERE upload = ? AND row = ?",
            (json.dumps(dict(cells), ensure_ascii=False), _problems(problems), state.value, by, instant(at),
             upload, row),
        )  # fmt: skip
        if not problems:
            statement, values = _insert(contract, [(row, checked.values)])
            db.executemany(statement, values)
    return problems


def discard(db: sqlite3.Connection, *, upload: int, row: int, reason: str, by: str, at: datetime) -> None:
    """Give a bad row up, with the reason.  Raises WrongState for a row that was dealt with before."""
    with _transaction(db):
        _claim(db, upload=upload, row=row)
        db.execute(
            "UPDATE bad_row SET state = ?, reason = ?, by = ?, at = ? WHERE upload = ? AND row = ?",
            (RowState.DISCARDED.value, reason, by, instant(at), upload, row),
        )


def uploads(db: sqlite3.Connection, *, limit: int) -> tuple[Upload, ...]:
    """What was uploaded, newest first."""
    return tuple(_upload(row) for row in db.execute("SELECT * FROM upload ORDER BY n DESC LIMIT ?", (limit,)))


def bad_rows(
    db: sqlite3.Connection, *, open_only: bool, limit: int, offset: int = 0
) -> tuple[QuarantinedRow, ...]:  # fmt: skip
    """Rows put aside by the uploads in force, open ones first."""
    where = "b.state = 'open'" if open_only else "u.current = 1"
    rows = db.execute(
        f"SELECT b.*, u.resource FROM bad_row b JOIN upload u ON u.n = b.upload WHERE {where}"
        " ORDER BY b.state <> 'open', b.upload DESC, b.row LIMIT ? OFFSET ?",
        (limit, offset),
    )
    return tuple(_bad_row(row) for row in rows)


def bad_row(db: sqlite3.Connection, *, upload: int, row: int) -> QuarantinedRow:
    """One row put aside.  Raises NotFound."""
    found = db.execute(
        "SELECT b.*, u.resource FROM bad_row b JOIN upload u ON u.n = b.upload WHERE b.upload = ? AND b.row = ?",
        (upload, row),
    ).fetchone()
    if found is None:
        raise NotFound("node.no_bad_row", row=row)
    return _bad_row(found)


def count_rows(db: sqlite3.Connection, resource: str) -> int:
    """Rows that answer for a resource now."""
    with suppress(sqlite3.OperationalError):  # no table yet
        return int(db.execute(f"SELECT count(*) FROM {_q(table_of(resource))}").fetchone()[0])
    return 0


def count_open(db: sqlite3.Connection) -> int:
    """Bad rows nobody has dealt with."""
    return int(db.execute("SELECT count(*) FROM bad_row WHERE state = 'open'").fetchone()[0])


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    try:
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("COMMIT")
    except sqlite3.Error as error:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise Unreachable("node.sheet_store", reason=str(error)[:200]) from error
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _claim(db: sqlite3.Connection, *, upload: int, row: int) -> None:
    found = db.execute("SELECT state FROM bad_row WHERE upload = ? AND row = ?", (upload, row)).fetchone()
    if found is None:
        raise NotFound("node.no_bad_row", row=row)
    if found["state"] != RowState.OPEN:
        raise WrongState("node.bad_row_done", row=row)


def _insert(
    contract: Contract, rows: Iterable[tuple[int, Mapping[str, str | None]]]
) -> tuple[str, Iterable[tuple[object, ...]]]:  # fmt: skip
    names = [item.name for item in contract.items]
    marks = ", ".join("?" * (len(names) + 1))
    columns = ", ".join(("_row", *(_q(name) for name in names)))
    statement = f"INSERT INTO {_q(table_of(contract.resource))} ({columns}) VALUES ({marks})"
    return statement, ((row, *(values.get(name) for name in names)) for row, values in rows)


def _problems(problems: Sequence[Problem]) -> str:
    return json.dumps(problems_to_json(problems), ensure_ascii=False)


def _upload(row: sqlite3.Row) -> Upload:
    return Upload(
        n=row["n"], resource=row["resource"], name=row["name"], at=row["at"], by=row["by"], total=row["total"],
        accepted=row["accepted"], quarantined=row["quarantined"], current=bool(row["current"]),
    )  # fmt: skip


def _bad_row(row: sqlite3.Row) -> QuarantinedRow:
    return QuarantinedRow(
        upload=row["upload"], resource=row["resource"], row=row["row"], cells=json.loads(row["cells"]),
        problems=problems_from_json(json.loads(row["problems"])), state=RowState(row["state"]), reason=row["reason"],
        by=row["by"], at=row["at"],
    )  # fmt: skip


def _q(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
