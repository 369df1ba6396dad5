"""What happens to grants (共享许可): issued, delivered, suspended, ended (条例 第二十二、二十五、二十七条)."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F

from zhengtong.journal.services import record
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.events import Event
from zhengtong.kernel.ids import new_id
from zhengtong.sharing.events import (
    GrantChanged,
    GrantDelivered,
    GrantExpired,
    GrantIssued,
    GrantLifted,
    GrantSuspended,
    GrantTerminated,
)
from zhengtong.sharing.models import Grant, RequestBeneficiary, SharingRequest
from zhengtong.sharing.queries.clockwork import delivery_view, rectify_day
from zhengtong.sharing.queries.following import is_continued
from zhengtong.sharing.queries.forms_of import form_of
from zhengtong.sharing.queries.grants import lifts
from zhengtong.sharing.queries.terms import build, narrowed
from zhengtong.sharing.rules import (
    GRANT,
    LIFT_UNDELIVERED,
    LIVE_GRANTS,
    SIDES,
    GrantState,
    Negotiation,
    NewTerms,
    ReplyForm,
    check_reason,
    check_rectified,
    check_revocation,
    check_suspension,
    check_termination,
    has_ended,
    takes_over,
    validity,
)
from zhengtong.sharing.services.changing import lapse_changes
from zhengtong.sharing.services.disposing import owe_disposal
from zhengtong.sharing.services.finding import grant_for, keep, officer_of
from zhengtong.wire import grant as wire
from zhengtong.wire import rowfilter, suites

EXPIRE_BATCH = 500


def issue_grants(row: SharingRequest, reply: ReplyForm, *, salt: bytes, actor: Actor, clock: Clock) -> tuple[UUID, ...]:
    """Issue one grant for each organ of a request just consented to (一机构一许可), in the caller's transaction."""
    return tuple(_issue(row, reply, organ, salt=salt, actor=actor, clock=clock) for organ in row.beneficiaries.all())


def _issue(
    row: SharingRequest, reply: ReplyForm, organ: RequestBeneficiary, *, salt: bytes, actor: Actor, clock: Clock
) -> UUID:
    now, today = clock.now(), clock.today()
    terms = build(row, reply, organ=organ, id=new_id(now), at=now, salt=salt)
    begins, ends = validity(reply, form_of(row))
    assert begins is not None
    assert ends is not None
    payload = wire.grant_payload(terms)
    due = delivery_view(consented_on=today, ended_on=None, jurisdiction=row.jurisdiction, on=today)
    assert due.due_on is not None  # a started clock that never pauses
    held = Grant.objects.create(
        id=UUID(terms.id),
        number=terms.number,
        request=row,
        provider_id=row.provider_id,
        consumer_id=organ.organization_id,
        terms=payload.decode(),
        terms_digest=suites.digest_text(payload),
        row_filter=rowfilter.filter_to_json(terms.row_filter) if terms.row_filter else None,
        filter_salt=terms.filter_salt,
        decision_digest=row.decision_digest,
        state=GrantState.DELIVERING,
        changed_at=now,
        issued_at=now,
        consented_on=today,
        valid_from=begins,
        valid_until=ends,
        deliver_due_on=due.due_on,
        deliver_provisional=due.provisional,
    )
    fact = GrantIssued(
        held.id,
        number=held.number,
        request=row.id,
        provider=held.provider_id,
        consumer=held.consumer_id,
        terms_digest=held.terms_digest,
        decision_digest=held.decision_digest,
        consented_on=today,
        valid_from=begins,
        valid_until=ends,
    )
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return held.id


@transaction.atomic
def confirm_delivered(*, grant: UUID, actor: Actor, clock: Clock, version: int | None = None) -> None:
    """State that the data are now shared (确认已提供, 条例 第二十二条); the delivery clock stops."""
    row = _moved("deliver", grant=grant, actor=actor, version=version)
    row.delivered_on, row.delivered_at, row.delivered_by = clock.today(), clock.now(), officer_of(actor)
    fact = GrantDelivered(
        row.id, number=row.number, provider=row.provider_id, consumer=row.consumer_id, delivered_on=clock.today()
    )
    _keep(row, fact, actor=actor, clock=clock)
    _take_over(row, clock=clock)


def let_followers_take_over(*, clock: Clock) -> int:
    """Let delivered grants whose period has begun take the place of those they follow; returns how many."""
    due = Grant.objects.filter(
        state=str(GrantState.ACTIVE),
        valid_from__lte=clock.today(),
        consumer=F("request__follows__consumer"),
        request__follows__state__in=[str(GrantState.DELIVERING), str(GrantState.ACTIVE)],
        request__follows__valid_until__gte=clock.today(),
    )
    ids = list(due.order_by("number").values_list("id", flat=True)[:EXPIRE_BATCH])
    return sum(_follower_takes_over(grant, clock=clock) for grant in ids)


@transaction.atomic
def _follower_takes_over(grant: UUID, *, clock: Clock) -> bool:
    new = Grant.objects.select_for_update(of=("self",)).select_related("request").get(pk=grant)
    return _take_over(new, clock=clock)


def _take_over(new: Grant, *, clock: Clock) -> bool:
    """End the grant that a new one renews or widens, once the new one is delivered and begun (条例 第二十五条)."""
    rows = Grant.objects.select_for_update(of=("self",)).select_related("request")
    old = rows.filter(pk=new.request.follows_id, consumer=new.consumer_id).first()
    if old is None or not takes_over(
        new=GrantState(new.state), old=GrantState(old.state), begins=new.valid_from, old_ends=old.valid_until,
        on=clock.today(),
    ):  # fmt: skip
        return False
    old.state = GRANT.step("supersede", state=GrantState(old.state), roles=SYSTEM.roles).target
    _end(old, "supersede", new.number, actor=SYSTEM, clock=clock)
    return True


@transaction.atomic
def suspend_grant(
    *, grant: UUID, reason: str, actor: Actor, clock: Clock, breach: str = "U2", rectify_by: date | None = None
) -> None:
    """Suspend a permission for misuse and set a day to put it right (暂停并督促限期整改, 条例 第二十七条).

    Raises:
        RuleBroken: no fact of misuse is stated; the day to rectify is past.
    """
    row = _moved("suspend", grant=grant, actor=actor)
    today = clock.today()
    check_suspension(reason=reason, breach=breach, rectify_by=rectify_by, on=today)
    row.breach, row.suspension_reason, row.lift_evidence = breach, reason.strip(), ""
    row.suspended_on, row.suspended_at, row.suspended_by = today, clock.now(), officer_of(actor)
    row.rectify_by = rectify_by or rectify_day(suspended_on=today, jurisdiction=row.request.jurisdiction)
    fact = GrantSuspended(
        row.id,
        number=row.number,
        provider=row.provider_id,
        consumer=row.consumer_id,
        breach=breach,
        reason=row.suspension_reason,
        rectify_by=row.rectify_by,
        suspended_on=today,
    )
    _keep(row, fact, actor=actor, clock=clock)


@transaction.atomic
def lift_suspension(*, grant: UUID, evidence: str, actor: Actor, clock: Clock) -> None:
    """Give the permission back once misuse is put right (恢复).

    Raises:
        RuleBroken: there is no evidence; the provider would lift what the authority ordered.
    """
    row = grant_for(SIDES["lift"], grant=grant, actor=actor)
    verb = "lift" if row.delivered_on else LIFT_UNDELIVERED
    row.state = GRANT.step(verb, state=GrantState(row.state), roles=actor.roles).target
    if not lifts(row, organization=actor.organization):
        raise RuleBroken("sharing.lift_by_who_suspended", number=row.number)
    check_rectified(evidence)
    row.lift_evidence = evidence.strip()
    row.suspended_on = row.suspended_at = row.suspended_by = row.rectify_by = None
    fact = GrantLifted(
        row.id,
        number=row.number,
        provider=row.provider_id,
        consumer=row.consumer_id,
        evidence=row.lift_evidence,
        state=str(row.state),
        lifted_on=clock.today(),
    )
    _keep(row, fact, actor=actor, clock=clock)


@transaction.atomic
def terminate_grant(*, grant: UUID, reason: str, actor: Actor, clock: Clock) -> None:
    """End sharing after a suspension that led to nothing (终止, 条例 第二十七条).

    Raises:
        RuleBroken: the time given to rectify still runs, or no reason is given.
    """
    row = _moved("terminate", grant=grant, actor=actor)
    check_termination(reason=reason, rectify_by=row.rectify_by, on=clock.today())
    _end(row, "terminate", reason, actor=actor, clock=clock)


def revoke_grant(row: Grant, facts: Negotiation, *, actor: Actor, clock: Clock) -> None:
    """End a service, in the caller's transaction, as negotiated and filed (协商并备案, 条例 第二十七条第三款)."""
    row.state = GRANT.step("revoke", state=GrantState(row.state), roles=actor.roles).target
    check_revocation(facts, since=row.consented_on, on=clock.today())
    row.filed_number = facts.filed_number
    _end(row, "revoke", facts.reason, actor=actor, clock=clock)


def narrow_grant(
    row: Grant, terms: NewTerms, facts: Negotiation, *, change_number: str, actor: Actor, clock: Clock
) -> None:
    """Give a grant its new, narrower terms, in the caller's transaction, as negotiated and filed (变更)."""
    row.state = GRANT.step("narrow", state=GrantState(row.state), roles=actor.roles).target
    check_revocation(facts, since=row.consented_on, on=clock.today())
    payload = wire.grant_payload(narrowed(row, terms))
    row.terms, row.terms_digest = payload.decode(), suites.digest_text(payload)
    row.valid_until = terms.until or row.valid_until
    fact = GrantChanged(
        row.id, number=row.number, provider=row.provider_id, consumer=row.consumer_id, change_number=change_number,
        terms_digest=row.terms_digest, valid_until=row.valid_until, changed_on=clock.today(),
    )  # fmt: skip
    _keep(row, fact, actor=actor, clock=clock)


@transaction.atomic
def relinquish_grant(*, grant: UUID, reason: str, actor: Actor, clock: Clock) -> None:
    """Hand a permission back, saying that the purpose is reached or gone (目的已实现, 条例 第二十七条第一款)."""
    row = _moved("relinquish", grant=grant, actor=actor)
    check_reason(reason)
    _end(row, "relinquish", reason, actor=actor, clock=clock)


def expire_grants(*, clock: Clock, actor: Actor = SYSTEM) -> int:
    """End every grant whose last day is over (到期); returns how many.  At most EXPIRE_BATCH at once."""
    due = Grant.objects.filter(state__in=[str(s) for s in LIVE_GRANTS], valid_until__lt=clock.today())
    ids = list(due.order_by("valid_until").values_list("id", flat=True)[:EXPIRE_BATCH])
    return sum(_expire(grant, actor=actor, clock=clock) for grant in ids)


@transaction.atomic
def _expire(grant: UUID, *, actor: Actor, clock: Clock) -> bool:
    row = Grant.objects.select_for_update().select_related("request").get(pk=grant)
    state = GrantState(row.state)
    if state not in LIVE_GRANTS or not has_ended(valid_until=row.valid_until, on=clock.today()):
        return False
    row.state = GRANT.step("expire", state=state, roles=actor.roles).target
    row.ended_on, row.end_how = row.valid_until, "expire"
    fact = GrantExpired(
        row.id, number=row.number, provider=row.provider_id, consumer=row.consumer_id, ended_on=row.valid_until
    )
    _keep(row, fact, actor=actor, clock=clock)
    _after_the_end(row, actor=actor, clock=clock)
    return True


def _moved(verb: str, *, grant: UUID, actor: Actor, version: int | None = None) -> Grant:
    """The grant, locked and already in the state the verb leads to; nothing is saved yet."""
    row = grant_for(SIDES[verb], grant=grant, actor=actor, version=version)
    row.state = GRANT.step(verb, state=GrantState(row.state), roles=actor.roles).target
    return row


def _end(row: Grant, how: str, reason: str, *, actor: Actor, clock: Clock) -> None:
    row.end_how, row.end_reason, row.ended_on = how, reason.strip(), clock.today()
    fact = GrantTerminated(
        row.id,
        number=row.number,
        provider=row.provider_id,
        consumer=row.consumer_id,
        how=how,
        reason=row.end_reason,
        filed_number=row.filed_number,
        ended_on=clock.today(),
    )
    _keep(row, fact, actor=actor, clock=clock)
    _after_the_end(row, actor=actor, clock=clock)


def _after_the_end(row: Grant, *, actor: Actor, clock: Clock) -> None:
    lapse_changes(row, actor=SYSTEM, clock=clock)
    if not is_continued(row):  # what a renewed or widened grant goes on with is needed still
        owe_disposal(row, actor=actor, clock=clock)


def _keep(row: Grant, fact: Event, *, actor: Actor, clock: Clock) -> None:
    row.changed_at = clock.now()
    keep(row)
    record(fact, actor=actor, clock=clock, jurisdiction=row.request.jurisdiction)
