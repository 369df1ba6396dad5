"""Reading a node's ledger as a test wants it."""

from pathlib import Path

from zhengtong.wire.records import Record, RecordKind, parse_record, unframe


def records(home: Path) -> list[Record]:
    """Every record of a node's home, in order."""
    return [parse_record(raw) for raw in unframe((home / "ledger" / "entries.log").read_bytes())]


def outcomes(home: Path) -> list[Record]:
    return [r for r in records(home) if r.kind is RecordKind.OUTCOME]


def alarms(home: Path) -> list[str]:
    """Keys of the alarms, in order."""
    return [r.refusal or "" for r in records(home) if r.kind is RecordKind.ALARM]
