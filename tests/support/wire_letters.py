"""Messages as a peer could send them, whole or spoiled on purpose: raw bytes to a running node's port."""

import http.client
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from tests.support.wire_city import Place, person
from zhengtong.node.core import About, compose
from zhengtong.node.incoming import SERVICE_TYPE
from zhengtong.wire.envelope import (
    SALT_BYTES,
    Envelope,
    Kind,
    parse_envelope,
    parse_service_body,
    service_body,
    to_bytes,
)
from zhengtong.wire.grant import Grant
from zhengtong.wire.http_signature import sign_request
from zhengtong.wire.suites import SigningKey, digest_text

PATH = "/wire/v1/service"


@dataclass(frozen=True)
class Letter:
    """One signed request."""

    headers: Mapping[str, str]
    body: bytes
    envelope: Envelope


@dataclass(frozen=True)
class Told:
    """What came back; `key` of a refusal, signed or not."""

    status: int
    signed: bool
    content: dict[str, Any]

    @property
    def key(self) -> str:
        return str(self.content.get("key", ""))


def letter(
    place: Place,
    grant: Grant,
    *,
    key: SigningKey | None = None,
    change: Callable[[Envelope], Envelope] | None = None,
    items: Sequence[str] = (),
) -> Letter:
    """A lawful query of the consumer's node; `key` signs it, `change` spoils its envelope before that."""
    core = place.c.node.core
    signer = key or core.key
    content: dict[str, Any] = {
        "lookup": [["GMSFHM", person(1)[0]]],
        "items": list(items) or [f.name for f in grant.fields],
    }
    body = service_body(content, salt=os.urandom(SALT_BYTES))
    view = core.directory.last_view()
    assert view is not None
    about = About(
        grant=grant.id, grant_digest=view.digests.get(grant.id, digest_text(b"none")), contract=grant.contract_digest,
        system="licensing", purpose="food-licence", case_ref="TLCY20260017",
    )  # fmt: skip
    raw = compose(core, Kind.QUERY, to=grant.provider, body=body, about=about)
    envelope = replace(parse_envelope(raw), key=signer.key_id)
    envelope = change(envelope) if change else envelope
    message = sign_request(
        method="POST", path=PATH, content_type=SERVICE_TYPE, body=body, envelope=to_bytes(envelope),
        key=signer, created=envelope.created,
    )  # fmt: skip
    return Letter(message.headers, body, envelope)


def deliver(url: str, sent: Letter, *, path: str = PATH) -> Told:
    """Send it to a node's port."""
    parts = urlsplit(url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        line.request("POST", path, sent.body, dict(sent.headers))
        answer = line.getresponse()
        raw = answer.read()
        signed = answer.getheader("zhengtong-envelope") is not None
        content = parse_service_body(raw) if signed else json.loads(raw or b"{}")
        return Told(answer.status, signed, content)
    finally:
        line.close()
