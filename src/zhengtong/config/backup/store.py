"""The center's database into files and back (数据库落盘): SQLite by its own backup, PostgreSQL by COPY of one view.

PostgreSQL's tables are copied in one REPEATABLE READ transaction, so that the archive holds one moment; what a
generated column holds is made again, and sequences are set from what came back.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, cast

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from zhengtong.config import env
from zhengtong.kernel.errors import RuleBroken

SQLITE_FILE, TABLES_FOLDER = "database/center.db", "database/tables"
MIGRATIONS_TABLE = "django_migrations"
PAGES_A_STEP = 4096  # of SQLite's backup: writers wait no longer than one step


def save(folder: Path) -> Iterator[tuple[str, Path]]:
    """Write the database below `folder`; name in the archive and file, one by one, each free to go after use."""
    if env.settings().database.is_sqlite:
        yield SQLITE_FILE, _save_sqlite(folder / "center.db")
    else:
        yield from _save_postgresql(folder)


def migrated_to() -> dict[str, str]:
    """The newest migration each application has, as `application: name`."""
    loader = MigrationLoader(connection)
    applied = sorted(loader.applied_migrations or {})
    return dict(applied)


def is_empty() -> bool:
    """Whether the database holds no table yet."""
    held = env.settings().database
    if held.is_sqlite:
        return not Path(held.name).exists()
    return not connection.introspection.table_names()


def load(folder: Path, *, engine: str, migrations: dict[str, str]) -> None:
    """Put the files of an archive into the empty database, then bring it up to this program's tables."""
    held = env.settings().database
    if engine != held.engine:
        raise RuleBroken("config.backup_other_store", engine=engine, wanted=held.engine)
    if held.is_sqlite:
        connection.close()
        (folder / SQLITE_FILE).replace(held.name)
    else:
        _load_postgresql(folder / TABLES_FOLDER, migrations)
    call_command("migrate", interactive=False, verbosity=0)


def _save_sqlite(path: Path) -> Path:
    path.touch(mode=0o600)
    with closing(sqlite3.connect(env.settings().database.name)) as held, closing(sqlite3.connect(path)) as copy:
        held.backup(copy, pages=PAGES_A_STEP)
        copy.execute("PRAGMA journal_mode=DELETE")
    return path


def _save_postgresql(folder: Path) -> Iterator[tuple[str, Path]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for table in _tables(cursor):
            path = folder / f"{table}.copy"
            statement = f"COPY {_table_of(table, _columns(cursor, table))} TO STDOUT"
            with path.open("wb") as file, cast(Any, cursor).copy(statement) as copy:
                for piece in copy:
                    file.write(piece)
            yield f"{TABLES_FOLDER}/{table}.copy", path


def _load_postgresql(folder: Path, migrations: dict[str, str]) -> None:
    for application, name in migrations.items():
        call_command("migrate", application, name, interactive=False, verbosity=0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        known = set(_tables(cursor))
        for path in sorted(folder.glob("*.copy")):
            table = path.stem
            if table not in known:
                raise RuleBroken("config.backup_unknown_table", table=table)
            if table == MIGRATIONS_TABLE:
                continue  # written by the migrations just run
            statement = f"COPY {_table_of(table, _columns(cursor, table))} FROM STDIN"
            with path.open("rb") as file, cast(Any, cursor).copy(statement) as copy:
                while piece := file.read(1 << 20):
                    copy.write(piece)
        _set_sequences(cursor)


def _tables(cursor: Any) -> Sequence[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename")
    return [row[0] for row in cursor.fetchall()]


def _columns(cursor: Any, table: str) -> Sequence[str]:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() "
        "AND table_name = %s AND is_generated = 'NEVER' ORDER BY column_name",
        [table],
    )
    return [row[0] for row in cursor.fetchall()]


def _table_of(table: str, columns: Sequence[str]) -> str:
    quoted = connection.ops.quote_name
    return f"{quoted(table)} ({', '.join(quoted(column) for column in columns)})"


def _set_sequences(cursor: Any) -> None:
    from django.apps import apps

    models = [model for config in apps.get_app_configs() for model in config.get_models(include_auto_created=True)]
    for statement in connection.ops.sequence_reset_sql(no_style(), models):
        cursor.execute(statement)
