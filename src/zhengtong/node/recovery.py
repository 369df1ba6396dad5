"""After a crash (恢复): node.db is brought up to date from the ledger, and open intents are closed.

The ledger is written first, so records that node.db has not heard of are replayed into it.  An
intent without an outcome is closed as failed: nobody got an answer, because none leaves before its
record.  Runs that can go on from their checkpoint are left open for `inbound` and `outbound`.
"""

from zhengtong.kernel.clock import Clock, legal_day
from zhengtong.node import accounts, runs
from zhengtong.node.entries import outcome_record
from zhengtong.node.journal_thread import JournalThread, Step
from zhengtong.node.ledger import LedgerStore
from zhengtong.node.store import fact, remember
from zhengtong.wire.records import OutcomeKind, Record, RecordKind, Role, parse_record

REASON = "node.closed_after_restart"
_MODES_OF_RUNS = frozenset({"run"})


def catch_up(step: Step, ledger: LedgerStore) -> int:
    """Replay records that the ledger has and node.db has not.  Returns how many."""
    known = int(fact(step.db, "ledger_size") or 0)
    _learn_exchanges(step, ledger)
    step.db.execute("DELETE FROM open_intent WHERE idx >= ?", (ledger.size,))
    step.db.execute("DELETE FROM receipt WHERE idx >= ?", (ledger.size,))
    requests: dict[str, str] = {}
    for index, raw in ledger.records(min(known, ledger.size)):
        record = parse_record(raw)
        if record.kind is RecordKind.INTENT:
            _replay_intent(step, record, index)
            requests[record.exchange or ""] = record.envelope_digest or ""
        elif record.kind is RecordKind.OUTCOME:
            request = requests.get(record.exchange or "") or _request_digest(step, ledger, record)
            accounts.project_outcome(step.db, record, index=index, request_digest=request)
            runs.project_outcome(step.db, record, index=index)
    remember(step.db, "ledger_size", str(ledger.size))
    return max(0, ledger.size - known)


def close_open_intents(step: Step, ledger: LedgerStore, clock: Clock) -> int:
    """Close what a crash left open.  Returns how many were closed."""
    closed = 0
    for row in step.db.execute("SELECT idx FROM open_intent").fetchall():
        intent = parse_record(ledger.record(row["idx"]))
        if intent.facts.get("mode") in _MODES_OF_RUNS:
            continue
        record = outcome_record(intent, at=clock.now(), outcome=OutcomeKind.FAILED, refusal=REASON)
        accounts.close_intent(step, record, request_digest=intent.envelope_digest)
        closed += 1
    return closed


def recover(journal: JournalThread, ledger: LedgerStore, clock: Clock) -> int:
    """Both, durable before the node serves anybody."""
    journal.do_blocking(lambda step: catch_up(step, ledger))
    return journal.do_blocking(lambda step: close_open_intents(step, ledger, clock))


def _replay_intent(step: Step, record: Record, index: int) -> None:
    side = accounts.side_of(record)
    step.db.execute("INSERT OR REPLACE INTO open_intent VALUES (?, ?, ?)", (record.exchange, side, index))
    accounts.exchange_is_new(step.db, record.exchange or "")
    if record.role is Role.PROVIDER and record.peer and record.exchange:
        accounts.first_time(step.db, peer=record.peer, message=record.exchange, now=record.at)
        if record.grant:
            accounts.count(step.db, record.grant, legal_day(record.at), calls=1, subject=record.subject)


def _learn_exchanges(step: Step, ledger: LedgerStore) -> None:
    """Once for a home of an older version: the ids of all exchanges that its ledger holds."""
    if fact(step.db, "exchange_ids"):
        return
    for _index, raw in ledger.records(0):
        record = parse_record(raw)
        if record.kind is RecordKind.INTENT:
            accounts.exchange_is_new(step.db, record.exchange or "")
    remember(step.db, "exchange_ids", "known")


def _request_digest(step: Step, ledger: LedgerStore, record: Record) -> str:
    row = step.db.execute(
        "SELECT idx FROM open_intent WHERE exchange = ? AND side = ?", (record.exchange, accounts.side_of(record))
    ).fetchone()
    return (parse_record(ledger.record(row["idx"])).envelope_digest or "") if row else ""
