"""Tables that only grow (只增不改): the database itself refuses to change or delete a row.

An event's seal (`seq`, `digest`) may be written once, by the sequencer; nothing else of it
ever changes.  The same statements make the migration and, in tests, are lifted for a flush.
"""

EVENT = "journal_event"
READ = "journal_readrecord"
PROTECTED = (EVENT, READ)
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


def create_statements(vendor: str) -> list[str]:
    """The statements that put the protection on, for `sqlite` or `postgresql`."""
    return _sqlite_create() if vendor == "sqlite" else _postgresql_create()


def drop_statements(vendor: str) -> list[str]:
    """The statements that take it off again (reverse migration, test flush)."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for table in PROTECTED for verb in ("update", "delete")]
    return [f"DROP TRIGGER IF EXISTS {table}_no_{verb} ON {table}" for table in PROTECTED for verb in _PG_VERBS]


def _sqlite_create() -> list[str]:
    same = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in EVENT_COLUMNS)
    sealed_once = f"NOT (OLD.seq IS NULL AND NEW.seq IS NOT NULL AND {same})"
    made = []
    for table in PROTECTED:
        when = f"WHEN {sealed_once} " if table == EVENT else ""
        raising = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        made.append(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {when}{raising}")
        made.append(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {raising}")
    return made


_PG_VERBS = ("update", "delete", "truncate")


def _postgresql_create() -> list[str]:
    same = " AND ".join(f"NEW.{column} IS NOT DISTINCT FROM OLD.{column}" for column in EVENT_COLUMNS)
    sealed_once = f"NOT (OLD.seq IS NULL AND NEW.seq IS NOT NULL AND {same})"
    function = "CREATE OR REPLACE FUNCTION journal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    made = [f"{function}$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"]
    for table in PROTECTED:
        for verb in _PG_VERBS:
            level = "STATEMENT" if verb == "truncate" else "ROW"
            when = f"WHEN ({sealed_once}) " if table == EVENT and verb == "update" else ""
            made.append(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                f"FOR EACH {level} {when}EXECUTE FUNCTION journal_refuse_change()"
            )
    return made
