"""Tables that only grow (只增不改): the database itself refuses to change or delete a row.

An event's seal (`seq`, `digest`) may be written once, by the sequencer; nothing else of it
ever changes.  A read record goes only once a disposal record (处置记录) covers it, and that
one never goes.  The same statements make the migration and, in tests, are lifted for a flush.
"""

from collections.abc import Sequence

EVENT = "journal_event"
READ = "journal_readrecord"
DISPOSAL = "journal_disposalrecord"
FIRST = (EVENT, READ)  # what the first migration protected, before there were disposal records
PROTECTED = (EVENT, READ, DISPOSAL)
EVENT_COLUMNS = (
    "id",
    "at",
    "actor",
    "acting_for",
    "organization",
    "jurisdiction",
    "name",
    "schema_version",
    "request_id",
    "subject",
    "payload",
)
REFUSAL = "append-only: rows of this table are never changed or deleted"


def create_statements(vendor: str, *, tables: Sequence[str] = PROTECTED) -> list[str]:
    """The statements that put the protection on, for `sqlite` or `postgresql`."""
    return _sqlite_create(tables) if vendor == "sqlite" else _postgresql_create(tables)


def drop_statements(vendor: str, *, tables: Sequence[str] = PROTECTED) -> list[str]:
    """The statements that take it off again (reverse migration, test flush)."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for table in tables for verb in ("update", "delete")]
    return [f"DROP TRIGGER IF EXISTS {table}_no_{verb} ON {table}" for table in tables for verb in _PG_VERBS]


_UNCOVERED = f"NOT EXISTS (SELECT 1 FROM {DISPOSAL} d WHERE d.kind = 'read_record' AND OLD.at < d.before)"  # noqa: S608 -- a constant


def _sqlite_create(tables: Sequence[str]) -> list[str]:
    same = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in EVENT_COLUMNS)
    sealed_once = f"NOT (OLD.seq IS NULL AND NEW.seq IS NOT NULL AND {same})"
    made = []
    for table in tables:
        when = f"WHEN {sealed_once} " if table == EVENT else ""
        uncovered = f"WHEN {_UNCOVERED} " if table == READ and DISPOSAL in tables else ""
        raising = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        made.append(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {when}{raising}")
        made.append(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {uncovered}{raising}")
    return made


_PG_VERBS = ("update", "delete", "truncate")


def _postgresql_create(tables: Sequence[str]) -> list[str]:
    same = " AND ".join(f"NEW.{column} IS NOT DISTINCT FROM OLD.{column}" for column in EVENT_COLUMNS)
    sealed_once = f"NOT (OLD.seq IS NULL AND NEW.seq IS NOT NULL AND {same})"
    raising = f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'"
    head = "RETURNS trigger LANGUAGE plpgsql AS"
    made = [f"CREATE OR REPLACE FUNCTION journal_refuse_change() {head} $$ BEGIN {raising}; END $$"]
    if DISPOSAL in tables:
        body = f"BEGIN IF {_UNCOVERED} THEN {raising}; END IF; RETURN OLD; END"
        made.append(f"CREATE OR REPLACE FUNCTION journal_refuse_uncovered() {head} $$ {body} $$")
    for table in tables:
        for verb in _PG_VERBS:
            level = "STATEMENT" if verb == "truncate" else "ROW"
            when = f"WHEN ({sealed_once}) " if table == EVENT and verb == "update" else ""
            covered = table == READ and verb == "delete" and DISPOSAL in tables
            function = "journal_refuse_uncovered" if covered else "journal_refuse_change"
            made.append(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                f"FOR EACH {level} {when}EXECUTE FUNCTION {function}()"
            )
    return made
