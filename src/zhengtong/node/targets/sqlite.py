"""SQLite targets (SQLite 落地库): stage a parcel a transaction, swap in one."""
# ruff: noqa: S608 -- every name in a statement goes through _q or is made here; values are bound

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from zhengtong.kernel.errors import RuleBroken, Unreachable
from zhengtong.node.bounds import LOCK_WAIT_S, PARCEL_ROWS
from zhengtong.node.targets import bookkeeping
from zhengtong.node.targets.base import Applied, Mended, Settling, StagedParcel, Standing, TargetTable, text_table
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
CREATE TABLE IF NOT EXISTS _zt_table (
  name TEXT PRIMARY KEY, grant_id TEXT NOT NULL, columns TEXT NOT NULL, run TEXT NOT NULL, mark TEXT NOT NULL,
  rows INTEGER NOT NULL, fingerprint TEXT NOT NULL, chain TEXT NOT NULL, full_at TEXT NOT NULL) WITHOUT ROWID;
"""
_LATER_COLUMNS = (("rule", "TEXT NOT NULL DEFAULT ''"), ("row_number", "INTEGER NOT NULL DEFAULT 0"),
                  ("seq", "INTEGER NOT NULL DEFAULT 0"))  # fmt: skip
_TYPES = {FieldType.INTEGER: "INTEGER", FieldType.BOOLEAN: "INTEGER"}


@dataclass(frozen=True, slots=True)
class _Rows:
    """The statements that carry a stage's rows over, and how many there are."""

    run: str
    insert: str
    select: str
    staged: int


class SqliteTarget:
    """A SQLite file rows are applied to."""

    def __init__(self, url: str) -> None:
        path = Path(unquote(urlsplit(url).path))
        try:
            self._db = sqlite3.connect(
                f"file://{quote(str(path))}?mode=rwc",
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
        there = self.columns("_zt_quarantine")
        for name, kind in _LATER_COLUMNS:  # a table of an older version
            if name not in there:
                self._db.execute(f"ALTER TABLE _zt_quarantine ADD COLUMN {name} {kind}")
        if not self.columns(table.table):
            columns = ", ".join(
                f"{_q(c)} {_TYPES.get(f.type, 'TEXT')}" for c, f in zip(table.columns, table.fields, strict=True)
            )
            self._db.execute(f"CREATE TABLE {_q(table.table)} ({columns})")

    def begin(self, run: str, table: TargetTable, *, going: frozenset[str] = frozenset()) -> None:
        kept, alive = _stage(run), sorted({run, *going})
        stages = {_stage(one) for one in alive}
        others = self._db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB '_zt_stage_*'"
        ).fetchall()
        self._db.execute("BEGIN IMMEDIATE")
        for (name,) in others:
            if name not in stages:
                self._db.execute(f"DROP TABLE {_q(name)}")
        columns = ", ".join(f"c{i}" for i in range(len(table.columns)))
        self._db.execute(f"CREATE TABLE IF NOT EXISTS {_q(kept)} (n INTEGER PRIMARY KEY, {columns})")
        self._db.execute(f"DELETE FROM _zt_parcel WHERE run NOT IN ({_marks(len(alive))})", alive)
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

    def swap(self, run: str, table: TargetTable, settling: Settling) -> Applied:
        stage = _q(_stage(run))
        columns = ", ".join(_q(c) for c in table.columns)
        names = ", ".join(f"c{i}" for i in range(len(table.columns)))
        insert = f"INSERT INTO {_q(table.table)} ({columns}) SELECT {names} FROM {stage} WHERE n BETWEEN ? AND ?"
        try:
            self._db.execute("BEGIN IMMEDIATE")
            low, high, staged = self._one(f"SELECT coalesce(min(n), 0), coalesce(max(n), -1), count(*) FROM {stage}")
            self._clear(run, table, settling.keys)
            rows = _Rows(run, insert, f"SELECT {names} FROM {stage} WHERE n = ?", staged)
            bad = self._insert(rows, low, high)
            self._number(run, bad)
            (held,) = self._one(f"SELECT count(*) FROM {_q(table.table)}")
            applied = Applied(rows=staged - bad if settling.keys else held, quarantined=bad)
            self._write_down(run, table, settling, applied)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise Unreachable("node.target_failed", reason=str(error)) from error
        except BaseException:
            self._roll_back()
            raise
        return applied

    def _clear(self, run: str, table: TargetTable, keys: tuple[int, ...]) -> None:
        """Delete what the stage replaces: everything, or the rows with its keys, each of which it must name once."""
        if not keys:
            self._db.execute(f"DELETE FROM {_q(table.table)}")
            return
        stage, names = _q(_stage(run)), ", ".join(f"c{i}" for i in keys)
        empty = " OR ".join(f"c{i} IS NULL" for i in keys)
        (odd,) = self._one(
            f"SELECT count(*) FROM (SELECT 1 FROM {stage} GROUP BY {names} HAVING count(*) > 1 OR {empty})"
        )
        if odd:
            raise RuleBroken("node.keys_repeat", rows=odd, keys="、".join(table.columns[i] for i in keys))
        self._db.execute(f"DELETE FROM {_q(table.table)} AS t WHERE {_matching(run, table, keys)}")

    def _number(self, run: str, bad: int) -> None:
        """Give quarantined rows their number in the run and their parcel."""
        if not bad:
            return
        ranked = self._db.execute(
            f"SELECT q.n, s.r FROM (SELECT n, row_number() OVER (ORDER BY n) AS r FROM {_q(_stage(run))}) AS s"
            " JOIN _zt_quarantine AS q ON q.n = s.n WHERE q.run = ?",
            (run,),
        ).fetchall()
        parcels = self.staged(run)
        self._db.executemany(
            "UPDATE _zt_quarantine SET row_number = ?, seq = ? WHERE run = ? AND n = ?",
            [(r, bookkeeping.parcel_of(r, parcels), run, n) for n, r in ranked],
        )

    def _write_down(self, run: str, table: TargetTable, settling: Settling, applied: Applied) -> None:
        self._db.execute(
            "INSERT INTO _zt_run VALUES (?,?,?,?,?,?)",
            (run, settling.grant, applied.rows, applied.quarantined, settling.fingerprint, settling.at),
        )
        row = bookkeeping.standing_row(table.table, settling.standing)
        self._db.execute("INSERT OR REPLACE INTO _zt_table VALUES (?,?,?,?,?,?,?,?,?)", row)
        for of, n in settling.superseded:
            self._db.execute("UPDATE _zt_mended SET state = 'superseded' WHERE run = ? AND n = ?", (of, n))

    def standing(self, table: str) -> Standing | None:
        return bookkeeping.standing_of(
            self._db.execute(
                "SELECT grant_id, columns, run, mark, rows, fingerprint, chain, full_at FROM _zt_table WHERE name = ?",
                (table,),
            ).fetchone()
        )

    def mended(self, runs: tuple[str, ...]) -> tuple[Mended, ...]:
        if not self.columns("_zt_mended"):
            return ()
        found = self._db.execute(
            f"SELECT run, n, row FROM _zt_mended WHERE run IN ({_marks(len(runs))}) AND state = 'repaired'", runs
        ).fetchall()
        return tuple(Mended(run, n, bookkeeping.rows_of([row])[0]) for run, n, row in found)

    def quarantined(self, runs: tuple[str, ...]) -> tuple[tuple[str | None, ...], ...]:
        found = self._db.execute(f"SELECT row FROM _zt_quarantine WHERE run IN ({_marks(len(runs))})", runs).fetchall()
        return bookkeeping.rows_of([row for (row,) in found])

    def swapped(self, run: str) -> Applied | None:
        row = self._db.execute("SELECT rows, quarantined FROM _zt_run WHERE run = ?", (run,)).fetchone()
        return None if row is None else Applied(rows=row[0], quarantined=row[1])

    def read_back(self, run: str, table: TargetTable, keys: tuple[int, ...] = ()) -> Iterator[Table]:
        columns = ", ".join(f"CAST(t.{_q(c)} AS TEXT)" for c in table.columns)
        where = f" WHERE {_matching(run, table, keys)}" if keys else ""
        cursor = self._db.execute(f"SELECT {columns} FROM {_q(table.table)} AS t{where}")
        while chunk := cursor.fetchmany(PARCEL_ROWS):
            yield text_table(table, chunk)

    def measured(
        self,
        run: str,  # noqa: ARG002 - SQLite has no such hash; its rows are read
        table: TargetTable,  # noqa: ARG002
        keys: tuple[int, ...] = (),  # noqa: ARG002
    ) -> tuple[int, int] | None:
        return None

    def finish(self, run: str) -> None:
        self._db.execute(f"DROP TABLE IF EXISTS {_q(_stage(run))}")

    def close(self) -> None:
        self._db.close()

    def _insert(self, rows: _Rows, low: int, high: int) -> int:
        """Insert a range of staged rows; halve it around rows the table refuses and put those aside."""
        if low > high:
            return 0
        self._db.execute("SAVEPOINT piece")
        try:
            self._db.execute(rows.insert, (low, high))
        except (sqlite3.IntegrityError, sqlite3.DataError) as error:
            self._db.execute("ROLLBACK TO piece")
            self._db.execute("RELEASE piece")
            if low == high:
                return self._put_aside(rows, low, error)
            middle = (low + high) // 2
            return self._insert(rows, low, middle) + self._insert(rows, middle + 1, high)
        self._db.execute("RELEASE piece")
        return 0

    def _put_aside(self, rows: _Rows, n: int, error: sqlite3.Error) -> int:
        row = self._db.execute(rows.select, (n,)).fetchone()
        rule = bookkeeping.rule_of_sqlite(error.sqlite_errorname)
        self._db.execute(
            "INSERT INTO _zt_quarantine (run, n, reason, row, rule) VALUES (?,?,?,?,?)",
            (rows.run, n, str(error), bookkeeping.row_json(row), rule),
        )
        (count,) = self._one("SELECT count(*) FROM _zt_quarantine WHERE run = ?", rows.run)
        bookkeeping.check_quarantine(count, staged=rows.staged, rule=rule)
        return 1

    def _one(self, query: str, *values: str) -> tuple[int, ...]:
        return tuple(int(cell) for cell in self._db.execute(query, values).fetchone())

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


def _matching(run: str, table: TargetTable, keys: tuple[int, ...]) -> str:
    """Rows t of the table whose keys, as text, stand in the stage of a run; the stage is read once, not for each."""
    there = ", ".join(f"CAST(t.{_q(table.columns[i])} AS TEXT)" for i in keys)
    come = ", ".join(f"CAST(s.c{i} AS TEXT)" for i in keys)
    return f"({there}) IN (SELECT {come} FROM {_q(_stage(run))} AS s)"


def _marks(count: int) -> str:
    return ", ".join("?" * count)


def _stage(run: str) -> str:
    return "_zt_stage_" + run.replace("-", "")


def _q(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
