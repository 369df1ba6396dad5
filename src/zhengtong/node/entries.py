"""Ledger entries as this node writes them (账目): intents and outcomes of both sides."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from zhengtong.node.incoming import Received, Signed
from zhengtong.wire.canonical import Json
from zhengtong.wire.evidence import Evidence
from zhengtong.wire.grant import Grant
from zhengtong.wire.records import OutcomeKind, Record, RecordKind, Role


def intent_record(
    received: Received, *, grant: Grant | None, subject: str | None, fields: Sequence[str]
) -> Record:  # fmt: skip
    """The provider's intent: who asked for what, with the asker's signature.

    The ledger keeps its words for ever, so only words of the grant stand in the facts; of what the
    asker made up, its number.
    """
    e = received.envelope
    known = [name for name in fields if grant is not None and grant.field(name) is not None]
    uses = [use for use in grant.uses if use.system == e.system] if grant is not None else []
    facts: dict[str, Json] = {
        "mode": e.kind.value,
        "system": e.system if uses else None,
        "purpose": e.purpose if any(use.purpose == e.purpose for use in uses) else None,
        "fields": list[Json](known),
        "unknown_fields": len(fields) - len(known),
    }
    return Record(
        kind=RecordKind.INTENT, at=received.now, exchange=e.id, role=Role.PROVIDER, peer=e.sender, grant=e.grant,
        envelope_digest=received.digest, evidence=(received.evidence,), outcome=None, refusal=None, rows=None,
        body_digest=e.body_digest, subject=subject, facts=facts,
    )  # fmt: skip


def asking_record(
    *, at: datetime, exchange: str, peer: str, grant: str, digest: str, body_digest: str, evidence: Evidence,
    facts: Mapping[str, Json],
) -> Record:  # fmt: skip
    """The consumer's intent: what it is about to ask, with its own signature."""
    return Record(
        kind=RecordKind.INTENT, at=at, exchange=exchange, role=Role.CONSUMER, peer=peer, grant=grant,
        envelope_digest=digest, evidence=(evidence,), outcome=None, refusal=None, rows=None,
        body_digest=body_digest, subject=None, facts=dict(facts),
    )  # fmt: skip


def close_with(
    intent: Record, signed: Signed, *, at: datetime, outcome: OutcomeKind, refusal: str | None = None,
    rows: int | None = None, facts: Mapping[str, Json] | None = None,
) -> Record:  # fmt: skip
    """The outcome of an intent whose reply is this signed message."""
    return outcome_record(
        intent, at=at, outcome=outcome, refusal=refusal, rows=rows, reply_digest=signed.digest,
        body_digest=signed.body_digest, evidence=(signed.evidence,), facts=facts,
    )  # fmt: skip


def outcome_record(
    intent: Record, *, at: datetime, outcome: OutcomeKind, refusal: str | None = None, rows: int | None = None,
    reply_digest: str | None = None, body_digest: str | None = None, evidence: tuple[Evidence, ...] = (),
    facts: Mapping[str, Json] | None = None,
) -> Record:  # fmt: skip
    """The outcome of an intent; without a reply if none came."""
    return Record(
        kind=RecordKind.OUTCOME, at=at, exchange=intent.exchange, role=intent.role, peer=intent.peer,
        grant=intent.grant,
        envelope_digest=reply_digest, evidence=evidence, outcome=outcome, refusal=refusal, rows=rows,
        body_digest=body_digest, subject=None, facts=dict(facts or {}),
    )  # fmt: skip
