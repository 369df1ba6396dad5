"""A stage that becomes the table (换表): nothing is written twice where the table has nothing of its own.

A table that the node made, and to which nobody added an index, constraint, trigger, view or comment, is replaced by
the stage as it stands, in the transaction of the swap.  Privileges are granted again.  Any other table keeps its
place and receives the rows.
"""

from collections.abc import Sequence
from typing import LiteralString, cast

import psycopg
from psycopg import sql as pg

Connection = psycopg.Connection[tuple[object, ...]]

_PLAIN: LiteralString = """
SELECT count(*) FROM pg_class AS c WHERE c.oid = to_regclass(%s)
  AND c.relkind = 'r' AND c.relpersistence = 'p' AND c.relreplident = 'd' AND c.reltablespace = 0 AND c.reloftype = 0
  AND pg_get_userbyid(c.relowner) = current_user AND c.relnamespace::regnamespace::text = quote_ident(current_schema())
  AND c.reloptions IS NULL AND NOT (c.relhasindex OR c.relhastriggers OR c.relhasrules OR c.relhassubclass
    OR c.relispartition OR c.relrowsecurity OR c.relforcerowsecurity)
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = c.oid OR confrelid = c.oid)
  AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid)
  AND NOT EXISTS (SELECT FROM pg_description WHERE classoid = 'pg_class'::regclass AND objoid = c.oid)
  AND NOT EXISTS (SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass AND refobjid = c.oid
    AND deptype IN ('n', 'a'))
  AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
    AND (attnotnull OR atthasdef OR attacl IS NOT NULL OR attoptions IS NOT NULL OR attidentity <> ''
      OR attgenerated <> '' OR attcollation NOT IN (0, 100)))
"""
_COLUMNS: LiteralString = """
SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute
 WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
_PRIVILEGES: LiteralString = """
SELECT CASE WHEN a.grantee = 0 THEN '' ELSE pg_get_userbyid(a.grantee)::text END, a.privilege_type, a.is_grantable
  FROM pg_class AS c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) AS a
 WHERE c.oid = to_regclass(%s) ORDER BY 1, 2
"""


def columns_of(db: Connection, table: str) -> list[tuple[str, str]]:
    """The columns of a table, quoted as it must be, with their types; empty if there is none of that name."""
    return [(str(name), str(kind)) for name, kind in db.execute(_COLUMNS, (table,)).fetchall()]


def put_in_place(db: Connection, *, stage: str, table: str, counter: str) -> bool:
    """Let the stage, without its counter, become the table; False, and nothing done, if the table must stay.

    Inside the caller's transaction.  A table in use by somebody else stays, too: readers are not kept waiting.
    """
    quoted_stage, quoted = pg.Identifier(stage).as_string(), pg.Identifier(*table.split(".", 1)).as_string()
    if not _alike(db, quoted_stage, quoted, counter):
        return False
    try:
        with db.transaction():
            db.execute(pg.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE NOWAIT").format(_sql(quoted)))
    except psycopg.errors.LockNotAvailable:
        return False
    if not _alike(db, quoted_stage, quoted, counter) or not _granted_alike(db, quoted_stage, quoted):
        return False
    db.execute(pg.SQL("ALTER TABLE {} DROP COLUMN {}").format(_sql(quoted_stage), pg.Identifier(counter)))
    db.execute(pg.SQL("DROP TABLE {}").format(_sql(quoted)))
    name = pg.Identifier(table.split(".", 1)[-1])
    db.execute(pg.SQL("ALTER TABLE {} RENAME TO {}").format(_sql(quoted_stage), name))
    return True


def _alike(db: Connection, stage: str, table: str, counter: str) -> bool:
    """Whether the table is plain and has exactly the stage's columns."""
    held = [column for column in columns_of(db, stage) if column[0] != counter]
    plain = db.execute(_PLAIN, (table,)).fetchone()
    return plain is not None and plain[0] == 1 and held == columns_of(db, table)


def _granted_alike(db: Connection, stage: str, table: str) -> bool:
    """Grant on the stage what is granted on the table; whether the privileges are then the same."""
    wanted = db.execute(_PRIVILEGES, (table,)).fetchall()
    for who, privilege, again in _missing(wanted, db.execute(_PRIVILEGES, (stage,)).fetchall()):
        grantee = pg.Identifier(str(who)) if who else pg.SQL("PUBLIC")
        option = pg.SQL(" WITH GRANT OPTION" if again else "")
        db.execute(
            pg.SQL("GRANT {} ON {} TO {}{}").format(_sql(str(privilege)), _sql(stage), grantee, option)
        )  # fmt: skip
    return wanted == db.execute(_PRIVILEGES, (stage,)).fetchall()


def _missing(
    wanted: Sequence[tuple[object, ...]], held: Sequence[tuple[object, ...]]
) -> list[tuple[object, ...]]:  # fmt: skip
    return [one for one in wanted if one not in held]


def _sql(quoted: str) -> pg.SQL:
    """Text of the catalogue, already quoted."""
    return pg.SQL(cast(LiteralString, quoted))
