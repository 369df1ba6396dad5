"""PostgreSQL targets (PostgreSQL 落地库): COPY into a text stage, cast on the swap."""

import json
from collections.abc import Iterator
from typing import Any, LiteralString, cast

import psycopg
from psycopg import sql as pg
from psycopg.rows import tuple_row

from zhengtong.kernel.errors import RuleBroken, Unreachable
from zhengtong.node.bounds import LOCK_WAIT_S, QUARANTINE_ROWS, RUN_STATEMENT_S
from zhengtong.node.sources.postgresql_arrow import adbc, arrow_rows, connect, short
from zhengtong.node.targets.base import Applied, StagedParcel, TargetTable, text_table
from zhengtong.wire.arrow import Table, arrow
from zhengtong.wire.grant import FieldType, GrantField

pa = arrow()

_NODE_TABLES: LiteralString = """
CREATE TABLE IF NOT EXISTS _zt_parcel (run text, seq bigint, digest text NOT NULL, rows bigint NOT NULL,
  PRIMARY KEY (run, seq));
CREATE TABLE IF NOT EXISTS _zt_run (run text PRIMARY KEY, grant_id text NOT NULL, rows bigint NOT NULL,
  quarantined bigint NOT NULL, fingerprint text NOT NULL, swapped_at text NOT NULL);
CREATE TABLE IF NOT EXISTS _zt_quarantine (run text, n bigint, reason text NOT NULL, row text NOT NULL,
  PRIMARY KEY (run, n));
"""
_TYPES = {
    FieldType.STRING: pg.SQL("text"),
    FieldType.INTEGER: pg.SQL("bigint"),
    FieldType.DATE: pg.SQL("date"),
    FieldType.TIMESTAMP: pg.SQL("timestamptz"),
    FieldType.BOOLEAN: pg.SQL("boolean"),
}


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
        self._opened: Any = None

    @property
    def _bulk(self) -> Any:  # ADBC has no types
        """The connection that stages, opened at first use: rows and checkpoint in one transaction of its own."""
        if self._opened is None:
            self._opened = connect(self._url)
        return self._opened

    def columns(self, table: str) -> tuple[str, ...]:
        return tuple(self._column_types(table))

    def prepare(self, table: TargetTable) -> None:
        self._db.execute(_NODE_TABLES)
        if not self.columns(table.table):
            columns = pg.SQL(", ").join(
                pg.SQL("{} {}").format(pg.Identifier(c), _type(f))
                for c, f in zip(table.columns, table.fields, strict=True)
            )
            self._db.execute(pg.SQL("CREATE TABLE {} ({})").format(_table(table.table), columns))

    def begin(self, run: str, table: TargetTable) -> None:
        kept = _stage(run)
        others = self._db.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace(current_schema())::oid"
            " AND starts_with(relname, '_zt_stage_') AND relname <> %s",
            (kept,),
        ).fetchall()
        columns = pg.SQL(", ").join(pg.SQL("{} text").format(pg.Identifier(f"c{i}")) for i in range(len(table.columns)))
        with self._db.transaction():
            for (name,) in others:
                self._db.execute(pg.SQL("DROP TABLE {}").format(pg.Identifier(name)))
            self._db.execute(
                pg.SQL("CREATE TABLE IF NOT EXISTS {} (n bigserial PRIMARY KEY, {})").format(
                    pg.Identifier(kept), columns
                )
            )
            self._db.execute("DELETE FROM _zt_parcel WHERE run <> %s", (run,))

    def staged(self, run: str) -> tuple[StagedParcel, ...]:
        rows = self._db.execute(
            "SELECT seq, digest, rows FROM _zt_parcel WHERE run = %s ORDER BY seq", (run,)
        ).fetchall()
        return tuple(StagedParcel(seq=seq, digest=digest, rows=count) for seq, digest, count in rows)

    def stage(self, run: str, parcel: StagedParcel, table: TargetTable, rows: Table) -> None:
        names = [f"c{i}" for i in range(len(table.columns))]
        text = pa.Table.from_arrays([rows.column(i).cast(pa.string()) for i in range(len(names))], names=names)
        try:
            with self._bulk.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO _zt_parcel VALUES ($1, $2, $3, $4)", (run, parcel.seq, parcel.digest, parcel.rows)
                )
                cursor.adbc_ingest(_stage(run), text, mode="append")
            self._bulk.commit()
        except adbc.Error as error:
            self._bulk.rollback()
            raise Unreachable("node.target_failed", reason=short(error)) from error

    def swap(self, run: str, table: TargetTable, *, grant: str, fingerprint: str, at: str) -> Applied:
        stage = pg.Identifier(_stage(run))
        kinds = self._column_types(table.table)
        names = [pg.Identifier(f"c{i}") for i in range(len(table.columns))]
        casts = (
            pg.SQL("CAST({} AS {})").format(n, pg.SQL(cast(LiteralString, kinds[c])))
            for n, c in zip(names, table.columns, strict=True)
        )
        insert = pg.SQL("INSERT INTO {} ({}) SELECT {} FROM {} WHERE n BETWEEN %s AND %s").format(
            _table(table.table), pg.SQL(", ").join(map(pg.Identifier, table.columns)), pg.SQL(", ").join(casts), stage
        )
        select = pg.SQL("SELECT {} FROM {} WHERE n = %s").format(pg.SQL(", ").join(names), stage)
        try:
            with self._db.transaction():
                self._db.execute(pg.SQL("DELETE FROM {}").format(_table(table.table)))
                low, high = self._one(pg.SQL("SELECT coalesce(min(n), 0), coalesce(max(n), -1) FROM {}").format(stage))
                bad = self._insert(run, insert, low, high, select)
                (rows,) = self._one(pg.SQL("SELECT count(*) FROM {}").format(_table(table.table)))
                self._db.execute(
                    "INSERT INTO _zt_run VALUES (%s,%s,%s,%s,%s,%s)", (run, grant, rows, bad, fingerprint, at)
                )
        except psycopg.Error as error:
            raise Unreachable("node.target_failed", reason=_short(error)) from error
        return Applied(rows=rows, quarantined=bad)

    def swapped(self, run: str) -> Applied | None:
        row = self._db.execute("SELECT rows, quarantined FROM _zt_run WHERE run = %s", (run,)).fetchone()
        return None if row is None else Applied(rows=row[0], quarantined=row[1])

    def read_back(self, run: str, table: TargetTable) -> Iterator[Table]:
        columns = pg.SQL(", ").join(pg.SQL("CAST({} AS text)").format(pg.Identifier(c)) for c in table.columns)
        query = pg.SQL("SELECT {} FROM {}").format(columns, _table(table.table)).as_string(self._db)
        with arrow_rows(self._url, query, (), seconds=RUN_STATEMENT_S) as batches:
            yield from batches
        kept = self._db.execute("SELECT row FROM _zt_quarantine WHERE run = %s", (run,)).fetchall()
        if kept:
            yield text_table(table, [json.loads(row) for (row,) in kept])

    def finish(self, run: str) -> None:
        self._db.execute(pg.SQL("DROP TABLE IF EXISTS {}").format(pg.Identifier(_stage(run))))

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
        self._db.close()

    def _column_types(self, table: str) -> dict[str, str]:
        rows = self._db.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            (_table(table).as_string(),),
        ).fetchall()
        return {str(name): str(kind) for name, kind in rows}

    def _one(self, query: pg.Composed) -> tuple[int, ...]:
        row = self._db.execute(query).fetchone()
        return row if row is not None else ()

    def _insert(self, run: str, insert: pg.Composed, low: int, high: int, select: pg.Composed) -> int:
        """Insert a range of staged rows; halve it around rows the table refuses and put those aside."""
        if low > high:
            return 0
        try:
            with self._db.transaction():
                self._db.execute(insert, (low, high))
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            if low == high:
                return self._put_aside(run, low, _short(error), self._db.execute(select, (low,)).fetchone())
            middle = (low + high) // 2
            return self._insert(run, insert, low, middle, select) + self._insert(run, insert, middle + 1, high, select)
        return 0

    def _put_aside(self, run: str, n: int, reason: str, row: tuple[object, ...] | None) -> int:
        if row is None:  # a gap in the numbers
            return 0
        held = json.dumps([None if cell is None else str(cell) for cell in row], ensure_ascii=False)
        self._db.execute("INSERT INTO _zt_quarantine VALUES (%s,%s,%s,%s)", (run, n, reason, held))
        (count,) = self._one(pg.SQL("SELECT count(*) FROM _zt_quarantine WHERE run = {}").format(pg.Literal(run)))
        if count > QUARANTINE_ROWS:
            raise RuleBroken("node.too_many_bad_rows", limit=QUARANTINE_ROWS, reason=reason)
        return 1


def _type(field: GrantField) -> pg.SQL:
    if field.type is FieldType.DECIMAL:
        return pg.SQL(cast(LiteralString, f"numeric({field.precision or 38},{field.scale or 0})"))  # two whole numbers
    return _TYPES[field.type]


def _table(name: str) -> pg.Identifier:
    return pg.Identifier(*name.split(".", 1))


def _stage(run: str) -> str:
    return "_zt_stage_" + run.replace("-", "")


def _short(error: psycopg.Error) -> str:
    return (error.diag.message_primary or str(error)).splitlines()[0][:200]
