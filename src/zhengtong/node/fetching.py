"""Fetching parcels (取包): signed requests, Range after a broken download, everything verified.

A download that breaks is taken up where it stopped; what was received stands in the home's
parcels folder until it is whole.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp

from zhengtong.kernel.errors import NotAllowed, PlatformError, RuleBroken, Unreachable
from zhengtong.node.bounds import FETCH_ATTEMPTS, PARCEL_B
from zhengtong.node.consumer import Consumer, Got, Sent, peer_refusal
from zhengtong.node.core import About, Core, compose
from zhengtong.node.directory import View
from zhengtong.node.incoming import SERVICE_TYPE
from zhengtong.node.increments import MARK, SINCE, mark_in
from zhengtong.node.peers import PeerAnswer, Peers
from zhengtong.node.refusals import Refuse
from zhengtong.wire.canonical import Json
from zhengtong.wire.envelope import (
    SALT_BYTES,
    Envelope,
    Kind,
    check,
    envelope_digest,
    parse_service_body,
    service_body,
    signed_envelope_bytes,
    verify_envelope,
)
from zhengtong.wire.evidence import Evidence, envelope_of, evidence_of
from zhengtong.wire.grant import Grant
from zhengtong.wire.http_signature import SignedMessage, sign_request
from zhengtong.wire.parcel import MEDIA_TYPE, RunManifest, manifest_from_json, unpack
from zhengtong.wire.records import Record
from zhengtong.wire.suites import digest_text

_CHUNK_B = 256 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A verified parcel, or the manifest."""

    seq: int
    envelope: Envelope
    digest: str
    evidence: Evidence
    body: bytes
    manifest: RunManifest | None = None
    withheld: int = 0
    read: int = 0
    since: str | None = None
    mark: str | None = None


class Fetcher:
    """Fetches parcels of a run and acknowledges them."""

    def __init__(self, core: Core, consumer: Consumer, peers: Peers) -> None:
        self._core = core
        self._consumer = consumer
        self._peers = peers

    def taken_up(self, intent: Record, *, index: int, view: View, grant: Grant) -> Sent:
        """An open ask as it was before a restart, from its intent."""
        evidence = intent.evidence[0]
        message = SignedMessage(headers={}, evidence=evidence)
        return Sent(
            path="", body=b"", envelope=envelope_of(evidence), message=message, intent=intent, index=index, view=view,
            grant=grant,
        )  # fmt: skip

    async def parcel(self, sent: Sent, run: str, seq: int) -> Fetched:
        """One parcel, verified.  Raises Refuse for the provider's refusal, NotAllowed for a parcel that is not its."""
        path = f"/wire/v1/runs/{run}/parcels/{seq}"
        part = self._core.home.parcels / f"in-{run}-{seq}.part"
        _forget(part)
        damaged = False  # on its way or on its provider's disk: asked for once more, when its provider looks too
        for attempt in range(FETCH_ATTEMPTS):
            try:
                raw = await self._download(sent, run, seq, path, part)
            except PlatformError as error:
                if not error.retryable or attempt == FETCH_ATTEMPTS - 1:
                    _forget(part)
                    raise
                continue
            _forget(part)
            try:
                return self._verified(sent, run, seq, raw)
            except PlatformError:
                if damaged or attempt == FETCH_ATTEMPTS - 1:
                    raise
                damaged = True
        raise AssertionError("the loop returns or raises")

    async def acknowledge(self, sent: Sent, run: str, content: Mapping[str, Json], *, attempts: int = 1) -> Got | None:
        """Say what is durable here; the answer may be a refusal.  None if the provider could not be reached."""
        path = f"/wire/v1/runs/{run}/ack"
        for _ in range(max(1, attempts)):
            body = service_body(dict(content), salt=os.urandom(SALT_BYTES))
            message = self._sign(sent, Kind.ACK, "POST", path, body, run=run, seq=None)
            try:
                return await self._consumer.exchange(sent, method="POST", path=path, body=body, message=message)
            except PlatformError as error:
                if not error.retryable:
                    raise
        return None

    async def _download(self, sent: Sent, run: str, seq: int, path: str, part: Path) -> bytes:
        message = self._sign(sent, Kind.PULL, "GET", path, b"", run=run, seq=seq)
        provider = sent.view.members.node(sent.grant.provider)
        if not provider.addresses:
            raise Unreachable("node.peer_no_address", peer=sent.grant.provider)
        have = _size(part)
        headers = {**message.headers, **({"range": f"bytes={have}-"} if have else {})}
        async with self._peers.download(
            provider.addresses[0], path, headers=headers, peer=sent.grant.provider, pins=provider.tls_pins
        ) as answer:
            if answer.headers.get("content-type") != MEDIA_TYPE:
                raise await self._refused(sent, path, message, answer)
            return await self.keep_pieces(answer, part, from_start=answer.status == 200)

    async def keep_pieces(self, answer: aiohttp.ClientResponse, part: Path, *, from_start: bool) -> bytes:
        """Write what comes to a file in the home, within PARCEL_B, and return the whole."""
        with open(part, "wb" if from_start else "ab") as out:  # noqa: ASYNC230, PTH123 -- page cache, a piece at a time
            async for piece in answer.content.iter_chunked(_CHUNK_B):
                out.write(piece)
                if out.tell() > PARCEL_B:
                    raise RuleBroken("wire.too_long", thing="parcel", size=out.tell(), limit=PARCEL_B)
        return _read(part)

    async def _refused(
        self, sent: Sent, path: str, message: SignedMessage, answer: aiohttp.ClientResponse
    ) -> Exception:  # fmt: skip
        raw = await answer.content.read(PARCEL_B)
        held = PeerAnswer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, raw)
        got = self._consumer.verified(sent, held, path=path, request_envelope=envelope_of(message.evidence))
        return Refuse(peer_refusal(got))

    def _sign(
        self, sent: Sent, kind: Kind, method: str, path: str, body: bytes, *, run: str, seq: int | None
    ) -> SignedMessage:
        core, grant = self._core, sent.grant
        about = About(
            grant=grant.id, grant_digest=sent.view.digests[grant.id], contract=grant.contract_digest, run=run, seq=seq
        )
        raw = compose(core, kind, to=grant.provider, body=body, about=about, directory=sent.view.members.known_as)
        return sign_request(
            method=method,
            path=path,
            content_type=SERVICE_TYPE,
            body=body,
            envelope=raw,
            key=core.key,
            created=core.now(),
        )

    def _verified(self, sent: Sent, run: str, seq: int, raw: bytes) -> Fetched:
        parcel = unpack(raw)
        e, now = parcel.envelope, self._core.now()
        public = sent.view.members.sign_key(e.sender, key=e.key, at=e.created)
        if e.sender != sent.grant.provider or not verify_envelope(
            parcel.envelope_bytes, signature=parcel.signature, public=public
        ):
            raise NotAllowed("wire.signature_wrong", key_id=e.key)
        check(e, now=now, me=self._core.code)
        if (e.run, e.seq, e.grant, e.in_reply_to) != (run, seq, sent.grant.id, sent.intent.envelope_digest):
            raise NotAllowed("node.parcel_of_another_run", run=run, seq=seq)
        if digest_text(parcel.body) != e.body_digest:
            raise NotAllowed("wire.body_differs")
        evidence = evidence_of(
            party=e.sender, key=e.key, form="envelope", base=signed_envelope_bytes(parcel.envelope_bytes),
            signature=parcel.signature,
        )  # fmt: skip
        fetched = Fetched(
            seq=seq, envelope=e, digest=envelope_digest(parcel.envelope_bytes), evidence=evidence, body=parcel.body
        )
        return fetched if e.kind is Kind.PARCEL else _manifest(fetched)


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _read(part: Path) -> bytes:
    return part.read_bytes()


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)


def _manifest(fetched: Fetched) -> Fetched:
    if fetched.envelope.kind is not Kind.MANIFEST:
        raise NotAllowed("node.kind_unexpected", kind=fetched.envelope.kind.value)
    content = parse_service_body(fetched.body)
    read, withheld = (content.get(part) for part in ("read", "withheld"))
    return replace(
        fetched,
        manifest=manifest_from_json(content.get("manifest")),
        withheld=withheld if isinstance(withheld, int) else 0,
        read=read if isinstance(read, int) else 0,
        since=mark_in(content, SINCE),
        mark=mark_in(content, MARK),
    )
