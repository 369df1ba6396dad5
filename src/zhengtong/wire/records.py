"""Ledger records (账本记录), tree heads (树头) and receipts (回执).

A node writes an intent before it acts and an outcome after; no answer leaves before its record is
durable.  Records hold what was said and signed, how it ended and how much, never a body.
"""

import hmac
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from zhengtong.kernel.errors import RuleBroken
from zhengtong.wire import canonical
from zhengtong.wire.canonical import Json
from zhengtong.wire.documents import SignedDocument, check_signatures, document_from_json, sign_document
from zhengtong.wire.evidence import Evidence, evidence_from_shape, evidence_to_json
from zhengtong.wire.figures import RunFigures, figures_from_json, figures_to_json
from zhengtong.wire.shapes import Shape
from zhengtong.wire.suites import SigningKey

RECORD_BYTES_MAX = 128 << 10
HEAD_BYTES_MAX = 16 << 10
RECEIPTS_MAX = 500  # in one batch
RECEIPTS_BYTES_MAX = 1 << 20
EVIDENCE_MAX = 4
VERSION = 1
_LENGTH = struct.Struct(">I")

__all__ = [
    "HEAD_BYTES_MAX",
    "RECEIPTS_BYTES_MAX",
    "RECEIPTS_MAX",
    "RECORD_BYTES_MAX",
    "Octets",
    "OutcomeKind",
    "Receipt",
    "ReceiptBatch",
    "Record",
    "RecordKind",
    "Role",
    "TreeHead",
    "directory_record",
    "frame",
    "head_document",
    "head_text",
    "parse_head",
    "parse_receipts",
    "parse_record",
    "receipts_document",
    "receipts_in",
    "record_to_bytes",
    "subject_hmac",
    "unframe",
]


class RecordKind(StrEnum):
    """What a record tells (记录种类)."""

    INTENT = "intent"  # 将要做
    OUTCOME = "outcome"  # 做成什么样
    ALARM = "alarm"  # 告警
    DIRECTORY = "directory"  # 接收了名录


class Role(StrEnum):
    """On which side of the exchange the ledger's owner stood (角色)."""

    PROVIDER = "provider"  # 提供方
    CONSUMER = "consumer"  # 使用方


class OutcomeKind(StrEnum):
    """How an exchange ended (结果)."""

    ANSWERED = "answered"  # 已答复
    REFUSED = "refused"  # 已拒绝
    FAILED = "failed"  # 未完成


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record (记录).  `exchange` is the id of the request's envelope.

    intent: `envelope_digest` of the request, evidence of who asked.
    outcome: `envelope_digest` of the reply (None: none came), evidence of who replied.
    """

    kind: RecordKind
    at: datetime
    exchange: str | None = None
    role: Role | None = None
    peer: str | None = None
    grant: str | None = None
    envelope_digest: str | None = None
    evidence: tuple[Evidence, ...] = ()
    outcome: OutcomeKind | None = None
    refusal: str | None = None
    rows: int | None = None
    body_digest: str | None = None
    subject: str | None = None  # HMAC under the node's key of the year; provider only
    facts: dict[str, Json] = field(default_factory=dict[str, Json])


def record_to_bytes(record: Record) -> bytes:
    """The canonical bytes of a record; the tree's leaf is taken over them."""
    raw = canonical.encode(
        {
            "v": VERSION,
            "kind": record.kind.value,
            "at": canonical.instant(record.at),
            "exchange": record.exchange,
            "role": record.role.value if record.role else None,
            "peer": record.peer,
            "grant": record.grant,
            "envelope_digest": record.envelope_digest,
            "evidence": [evidence_to_json(evidence) for evidence in record.evidence],
            "outcome": record.outcome.value if record.outcome else None,
            "refusal": record.refusal,
            "rows": record.rows,
            "body_digest": record.body_digest,
            "subject": record.subject,
            "facts": record.facts,
        }
    )
    if len(raw) > RECORD_BYTES_MAX:
        raise RuleBroken("wire.too_long", thing="record", size=len(raw), limit=RECORD_BYTES_MAX)
    return raw


def parse_record(raw: bytes) -> Record:
    """The record in bytes, strictly."""
    shape = Shape(canonical.parse(raw, max_bytes=RECORD_BYTES_MAX), thing="record")
    shape.number("v", least=VERSION, most=VERSION)
    built = Record(
        kind=shape.choice("kind", RecordKind),
        at=shape.instant("at"),
        exchange=shape.text_or_none("exchange"),
        role=shape.choice_or_none("role", Role),
        peer=shape.text_or_none("peer"),
        grant=shape.text_or_none("grant"),
        envelope_digest=shape.digest_or_none("envelope_digest"),
        evidence=tuple(evidence_from_shape(part) for part in shape.each("evidence", most=EVIDENCE_MAX)),
        outcome=shape.choice_or_none("outcome", OutcomeKind),
        refusal=shape.text_or_none("refusal"),
        rows=shape.number_or_none("rows"),
        body_digest=shape.digest_or_none("body_digest"),
        subject=shape.text_or_none("subject", most=64),
        facts=_facts(shape),
    )
    shape.done()
    return built


def _facts(shape: Shape) -> dict[str, Json]:
    facts = shape.take("facts")
    if not isinstance(facts, dict):
        raise shape.bad("facts", "an object is expected")
    return facts


def directory_record(*, at: datetime, members: SignedDocument, roots: SignedDocument, known_as: str) -> Record:
    """The record of having taken in a directory (接收名录记录); it precedes every exchange made under it."""
    facts: dict[str, Json] = {"members": members.digest, "roots": roots.digest, "directory": known_as}
    return Record(kind=RecordKind.DIRECTORY, at=at, facts=facts)


def subject_hmac(key_of_year: bytes, subject: str) -> str:
    """By which "who used my data" is answerable, until the year's key is destroyed (主体标记): 64 hex digits."""
    return hmac.digest(key_of_year, b"zhengtong/v1/subject\n" + subject.encode(), "sha256").hex()


def frame(record: bytes) -> bytes:
    """A record as it stands in `entries.log`: u32 length, big-endian, and the bytes."""
    return _LENGTH.pack(len(record)) + record


class Octets(Protocol):
    """Bytes, or a file mapped into memory (字节序列)."""

    def __len__(self) -> int: ...
    def __getitem__(self, span: slice, /) -> bytes: ...


def unframe(raw: Octets) -> Iterator[bytes]:
    """The records in the bytes of `entries.log`; RuleBroken at a length that does not fit (断尾)."""
    at = 0
    while at < len(raw):
        if at + _LENGTH.size > len(raw):
            raise RuleBroken("wire.ledger_cut", offset=at)
        length = _LENGTH.unpack(raw[at : at + _LENGTH.size])[0]
        start = at + _LENGTH.size
        if not 0 < length <= RECORD_BYTES_MAX or start + length > len(raw):
            raise RuleBroken("wire.ledger_cut", offset=at)
        yield raw[start : start + length]
        at = start + length


@dataclass(frozen=True, slots=True)
class TreeHead:
    """A node's word on its ledger at a size (树头); `root` in hex."""

    node: str
    size: int
    root: str
    at: datetime


def head_text(head: TreeHead) -> str:
    """The head as it travels in every envelope: `<size>:<root>`."""
    return f"{head.size}:{head.root}"


def head_document(head: TreeHead, *, key: SigningKey) -> SignedDocument:
    """The head signed by its node; peers and the center add their signatures with `cosign`."""
    payload = canonical.encode(
        {"v": VERSION, "node": head.node, "size": head.size, "root": head.root, "at": canonical.instant(head.at)}
    )
    return sign_document("head", payload, keys=[key])


def parse_head(document: SignedDocument) -> TreeHead:
    """The head in a document whose signatures the caller checks."""
    shape = Shape(canonical.parse(document.payload_bytes, max_bytes=HEAD_BYTES_MAX), thing="head")
    shape.number("v", least=VERSION, most=VERSION)
    head = TreeHead(
        node=shape.text("node", least=1, most=40),
        size=shape.number("size"),
        root=shape.text("root", least=64, most=64),
        at=shape.instant("at"),
    )
    shape.done()
    return head


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What one side tells the center of one exchange (回执): enough to compare both sides, no content."""

    exchange: str
    role: Role
    peer: str
    grant: str | None
    at: datetime
    outcome: OutcomeKind
    refusal: str | None = None
    rows: int | None = None
    request_digest: str
    reply_digest: str | None = None
    index: int  # of the outcome record in this side's ledger
    run: RunFigures | None = None  # of a reconciled batch run


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptBatch:
    """Receipts of one node in order, under a signed head (回执批)."""

    node: str
    number: int
    head: SignedDocument
    receipts: tuple[Receipt, ...]


def receipts_document(batch: ReceiptBatch, *, key: SigningKey) -> SignedDocument:
    """The batch signed by its node."""
    receipts: list[Json] = [_receipt_json(receipt) for receipt in batch.receipts]
    payload = canonical.encode(
        {
            "v": VERSION,
            "node": batch.node,
            "number": batch.number,
            "head": batch.head.to_json(),
            "receipts": receipts,
        }
    )
    return sign_document("receipts", payload, keys=[key])


def parse_receipts(document: SignedDocument, *, public: str, key: str) -> ReceiptBatch:
    """The batch in a document, its signature and its head's checked against the node's key (验回执)."""
    check_signatures(document, keys={key: public})
    batch = _batch(document)
    check_signatures(batch.head, keys={key: public})
    head = parse_head(batch.head)
    if head.node != batch.node or any(receipt.index >= head.size for receipt in batch.receipts):
        raise RuleBroken("wire.receipts_beyond_head", node=batch.node)
    return batch


def receipts_in(document: SignedDocument) -> tuple[Receipt, ...]:
    """The receipts of a batch whose signatures were checked before (复读回执)."""
    return _batch(document).receipts


def _batch(document: SignedDocument) -> ReceiptBatch:
    shape = Shape(canonical.parse(document.payload_bytes, max_bytes=RECEIPTS_BYTES_MAX), thing="receipts")
    shape.number("v", least=VERSION, most=VERSION)
    batch = ReceiptBatch(
        node=shape.text("node", least=1, most=40),
        number=shape.number("number"),
        head=document_from_json(shape.take("head"), kind="head"),
        receipts=tuple(_receipt(part) for part in shape.each("receipts", most=RECEIPTS_MAX)),
    )
    shape.done()
    return batch


def _receipt_json(receipt: Receipt) -> dict[str, Json]:
    run: dict[str, Json] = {} if receipt.run is None else {"run": figures_to_json(receipt.run)}
    return {
        **run,
        "exchange": receipt.exchange,
        "role": receipt.role.value,
        "peer": receipt.peer,
        "grant": receipt.grant,
        "at": canonical.instant(receipt.at),
        "outcome": receipt.outcome.value,
        "refusal": receipt.refusal,
        "rows": receipt.rows,
        "request_digest": receipt.request_digest,
        "reply_digest": receipt.reply_digest,
        "index": receipt.index,
    }


def _receipt(shape: Shape) -> Receipt:
    built = Receipt(
        exchange=shape.text("exchange", least=1),
        role=shape.choice("role", Role),
        peer=shape.text("peer", least=1),
        grant=shape.text_or_none("grant"),
        at=shape.instant("at"),
        outcome=shape.choice("outcome", OutcomeKind),
        refusal=shape.text_or_none("refusal"),
        rows=shape.number_or_none("rows"),
        request_digest=shape.digest("request_digest"),
        reply_digest=shape.digest_or_none("reply_digest"),
        index=shape.number("index"),
        run=figures_from_json(shape.take("run")) if shape.has("run") else None,
    )
    shape.done()
    return built
