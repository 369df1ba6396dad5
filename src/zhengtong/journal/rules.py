"""Rules of the journal: pure (纯规则): canonical bytes, the hash chain, bounds."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.events import JsonValue

GENESIS = "0" * 64  # digest before the first event
PAYLOAD_BYTES_MAX = 64 * 1024  # an event or a job holds facts and ids, not documents
ANSWER_BYTES_MAX = 256 * 1024
ONCE_HOURS = 24  # how long an idempotency key is remembered
SEAL_EVENTS_MAX = 500  # events sealed in one transaction
UNSEALED_S_MAX = 300  # an event older than this without a seal means the sequencer stands still
REBUILD_DIFFERENCES_MAX = 20
_ONCE_KEY = re.compile(r"[A-Za-z0-9._-]{8,64}")


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event as it stands in the log (事件记录), payload lifted to today's shape unless read raw."""

    id: UUID
    at: datetime
    actor: UUID | None
    acting_for: UUID | None
    organization: UUID | None
    jurisdiction: str
    name: str
    version: int
    request_id: str
    subject: UUID
    payload: dict[str, JsonValue]
    seq: int | None
    digest: str


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The last sealed event's number and digest (链头)."""

    seq: int
    digest: str


class Flaw(StrEnum):
    """What is wrong with a chain."""

    GAP = "gap"  # 缺号
    ALTERED = "altered"  # 内容或链值被改
    UNSEALED = "unsealed"  # 久未编链
    HEAD_LOST = "head_lost"  # 与已公布的链头不符


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a check of the chain; `flaw` is None if it holds."""

    checked: int
    head: ChainHead
    flaw: Flaw | None = None
    seq: int | None = None
    event: UUID | None = None
    name: str = ""


def canonical(event: StoredEvent, *, seq: int) -> bytes:
    """The bytes of an event that the chain covers: JSON, keys sorted, no spaces, UTF-8, instants in UTC."""
    held = {
        "seq": seq,
        "id": str(event.id),
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": str(event.actor or ""),
        "acting_for": str(event.acting_for or ""),
        "organization": str(event.organization or ""),
        "jurisdiction": event.jurisdiction,
        "name": event.name,
        "version": event.version,
        "request_id": event.request_id,
        "subject": str(event.subject),
        "payload": event.payload,
    }
    return json.dumps(held, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def chained(event: StoredEvent, *, after: ChainHead) -> ChainHead:
    """The head of the chain once this event follows `after`: SHA-256 of the digest before and the bytes."""
    seq = after.seq + 1
    return ChainHead(seq, hashlib.sha256(bytes.fromhex(after.digest) + canonical(event, seq=seq)).hexdigest())


def check_chain(events: Iterable[StoredEvent], *, anchors: Iterable[ChainHead] = ()) -> Verdict:
    """Walk sealed events in order and name the first that is not as it was (账链核验).

    `anchors` are heads that were published before; a chain that does not pass through each of them was rewritten.
    """
    head, checked = ChainHead(0, GENESIS), 0
    ahead = sorted(anchors, key=lambda anchor: anchor.seq)
    for event in events:
        expected = chained(event, after=head)
        if event.seq != expected.seq:
            return Verdict(checked, head, Flaw.GAP, expected.seq, event.id, event.name)
        if event.digest != expected.digest:
            return Verdict(checked, head, Flaw.ALTERED, event.seq, event.id, event.name)
        head, checked = expected, checked + 1
        while ahead and ahead[0].seq <= head.seq:
            anchor = ahead.pop(0)
            if anchor.seq == head.seq and anchor.digest != head.digest:
                return Verdict(checked, head, Flaw.HEAD_LOST, head.seq, event.id, event.name)
    if ahead:
        return Verdict(checked, head, Flaw.HEAD_LOST, ahead[0].seq)
    return Verdict(checked, head)


def check_once_key(key: str) -> None:
    """Raises RuleBroken for a key of another shape."""
    if not _ONCE_KEY.fullmatch(key):
        raise RuleBroken("journal.key_bad")


def bounded_json(held: JsonValue, *, name: str, most: int = PAYLOAD_BYTES_MAX) -> JsonValue:
    """The value itself.  Raises RuleBroken beyond `most` bytes, TypeError for what is not JSON."""
    if len(json.dumps(held, ensure_ascii=False).encode()) > most:
        raise RuleBroken("journal.payload_too_large", name=name, most=most)
    return held


def differences(
    *, replayed: dict[str, dict[str, JsonValue]], actual: dict[str, dict[str, JsonValue]]
) -> tuple[str, ...]:
    """Where rows are not what the events imply, one line each, at most REBUILD_DIFFERENCES_MAX."""
    found = []
    for key in sorted(replayed.keys() | actual.keys()):
        if key not in actual:
            found.append(f"{key}: the events imply it, no row holds it")
        elif key not in replayed:
            found.append(f"{key}: a row holds it, no event implies it")
        else:
            implied, held = replayed[key], actual[key]
            found += [
                f"{key}.{column}: events say {implied[column]!r}, the row says {held.get(column)!r}"
                for column in sorted(implied)
                if implied[column] != held.get(column)
            ]
        if len(found) >= REBUILD_DIFFERENCES_MAX:
            break
    return tuple(found[:REBUILD_DIFFERENCES_MAX])
