"""Reading a source for its profile (读取源库): tables, columns, keys, counts and a bounded sample, READ ONLY."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql as pg
from sqlglot import expressions as exp

from zhengtong.kernel.errors import RuleBroken, Unreachable
from zhengtong.node.bounds import LOCK_WAIT_S

TABLES_MAX, COLUMNS_MAX = 500, 300
SAMPLE_ROWS = 20_000
EXACT_ROWS_MAX = 2_000_000  # above it, distinct values are counted in the sample and said to be
STATEMENT_MS = 120_000
TEXT_CHARS_MAX = 400  # of a value looked at


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column as the database declares it."""

    name: str
    type: str
    comment: str = ""
    in_key: bool = False


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table or view, and how many rows it holds."""

    name: str
    comment: str
    rows: int
    columns: tuple[FoundColumn, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one column: values that are there, and different ones."""

    there: int
    distinct: int
    sampled: bool


class Reader(Protocol):
    """What a profile asks of a source."""

    def tables(self, only: Sequence[str]) -> tuple[FoundTable, ...]:
        """Tables and views people made, at most TABLES_MAX."""
        ...

    def counts(self, table: FoundTable) -> list[Counts]:
        """For each column, exactly up to EXACT_ROWS_MAX rows."""
        ...

    def sample(self, table: FoundTable) -> list[tuple[str | None, ...]]:
        """At most SAMPLE_ROWS rows as text, spread over the table."""
        ...


@contextmanager
def reading(url: str) -> Iterator[Reader]:
    """A reader for a source URL, in one READ ONLY transaction.

    Raises RuleBroken for an engine that cannot be profiled, Unreachable if the source does not answer.
    """
    parts = urlsplit(url)
    try:
        if parts.scheme == "sqlite":
            path = Path(unquote(parts.path))
            if not path.is_file():
                raise Unreachable("node.source_unreadable", reason=f"{path.name}: no such file")
            with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=LOCK_WAIT_S)) as db:
                db.execute("PRAGMA query_only=1")
                db.execute("BEGIN")
                yield _Sqlite(db)
        elif parts.scheme in {"postgresql", "postgres"}:
            options = f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_MS}"
            with psycopg.connect(url, options=options, connect_timeout=int(LOCK_WAIT_S)) as db:
                db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                yield _Postgres(db)
        else:
            raise RuleBroken("node.source_engine", engine=parts.scheme or "-")
    except (sqlite3.Error, psycopg.Error) as error:
        raise Unreachable("node.source_unreadable", reason=str(error).strip().split("\n")[0]) from error


class _Sqlite:
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def tables(self, only: Sequence[str]) -> tuple[FoundTable, ...]:
        found = self._db.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table','view') AND name NOT LIKE 'sqlite_%'"
            " ORDER BY name LIMIT ?",
            (TABLES_MAX,),
        )
        return tuple(self._table(name) for (name,) in found.fetchall() if not only or name in only)

    def counts(self, table: FoundTable) -> list[Counts]:
        sampled = table.rows > EXACT_ROWS_MAX
        source = self._sampling(table).subquery("sampled") if sampled else _table_of(table.name)
        parts = [part for column in table.columns for part in (_there(column.name), _distinct(column.name))]
        row = self._db.execute(_text_of(exp.select(*parts).from_(source))).fetchone()
        return [Counts(row[2 * n], row[2 * n + 1], sampled) for n in range(len(table.columns))]

    def sample(self, table: FoundTable) -> list[tuple[str | None, ...]]:
        columns = [
            exp.func("substr", exp.cast(_column_of(c.name), "text"), exp.Literal.number(1), _number(TEXT_CHARS_MAX))
            for c in table.columns
        ]
        wanted = exp.select(*columns).from_(self._sampling(table).subquery("sampled"))
        return self._db.execute(_text_of(wanted)).fetchall()

    def _sampling(self, table: FoundTable) -> exp.Select:
        step = max(1, table.rows // SAMPLE_ROWS)
        rows = exp.select("*").from_(_table_of(table.name)).limit(SAMPLE_ROWS)
        if step > 1 and self._has_rowid(table.name):
            spread = exp.Mod(this=exp.column("rowid"), expression=_number(step))
            rows = rows.where(exp.EQ(this=spread, expression=_number(0)))
        return rows

    def _has_rowid(self, name: str) -> bool:
        try:
            self._db.execute(_text_of(exp.select("rowid").from_(_table_of(name)).limit(1)))
        except sqlite3.OperationalError:
            return False
        return True

    def _table(self, name: str) -> FoundTable:
        (rows,) = self._db.execute(_text_of(exp.select("count(*)").from_(_table_of(name)))).fetchone()
        declared = self._db.execute("SELECT name, type, pk FROM pragma_table_info(?)", (name,)).fetchmany(COLUMNS_MAX)
        columns = tuple(FoundColumn(column, kind.upper(), in_key=bool(pk)) for column, kind, pk in declared)
        return FoundTable(name, "", rows, columns)


class _Postgres:
    def __init__(self, db: "psycopg.Connection[Any]") -> None:
        self._db = db

    def tables(self, only: Sequence[str]) -> tuple[FoundTable, ...]:
        found = self._db.execute(
            "SELECT c.oid, n.nspname, c.relname, coalesce(obj_description(c.oid, 'pg_class'), '')"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r','p','v','m','f') AND n.nspname NOT LIKE 'pg\\_%%'"
            " AND n.nspname <> 'information_schema' AND NOT c.relispartition"
            " AND has_table_privilege(c.oid, 'SELECT') ORDER BY n.nspname, c.relname LIMIT %s",
            (TABLES_MAX,),
        ).fetchall()
        return tuple(
            self._table(oid, _full_name(schema, name), comment)
            for oid, schema, name, comment in found
            if not only or name in only or f"{schema}.{name}" in only
        )

    def counts(self, table: FoundTable) -> list[Counts]:
        sampled = table.rows > EXACT_ROWS_MAX
        source = self._from(table) if not sampled else pg.SQL("({}) AS sampled").format(self._sampling(table))
        parts = pg.SQL(", ").join(
            pg.SQL("count(nullif(btrim({c}::text), '')), count(DISTINCT {c}::text)").format(c=pg.Identifier(c.name))
            for c in table.columns
        )
        row = self._db.execute(pg.SQL("SELECT {} FROM {}").format(parts, source)).fetchone() or ()
        return [Counts(row[2 * n], row[2 * n + 1], sampled) for n in range(len(table.columns))]

    def sample(self, table: FoundTable) -> list[tuple[str | None, ...]]:
        columns = pg.SQL(", ").join(
            pg.SQL("left({}::text, {})").format(pg.Identifier(c.name), pg.Literal(TEXT_CHARS_MAX))
            for c in table.columns
        )
        text = pg.SQL("SELECT {} FROM ({}) AS sampled").format(columns, self._sampling(table))
        return self._db.execute(text).fetchall()

    def _sampling(self, table: FoundTable) -> pg.Composed:
        # a share of the rows by their place: views have no TABLESAMPLE, and the first rows are the oldest
        step = max(1, table.rows // SAMPLE_ROWS)
        numbered = pg.SQL("SELECT t.*, row_number() OVER () AS zt_place FROM {} AS t").format(self._from(table))
        if step == 1:
            return pg.SQL("SELECT * FROM {} LIMIT {}").format(self._from(table), pg.Literal(SAMPLE_ROWS))
        return pg.SQL("SELECT * FROM ({}) AS numbered WHERE zt_place %% {} = 0 LIMIT {}").format(
            numbered, pg.Literal(step), pg.Literal(SAMPLE_ROWS)
        )

    def _from(self, table: FoundTable) -> pg.Identifier:
        return pg.Identifier(*table.name.split("."))

    def _table(self, oid: int, name: str, comment: str) -> FoundTable:
        declared = self._db.execute(
            "SELECT a.attname, format_type(a.atttypid, a.atttypmod), coalesce(col_description(%(t)s, a.attnum), ''),"
            " coalesce(a.attnum = ANY (i.indkey), false) FROM pg_attribute a"
            " LEFT JOIN pg_index i ON i.indrelid = %(t)s AND i.indisprimary"
            " WHERE a.attrelid = %(t)s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum LIMIT %(most)s",
            {"t": oid, "most": COLUMNS_MAX},
        ).fetchall()
        columns = tuple(FoundColumn(n, kind.upper(), said, in_key) for n, kind, said, in_key in declared)
        table = FoundTable(name, comment, 0, columns)
        counted = self._db.execute(pg.SQL("SELECT count(*) FROM {}").format(self._from(table))).fetchone()
        return FoundTable(name, comment, counted[0] if counted else 0, columns)


def _full_name(schema: str, name: str) -> str:
    return name if schema == "public" else f"{schema}.{name}"


def _table_of(name: str) -> exp.Table:
    return exp.Table(this=exp.to_identifier(name, quoted=True))


def _column_of(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True))


def _number(value: int) -> exp.Literal | exp.Neg:
    return exp.Literal.number(value)


def _there(name: str) -> exp.Count:
    bare = exp.func("nullif", exp.Trim(this=_column_of(name)), exp.Literal.string(""))
    return exp.Count(this=bare)


def _distinct(name: str) -> exp.Count:
    return exp.Count(this=exp.Distinct(expressions=[_column_of(name)]))


def _text_of(wanted: exp.Select) -> str:
    return wanted.sql("sqlite")
