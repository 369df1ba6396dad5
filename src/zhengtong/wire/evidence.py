"""Evidence (证据): a signature kept with what it covers, so that it can be checked years later.

The base of form `http` is the signature base of RFC 9421 with the envelope in one covered field;
the base of form `envelope` is the envelope itself behind its prefix (parcels).
"""

import base64
import re
from dataclasses import dataclass

from zhengtong.kernel.errors import RuleBroken
from zhengtong.wire.canonical import Json
from zhengtong.wire.envelope import signed_envelope_bytes
from zhengtong.wire.shapes import Shape
from zhengtong.wire.suites import SIGNATURE_BYTES, b64, unb64, verify

EVIDENCE_CHARACTERS_MAX = 24 << 10
FORMS = ("http", "envelope")
_HTTP_ENVELOPE = re.compile(rb'^"zhengtong-envelope": :([A-Za-z0-9+/=]+):$', re.MULTILINE)

__all__ = ["Evidence", "envelope_of", "evidence_from_shape", "evidence_of", "evidence_to_json", "holds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One party's signature and the bytes it covers (证据): base and signature in base64."""

    party: str
    key: str
    form: str
    base: str
    signature: str


def evidence_of(*, party: str, key: str, form: str, base: bytes, signature: bytes) -> Evidence:
    """Evidence of raw bytes."""
    return Evidence(party=party, key=key, form=form, base=b64(base), signature=b64(signature))


def holds(evidence: Evidence, *, public: str) -> bool:
    """Whether the key's holder signed the base (验证)."""
    signature = unb64(evidence.signature, size=SIGNATURE_BYTES)
    return verify(public, message=unb64(evidence.base), signature=signature)


def envelope_of(evidence: Evidence) -> bytes:
    """The envelope bytes that the signature covers (被签信封)."""
    base = unb64(evidence.base)
    if evidence.form == "envelope":
        prefix = signed_envelope_bytes(b"")
        if base.startswith(prefix):
            return base[len(prefix) :]
    elif len(found := _HTTP_ENVELOPE.findall(base)) == 1:
        return base64.b64decode(found[0])
    raise RuleBroken("wire.evidence_without_envelope")


def evidence_to_json(evidence: Evidence) -> dict[str, Json]:
    """The evidence as a value."""
    return {
        "party": evidence.party,
        "key": evidence.key,
        "form": evidence.form,
        "base": evidence.base,
        "signature": evidence.signature,
    }


def evidence_from_shape(shape: Shape) -> Evidence:
    """The evidence of a value being read."""
    form = shape.text("form", most=10)
    if form not in FORMS:
        raise shape.bad("form", "unknown value")
    built = Evidence(
        party=shape.text("party", least=1),
        key=shape.text("key", most=32),
        form=form,
        base=shape.text("base", most=EVIDENCE_CHARACTERS_MAX),
        signature=shape.text("signature", most=100),
    )
    shape.done()
    return built
