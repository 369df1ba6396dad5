"""Reading a target again (复核): does it still hold what was received?

What the whole of a table was after its last run is remembered by the node itself, so that whoever alters the
target cannot alter both.  One changed cell changes the fingerprint.
"""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from zhengtong.kernel.errors import NotFound, WrongState
from zhengtong.node import applying
from zhengtong.node.bindings import target_binding
from zhengtong.node.directory import Directory, View
from zhengtong.node.home import NodeHome
from zhengtong.node.store import fact
from zhengtong.node.targets import TargetTable, open_target, telling
from zhengtong.wire.canonical import Json
from zhengtong.wire.grant import Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """A table read again after a run (复核结果): what it was, what it is."""

    run: str
    grant: str
    table: str
    rows: int
    rows_now: int
    fingerprint: str
    fingerprint_now: str

    @property
    def same(self) -> bool:
        """Whether nothing was altered, added or taken away since the run."""
        return (self.rows, self.fingerprint) == (self.rows_now, self.fingerprint_now)

    def to_json(self) -> dict[str, Json]:
        """For people and systems."""
        return {
            "run": self.run, "grant": self.grant, "table": self.table, "same": self.same, "rows": self.rows,
            "rows_now": self.rows_now, "fingerprint": self.fingerprint, "fingerprint_now": self.fingerprint_now,
        }  # fmt: skip


def recheck(home: NodeHome, db: sqlite3.Connection, *, run: str = "", grant: str = "") -> list[Recheck]:
    """Read again what the last run of each grant left; of one grant (number or id), or one run, if named.  Blocking.

    Raises NotFound if there is none, WrongState if a later run replaced the one named.
    """
    view = _last_view(home, db)
    if view is None:
        raise NotFound("node.no_such_grant", grant=grant or run or "-")
    named = granted(home, db, grant=grant) if grant else None
    rows = _last_runs(db, run=run, grant=named.id if named else "")
    if not rows:
        raise NotFound("node.recheck_nothing", what=run or grant or "-")
    return [_read_again(db, view.grants[row["grant_id"]], row) for row in rows if row["grant_id"] in view.grants]


def granted(home: NodeHome, db: sqlite3.Connection, *, grant: str) -> Grant:
    """The grant of a number or id in the newest directory held.  Raises NotFound if there is none (许可)."""
    view = _last_view(home, db)
    found = view.grant(grant) if view else None
    if found is None:
        raise NotFound("node.no_such_grant", grant=grant[:40])
    return found


def _last_view(home: NodeHome, db: sqlite3.Connection) -> View | None:
    directory = Directory(home.folder / "directory", node=home.code, pinned=home.settings.root, clock=home.clock())
    directory.load(fact(db, "held"))
    return directory.last_view()


def _read_again(db: sqlite3.Connection, grant: Grant, row: sqlite3.Row) -> Recheck:
    body = json.loads(row["body"])
    table, known = _table(grant, body), body["standing"]
    binding = target_binding(db, grant.resource)
    with telling(), closing(open_target(binding.url)) as target:
        standing = target.standing(table.table)
        if standing is not None and standing.run != row["run"]:
            raise WrongState("node.recheck_replaced", run=row["run"], later=standing.run)
        chain = tuple(known["chain"])
        rows, found = applying.whole(target, table, chain)
        beside = len(target.mended(chain)) - len(target.quarantined(chain))  # people count what stands in the table
    return Recheck(
        run=row["run"], grant=grant.number, table=table.table, rows=known["rows"] + beside, rows_now=rows + beside,
        fingerprint=known["fingerprint"], fingerprint_now=found,
    )  # fmt: skip


def _last_runs(db: sqlite3.Connection, *, run: str, grant: str) -> list[sqlite3.Row]:
    """The run named, or the last applied one of each grant."""
    found: dict[str, sqlite3.Row] = {}
    for row in db.execute(
        "SELECT * FROM run WHERE side = 'consumer' AND state IN ('applied', 'done') AND ? IN ('', run)"
        " AND ? IN ('', grant_id) ORDER BY opened_at DESC, rowid DESC",
        (run, grant),
    ):
        if json.loads(row["body"]).get("standing"):
            found.setdefault(row["grant_id"], row)
    return list(found.values())


def _table(grant: Grant, body: Mapping[str, Any]) -> TargetTable:
    """The items of a run and the columns they went to."""
    names = body["items"] or [field.name for field in grant.fields]
    fields = tuple(field for name in names for field in grant.fields if field.name == name)
    return TargetTable(table=body["table"], fields=fields, columns=tuple(body["columns"]))
