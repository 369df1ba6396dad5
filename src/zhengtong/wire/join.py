"""Joining (入网): how a new node's keys reach the security administrator's screen.

The center gives the department a one-time code on paper or by telephone; the code itself never
travels.  The node signs its request with the key it wants to use and proves knowledge of the
code; both screens show the same fingerprint, two people compare it, then the administrator approves.
"""

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime

from zhengtong.kernel.errors import NotAllowed
from zhengtong.wire import canonical
from zhengtong.wire.directory import ADDRESSES_MAX
from zhengtong.wire.documents import SignedDocument, check_signatures, parse_document, sign_document
from zhengtong.wire.shapes import Shape
from zhengtong.wire.suites import KEY_BYTES, SigningKey, digest_text, group, key_id, unb64

JOIN_BYTES_MAX = 16 << 10
CODE_CHARACTERS_MIN = 16  # at least 80 bits in base 32: a code cannot be searched for offline
VERSION = 1

__all__ = [
    "CODE_CHARACTERS_MIN",
    "JOIN_BYTES_MAX",
    "JoinRequest",
    "check_join",
    "code_id",
    "join_document",
    "join_fingerprint",
    "parse_join",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRequest:
    """What a node says of itself when it asks to be let in (入网申请)."""

    node: str
    organization: str
    addresses: tuple[str, ...]
    tls_pins: tuple[str, ...] = ()
    sign_key: str
    seal_key: str
    created: datetime
    code_id: str = ""
    proof: str = ""


def code_id(one_time_code: str) -> str:
    """By which the center finds the code it gave out (一次性码标识): 16 hex digits."""
    return hashlib.sha256(b"zhengtong/v1/join-code\n" + _clean(one_time_code)).hexdigest()[:16]


def join_document(request: JoinRequest, *, one_time_code: str, key: SigningKey) -> SignedDocument:
    """The signed request with its proof of the code (入网申请件)."""
    named = replace(request, code_id=code_id(one_time_code))
    proven = replace(named, proof=_proof(named, one_time_code))
    return sign_document("join", canonical.encode(_to_json(proven)), keys=[key])


def parse_join(raw: bytes) -> tuple[JoinRequest, SignedDocument]:
    """The request in bytes, signed by the key it names (解析); the code is not yet checked."""
    document = parse_document(raw, kind="join", max_bytes=JOIN_BYTES_MAX)
    shape = Shape(canonical.parse(document.payload_bytes, max_bytes=JOIN_BYTES_MAX), thing="join")
    shape.number("v", least=VERSION, most=VERSION)
    request = JoinRequest(
        node=shape.text("node", least=2, most=40),
        organization=shape.text("organization", least=2, most=40),
        addresses=shape.texts("addresses", most=ADDRESSES_MAX),
        tls_pins=shape.texts("tls_pins", most=ADDRESSES_MAX),
        sign_key=shape.text("sign_key", most=60),
        seal_key=shape.text("seal_key", most=60),
        created=shape.instant("created"),
        code_id=shape.text("code_id", most=16),
        proof=shape.text("proof", most=64),
    )
    shape.done()
    unb64(request.seal_key, size=KEY_BYTES)
    check_signatures(document, keys={key_id(request.sign_key): request.sign_key})
    return request, document


def check_join(request: JoinRequest, *, one_time_code: str) -> None:
    """Refuse a request whose sender does not know the code (验一次性码)."""
    if not hmac.compare_digest(request.proof, _proof(request, one_time_code)):
        raise NotAllowed("wire.join_code_wrong", node=request.node)


def join_fingerprint(request: JoinRequest) -> str:
    """What both screens show (入网指纹): over node, signing and sealing key."""
    named: dict[str, canonical.Json] = {
        "node": request.node,
        "sign_key": request.sign_key,
        "seal_key": request.seal_key,
    }
    return group(digest_text(canonical.encode(named)).partition(":")[2][:32])


def _proof(request: JoinRequest, one_time_code: str) -> str:
    unproven = canonical.encode(_to_json(replace(request, proof="")))
    return hmac.digest(_clean(one_time_code), unproven, "sha256").hex()


def _clean(one_time_code: str) -> bytes:
    code = one_time_code.replace("-", "").replace(" ", "").upper()
    if len(code) < CODE_CHARACTERS_MIN:
        raise NotAllowed("wire.join_code_short", least=CODE_CHARACTERS_MIN)
    return code.encode()


def _to_json(request: JoinRequest) -> dict[str, canonical.Json]:
    return {
        "v": VERSION,
        "node": request.node,
        "organization": request.organization,
        "addresses": list(request.addresses),
        "tls_pins": list(request.tls_pins),
        "sign_key": request.sign_key,
        "seal_key": request.seal_key,
        "created": canonical.instant(request.created),
        "code_id": request.code_id,
        "proof": request.proof,
    }
