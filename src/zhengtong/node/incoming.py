"""What a peer sends, before anything is asked of a database (来件): signature, addressee, time, form.

Whoever cannot be told apart from a stranger gets an unsigned refusal and, within a bound, an ALARM
record; a known peer gets a signed one.  What passes is `Received`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from zhengtong.kernel.errors import PlatformError, RuleBroken
from zhengtong.node import refusals
from zhengtong.node.core import About, Core, about_of, compose
from zhengtong.node.directory import View, alarm
from zhengtong.node.journal_thread import Step
from zhengtong.node.peer_heads import PeerHeads, forked, ledger_of
from zhengtong.node.refusals import Refusal
from zhengtong.wire.canonical import Json, encode
from zhengtong.wire.envelope import (
    BODY_BYTES_MAX,
    SALT_BYTES,
    Envelope,
    Kind,
    check,
    envelope_digest,
    parse_service_body,
    service_body,
)
from zhengtong.wire.evidence import Evidence
from zhengtong.wire.http_signature import sign_response, verify_request
from zhengtong.wire.records import Record, record_to_bytes
from zhengtong.wire.suites import digest_text

SERVICE_TYPE = "application/vnd.zhengtong.service"
PROBLEM_TYPE = "application/problem+json"
ALARMS_A_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request as the gateway read it: header names in lower case, the whole body."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """A message of a known peer, for this node, of this time, with its content."""

    call: Call
    envelope: Envelope
    envelope_bytes: bytes
    evidence: Evidence
    content: Mapping[str, Json]
    view: View
    now: datetime

    @property
    def digest(self) -> str:
        return envelope_digest(self.envelope_bytes)


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed answer with what its record needs."""

    reply: Reply
    digest: str
    body_digest: str
    evidence: Evidence


class Turned(Exception):
    """A message that went no further; the reply says why."""

    def __init__(self, reply: Reply) -> None:
        super().__init__("turned away")
        self.reply = reply


class Incoming:
    """The gate every peer's message passes."""

    def __init__(self, core: Core, heads: PeerHeads) -> None:
        self._core = core
        self._heads = heads
        self._minute = 0
        self._alarms = 0

    async def receive(self, call: Call, *, kinds: frozenset[Kind]) -> Received:
        """The message, authenticated and addressed; raises Turned with the refusal to send otherwise."""
        core = self._core
        now = core.now()
        try:
            view = core.directory.view(now)
            verified = verify_request(
                method=call.method, path=call.path, headers=call.headers, body=call.body, now=now,
                key_for=lambda e: view.members.sign_key(e.sender, key=e.key, at=now),
            )  # fmt: skip
        except PlatformError as error:
            await self.record_alarm(error.key, peer="", said=str(error.facts.get("key", "")))
            raise Turned(problem_reply(refusals.of_error(error, at="provider"))) from error
        envelope = verified.envelope
        received = Received(call, envelope, verified.envelope_bytes, verified.evidence, {}, view, now)
        try:
            check(envelope, now=now, me=core.code)
            if envelope.kind not in kinds:
                raise RuleBroken("node.kind_unexpected", kind=envelope.kind.value)
            ledger = ledger_of(view.members, envelope.sender, at=now)
            if not self._heads.fits(envelope.sender, envelope.ledger_head, ledger=ledger):
                raise forked(envelope.sender, envelope.ledger_head)
            content = parse_service_body(call.body, max_bytes=BODY_BYTES_MAX) if call.body else {}
            return replace(received, content=content)
        except PlatformError as error:
            raise Turned(await self.turn(received, error)) from error

    def keep_head(self, step: Step, received: Received) -> None:
        """Remember the head that came with a message, beside the intent that it led to."""
        self._heads.keep(step, received.envelope.sender)

    async def turn(self, received: Received, error: PlatformError) -> Reply:
        """A signed refusal to a known peer, with an ALARM record."""
        e = received.envelope
        index = await self.record_alarm(error.key, peer=e.sender, exchange=e.id, received=received)
        refusal = replace(refusals.of_error(error, at="provider"), exchange=e.id, grant=e.grant or "", peer=e.sender)
        return self.sign_refusal(received, refusal, index=index).reply

    async def record_alarm(
        self, key: str, *, peer: str, exchange: str = "", said: str = "", received: Received | None = None
    ) -> int:  # fmt: skip
        """Write an ALARM record and return its index; a flood of strangers is cut at ALARMS_A_MINUTE (−1)."""
        core = self._core
        core.counts[f"alarm {key}"] += 1
        minute = int(core.clock.now().timestamp()) // 60
        if minute != self._minute:
            self._minute, self._alarms = minute, 0
        self._alarms += 1
        if not peer and self._alarms > ALARMS_A_MINUTE:
            return -1
        record: Record = alarm(core.now(), key=key, peer=peer or "-", exchange=exchange, said=said)
        if received is not None:
            record = replace(record, evidence=(received.evidence,), envelope_digest=received.digest)
        return await core.journal.do(lambda step: step.append(record_to_bytes(record)))

    def sign_refusal(self, received: Received, refusal: Refusal, *, index: int) -> Signed:
        """The refusal as the peer gets it: key and facts, so that it can say it in its own language."""
        facts: dict[str, Json] = dict(refusal.facts)
        content: dict[str, Json] = {"key": refusal.key, "facts": facts, "record": index}
        return self.sign(received, Kind.REFUSAL, content, status=refusal.status)

    def sign(
        self, received: Received, kind: Kind, content: Mapping[str, Json], *, status: int = 200, rows: int | None = None
    ) -> Signed:  # fmt: skip
        """A signed answer to a received message."""
        core = self._core
        body = service_body(dict(content), salt=os.urandom(SALT_BYTES))
        about: About = about_of(received.envelope)
        envelope = compose(
            core, kind, to=received.envelope.sender, body=body, about=about, in_reply_to=received.digest, rows=rows,
            directory=received.view.members.known_as,
        )  # fmt: skip
        message = sign_response(
            status=status, content_type=SERVICE_TYPE, body=body, envelope=envelope, request_path=received.call.path,
            request_envelope=received.envelope_bytes, key=core.key, created=core.now(),
        )  # fmt: skip
        reply = Reply(status, message.headers, body)
        return Signed(reply, envelope_digest(envelope), digest_text(body), message.evidence)


def problem_reply(refusal: Refusal) -> Reply:
    """An unsigned refusal to somebody who could not be told apart from a stranger."""
    status = 401 if refusal.key.startswith("wire.") and refusal.status == 403 else refusal.status
    body = encode({**refusal.problem(), "record": None, "status": status})
    return Reply(status, {"content-type": PROBLEM_TYPE}, body)
