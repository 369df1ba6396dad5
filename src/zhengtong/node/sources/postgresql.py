"""PostgreSQL sources (PostgreSQL 数据源): READ ONLY transactions, a role that can write is refused."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import LiteralString

import psycopg
from psycopg import sql as pg
from psycopg.rows import tuple_row

from zhengtong.kernel.errors import NotAllowed, NotFound, Unreachable
from zhengtong.node.bounds import LOCK_WAIT_S, RUN_STATEMENT_S, STATEMENT_S
from zhengtong.node.database_errors import reason_of
from zhengtong.node.sources.base import Cell, Column, Row
from zhengtong.node.sources.pool import Pool
from zhengtong.node.sources.postgresql_arrow import adbc, arrow_rows, gathered
from zhengtong.wire.arrow import Table

_OPTIONS = (
    "-c default_transaction_read_only=on -c lock_timeout={lock} -c statement_timeout={statement}"
    " -c idle_in_transaction_session_timeout=60000"
)

# Everything a role could write through, itself or by SET ROLE; each line names one way.
_WAYS_TO_WRITE: tuple[tuple[str, LiteralString], ...] = (
    ("superuser/createrole/createdb/replication/bypassrls", (
     "SELECT rolname FROM pg_roles r WHERE pg_has_role(current_user, r.oid, 'MEMBER')"
     " AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls) LIMIT 1")),
    ("server role", (
     "SELECT rolname FROM pg_roles r WHERE rolname IN ('pg_write_all_data','pg_write_server_files',"
     "'pg_execute_server_program','pg_read_server_files') AND pg_has_role(current_user, r.oid, 'MEMBER') LIMIT 1")),
    ("owner", (
     "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
     " WHERE n.nspname !~ '^pg_(toast|temp)' AND pg_has_role(current_user, c.relowner, 'MEMBER') LIMIT 1")),
    ("schema owner", (
     "SELECT nspname FROM pg_namespace WHERE pg_has_role(current_user, nspowner, 'MEMBER') LIMIT 1")),
    ("CREATE in schema", (
     "SELECT n.nspname FROM pg_namespace n, pg_roles r WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
     " AND pg_has_role(current_user, r.oid, 'MEMBER') AND has_schema_privilege(r.oid, n.oid, 'CREATE') LIMIT 1")),
    ("CREATE in database", (
     "SELECT r.rolname FROM pg_roles r WHERE pg_has_role(current_user, r.oid, 'MEMBER')"
     " AND has_database_privilege(r.oid, current_database(), 'CREATE') LIMIT 1")),
    ("INSERT/UPDATE/DELETE/TRUNCATE", (
     "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, pg_roles r"
     " WHERE c.relkind IN ('r','p','v','f','m') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
     " AND pg_has_role(current_user, r.oid, 'MEMBER')"
     " AND (has_table_privilege(r.oid, c.oid, 'INSERT,UPDATE,DELETE,TRUNCATE,TRIGGER')"
     " OR has_any_column_privilege(r.oid, c.oid, 'INSERT,UPDATE')) LIMIT 1")),
    ("sequence", (
     "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, pg_roles r"
     " WHERE c.relkind = 'S' AND n.nspname !~ '^pg_' AND pg_has_role(current_user, r.oid, 'MEMBER')"
     " AND has_sequence_privilege(r.oid, c.oid, 'USAGE,UPDATE') LIMIT 1")),
)  # fmt: skip


class PostgresSource:
    """A PostgreSQL database of a department."""

    dialect = "postgres"

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool = Pool(self._open, broken=psycopg.Error, short=reason_of)

    def refuse_writers(self) -> None:
        with self._pool.lend() as db:
            for way, question in _WAYS_TO_WRITE:
                found = db.execute(question).fetchone()
                if found:
                    role = db.execute("SELECT current_user").fetchone()
                    raise NotAllowed("node.source_can_write", role=str(role and role[0]), way=way, object=str(found[0]))

    def columns(self, table: str) -> tuple[Column, ...]:
        name = pg.Identifier(*table.split(".", 1)).as_string()
        with self._pool.lend() as db:
            found = db.execute(
                "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
                " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
                (name,),
            ).fetchall()
        if not found:
            raise NotFound("node.no_table", table=table)
        return tuple(Column(str(column), str(kind).upper()) for column, kind in found)

    def rows(self, sql: str, values: Sequence[Cell], *, limit: int) -> list[Row]:
        """One statement is one transaction, READ ONLY by the session's default: a single round trip."""
        with self._pool.lend() as db:
            return db.execute(sql.encode(), values, prepare=True).fetchmany(limit)

    @contextmanager
    def snapshot(self, sql: str, values: Sequence[Cell], *, batch_rows: int) -> Iterator[Iterator[Table]]:
        try:
            with self._pool.slot(), arrow_rows(self._url, sql, values, seconds=RUN_STATEMENT_S) as batches:
                yield gathered(batches, batch_rows)
        except adbc.Error as error:
            raise Unreachable("node.source_failed", reason=reason_of(error)) from error

    def close(self) -> None:
        self._pool.close()

    def _open(self) -> "psycopg.Connection[Row]":
        """A connection whose transactions are READ ONLY and whose statements end after STATEMENT_S."""
        try:
            db = psycopg.connect(
                self._url,
                autocommit=True,
                connect_timeout=int(LOCK_WAIT_S),
                options=_OPTIONS.format(lock=int(LOCK_WAIT_S * 1000), statement=int(STATEMENT_S * 1000)),
                row_factory=tuple_row,
            )
        except psycopg.Error as error:
            raise Unreachable("node.source_unreadable", reason=reason_of(error)) from error
        return db
