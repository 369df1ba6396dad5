"""What is counted and remembered for each exchange (记账): replay, quota, open intents, receipts.

Functions over node.db inside a journal step, so that they are durable together with the ledger
record they belong to.  Days are Beijing days.
"""

import sqlite3
from datetime import date, datetime
from uuid import UUID

from zhengtong.kernel.clock import legal_day
from zhengtong.kernel.errors import NotAllowed
from zhengtong.node.bounds import REPLAY_KEPT_S, REPLAY_SWEEP_S
from zhengtong.node.journal_thread import Step
from zhengtong.wire.decision import Usage
from zhengtong.wire.figures import figures_of_facts
from zhengtong.wire.records import (
    OutcomeKind,
    Receipt,
    Record,
    Role,
    record_to_bytes,
)

SERVED = "served"  # the fact of a run's outcome at its provider: parcels that left


def first_time(db: sqlite3.Connection, *, peer: str, message: str, now: datetime) -> bool:
    """Whether this message of this peer was never seen; it is remembered for REPLAY_KEPT_S."""
    at = int(now.timestamp())
    if at % REPLAY_SWEEP_S == 0:
        db.execute("DELETE FROM seen WHERE until < ?", (at,))
    done = db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", (peer, message, at + REPLAY_KEPT_S))
    return done.rowcount == 1


def usage(db: sqlite3.Connection, grant: str, day: date) -> Usage:
    """Today's use under a grant."""
    row = db.execute(
        "SELECT calls, rows, subjects FROM quota WHERE grant_id = ? AND day = ?", (grant, day.isoformat())
    ).fetchone()
    return Usage(calls=row["calls"], rows=row["rows"], subjects=row["subjects"]) if row else Usage()


def subject_is_new(db: sqlite3.Connection, grant: str, day: date, digest: str) -> bool:
    """Whether nobody asked for this subject under this grant today."""
    found = db.execute(
        "SELECT 1 FROM subject WHERE grant_id = ? AND day = ? AND digest = ?", (grant, day.isoformat(), digest)
    ).fetchone()
    return found is None


def count(
    db: sqlite3.Connection, grant: str, day: date, *, calls: int = 0, rows: int = 0, subject: str | None = None
) -> None:
    """Add to today's use."""
    new = 0
    if subject:
        new = db.execute("INSERT OR IGNORE INTO subject VALUES (?, ?, ?)", (grant, day.isoformat(), subject)).rowcount
    db.execute(
        "INSERT INTO quota VALUES (?, ?, ?, ?, ?) ON CONFLICT (grant_id, day) DO UPDATE SET"
        " calls = calls + excluded.calls, rows = rows + excluded.rows, subjects = subjects + excluded.subjects",
        (grant, day.isoformat(), calls, rows, new),
    )


def exchange_is_new(db: sqlite3.Connection, exchange: str) -> bool:
    """Whether this node never took part in an exchange of this id, on either side; it is remembered for ever."""
    return db.execute("INSERT OR IGNORE INTO exchange_id VALUES (?)", (UUID(exchange).bytes,)).rowcount == 1


def open_intent(step: Step, record: Record) -> int:
    """Write an intent; it stays open until its outcome.  Raises NotAllowed for an exchange id already used."""
    if not exchange_is_new(step.db, record.exchange or ""):
        raise NotAllowed("wire.refused_replay", id=record.exchange or "")
    index = step.append(record_to_bytes(record))
    step.db.execute("INSERT OR REPLACE INTO open_intent VALUES (?, ?, ?)", (record.exchange, side_of(record), index))
    return index


def close_intent(step: Step, record: Record, *, request_digest: str | None) -> int:
    """Write an outcome: the intent is closed, the receipt waits for the center."""
    index = step.append(record_to_bytes(record))
    project_outcome(step.db, record, index=index, request_digest=request_digest)
    return index


def project_outcome(db: sqlite3.Connection, record: Record, *, index: int, request_digest: str | None) -> None:
    """What an outcome changes in node.db (also when it is brought up to date from the ledger).

    Rows of a run were counted parcel by parcel when they left (`outbound`), so its outcome counts none.
    """
    db.execute("DELETE FROM open_intent WHERE exchange = ? AND side = ?", (record.exchange, side_of(record)))
    answered = record.role is Role.PROVIDER and record.outcome is OutcomeKind.ANSWERED
    if answered and record.grant and SERVED not in record.facts:
        count(db, record.grant, legal_day(record.at), rows=record.rows or 0)
    db.execute("INSERT OR REPLACE INTO receipt VALUES (?, ?)", (index, request_digest or ""))


def receipt_of(record: Record, *, index: int, request_digest: str) -> Receipt:
    """What the center is told of an outcome."""
    return Receipt(
        exchange=record.exchange or "", role=record.role or Role.PROVIDER, peer=record.peer or "-", grant=record.grant,
        at=record.at, outcome=record.outcome or OutcomeKind.FAILED, refusal=record.refusal, rows=record.rows,
        request_digest=request_digest, reply_digest=record.envelope_digest, index=index,
        run=figures_of_facts(record.facts),
    )  # fmt: skip


def side_of(record: Record) -> str:
    """The side of an exchange a record stands on, as node.db writes it."""
    return record.role.value if record.role else ""
