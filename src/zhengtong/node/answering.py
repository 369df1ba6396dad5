"""How a refusal of this node ends (拒绝): signed, recorded, remembered, counted; then it leaves."""

from dataclasses import replace

from zhengtong.node import accounts, refusals
from zhengtong.node.admission import Admitted
from zhengtong.node.core import Core
from zhengtong.node.entries import close_with
from zhengtong.node.incoming import Incoming, Received, Reply
from zhengtong.node.journal_thread import Step
from zhengtong.node.refusals import LedgerPlace, Refusal
from zhengtong.wire.canonical import instant
from zhengtong.wire.records import OutcomeKind


async def refuse(
    core: Core, incoming: Incoming, received: Received, admitted: Admitted, refusal: Refusal, *, failed: bool = False
) -> Reply:
    """Answer an admitted message with a refusal, its outcome durable first."""
    e = received.envelope
    told = replace(
        refusal, exchange=e.id, grant=admitted.number or e.grant or "", purpose=e.purpose or "", system=e.system or "",
        peer=e.sender, here=LedgerPlace(core.code, admitted.index),
    )  # fmt: skip
    signed = incoming.sign_refusal(received, told, index=admitted.index)
    outcome = OutcomeKind.FAILED if failed else OutcomeKind.REFUSED
    record = close_with(admitted.intent, signed, at=core.now(), outcome=outcome, refusal=told.key)

    def settle(step: Step) -> None:
        accounts.close_intent(step, record, request_digest=admitted.intent.envelope_digest)
        refusals.keep(step.db, told, at=instant(record.at))

    await core.journal.do(settle)
    core.counts[f"refused {told.key}"] += 1
    return signed.reply
