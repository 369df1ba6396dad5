"""The envelope (信封): the signed header of everything two nodes say to each other.

Exactly the fields below, all always present, null where a kind has no use for one; canonical
JSON, signed as the exact bytes sent.  A service call carries it in the covered field
`Zhengtong-Envelope` (see `http_signature`), a parcel in front of its body (see `parcel`).
"""

import re
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import cast

from zhengtong.kernel.errors import NotAllowed, RuleBroken
from zhengtong.wire import canonical
from zhengtong.wire.canonical import Json
from zhengtong.wire.shapes import Shape
from zhengtong.wire.suites import INTL, SIGNATURE_BYTES, SigningKey, b64, digest_text, suite, unb64, verify

ENVELOPE_BYTES_MAX = 4096
BODY_BYTES_MAX = 1 << 20  # of a service call; parcels have their own bound
SKEW_S = 300
LIFE_S_MAX = 72 * 3600  # a parcel lives as long as its provider keeps it
SALT_BYTES = 16
VERSION = 1
_PARSED_MAX = 256  # envelopes just read: who signs, records and sends one reads the same bytes again
_PREFIX = b"zhengtong/v1/envelope\n"
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PARTY = re.compile(r"[a-z0-9-]{2,40}")
_DIRECTORY = re.compile(r"[0-9]{1,10}\.[0-9]{1,15}")
_HEAD = re.compile(r"[0-9]{1,15}:[0-9a-f]{64}")

__all__ = [
    "BODY_BYTES_MAX",
    "ENVELOPE_BYTES_MAX",
    "LIFE_S_MAX",
    "SALT_BYTES",
    "SKEW_S",
    "Envelope",
    "Kind",
    "check",
    "envelope_digest",
    "parse_envelope",
    "parse_service_body",
    "service_body",
    "sign_envelope",
    "signed_envelope_bytes",
    "to_bytes",
    "verify_envelope",
]


class Kind(StrEnum):
    """What an envelope is for (种类)."""

    VERIFY = "verify"  # 核验请求
    QUERY = "query"  # 查询请求
    RUN = "run"  # 开始一次批量
    PULL = "pull"  # 取一个数据包
    ACK = "ack"  # 确认已入库
    ANSWER = "answer"  # 答复
    REFUSAL = "refusal"  # 拒绝
    PARCEL = "parcel"  # 数据包
    MANIFEST = "manifest"  # 批量清单


_WAITING = frozenset({Kind.PARCEL, Kind.MANIFEST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The header of one message (信封); names as on the wire but `sender` = from, `recipient` = to."""

    v: int = VERSION
    suite: str = INTL
    key: str  # id of the signing key
    id: str  # UUID, once per sender
    kind: Kind
    sender: str
    recipient: str
    system: str | None = None
    officer_ref: str | None = None
    case_ref: str | None = None
    grant: str | None = None
    grant_digest: str | None = None
    purpose: str | None = None
    contract: str | None = None
    directory: str  # "<epoch>.<serial>" that the sender holds
    run: str | None = None
    seq: int | None = None
    prev: str | None = None  # digest of the run's parcel before
    in_reply_to: str | None = None  # digest of the envelope that is answered
    rows: int | None = None
    range: str | None = None
    codec: str | None = None
    body_digest: str
    ledger_head: str  # "<size>:<root>" of the sender's ledger
    created: datetime
    expires: datetime


_WIRE_NAMES = {"sender": "from", "recipient": "to"}
_NAMES = tuple((f.name, _WIRE_NAMES.get(f.name, f.name)) for f in fields(Envelope))


def to_bytes(envelope: Envelope) -> bytes:
    """The canonical bytes of an envelope (信封字节), after the checks that a reader makes."""
    value: dict[str, Json] = {}
    for attribute, name in _NAMES:
        held = cast("Json | datetime", getattr(envelope, attribute))
        value[name] = canonical.instant(held) if isinstance(held, datetime) else held
    value["kind"] = envelope.kind.value
    raw = canonical.encode(value)
    if len(raw) > ENVELOPE_BYTES_MAX:
        raise RuleBroken("wire.too_long", thing="envelope", size=len(raw), limit=ENVELOPE_BYTES_MAX)
    return raw


@lru_cache(maxsize=_PARSED_MAX)
def parse_envelope(raw: bytes) -> Envelope:
    """The envelope in bytes, strictly (解析): unknown, missing, over-long or other-typed fields are refused."""
    shape = Shape(canonical.parse(raw, max_bytes=ENVELOPE_BYTES_MAX, max_depth=1), thing="envelope")
    envelope = Envelope(
        v=shape.number("v", least=VERSION, most=VERSION),
        suite=shape.text("suite", most=10),
        key=shape.text("key", most=32),
        id=shape.text("id", most=36),
        kind=shape.choice("kind", Kind),
        sender=shape.text("from"),
        recipient=shape.text("to"),
        system=shape.text_or_none("system"),
        officer_ref=shape.text_or_none("officer_ref"),
        case_ref=shape.text_or_none("case_ref"),
        grant=shape.text_or_none("grant"),
        grant_digest=shape.digest_or_none("grant_digest"),
        purpose=shape.text_or_none("purpose"),
        contract=shape.digest_or_none("contract"),
        directory=shape.text("directory", most=30),
        run=shape.text_or_none("run", most=36),
        seq=shape.number_or_none("seq"),
        prev=shape.digest_or_none("prev"),
        in_reply_to=shape.digest_or_none("in_reply_to"),
        rows=shape.number_or_none("rows"),
        range=shape.text_or_none("range"),
        codec=shape.text_or_none("codec", most=40),
        body_digest=shape.digest("body_digest"),
        ledger_head=shape.text("ledger_head", most=90),
        created=shape.instant("created"),
        expires=shape.instant("expires"),
    )
    shape.done()
    _check_forms(envelope, shape)
    return envelope


def _check_forms(envelope: Envelope, shape: Shape) -> None:
    suite(envelope.suite)
    for name, value, form in (
        ("id", envelope.id, _ID),
        ("from", envelope.sender, _PARTY),
        ("to", envelope.recipient, _PARTY),
        ("directory", envelope.directory, _DIRECTORY),
        ("ledger_head", envelope.ledger_head, _HEAD),
    ):
        if not form.fullmatch(value):
            raise shape.bad(name, "not of the form that the protocol gives")
    if envelope.run is not None and not _ID.fullmatch(envelope.run):
        raise shape.bad("run", "not of the form that the protocol gives")
    if not timedelta(0) < envelope.expires - envelope.created <= timedelta(seconds=LIFE_S_MAX):
        raise shape.bad("expires", "after created, at most 72 hours")


def check(envelope: Envelope, *, now: datetime, me: str, skew_s: int = SKEW_S) -> None:
    """Refuse an envelope that is not for me or not of this time (查验收件方与时间).

    Raises NotAllowed: misaddressed, expired, or created further than the skew from now.
    Parcels and manifests, which may wait for their consumer, are held to their expiry and to no future.
    """
    if envelope.recipient != me:
        raise NotAllowed("wire.envelope_misaddressed", to=envelope.recipient, me=me)
    if now >= envelope.expires:
        raise NotAllowed("wire.envelope_expired", expires=canonical.instant(envelope.expires))
    age_s = (now - envelope.created).total_seconds()
    if age_s < -skew_s or (age_s > skew_s and envelope.kind not in _WAITING):
        raise NotAllowed("wire.envelope_from_another_time", age_s=int(age_s), limit_s=skew_s)


def envelope_digest(raw: bytes) -> str:
    """The digest by which other envelopes, records and receipts name this one (信封摘要)."""
    return digest_text(raw)


def signed_envelope_bytes(raw: bytes) -> bytes:
    """What a signature directly over an envelope covers (被签内容)."""
    return _PREFIX + raw


def sign_envelope(raw: bytes, key: SigningKey) -> bytes:
    """The signature of an envelope that travels outside of HTTP fields (parcels)."""
    return key.sign(signed_envelope_bytes(raw))


def verify_envelope(raw: bytes, *, signature: bytes, public: str) -> bool:
    """Whether the holder of a key signed exactly this envelope."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    return verify(public, message=signed_envelope_bytes(raw), signature=signature)


def service_body(content: dict[str, Json], *, salt: bytes) -> bytes:
    """The body of a service call (服务报文体): the content and a 16-byte random salt under one digest.

    A bare digest of a body that holds little but an identity number would be that number.
    """
    if len(salt) != SALT_BYTES or "salt" in content:
        raise ValueError("a service body needs a salt of 16 bytes and no field of that name")
    return canonical.encode({**content, "salt": b64(salt)})


def parse_service_body(raw: bytes, *, max_bytes: int = BODY_BYTES_MAX) -> dict[str, Json]:
    """The content of a service body, strictly, without its salt (解析报文体)."""
    content = canonical.parse_object(raw, max_bytes=max_bytes)
    salt = content.pop("salt", None)
    if not isinstance(salt, str):
        raise RuleBroken("wire.body_without_salt")
    unb64(salt, size=SALT_BYTES)
    return content
