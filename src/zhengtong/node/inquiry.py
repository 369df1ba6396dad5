"""Who used my data (谁用过我的数据): the provider's own ledger, searched by a subject's digest.

The ledger holds HMACs under the node's key of each year, never a number; once a year's key is
destroyed, that year can no longer be searched, and nobody can.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from zhengtong.kernel.clock import legal_day
from zhengtong.node.home import NodeHome
from zhengtong.node.provider import subject_of
from zhengtong.wire.envelope import parse_envelope
from zhengtong.wire.evidence import envelope_of
from zhengtong.wire.records import Record, RecordKind, Role, parse_record, subject_hmac, unframe


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectUse:
    """One exchange about a subject: when, who, for what, and how it ended."""

    at: datetime
    exchange: str
    consumer: str
    grant: str
    purpose: str
    outcome: str


def who_used(home: NodeHome, lookup: Mapping[str, str]) -> tuple[SubjectUse, ...]:
    """Every recorded exchange about the subject of these lookup values, oldest first; reads the whole ledger."""
    wanted: dict[int, str] = {}
    intents: dict[str, Record] = {}
    ended: dict[str, str] = {}
    for raw in unframe((home.ledger / "entries.log").read_bytes()):
        record = parse_record(raw)
        if record.role is not Role.PROVIDER or record.exchange is None:
            continue
        if record.kind is RecordKind.OUTCOME and record.outcome is not None:
            ended[record.exchange] = record.outcome.value
        elif record.subject is not None:
            year = legal_day(record.at).year
            if year not in wanted:
                wanted[year] = _digest(home, year, lookup)
            if record.subject == wanted[year]:
                intents[record.exchange] = record
    return tuple(
        SubjectUse(
            at=record.at, exchange=exchange, consumer=record.peer or "", grant=record.grant or "",
            purpose=_purpose(record), outcome=ended.get(exchange, "open"),
        )
        for exchange, record in intents.items()
    )  # fmt: skip


def _purpose(record: Record) -> str:
    """The purpose the asker claimed and signed, granted or not."""
    return parse_envelope(envelope_of(record.evidence[0])).purpose or "" if record.evidence else ""


def _digest(home: NodeHome, year: int, lookup: Mapping[str, str]) -> str:
    """The subject's digest of a year; matches nothing when that year's key was destroyed."""
    if not (home.folder / "keys" / f"subject-{year}.key").is_file():
        return "-"
    return subject_hmac(home.subject_key(year), subject_of(lookup))
