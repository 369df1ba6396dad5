"""The consumer's side of a service call (使用方): a system asks its node, the node asks a peer.

The node checks only what is its own to know: the system is registered, the grant is its, its
directory is in force, the case number has the granted form.  Field, purpose and quota are the
provider's decision, so that both ends record a refusal.  What comes back is checked against the
grant before the system sees it.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from zhengtong.kernel.errors import NotAllowed, PlatformError, RuleBroken, Unreachable
from zhengtong.node import accounts, refusals
from zhengtong.node.core import About, Core, compose
from zhengtong.node.directory import View, alarm
from zhengtong.node.entries import asking_record, outcome_record
from zhengtong.node.incoming import SERVICE_TYPE
from zhengtong.node.journal_thread import Step
from zhengtong.node.peer_heads import PeerHeads, ledger_of
from zhengtong.node.peers import PeerAnswer, Peers
from zhengtong.node.refusals import LedgerPlace, Refusal, Refuse
from zhengtong.wire.canonical import Json, instant
from zhengtong.wire.casenumber import fits
from zhengtong.wire.decision import VerifyAnswer
from zhengtong.wire.envelope import (
    SALT_BYTES,
    Kind,
    check,
    envelope_digest,
    parse_envelope,
    parse_service_body,
    service_body,
)
from zhengtong.wire.evidence import Evidence, envelope_of
from zhengtong.wire.grant import Grant
from zhengtong.wire.http_signature import SignedMessage, Verified, sign_request, verify_response
from zhengtong.wire.masks import is_masked
from zhengtong.wire.records import OutcomeKind, Record, record_to_bytes

SERVICE_PATH = "/wire/v1/service"
_REPLIES = frozenset({Kind.ANSWER, Kind.REFUSAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalAsk:
    """What a system asks its own node for."""

    kind: Kind
    grant: str
    system: str
    purpose: str
    case_ref: str | None = None
    officer_ref: str | None = None
    lookup: Mapping[str, str] = field(default_factory=dict[str, str])
    claims: Mapping[str, str] = field(default_factory=dict[str, str])
    items: tuple[str, ...] = ()
    increment: bool = False  # of a batch: only what changed, where that can be told
    full_days: int | None = None  # of an increment: a whole run when the last one is so many days old


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An ask on its way: what was signed, and the open intent."""

    path: str
    body: bytes
    envelope: bytes
    message: SignedMessage
    intent: Record
    index: int
    view: View
    grant: Grant

    @property
    def exchange(self) -> str:
        return self.intent.exchange or ""


@dataclass(frozen=True, slots=True)
class Got:
    """A verified reply with its content."""

    verified: Verified
    content: Mapping[str, Json]
    status: int

    @property
    def digest(self) -> str:
        return envelope_digest(self.verified.envelope_bytes)

    @property
    def record(self) -> int:
        """The index of the peer's own record, as the peer tells it."""
        held = self.content.get("record")
        return held if isinstance(held, int) else -1


class Consumer:
    """Asks peers on behalf of this department's systems."""

    def __init__(self, core: Core, peers: Peers, heads: PeerHeads) -> None:
        self._core = core
        self._peers = peers
        self._heads = heads

    async def ask(self, asked: LocalAsk) -> dict[str, Json]:
        """A verify or query call.  Raises Refuse with where and why; every refusal is remembered."""
        view, grant = self.known(asked)
        content: dict[str, Json] = {"lookup": [[n, v] for n, v in sorted(asked.lookup.items())]}
        if asked.kind is Kind.VERIFY:
            content["claims"] = [[n, v] for n, v in asked.claims.items()]
        else:
            items = asked.items or tuple(f.name for f in grant.fields)
            content["items"] = list(items)
            asked = replace(asked, items=items)
        sent = await self.open(asked, view, grant, content=content, path=SERVICE_PATH)
        got = await self.send(asked, sent)
        try:
            answer = _read_answer(asked, grant, got)
        except PlatformError as error:
            await self._alarm(error.key, sent, got)
            raise await self.fail(asked, sent, refusals.of_error(error, at="consumer"), got=got) from error
        rows = got.verified.envelope.rows or 0
        await self.settle(sent, got, outcome=OutcomeKind.ANSWERED, rows=rows)
        self._core.counts["asked"] += 1
        return {
            "id": sent.exchange, "grant": grant.number, "provider": grant.provider, **answer,
            "record": {
                "here": LedgerPlace(self._core.code, sent.index).to_json(),
                "there": LedgerPlace(grant.provider, got.record).to_json(),
            },
        }  # fmt: skip

    def known(self, asked: LocalAsk) -> tuple[View, Grant]:
        """The directory and the grant.  Raises Refuse (no peer is involved yet, so nothing in the ledger)."""
        core = self._core
        try:
            view = core.directory.view(core.now())
            grant = view.grant(asked.grant)
            if grant is None or grant.consumer != core.code:
                raise NotAllowed("wire.refused_no_grant", number=asked.grant, grant=asked.grant)
            view.members.node(grant.provider)
            _check_case(asked, grant)
        except PlatformError as error:
            raise Refuse(
                replace(
                    refusals.of_error(error, at="consumer"),
                    grant=asked.grant,
                    purpose=asked.purpose,
                    system=asked.system,
                )
            ) from error
        return view, grant

    async def open(
        self, asked: LocalAsk, view: View, grant: Grant, *, content: Mapping[str, Json], path: str
    ) -> Sent:  # fmt: skip
        """Sign an ask and make its intent durable."""
        core = self._core
        body = service_body(dict(content), salt=os.urandom(SALT_BYTES))
        about = About(
            grant=grant.id, grant_digest=view.digests[grant.id], contract=grant.contract_digest, system=asked.system,
            purpose=asked.purpose, case_ref=asked.case_ref, officer_ref=asked.officer_ref,
        )  # fmt: skip
        envelope = compose(core, asked.kind, to=grant.provider, body=body, about=about, directory=view.members.known_as)
        message = sign_request(
            method="POST", path=path, content_type=SERVICE_TYPE, body=body, envelope=envelope,
            key=core.key, created=core.now(),
        )  # fmt: skip
        read = parse_envelope(envelope)
        facts: dict[str, Json] = {"mode": asked.kind.value, "system": asked.system, "purpose": asked.purpose}
        intent = asking_record(
            at=read.created, exchange=read.id, peer=grant.provider, grant=grant.id, digest=envelope_digest(envelope),
            body_digest=read.body_digest, evidence=message.evidence, facts=facts,
        )  # fmt: skip
        index = await core.journal.do(lambda step: accounts.open_intent(step, intent))
        return Sent(
            path=path, body=body, envelope=envelope, message=message, intent=intent, index=index, view=view, grant=grant
        )

    async def send(self, asked: LocalAsk, sent: Sent) -> Got:
        """Send, verify the reply, and turn a peer's refusal into ours.  Raises Refuse, already recorded."""
        try:
            got = await self.exchange(sent, method="POST", path=sent.path, body=sent.body, message=sent.message)
        except PlatformError as error:
            raise await self.fail(asked, sent, refusals.of_error(error, at="consumer")) from error
        if got.verified.envelope.kind is Kind.REFUSAL:
            raise await self.fail(asked, sent, peer_refusal(got), got=got)
        return got

    async def exchange(self, sent: Sent, *, method: str, path: str, body: bytes, message: SignedMessage) -> Got:
        """One signed request and its verified reply."""
        grant = sent.grant
        provider = sent.view.members.node(grant.provider)
        if not provider.addresses:
            raise Unreachable("node.peer_no_address", peer=grant.provider)
        answer = await self._peers.call(
            provider.addresses[0],
            method,
            path,
            headers=message.headers,
            body=body,
            peer=grant.provider,
            pins=provider.tls_pins,
        )
        asked = sent.envelope if message is sent.message else envelope_of(message.evidence)
        got = self.verified(sent, answer, path=path, request_envelope=asked)
        ledger = ledger_of(sent.view.members, grant.provider, at=self._core.now())
        await self._heads.check(grant.provider, got.verified.envelope.ledger_head, ledger=ledger)
        return got

    def verified(self, sent: Sent, answer: PeerAnswer, *, path: str, request_envelope: bytes) -> Got:
        """A reply that the grant's provider signed to exactly this request, for this node and of this time."""
        now, provider = self._core.now(), sent.grant.provider
        if "zhengtong-envelope" not in answer.headers:
            raise NotAllowed("node.peer_unsigned", peer=provider, status=answer.status)
        verified = verify_response(
            status=answer.status, headers=answer.headers, body=answer.body, request_path=path,
            request_envelope=request_envelope, now=now,
            key_for=lambda e: sent.view.members.sign_key(_from(e.sender, provider), key=e.key, at=now),
        )  # fmt: skip
        check(verified.envelope, now=now, me=self._core.code)
        if verified.envelope.kind not in _REPLIES:
            raise RuleBroken("node.kind_unexpected", kind=verified.envelope.kind.value)
        return Got(verified, parse_service_body(answer.body), answer.status)

    async def settle(
        self, sent: Sent, got: Got, *, outcome: OutcomeKind, refusal: str | None = None, rows: int | None = None,
        facts: Mapping[str, Json] | None = None,
    ) -> int:  # fmt: skip
        """Make the outcome durable; the system hears of the answer after that."""
        record = outcome_record(
            sent.intent, at=self._core.now(), outcome=outcome, refusal=refusal, rows=rows, reply_digest=got.digest,
            body_digest=got.verified.envelope.body_digest, evidence=(got.verified.evidence,), facts=facts,
        )  # fmt: skip

        def close(step: Step) -> int:
            self._heads.keep(step, sent.grant.provider)
            return accounts.close_intent(step, record, request_digest=sent.intent.envelope_digest)

        return await self._core.journal.do(close)

    async def fail(
        self, asked: LocalAsk, sent: Sent, refusal: Refusal, *, got: Got | None = None, rows: int | None = None
    ) -> Refuse:
        """Record why an ask came to nothing, and the rows that came before it did; return what to raise."""
        there = LedgerPlace(sent.grant.provider, got.record) if got is not None and got.record >= 0 else None
        told = replace(
            refusal, exchange=sent.exchange, grant=sent.grant.number, purpose=asked.purpose, system=asked.system,
            peer=sent.grant.provider, here=LedgerPlace(self._core.code, sent.index), there=there,
        )  # fmt: skip
        refused = refusal.at == "provider"
        evidence: tuple[Evidence, ...] = (got.verified.evidence,) if got else ()
        record = outcome_record(
            sent.intent, at=self._core.now(), outcome=OutcomeKind.REFUSED if refused else OutcomeKind.FAILED,
            refusal=told.key, rows=rows, reply_digest=got.digest if got else None,
            body_digest=got.verified.envelope.body_digest if got else None, evidence=evidence,
        )  # fmt: skip

        def settle(step: Step) -> None:
            self._heads.keep(step, sent.grant.provider)
            accounts.close_intent(step, record, request_digest=sent.intent.envelope_digest)
            refusals.keep(step.db, told, at=instant(record.at))

        await self._core.journal.do(settle)
        self._core.counts[f"refused {told.key}"] += 1
        return Refuse(told)

    async def _alarm(self, key: str, sent: Sent, got: Got) -> None:
        record = replace(
            alarm(self._core.now(), key=key, peer=sent.grant.provider, exchange=sent.exchange),
            evidence=(got.verified.evidence,), envelope_digest=got.digest,
        )  # fmt: skip
        await self._core.journal.do(lambda step: step.append(record_to_bytes(record)))


def _check_case(asked: LocalAsk, grant: Grant) -> None:
    """Keep a case number of no granted form in the house: whatever was typed there would be signed and kept for ever.

    Whether system and purpose are granted stays the provider's decision, so that both ends record it.
    """
    uses = [use for use in grant.uses if (use.system, use.purpose) == (asked.system, asked.purpose)]
    patterns = [pattern for use in uses for pattern in use.matters]
    if not patterns or not all(use.matters for use in uses):
        return
    if not any(fits(asked.case_ref or "", pattern) for pattern in patterns):
        raise NotAllowed(
            "wire.refused_case", number=grant.number, case_ref=asked.case_ref or "-", patterns="、".join(patterns)
        )


def peer_refusal(got: Got) -> Refusal:
    """A peer's signed refusal as ours: its key and facts, said from our own catalogue."""
    key, facts = got.content.get("key"), got.content.get("facts")
    if not isinstance(key, str) or not isinstance(facts, dict):
        raise RuleBroken("node.ask_shape", part="refusal")
    told = {name: value for name, value in facts.items() if isinstance(value, str | int)}
    refusal = Refusal(key=key, facts=told, status=got.status, at="provider")
    try:
        refusal.message()
    except KeyError:  # a newer peer knows a key that we do not
        return Refusal(key="node.peer_said", facts={"said": key}, at="provider")
    return refusal


def _from(sender: str, provider: str) -> str:
    if sender != provider:
        raise NotAllowed("node.peer_another", expected=provider, found=sender)
    return sender


def _read_answer(asked: LocalAsk, grant: Grant, got: Got) -> dict[str, Json]:
    """The answer for the system; RuleBroken if it is not what was asked and granted."""
    if asked.kind is Kind.VERIFY:
        result = got.content.get("result")
        if result not in set(VerifyAnswer):
            raise RuleBroken("node.answer_beyond_grant", number=grant.number, why="result")
        return {"result": result}
    names, rows, flaws = (got.content.get(part) for part in ("fields", "rows", "flaws"))
    if names != list(asked.items) or not isinstance(rows, list):
        raise RuleBroken("node.answer_beyond_grant", number=grant.number, why="fields")
    told: list[Json] = []
    for row in rows:
        if not isinstance(row, list) or len(row) != len(asked.items):
            raise RuleBroken("node.answer_beyond_grant", number=grant.number, why="row")
        for name, cell in zip(asked.items, row, strict=True):
            granted = grant.field(name)
            if granted is None or (granted.mask and not is_masked(granted.mask, None if cell is None else str(cell))):
                raise RuleBroken("node.answer_beyond_grant", number=grant.number, why=name)
        told.append(dict(zip(asked.items, row, strict=True)))
    masked: list[Json] = [f.name for f in grant.fields if f.mask is not None and f.name in asked.items]
    return {"rows": told, "count": len(told), "masked": masked, "flaws": flaws if isinstance(flaws, list) else []}
