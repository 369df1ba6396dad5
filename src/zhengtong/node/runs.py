"""Rows of runs in node.db (批量台账): where each run stands, with the figures of both sides, for people and systems.

States of a run at its consumer: open → applied (the final acknowledgement is owed) → done; or closed, with a reason.
At its provider: open (parcels are being made) → ready → closed, with a reason or reconciled.
"""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zhengtong.kernel import messages
from zhengtong.kernel.errors import NotFound
from zhengtong.node import refusals
from zhengtong.node.bounds import RUNS_SHOWN
from zhengtong.node.consumer import Sent
from zhengtong.node.journal_thread import Step
from zhengtong.node.labels import RUN_STATES, label
from zhengtong.wire.canonical import Json, instant
from zhengtong.wire.records import OutcomeKind, Record

CONSUMER, PROVIDER = "consumer", "provider"
OPEN, READY, APPLIED, DONE, CLOSED = "open", "ready", "applied", "done", "closed"
_GOING = {CONSUMER: frozenset({OPEN}), PROVIDER: frozenset({OPEN, READY})}


def insert(step: Step, sent: Sent, body: Mapping[str, object]) -> None:
    """Remember a run that was opened at its provider."""
    step.db.execute(
        "INSERT INTO run (run, side, grant_id, peer, resource, state, opened_at, body) VALUES (?,?,?,?,?,?,?,?)",
        (sent.exchange, CONSUMER, sent.grant.id, sent.grant.provider, sent.grant.resource, OPEN,
         instant(sent.intent.at), json.dumps(body, ensure_ascii=False)),
    )  # fmt: skip


def set_state(step: Step, run: str, state: str, *, at: datetime, told: Mapping[str, object] | None = None) -> None:
    """Move a run of this consumer on; `told` is added to what is known of it."""
    row = step.db.execute("SELECT body FROM run WHERE run = ? AND side = ?", (run, CONSUMER)).fetchone()
    body = {**(json.loads(row["body"]) if row else {}), **(told or {})}
    step.db.execute(
        "UPDATE run SET state = ?, closed_at = ?, body = ? WHERE run = ? AND side = ?",
        (state, instant(at), json.dumps(body, ensure_ascii=False), run, CONSUMER),
    )


def project_outcome(db: sqlite3.Connection, record: Record, *, index: int) -> None:
    """Bring a run's row up to an outcome that the ledger has and the row does not say yet (a crash between both)."""
    side = record.role.value if record.role else ""
    row = db.execute("SELECT * FROM run WHERE run = ? AND side = ?", (record.exchange, side)).fetchone()
    if row is None or row["state"] not in _GOING[side]:
        return
    body, facts = json.loads(row["body"]), dict(record.facts)
    answered = record.outcome is OutcomeKind.ANSWERED
    if not answered:
        body["closed"] = {"key": record.refusal, "facts": {}}
    elif side == PROVIDER:
        there = {name: facts.get(f"{name}_there") for name in ("rows", "quarantined", "fingerprint")}
        body |= {"record": index, "reconciled": bool(facts.get("reconciled")), "there": there}
    else:
        body |= {"told": facts, "kind": facts.get("kind", "full"), "standing": _standing_of(row["run"], facts)}
    if side == PROVIDER:
        db.execute("DELETE FROM parcel WHERE run = ?", (record.exchange,))
    db.execute(
        "UPDATE run SET state = ?, closed_at = ?, body = ? WHERE run = ?",
        (APPLIED if answered and side == CONSUMER else CLOSED, instant(record.at),
         json.dumps(body, ensure_ascii=False), record.exchange),
    )  # fmt: skip


def _standing_of(run: str, facts: Mapping[str, Json]) -> Json:
    """What the whole was after a full run, from its outcome; an increment's stands in the target alone."""
    if facts.get("kind") != "full":
        return None
    return {
        "rows": facts.get("rows_there"), "fingerprint": facts.get("fingerprint_there"), "chain": [run], "run": run,
    }  # fmt: skip


def in_state(db: sqlite3.Connection, *states: str) -> list[sqlite3.Row]:
    """Runs of this consumer in these states, oldest first."""
    marks = ", ".join("?" * len(states))
    return db.execute(
        f"SELECT * FROM run WHERE side = ? AND state IN ({marks}) ORDER BY opened_at",  # noqa: S608 - marks only
        (CONSUMER, *states),
    ).fetchall()


def open_run(db: sqlite3.Connection, grant: str) -> sqlite3.Row | None:
    """The newest open run of this consumer under a grant."""
    return db.execute(
        "SELECT * FROM run WHERE side = ? AND grant_id = ? AND state = ? ORDER BY opened_at DESC, rowid DESC",
        (CONSUMER, grant, OPEN),
    ).fetchone()


def listed(db: sqlite3.Connection, *, limit: int = RUNS_SHOWN, grant: str = "") -> list[dict[str, Json]]:
    """Runs of both sides, newest first, each with the figures of both."""
    rows = db.execute(
        "SELECT * FROM run WHERE ? IN ('', grant_id) ORDER BY opened_at DESC, rowid DESC LIMIT ?", (grant, limit)
    ).fetchall()
    return [_told(row) for row in rows]


def one(db: sqlite3.Connection, run: str) -> dict[str, Json]:
    """One run.  Raises NotFound."""
    row = db.execute("SELECT * FROM run WHERE run = ?", (run,)).fetchone()
    if row is None:
        raise NotFound("node.no_such_run", run=run)
    return _told(row)


def _told(row: sqlite3.Row) -> dict[str, Json]:
    body: dict[str, Any] = json.loads(row["body"])
    figures = _of_provider(body) if row["side"] == PROVIDER else _of_consumer(body)
    return {
        "run": row["run"], "side": row["side"], "peer": row["peer"], "grant": row["grant_id"],
        "resource": row["resource"], "kind": body.get("kind", "full"), "state": row["state"],
        "state_label": _state_label(row, body, "zh"),
        "state_label_en": _state_label(row, body, "en"),
        "opened_at": row["opened_at"], "closed_at": row["closed_at"],
        **figures, "reason": _reason(body),
    }  # fmt: skip


def _of_provider(body: Mapping[str, Any]) -> dict[str, Json]:
    there = body.get("there", {})
    return {
        "rows_read": body.get("read"), "withheld": body.get("withheld"), "rows_sent": body.get("rows"),
        "rows_there": there.get("rows"), "quarantined_there": there.get("quarantined"),
        "fingerprint": body.get("fingerprint"), "fingerprint_there": there.get("fingerprint"),
        "reconciled": body.get("reconciled") if there else None, "parcels": body.get("parcels"),
        "withheld_by_item": body.get("reasons", []),
    }  # fmt: skip


def _of_consumer(body: Mapping[str, Any]) -> dict[str, Json]:
    told = body.get("told", {})
    return {
        "rows_read": told.get("read_there"), "withheld": told.get("withheld_there"),
        "rows_sent": told.get("rows_there"),
        "rows_there": told.get("rows"), "quarantined_there": told.get("quarantined"),
        "fingerprint": told.get("fingerprint_there"), "fingerprint_there": told.get("fingerprint"),
        "reconciled": told.get("reconciled"), "parcels": told.get("parcels"), "withheld_by_item": [],
    }  # fmt: skip


def _reason(body: Mapping[str, Any]) -> Json:
    closed = body.get("closed")
    if not closed:
        return None
    return refusals.said(closed["key"], closed.get("facts", {}))


def _state_label(row: sqlite3.Row, body: Mapping[str, Any], lang: messages.Lang) -> str:
    unexplained = row["state"] == CLOSED and not body.get("closed")
    return label(RUN_STATES, DONE if unexplained else row["state"], lang=lang)
