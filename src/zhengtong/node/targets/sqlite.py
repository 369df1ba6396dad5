"""SQLite targets (SQLite 落地库): stage a parcel a transaction, swap in one."""
# ruff: noqa: S608 -- every name in a statement goes through _q or is made here; values are bound

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from zhengtong.kernel.errors import RuleBroken, Unreachable
from zhengtong.node.bounds import LOCK_WAIT_S, PARCEL_ROWS, QUARANTINE_ROWS
from zhengtong.node.targets.base import Applied, StagedParcel, TargetTable, text_table
from zhengtong.wire.arrow import Column, Table, arrow
from zhengtong.wire.grant import FieldType

pa = arrow()

_NODE_TABLES = """
CREATE TABLE IF NOT EXISTS _zt_parcel (
  run TEXT NOT NULL, seq INTEGER NOT NULL, digest TEXT NOT NULL, rows INTEGER NOT NULL,
  PRIMARY KEY (run, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _zt_run (
  run TEXT PRIMARY KEY, grant_id TEXT NOT NULL, rows INTEGER NOT NULL, quarantined INTEGER NOT NULL,
  fingerprint TEXT NOT NULL, swapped_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS _zt_quarantine (
  run TEXT NOT NULL, n INTEGER NOT NULL, reason TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY (run, n)) WITHOUT ROWID;
"""
_TYPES = {FieldType.INTEGER: "INTEGER", FieldType.BOOLEAN: "INTEGER"}


class SqliteTarget:
    """A SQLite file rows are applied to."""

    def __init__(self, url: str) -> None:
        path = Path(unquote(urlsplit(url).path))
        try:
            self._db = sqlite3.connect(
                f"file:{quote(str(path))}?mode=rwc",
                uri=True,
                timeout=LOCK_WAIT_S,
                isolation_level=None,
                check_same_thread=False,
            )
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
        except sqlite3.Error as error:
            raise Unreachable("node.target_unwritable", reason=str(error)) from error

    def columns(self, table: str) -> tuple[str, ...]:
        return tuple(row[0] for row in self._db.execute("SELECT name FROM pragma_table_info(?)", (table,)))

    def prepare(self, table: TargetTable) -> None:
        self._db.executescript(_NODE_TABLES)
        if not self.columns(table.table):
            columns = ", ".join(
                f"{_q(c)} {_TYPES.get(f.type, 'TEXT')}" for c, f in zip(table.columns, table.fields, strict=True)
            )
            self._db.execute(f"CREATE TABLE {_q(table.table)} ({columns})")

    def begin(self, run: str, table: TargetTable) -> None:
        kept = _stage(run)
        others = self._db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB '_zt_stage_*' AND name <> ?", (kept,)
        ).fetchall()
        self._db.execute("BEGIN IMMEDIATE")
        for (name,) in others:
            self._db.execute(f"DROP TABLE {_q(name)}")
        columns = ", ".join(f"c{i}" for i in range(len(table.columns)))
        self._db.execute(f"CREATE TABLE IF NOT EXISTS {_q(kept)} (n INTEGER PRIMARY KEY, {columns})")
        self._db.execute("DELETE FROM _zt_parcel WHERE run <> ?", (run,))
        self._db.execute("COMMIT")

    def staged(self, run: str) -> tuple[StagedParcel, ...]:
        rows = self._db.execute("SELECT seq, digest, rows FROM _zt_parcel WHERE run = ? ORDER BY seq", (run,))
        return tuple(StagedParcel(seq=seq, digest=digest, rows=count) for seq, digest, count in rows)

    def stage(self, run: str, parcel: StagedParcel, table: TargetTable, rows: Table) -> None:
        marks = ", ".join("?" * len(table.columns))
        cells = [_cells(rows.column(i).combine_chunks()) for i in range(rows.num_columns)]
        names = ", ".join(f"c{i}" for i in range(len(table.columns)))
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("INSERT INTO _zt_parcel VALUES (?,?,?,?)", (run, parcel.seq, parcel.digest, parcel.rows))
            self._db.executemany(f"INSERT INTO {_q(_stage(run))} ({names}) VALUES ({marks})", zip(*cells, strict=True))
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise Unreachable("node.target_failed", reason=str(error)) from error

    def swap(self, run: str, table: TargetTable, *, grant: str, fingerprint: str, at: str) -> Applied:
        stage = _q(_stage(run))
        columns = ", ".join(_q(c) for c in table.columns)
        names = ", ".join(f"c{i}" for i in range(len(table.columns)))
        insert = f"INSERT INTO {_q(table.table)} ({columns}) SELECT {names} FROM {stage} WHERE n BETWEEN ? AND ?"
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(f"DELETE FROM {_q(table.table)}")
            low, high = self._db.execute(f"SELECT coalesce(min(n), 0), coalesce(max(n), -1) FROM {stage}").fetchone()
            bad = self._insert(run, insert, int(low), int(high), f"SELECT {names} FROM {stage} WHERE n = ?")
            rows = int(self._db.execute(f"SELECT count(*) FROM {_q(table.table)}").fetchone()[0])
            self._db.execute("INSERT INTO _zt_run VALUES (?,?,?,?,?,?)", (run, grant, rows, bad, fingerprint, at))
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise Unreachable("node.target_failed", reason=str(error)) from error
        except BaseException:
            self._roll_back()
            raise
        return Applied(rows=rows, quarantined=bad)

    def swapped(self, run: str) -> Applied | None:
        row = self._db.execute("SELECT rows, quarantined FROM _zt_run WHERE run = ?", (run,)).fetchone()
        return None if row is None else Applied(rows=row[0], quarantined=row[1])

    def read_back(self, run: str, table: TargetTable) -> Iterator[Table]:
        columns = ", ".join(f"CAST({_q(c)} AS TEXT)" for c in table.columns)
        cursor = self._db.execute(f"SELECT {columns} FROM {_q(table.table)}")
        while chunk := cursor.fetchmany(PARCEL_ROWS):
            yield text_table(table, chunk)
        kept = self._db.execute("SELECT row FROM _zt_quarantine WHERE run = ?", (run,)).fetchall()
        if kept:
            yield text_table(table, [json.loads(row) for (row,) in kept])

    def finish(self, run: str) -> None:
        self._db.execute(f"DROP TABLE IF EXISTS {_q(_stage(run))}")

    def close(self) -> None:
        self._db.close()

    def _insert(self, run: str, insert: str, low: int, high: int, select: str) -> int:
        """Insert a range of staged rows; halve it around rows the table refuses and put those aside."""
        if low > high:
            return 0
        self._db.execute("SAVEPOINT piece")
        try:
            self._db.execute(insert, (low, high))
        except (sqlite3.IntegrityError, sqlite3.DataError) as error:
            self._db.execute("ROLLBACK TO piece")
            self._db.execute("RELEASE piece")
            if low == high:
                return self._put_aside(run, low, str(error), self._db.execute(select, (low,)).fetchone())
            middle = (low + high) // 2
            return self._insert(run, insert, low, middle, select) + self._insert(run, insert, middle + 1, high, select)
        self._db.execute("RELEASE piece")
        return 0

    def _put_aside(self, run: str, n: int, reason: str, row: tuple[object, ...]) -> int:
        held = json.dumps([None if cell is None else str(cell) for cell in row], ensure_ascii=False)
        self._db.execute("INSERT INTO _zt_quarantine VALUES (?,?,?,?)", (run, n, reason, held))
        count = int(self._db.execute("SELECT count(*) FROM _zt_quarantine WHERE run = ?", (run,)).fetchone()[0])
        if count > QUARANTINE_ROWS:
            raise RuleBroken("node.too_many_bad_rows", limit=QUARANTINE_ROWS, reason=reason)
        return 1

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")


def _cells(column: Column) -> list[object]:
    """Cells as SQLite keeps them: whole numbers and yes/no as integers, the rest as exact text."""
    if pa.types.is_integer(column.type):
        return column.to_pylist()
    if pa.types.is_boolean(column.type):
        return column.cast(pa.int64()).to_pylist()
    return column.cast(pa.string()).to_pylist()


def _stage(run: str) -> str:
    return "_zt_stage_" + run.replace("-", "")


def _q(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
