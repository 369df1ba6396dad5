"""Signed HTTP messages (报文签名): a small fixed profile of RFC 9421 and RFC 9530.

Two component lists, in this order and no other:

    request   "@method" "@path" "content-type" "content-digest" "zhengtong-envelope"
    response  "@status" "content-type" "content-digest" "zhengtong-envelope"
              "@path";req "zhengtong-envelope";req

with `created`, `keyid`, `alg` and `tag="zhengtong-v1"`.  A call without an envelope (a system to its
own node, a node to the center) covers "@method" "@request-target" "content-type" "content-digest"
and carries a nonce, under `tag="zhengtong-local-v1"`.  The signature base is built by hand (an
exact text), which costs a quarter of a general library; that library is the tests' oracle.
Between nodes query strings are refused: what is asked stands in the body, under the digest.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from zhengtong.kernel.errors import NotAllowed, RuleBroken
from zhengtong.wire.envelope import (
    ENVELOPE_BYTES_MAX,
    SKEW_S,
    Envelope,
    envelope_digest,
    parse_envelope,
)
from zhengtong.wire.evidence import Evidence, evidence_of
from zhengtong.wire.suites import SIGNATURE_BYTES, SigningKey, b64, suite, unb64, verify

ENVELOPE_FIELD = "zhengtong-envelope"
LABEL = "zt"
TAG = "zhengtong-v1"
LOCAL_TAG = "zhengtong-local-v1"
FIELD_CHARACTERS_MAX = 8192
_ENVELOPE_CHARACTERS_MAX = (ENVELOPE_BYTES_MAX + 2) // 3 * 4

_REQUEST = f'("@method" "@path" "content-type" "content-digest" "{ENVELOPE_FIELD}")'
_RESPONSE = f'("@status" "content-type" "content-digest" "{ENVELOPE_FIELD}" "@path";req "{ENVELOPE_FIELD}";req)'
_LOCAL = '("@method" "@request-target" "content-type" "content-digest")'
_INPUT = re.compile(
    LABEL + r'=(\([^()]*\));created=([0-9]{1,11});keyid="([0-9A-Za-z._-]{1,64})";alg="([a-z0-9-]{1,20})"'
    r'(?:;nonce="([0-9A-Za-z-]{16,64})")?;tag="([a-z0-9-]{1,40})"'
)
_BYTES = re.compile(r":([A-Za-z0-9+/]*={0,2}):")
_PATH = re.compile(r"/[A-Za-z0-9._~/-]{0,500}")
_TARGET = re.compile(r"/[A-Za-z0-9._~/-]{0,500}(?:\?[A-Za-z0-9._~/=&:%+-]{0,500})?")
_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}")

KeyFor = Callable[[Envelope], str]
Lines = list[tuple[str, str]]

__all__ = [
    "ENVELOPE_FIELD",
    "KeyFor",
    "LocalCall",
    "SignedMessage",
    "Verified",
    "content_digest",
    "sign_local",
    "sign_request",
    "sign_response",
    "signature_base",
    "verify_local",
    "verify_request",
    "verify_response",
]


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """Header fields to send, in lower case, and the evidence to keep (已签报文)."""

    headers: dict[str, str]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verified message says, and the evidence to keep (已验报文)."""

    envelope: Envelope
    envelope_bytes: bytes
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class LocalCall:
    """Who signed a call to its own node, and the nonce to remember (本机调用)."""

    key: str
    nonce: str


def content_digest(body: bytes) -> str:
    """The Content-Digest field of a body (RFC 9530)."""
    return f"sha-256=:{b64(suite('intl').digest(body))}:"


def sign_request(
    *, method: str, path: str, content_type: str, body: bytes, envelope: bytes, key: SigningKey, created: datetime
) -> SignedMessage:
    """A request signed over method, path, type, digest and envelope (签请求)."""
    read = parse_envelope(envelope)
    _same_body(read, body)
    digest = content_digest(body)
    lines = _request_lines(method, path, content_type, digest, envelope)
    parameters = _parameters(_REQUEST, key=key, created=created, tag=TAG)
    return _signed(
        lines, parameters, content_type=content_type, digest=digest, envelope=envelope, party=read.sender, key=key
    )


def verify_request(
    *,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    key_for: KeyFor,
    now: datetime,
) -> Verified:
    """The envelope of a request whose signature, digest and time hold (验请求); else NotAllowed or RuleBroken.

    Addressee, replay and grant are the caller's next questions.
    """
    read, raw = _envelope_field(headers)
    digest = _digest_field(headers, body=body, envelope=read)
    lines = _request_lines(method, path, _field(headers, "content-type"), digest, raw)
    return _verified(lines, _REQUEST, headers=headers, read=read, raw=raw, key_for=key_for, now=now)


def sign_response(
    *,
    status: int,
    content_type: str,
    body: bytes,
    envelope: bytes,
    request_path: str,
    request_envelope: bytes,
    key: SigningKey,
    created: datetime,
) -> SignedMessage:
    """A response signed over its own parts and the request's path and envelope (签应答)."""
    read = parse_envelope(envelope)
    _same_body(read, body)
    _same_request(read, request_envelope)
    digest = content_digest(body)
    lines = _response_lines(status, content_type, digest, envelope, request_path, request_envelope)
    parameters = _parameters(_RESPONSE, key=key, created=created, tag=TAG)
    return _signed(
        lines, parameters, content_type=content_type, digest=digest, envelope=envelope, party=read.sender, key=key
    )


def verify_response(
    *,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    request_path: str,
    request_envelope: bytes,
    key_for: KeyFor,
    now: datetime,
) -> Verified:
    """The envelope of a response that answers exactly this request (验应答); else NotAllowed or RuleBroken."""
    read, raw = _envelope_field(headers)
    digest = _digest_field(headers, body=body, envelope=read)
    _same_request(read, request_envelope)
    content_type = _field(headers, "content-type")
    lines = _response_lines(status, content_type, digest, raw, request_path, request_envelope)
    return _verified(lines, _RESPONSE, headers=headers, read=read, raw=raw, key_for=key_for, now=now)


def sign_local(
    *, method: str, path: str, content_type: str, body: bytes, nonce: str, key: SigningKey, created: datetime
) -> dict[str, str]:
    """The header fields of a system's call to its own node (本机调用签名); `nonce` is a UUID."""
    lines = _local_lines(method, path, content_type, content_digest(body))
    parameters = _parameters(_LOCAL, key=key, created=created, tag=LOCAL_TAG, nonce=nonce)
    signature = key.sign(signature_base(lines, parameters=parameters))
    return {
        "content-type": content_type,
        "content-digest": content_digest(body),
        "signature-input": f"{LABEL}={parameters}",
        "signature": f"{LABEL}=:{b64(signature)}:",
    }


def verify_local(
    *,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    key_for: Callable[[str], str],
    now: datetime,
) -> LocalCall:
    """Who signed a local call (验本机调用); the caller remembers the nonce for ten minutes against replay."""
    if _field(headers, "content-digest") != content_digest(body):
        raise NotAllowed("wire.body_differs")
    lines = _local_lines(method, path, _field(headers, "content-type"), content_digest(body))
    parameters, created, key, nonce = _input(headers, components=_LOCAL, tag=LOCAL_TAG)
    if nonce is None:
        raise NotAllowed("wire.signature_malformed", field="signature-input")
    _in_time(created, now)
    signature = _signature(headers)
    if not verify(key_for(key), message=signature_base(lines, parameters=parameters), signature=signature):
        raise NotAllowed("wire.signature_wrong", key_id=key)
    return LocalCall(key=key, nonce=nonce)


def signature_base(components: Iterable[tuple[str, str]], *, parameters: str) -> bytes:
    """The signature base of RFC 9421 §2.5 (签名基): serialized component identifiers and values, in order."""
    lines = [f"{identifier}: {value}\n" for identifier, value in components]
    return "".join([*lines, f'"@signature-params": {parameters}']).encode("ascii")


def _request_lines(method: str, path: str, content_type: str, digest: str, envelope: bytes) -> Lines:
    return [
        ('"@method"', _method(method)),
        ('"@path"', _path(path)),
        ('"content-type"', _content_type(content_type)),
        ('"content-digest"', digest),
        (f'"{ENVELOPE_FIELD}"', f":{b64(envelope)}:"),
    ]


def _response_lines(
    status: int, content_type: str, digest: str, envelope: bytes, request_path: str, request_envelope: bytes
) -> Lines:
    return [
        ('"@status"', str(status)),
        ('"content-type"', _content_type(content_type)),
        ('"content-digest"', digest),
        (f'"{ENVELOPE_FIELD}"', f":{b64(envelope)}:"),
        ('"@path";req', _path(request_path)),
        (f'"{ENVELOPE_FIELD}";req', f":{b64(request_envelope)}:"),
    ]


def _local_lines(method: str, path: str, content_type: str, digest: str) -> Lines:
    return [
        ('"@method"', _method(method)),
        ('"@request-target"', _target(path)),
        ('"content-type"', _content_type(content_type)),
        ('"content-digest"', digest),
    ]


def _parameters(components: str, *, key: SigningKey, created: datetime, tag: str, nonce: str = "") -> str:
    at = int(created.timestamp())
    once = f';nonce="{nonce}"' if nonce else ""
    alg = suite(key.suite).signature_name
    return f'{components};created={at};keyid="{key.key_id}";alg="{alg}"{once};tag="{tag}"'


def _signed(
    lines: Lines, parameters: str, *, content_type: str, digest: str, envelope: bytes, party: str, key: SigningKey
) -> SignedMessage:
    base = signature_base(lines, parameters=parameters)
    signature = key.sign(base)
    headers = {
        "content-type": content_type,
        "content-digest": digest,
        ENVELOPE_FIELD: f":{b64(envelope)}:",
        "signature-input": f"{LABEL}={parameters}",
        "signature": f"{LABEL}=:{b64(signature)}:",
    }
    evidence = evidence_of(party=party, key=key.key_id, form="http", base=base, signature=signature)
    return SignedMessage(headers=headers, evidence=evidence)


def _verified(
    lines: Lines,
    components: str,
    *,
    headers: Mapping[str, str],
    read: Envelope,
    raw: bytes,
    key_for: KeyFor,
    now: datetime,
) -> Verified:
    parameters, created, key, nonce = _input(headers, components=components, tag=TAG)
    if key != read.key or nonce is not None:
        raise NotAllowed("wire.signature_malformed", field="signature-input")
    _in_time(created, now)
    base = signature_base(lines, parameters=parameters)
    signature = _signature(headers)
    if not verify(key_for(read), message=base, signature=signature, suite_name=read.suite):
        raise NotAllowed("wire.signature_wrong", key_id=key)
    evidence = evidence_of(party=read.sender, key=key, form="http", base=base, signature=signature)
    return Verified(envelope=read, envelope_bytes=raw, evidence=evidence)


def _input(headers: Mapping[str, str], *, components: str, tag: str) -> tuple[str, datetime, str, str | None]:
    text = _field(headers, "signature-input")
    found = _INPUT.fullmatch(text)
    if found is None or found[1] != components or found[4] != "ed25519" or found[6] != tag:
        raise NotAllowed("wire.signature_malformed", field="signature-input")
    return text[len(LABEL) + 1 :], datetime.fromtimestamp(int(found[2]), UTC), found[3], found[5]


def _signature(headers: Mapping[str, str]) -> bytes:
    label, _, value = _field(headers, "signature").partition("=")
    found = _BYTES.fullmatch(value)
    if label != LABEL or found is None:
        raise NotAllowed("wire.signature_malformed", field="signature")
    return unb64(found[1], size=SIGNATURE_BYTES)


def _envelope_field(headers: Mapping[str, str]) -> tuple[Envelope, bytes]:
    found = _BYTES.fullmatch(_field(headers, ENVELOPE_FIELD))
    if found is None or len(found[1]) > _ENVELOPE_CHARACTERS_MAX:
        raise NotAllowed("wire.signature_malformed", field=ENVELOPE_FIELD)
    raw = unb64(found[1])
    return parse_envelope(raw), raw


def _digest_field(headers: Mapping[str, str], *, body: bytes, envelope: Envelope) -> str:
    digest = suite(envelope.suite).digest(body)
    if _field(headers, "content-digest") != (text := f"sha-256=:{b64(digest)}:"):
        raise NotAllowed("wire.body_differs")
    if envelope.body_digest != f"sha-256:{digest.hex()}":
        raise NotAllowed("wire.body_differs")
    return text


def _field(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if value is None:
        raise NotAllowed("wire.unsigned", field=name)
    if len(value) > FIELD_CHARACTERS_MAX:
        raise RuleBroken("wire.too_long", thing=name, size=len(value), limit=FIELD_CHARACTERS_MAX)
    return value


def _in_time(created: datetime, now: datetime) -> None:
    age_s = int((now - created).total_seconds())
    if abs(age_s) > SKEW_S:
        raise NotAllowed("wire.envelope_from_another_time", age_s=age_s, limit_s=SKEW_S)


def _same_body(envelope: Envelope, body: bytes) -> None:
    if envelope.body_digest != suite(envelope.suite).digest_text(body):
        raise RuleBroken("wire.body_differs")


def _same_request(envelope: Envelope, request_envelope: bytes) -> None:
    if envelope.in_reply_to != envelope_digest(request_envelope):
        raise NotAllowed("wire.reply_to_another")


def _method(method: str) -> str:
    if method not in {"GET", "POST", "PUT", "DELETE"}:
        raise RuleBroken("wire.signature_malformed", field="@method")
    return method


def _path(path: str) -> str:
    if not _PATH.fullmatch(path):
        raise RuleBroken("wire.signature_malformed", field="@path")
    return path


def _target(path: str) -> str:
    if not _TARGET.fullmatch(path):
        raise RuleBroken("wire.signature_malformed", field="@request-target")
    return path


def _content_type(value: str) -> str:
    if not _TYPE.fullmatch(value):
        raise RuleBroken("wire.signature_malformed", field="content-type")
    return value
