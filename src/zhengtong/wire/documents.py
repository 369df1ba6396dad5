"""Signed documents (签名文件): one container for everything signed that is not an exchange.

    {"kind":"members","payload":"{…canonical JSON as text…}","signatures":[{"key":…,"value":…}]}

The payload stays the exact text that was signed; a reader never writes it anew.  The signed
bytes are `zhengtong/v1/<kind>\\n` and the payload, so that a signature over one kind of
document proves nothing about another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from zhengtong.kernel.errors import NotAllowed
from zhengtong.wire import canonical
from zhengtong.wire.canonical import Json
from zhengtong.wire.shapes import Shape
from zhengtong.wire.suites import SIGNATURE_BYTES, SigningKey, b64, digest_text, unb64, verify

SIGNATURES_MAX = 16
KINDS = ("roots", "members", "grants", "grant", "head", "receipts", "join")

__all__ = [
    "KINDS",
    "Signature",
    "SignedDocument",
    "check_signatures",
    "cosign",
    "document_from_json",
    "parse_document",
    "sign_document",
    "signed_bytes",
]


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature (签名): key id and base64 value."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """A payload as text with the signatures over it (签名文件)."""

    kind: str
    payload: str
    signatures: tuple[Signature, ...]

    @property
    def payload_bytes(self) -> bytes:
        """The exact bytes that were signed, without the kind before them."""
        return self.payload.encode()

    @property
    def digest(self) -> str:
        """The digest of the payload; signatures do not change it."""
        return digest_text(self.payload_bytes)

    def to_json(self) -> dict[str, Json]:
        """The container as a value."""
        signatures: list[Json] = [{"key": s.key, "value": s.value} for s in self.signatures]
        return {"kind": self.kind, "payload": self.payload, "signatures": signatures}

    def to_bytes(self) -> bytes:
        """The container as canonical bytes."""
        return canonical.encode(self.to_json())


def signed_bytes(kind: str, payload: bytes) -> bytes:
    """What a signature over a document covers (被签内容)."""
    return b"zhengtong/v1/" + kind.encode() + b"\n" + payload


def sign_document(kind: str, payload: bytes, *, keys: Sequence[SigningKey]) -> SignedDocument:
    """A document signed by each of the keys (签发)."""
    document = SignedDocument(kind=kind, payload=payload.decode(), signatures=())
    for key in keys:
        document = cosign(document, key)
    return document


def cosign(document: SignedDocument, key: SigningKey) -> SignedDocument:
    """The document with one more signature (会签); signing twice with a key changes nothing."""
    if any(held.key == key.key_id for held in document.signatures):
        return document
    value = b64(key.sign(signed_bytes(document.kind, document.payload_bytes)))
    return replace(document, signatures=(*document.signatures, Signature(key=key.key_id, value=value)))


def parse_document(raw: bytes, *, kind: str, max_bytes: int) -> SignedDocument:
    """The document in canonical bytes, of the expected kind (解析)."""
    return document_from_json(canonical.parse_object(raw, max_bytes=max_bytes), kind=kind)


def document_from_json(value: Json, *, kind: str) -> SignedDocument:
    """The document in a value, of the expected kind."""
    shape = Shape(value, thing=kind)
    found = shape.text("kind", most=20)
    if found != kind:
        raise NotAllowed("wire.document_of_another_kind", expected=kind, found=found)
    signatures: list[Signature] = []
    for item in shape.items("signatures", most=SIGNATURES_MAX):
        part = Shape(item, thing=kind)
        signatures.append(Signature(key=part.text("key", most=32), value=part.text("value", most=100)))
        part.done()
    document = SignedDocument(kind=found, payload=shape.text("payload", most=None), signatures=tuple(signatures))
    shape.done()
    return document


def check_signatures(document: SignedDocument, *, keys: Mapping[str, str], threshold: int = 1) -> frozenset[str]:
    """The ids of those of `keys` (id → public) that signed; NotAllowed when fewer than the threshold did (验签)."""
    message = signed_bytes(document.kind, document.payload_bytes)
    good: set[str] = set()
    for signature in document.signatures:
        public = keys.get(signature.key)
        if public is None or signature.key in good:
            continue
        if verify(public, message=message, signature=unb64(signature.value, size=SIGNATURE_BYTES)):
            good.add(signature.key)
    if len(good) < threshold:
        raise NotAllowed("wire.signature_missing", thing=document.kind, found=len(good), needed=threshold)
    return frozenset(good)
