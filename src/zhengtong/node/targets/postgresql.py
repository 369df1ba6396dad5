"""PostgreSQL targets (PostgreSQL 落地库): COPY into a stage of the granted types, which becomes the table or fills it.

The stage has no constraint, so that a parcel is never refused; it is an ordinary, logged table, so that staged parcels
survive a crash of the server.  `_zt_n` numbers the rows of a run from 1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import LiteralString, cast

import psycopg
from psycopg import sql as pg
from psycopg.rows import tuple_row

from zhengtong.kernel.errors import RuleBroken, Unreachable
from zhengtong.node.bounds import LOCK_WAIT_S, RUN_STATEMENT_S
from zhengtong.node.database_errors import reason_of
from zhengtong.node.sources.postgresql_arrow import arrow_rows
from zhengtong.node.targets import bookkeeping
from zhengtong.node.targets.base import Applied, Mended, Settling, StagedParcel, Standing, TargetTable
from zhengtong.node.targets.copying import HEAD, TAIL, copy_order, copy_pieces
from zhengtong.node.targets.postgresql_hash import hashes_alike, measured
from zhengtong.node.targets.postgresql_place import columns_of, put_in_place
from zhengtong.wire.arrow import Table
from zhengtong.wire.grant import FieldType, GrantField

_NODE_TABLES: LiteralString = """
CREATE TABLE IF NOT EXISTS _zt_parcel (run text, seq bigint, digest text NOT NULL, rows bigint NOT NULL,
  PRIMARY KEY (run, seq));
CREATE TABLE IF NOT EXISTS _zt_run (run text PRIMARY KEY, grant_id text NOT NULL, rows bigint NOT NULL,
  quarantined bigint NOT NULL, fingerprint text NOT NULL, swapped_at text NOT NULL);
CREATE TABLE IF NOT EXISTS _zt_quarantine (run text, n bigint, reason text NOT NULL, row text NOT NULL,
  PRIMARY KEY (run, n));
ALTER TABLE _zt_quarantine ADD COLUMN IF NOT EXISTS rule text NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS row_number bigint NOT NULL DEFAULT 0, ADD COLUMN IF NOT EXISTS seq bigint NOT NULL DEFAULT 0;
CREATE TABLE IF NOT EXISTS _zt_table (name text PRIMARY KEY, grant_id text NOT NULL, columns text NOT NULL,
  run text NOT NULL, mark text NOT NULL, rows bigint NOT NULL, fingerprint text NOT NULL, chain text NOT NULL,
  full_at text NOT NULL);
"""
_TYPES = {
    FieldType.STRING: "text",
    FieldType.INTEGER: "bigint",
    FieldType.DATE: "date",
    FieldType.TIMESTAMP: "timestamp with time zone",
    FieldType.BOOLEAN: "boolean",
}
_NUMBER = "_zt_n"
_PLACES = 1 << 11  # more than the rows a page of any size holds


@dataclass(frozen=True, slots=True)
class _Rows:
    """The statements that carry a stage's rows over, and how many there are."""

    run: str
    insert: pg.Composed
    select: pg.Composed
    staged: int


class PostgresTarget:
    """A PostgreSQL database rows are applied to; times are read and written as UTC."""

    def __init__(self, url: str) -> None:
        try:
            self._db = psycopg.connect(
                url, autocommit=True, connect_timeout=int(LOCK_WAIT_S), row_factory=tuple_row,
                options=f"-c timezone=UTC -c datestyle=ISO -c lock_timeout={int(LOCK_WAIT_S * 1000)}",
            )  # fmt: skip
        except psycopg.Error as error:
            raise Unreachable("node.target_unwritable", reason=_short(error)) from error
        self._url = url
        self._alike: bool | None = None

    def columns(self, table: str) -> tuple[str, ...]:
        return tuple(self._column_types(table))

    def prepare(self, table: TargetTable) -> None:
        self._db.execute(_NODE_TABLES)
        if not self.columns(table.table):
            self._db.execute(pg.SQL("CREATE TABLE {} ({})").format(_table(table.table), _columns(table)))

    def begin(self, run: str, table: TargetTable, *, going: frozenset[str] = frozenset()) -> None:
        kept = _stage(run)
        alive = sorted({run, *going})
        others = self._db.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace(current_schema())::oid"
            " AND starts_with(relname, '_zt_stage_') AND relname <> ALL(%s)",
            ([_stage(one) for one in alive],),
        ).fetchall()
        with self._db.transaction():
            for (name,) in others:
                self._db.execute(pg.SQL("DROP TABLE {}").format(pg.Identifier(name)))
            self._db.execute("DELETE FROM _zt_parcel WHERE run <> ALL(%s)", (alive,))
            if not self.columns(kept) and self.swapped(run) is None:
                self._db.execute(
                    pg.SQL("CREATE TABLE {} ({}, {} bigint NOT NULL)").format(
                        pg.Identifier(kept), _columns(table), pg.Identifier(_NUMBER)
                    )
                )
                self._db.execute("DELETE FROM _zt_parcel WHERE run = %s", (run,))  # rows that are not here

    def staged(self, run: str) -> tuple[StagedParcel, ...]:
        rows = self._db.execute(
            "SELECT seq, digest, rows FROM _zt_parcel WHERE run = %s ORDER BY seq", (run,)
        ).fetchall()
        return tuple(StagedParcel(seq=seq, digest=digest, rows=count) for seq, digest, count in rows)

    def stage(self, run: str, parcel: StagedParcel, table: TargetTable, rows: Table) -> None:
        names = [table.columns[place] for place in copy_order(rows)]
        into = pg.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
            pg.Identifier(_stage(run)), pg.SQL(", ").join(map(pg.Identifier, [_NUMBER, *names]))
        )
        try:
            with self._db.transaction(), self._db.cursor() as cursor:
                before = cursor.execute(
                    "SELECT coalesce(sum(rows), 0)::bigint FROM _zt_parcel WHERE run = %s AND seq < %s",
                    (run, parcel.seq),
                ).fetchone()
                cursor.execute(
                    "INSERT INTO _zt_parcel VALUES (%s,%s,%s,%s)", (run, parcel.seq, parcel.digest, parcel.rows)
                )
                with cursor.copy(into) as copy:
                    copy.write(HEAD)
                    for piece in copy_pieces(rows, first=1 + (before[0] if before else 0)):
                        copy.write(piece)
                    copy.write(TAIL)
        except psycopg.Error as error:
            raise Unreachable("node.target_failed", reason=reason_of(error)) from error

    def swap(self, run: str, table: TargetTable, settling: Settling) -> Applied:
        try:
            with self._db.transaction():
                applied = self._replace(run, table) if not settling.keys else None
                applied = applied or self._fill(run, table, settling.keys)
                self._write_down(run, table, settling, applied)
        except psycopg.Error as error:
            raise Unreachable("node.target_failed", reason=reason_of(error)) from error
        return applied

    def _replace(self, run: str, table: TargetTable) -> Applied | None:
        """Let the stage become the table; None if the table is not of that kind."""
        if not put_in_place(self._db, stage=_stage(run), table=table.table, counter=_NUMBER):
            return None
        return Applied(rows=sum(parcel.rows for parcel in self.staged(run)), quarantined=0)

    def _fill(self, run: str, table: TargetTable, keys: tuple[int, ...]) -> Applied:
        """Delete what the stage replaces and insert its rows; those that the table refuses are put aside."""
        stage, kinds = pg.Identifier(_stage(run)), self._column_types(table.table)
        names = [pg.Identifier(column) for column in table.columns]
        casts = (
            pg.SQL("CAST({} AS {})").format(n, pg.SQL(cast(LiteralString, kinds[c])))
            for n, c in zip(names, table.columns, strict=True)
        )
        within = pg.SQL("ctid >= CAST(%s AS tid) AND ctid <= CAST(%s AS tid)")
        insert = pg.SQL("INSERT INTO {} ({}) SELECT {} FROM {} WHERE {}").format(
            _table(table.table), pg.SQL(", ").join(names), pg.SQL(", ").join(casts), stage, within
        )
        texts = pg.SQL(", ").join(pg.SQL("CAST({} AS text)").format(name) for name in names)
        select = pg.SQL("SELECT {}, {} FROM {} WHERE {}").format(pg.Identifier(_NUMBER), texts, stage, within)
        count = pg.SQL(
            "SELECT count(*), pg_relation_size({}) / current_setting('block_size')::bigint FROM {}"
        ).format(pg.Literal(_stage(run)), stage)  # fmt: skip
        staged, pages = self._one(count)
        self._clear(run, table, keys)
        bad = self._insert(_Rows(run, insert, select, staged), 0, pages * _PLACES - 1)
        self._number(run, bad)
        (rows,) = self._one(pg.SQL("SELECT count(*) FROM {}").format(_table(table.table)))
        return Applied(rows=staged - bad if keys else rows, quarantined=bad)

    def _clear(self, run: str, table: TargetTable, keys: tuple[int, ...]) -> None:
        """Delete what the stage replaces: everything, or the rows with its keys, each of which it must name once."""
        if not keys:
            self._db.execute(pg.SQL("DELETE FROM {}").format(_table(table.table)))
            return
        names = [pg.Identifier(table.columns[i]) for i in keys]
        listed, stage = pg.SQL(", ").join(names), pg.Identifier(_stage(run))
        empty = pg.SQL(" OR ").join(pg.SQL("{} IS NULL").format(name) for name in names)
        (odd,) = self._one(
            pg.SQL("SELECT count(*) FROM (SELECT 1 FROM {} GROUP BY {} HAVING count(*) > 1 OR {}) AS odd").format(
                stage, listed, empty
            )
        )
        if odd:
            raise RuleBroken("node.keys_repeat", rows=odd, keys="、".join(table.columns[i] for i in keys))
        self._db.execute(pg.SQL("ANALYZE {}").format(stage))
        where = self._matching(run, table, keys)
        self._db.execute(pg.SQL("DELETE FROM {} AS t WHERE {}").format(_table(table.table), where))

    def _number(self, run: str, bad: int) -> None:
        """Name the parcel of each quarantined row."""
        if not bad:
            return
        parcels = self.staged(run)
        numbers = self._db.execute("SELECT n FROM _zt_quarantine WHERE run = %s", (run,)).fetchall()
        with self._db.cursor() as cursor:
            cursor.executemany(
                "UPDATE _zt_quarantine SET row_number = n, seq = %s WHERE run = %s AND n = %s",
                [(bookkeeping.parcel_of(n, parcels), run, n) for (n,) in numbers],
            )

    def _write_down(self, run: str, table: TargetTable, settling: Settling, applied: Applied) -> None:
        self._db.execute(
            "INSERT INTO _zt_run VALUES (%s,%s,%s,%s,%s,%s)",
            (run, settling.grant, applied.rows, applied.quarantined, settling.fingerprint, settling.at),
        )
        self._db.execute("DELETE FROM _zt_table WHERE name = %s", (table.table,))
        row = bookkeeping.standing_row(table.table, settling.standing)
        self._db.execute("INSERT INTO _zt_table VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s)", row)
        for of, n in settling.superseded:
            self._db.execute("UPDATE _zt_mended SET state = 'superseded' WHERE run = %s AND n = %s", (of, n))

    def standing(self, table: str) -> Standing | None:
        return bookkeeping.standing_of(
            self._db.execute(
                "SELECT grant_id, columns, run, mark, rows, fingerprint, chain, full_at FROM _zt_table WHERE name = %s",
                (table,),
            ).fetchone()
        )

    def mended(self, runs: tuple[str, ...]) -> tuple[Mended, ...]:
        if self._one(pg.SQL("SELECT (to_regclass('_zt_mended') IS NOT NULL)::int")) != (1,):
            return ()
        found = self._db.execute(
            "SELECT run, n, row FROM _zt_mended WHERE run = ANY(%s) AND state = 'repaired'", (list(runs),)
        ).fetchall()
        return tuple(Mended(run, n, bookkeeping.rows_of([row])[0]) for run, n, row in found)

    def quarantined(self, runs: tuple[str, ...]) -> tuple[tuple[str | None, ...], ...]:
        found = self._db.execute("SELECT row FROM _zt_quarantine WHERE run = ANY(%s)", (list(runs),)).fetchall()
        return bookkeeping.rows_of([row for (row,) in found])

    def swapped(self, run: str) -> Applied | None:
        row = self._db.execute("SELECT rows, quarantined FROM _zt_run WHERE run = %s", (run,)).fetchone()
        return None if row is None else Applied(rows=row[0], quarantined=row[1])

    def read_back(self, run: str, table: TargetTable, keys: tuple[int, ...] = ()) -> Iterator[Table]:
        columns = pg.SQL(", ").join(pg.SQL("CAST(t.{} AS text)").format(pg.Identifier(c)) for c in table.columns)
        query = pg.SQL("SELECT {} FROM {} AS t").format(columns, _table(table.table))
        if keys:
            query += pg.SQL(" WHERE ") + self._matching(run, table, keys)
        with arrow_rows(self._url, query.as_string(self._db), (), seconds=RUN_STATEMENT_S) as batches:
            yield from batches

    def measured(self, run: str, table: TargetTable, keys: tuple[int, ...] = ()) -> tuple[int, int] | None:
        if self._alike is None:
            self._alike = hashes_alike(self._db)
        if not self._alike:
            return None
        source: pg.Composable = pg.SQL("{} AS t").format(_table(table.table))
        if keys:
            source = source + pg.SQL(" WHERE ") + self._matching(run, table, keys)
        try:
            return measured(self._db, table, self._column_types(table.table), source=source)
        except psycopg.Error as error:
            raise Unreachable("node.target_failed", reason=reason_of(error)) from error

    def finish(self, run: str) -> None:
        self._db.execute(pg.SQL("DROP TABLE IF EXISTS {}").format(pg.Identifier(_stage(run))))

    def close(self) -> None:
        self._db.close()

    def _column_types(self, table: str) -> dict[str, str]:
        return dict(columns_of(self._db, _table(table).as_string()))

    def _matching(self, run: str, table: TargetTable, keys: tuple[int, ...]) -> pg.Composed:
        """Rows t of the table whose keys stand in the stage of a run; compared as text where the types differ."""
        kinds = self._column_types(table.table)
        same: list[pg.Composed] = []
        for place in keys:
            column = table.columns[place]
            alike = kinds.get(column) == _type(table.fields[place])
            form = pg.SQL("s.{c} = t.{c}" if alike else "CAST(s.{c} AS text) = CAST(t.{c} AS text)")
            same.append(form.format(c=pg.Identifier(column)))
        stage = pg.Identifier(_stage(run))
        return pg.SQL("EXISTS (SELECT 1 FROM {} AS s WHERE {})").format(stage, pg.SQL(" AND ").join(same))

    def _one(self, query: pg.Composed | pg.SQL) -> tuple[int, ...]:
        row = self._db.execute(query).fetchone()
        return row if row is not None else ()

    def _insert(self, rows: _Rows, low: int, high: int) -> int:
        """Insert a range of staged rows by their places; halve it around rows the table refuses, put those aside."""
        if low > high:
            return 0
        try:
            with self._db.transaction():
                self._db.execute(rows.insert, (_tid(low), _tid(high)))
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            if low == high:
                return self._put_aside(rows, low, error)
            middle = (low + high) // 2
            return self._insert(rows, low, middle) + self._insert(rows, middle + 1, high)
        return 0

    def _put_aside(self, rows: _Rows, place: int, error: psycopg.Error) -> int:
        row = self._db.execute(rows.select, (_tid(place), _tid(place))).fetchone()
        if row is None:
            raise error
        rule = bookkeeping.rule_of_sqlstate(error.diag.sqlstate)
        self._db.execute(
            "INSERT INTO _zt_quarantine (run, n, reason, row, rule) VALUES (%s,%s,%s,%s,%s)",
            (rows.run, row[0], _short(error), bookkeeping.row_json(row[1:]), rule),
        )
        (count,) = self._one(pg.SQL("SELECT count(*) FROM _zt_quarantine WHERE run = {}").format(pg.Literal(rows.run)))
        bookkeeping.check_quarantine(count, staged=rows.staged, rule=rule)
        return 1


def _columns(table: TargetTable) -> pg.Composed:
    return pg.SQL(", ").join(
        pg.SQL("{} {}").format(pg.Identifier(c), pg.SQL(cast(LiteralString, _type(f))))
        for c, f in zip(table.columns, table.fields, strict=True)
    )


def _type(field: GrantField) -> str:
    """The type of a granted item, as the server writes it."""
    if field.type is FieldType.DECIMAL:
        return f"numeric({field.precision or 38},{field.scale or 0})"
    return _TYPES[field.type]


def _tid(place: int) -> str:
    return f"({place // _PLACES},{place % _PLACES})"


def _table(name: str) -> pg.Identifier:
    return pg.Identifier(*name.split(".", 1))


def _stage(run: str) -> str:
    return "_zt_stage_" + run.replace("-", "")


def _short(error: psycopg.Error) -> str:
    return (error.diag.message_primary or str(error)).splitlines()[0][:200]
