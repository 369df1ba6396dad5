"""How a provider replies (答复, 条例 第二十、二十一条): item by item, its signatures, the decision."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import WrongState
from zhengtong.parties import queries as parties
from zhengtong.sharing.documents import reply_to_json, rows_to_json
from zhengtong.sharing.events import (
    ReplyPrepared,
    ReplySigned,
    RequestDecided,
)
from zhengtong.sharing.models import Reply, ReplyItem, SharingRequest
from zhengtong.sharing.offers import known_items
from zhengtong.sharing.queries.decisions import decision_record
from zhengtong.sharing.queries.forms_of import asked_of, form_of, reply_of
from zhengtong.sharing.queries.terms import check_terms, filter_digest
from zhengtong.sharing.rules import (
    Outcome,
    ReplyForm,
    RequestState,
    check_apart,
    check_reply,
    check_told_first,
    outcome_of,
)
from zhengtong.sharing.services.finding import hands, keep, keep_clock, lift_hand, officer_of, put_hand, request_for
from zhengtong.sharing.services.granting import issue_grants
from zhengtong.wire import canonical, suites

SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class SignedReply:
    """What a signature did.  `awaits_countersignature`: the authority's own data, a second approver decides."""

    state: RequestState
    decision_digest: str
    grants: tuple[UUID, ...]
    awaits_countersignature: bool = False


@transaction.atomic
def prepare_reply(*, request: UUID, reply: ReplyForm, actor: Actor, clock: Clock, version: int | None = None) -> UUID:
    """Write the reply, item by item, for the head to sign (拟写答复).  A newer one replaces an older.

    Raises:
        RuleBroken: not every item is answered; a refusal lacks reason or ground; unconditional data are
            kept back without a ground of law; it widens what was asked; the grant would not hold on the wire;
            the request is incomplete and nobody has been told (条例 第二十一条: never refuse outright).
    """
    row = request_for("prepare_reply", request=request, actor=actor, version=version)
    check_apart("prepare_reply", actor=actor, done=hands(row))
    form, asked = form_of(row), asked_of(row)
    check_reply(reply, form=form, offered=known_items(entry=row.entry_id, asked=asked))
    if outcome_of(reply.answers, modes=form.modes) is RequestState.REFUSED:
        check_told_first(form, told=hasattr(row, "supplement"))
    else:
        check_terms(row, reply, at=clock.now())
    held = _write_reply(row, reply, by=officer_of(actor), clock=clock)
    put_hand(row, "prepare_reply", actor)
    lift_hand(row, "sign")
    keep(row)
    digest = suites.digest_text(canonical.encode(reply_to_json(reply)))
    fact = ReplyPrepared(row.id, number=row.number, reply_digest=digest)
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return held


def _write_reply(row: SharingRequest, reply: ReplyForm, *, by: UUID, clock: Clock) -> UUID:
    Reply.objects.filter(request=row).delete()
    document = reply_to_json(reply)
    row.reply = Reply.objects.create(
        request=row,
        rows=rows_to_json(reply.rows),
        rows_note=reply.rows_note.strip(),
        filter_salt=secrets.token_hex(SALT_BYTES),
        lookup=list(reply.lookup),
        modes=document["modes"],
        quota=document["quota"],
        valid_from=reply.valid_from,
        valid_until=reply.valid_until,
        note=reply.note.strip(),
        prepared_at=clock.now(),
        prepared_by=by,
    )
    ReplyItem.objects.bulk_create(
        ReplyItem(
            reply=row.reply,
            position=n,
            code=answer.item,
            outcome=str(answer.outcome),
            mask=answer.mask,
            ground=str(answer.ground or ""),
            reason=answer.reason.strip(),
            article=answer.article.strip(),
            alternative=answer.alternative.strip(),
        )
        for n, answer in enumerate(reply.answers, start=1)
    )
    return row.id


@transaction.atomic
def sign_reply(*, request: UUID, actor: Actor, clock: Clock, version: int | None = None) -> SignedReply:
    """Sign the prepared reply, as head of the provider's sharing office (签发答复, 条例 第二十条).

    Writes the decision record, its digest, and one grant for each organ.  Where the provider is the
    authority itself the decision waits for a second approver (`countersign_reply`).

    Raises:
        WrongState: no reply is prepared.
        RuleBroken: the signer prepared it, or had a hand in the request.
    """
    row = request_for("refuse", request=request, actor=actor, version=version)
    reply = _prepared(row)
    check_apart("sign", actor=actor, done=hands(row))
    reply.signed_at, reply.signed_by = clock.now(), officer_of(actor)
    reply.save()
    put_hand(row, "sign", actor)
    if parties.organization(id=row.provider_id).is_authority:
        keep(row)
        record(ReplySigned(row.id, number=row.number), actor=actor, clock=clock, jurisdiction=row.jurisdiction)
        return SignedReply(RequestState(row.state), "", (), awaits_countersignature=True)
    return _decide(row, reply, actor=actor, clock=clock)


@transaction.atomic
def countersign_reply(*, request: UUID, actor: Actor, clock: Clock) -> SignedReply:
    """Approve, as a second person, the authority's answer about its own data (复核签发).

    Raises:
        WrongState: the first signature is missing.
        RuleBroken: the same person signed, prepared or asked.
    """
    row = request_for("countersign", request=request, actor=actor)
    reply = _prepared(row)
    if reply.signed_by is None or not parties.organization(id=row.provider_id).is_authority:
        raise WrongState("sharing.nothing_to_countersign", number=row.number)
    check_apart("countersign", actor=actor, done=hands(row))
    reply.countersigned_at, reply.countersigned_by = clock.now(), officer_of(actor)
    reply.save()
    put_hand(row, "countersign", actor)
    return _decide(row, reply, actor=actor, clock=clock)


def decide_taken_over(row: SharingRequest, reply: ReplyForm, *, by: UUID, actor: Actor, clock: Clock) -> SignedReply:
    """Sign, as the provider, the reply that stands for sharing taken over (接管), in the caller's transaction.

    `by` filed it for the authority; the two are two persons, as with any reply.
    """
    check_terms(row, reply, at=clock.now())
    _write_reply(row, reply, by=by, clock=clock)
    row.hands = {**row.hands, "prepare_reply": [str(by)]}
    check_apart("sign", actor=actor, done=hands(row))
    held = _prepared(row)
    held.signed_at, held.signed_by = clock.now(), officer_of(actor)
    held.save()
    put_hand(row, "sign", actor)
    return _decide(row, held, actor=actor, clock=clock)


def _prepared(row: SharingRequest) -> Reply:
    reply = Reply.objects.filter(request=row).first()
    if reply is None:
        raise WrongState("sharing.no_reply_prepared", number=row.number)
    return reply


def _decide(row: SharingRequest, reply: Reply, *, actor: Actor, clock: Clock) -> SignedReply:
    """The decision itself: state, record, clock, grants, event, in that order."""
    answer, form = reply_of(reply), form_of(row)
    check_reply(answer, form=form, offered=known_items(entry=row.entry_id, asked=asked_of(row)))
    state = outcome_of(answer.answers, modes=form.modes)
    row.state = state
    row.decided_at, row.decided_by, row.decided_on = clock.now(), officer_of(actor), clock.today()
    row.answered_late = keep_clock(row, on=clock.today()).late
    salt = bytes.fromhex(reply.filter_salt)
    refused = state is RequestState.REFUSED
    bound = "" if refused else filter_digest(row, answer, at=clock.now(), salt=salt)
    row.decision = decision_record(row, answer, filter_digest=bound).decode()
    row.decision_digest = suites.digest_text(row.decision.encode())
    keep(row)
    counted = [a.outcome for a in answer.answers]
    fact = RequestDecided(
        row.id,
        number=row.number,
        consumer=row.consumer_id,
        provider=row.provider_id,
        state=str(state),
        granted=counted.count(Outcome.GRANT),
        verified=counted.count(Outcome.VERIFY),
        refused=counted.count(Outcome.REFUSE),
        decision_digest=row.decision_digest,
        decided_on=clock.today(),
        due_on=row.due_on,
        late=row.answered_late,
    )
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    grants = () if refused else issue_grants(row, answer, salt=salt, actor=actor, clock=clock)
    return SignedReply(state, row.decision_digest, grants)
