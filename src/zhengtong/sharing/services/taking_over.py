"""Existing sharing is taken over as grants of origin `legacy` (既有共享接管), and reviewed by its day."""

from datetime import date
from uuid import UUID

from django.db import transaction

from zhengtong.catalog import queries as catalog
from zhengtong.journal.services import record
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.kernel.ids import new_id
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.sharing.events import (
    GrantReviewed,
    GrantTakenOver,
    TakeoverConfirmed,
    TakeoverDeclined,
    TakeoverFiled,
)
from zhengtong.sharing.models import Grant, Takeover
from zhengtong.sharing.offers import Offer, requestable
from zhengtong.sharing.queries.takeovers import form_and_reply
from zhengtong.sharing.rules import (
    GRANT,
    SIDES,
    TAKEOVER,
    GrantOrigin,
    GrantState,
    TakeoverRow,
    TakeoverState,
    check_can_be_sent,
    check_reason,
    check_reply,
    check_review,
    check_takeover,
)
from zhengtong.sharing.services.answering import decide_taken_over
from zhengtong.sharing.services.drafting import receive_taken_over
from zhengtong.sharing.services.finding import grant_for, is_authority_for, keep, officer_of
from zhengtong.sharing.services.numbering import next_number


@transaction.atomic
def file_takeovers(*, rows: tuple[TakeoverRow, ...], actor: Actor, clock: Clock) -> tuple[UUID, ...]:
    """File, as the data authority, sharing that exists already; all rows or none (备案既有共享).

    Raises:
        NotAllowed: the actor does not act for a data authority.
        RuleBroken: a row names what is not there, says too little, is filed already, or is of another region.
    """
    acts = actor.has(Role.AUTHORITY_REVIEWER) or actor.has(Role.AUTHORITY_LEADER)
    if not acts or actor.organization is None or not parties.organization(id=actor.organization).is_authority:
        raise NotAllowed("sharing.takeover_by_authority")
    return tuple(_file(row, actor=actor, clock=clock) for row in rows)


def _file(given: TakeoverRow, *, actor: Actor, clock: Clock) -> UUID:
    check_takeover(given, on=clock.today())
    offer, consumer = _named(given)
    if not is_authority_for(offer.jurisdiction, actor):
        raise RuleBroken("sharing.takeover_elsewhere", line=given.line)
    if Takeover.objects.filter(consumer=consumer, entry=offer.entry, purpose=given.purpose, state="filed").exists():
        raise RuleBroken("sharing.takeover_twice", line=given.line)
    codes = {item.name: code for code, item in offer.asked().items()}
    row = Takeover(
        id=new_id(clock.now()), number=next_number(prefix="J"), entry_id=offer.entry, entry_name=offer.name,
        provider_id=offer.provider, consumer_id=consumer, jurisdiction=offer.jurisdiction,
        items=[codes.get(item, item) for item in given.items], lookup=[codes.get(item, item) for item in given.lookup],
        modes=[str(mode) for mode in given.modes], system=given.system, purpose=given.purpose,
        legal_basis=given.legal_basis, calls_per_day=given.calls_per_day, rows_per_day=given.rows_per_day,
        until=given.until, review_on=given.review_on, state=TAKEOVER.start, filed_on=clock.today(),
        filed_at=clock.now(), filed_by=officer_of(actor),
    )  # fmt: skip
    form, reply = form_and_reply(row, on=clock.today())
    check_can_be_sent(form, offered=offer.asked(), provider=offer.provider)
    check_reply(reply, form=form, offered=offer.asked())
    row.save(force_insert=True)
    fact = TakeoverFiled(
        row.id, number=row.number, entry=offer.entry, provider=offer.provider, consumer=consumer,
        review_on=row.review_on, filed_on=row.filed_on,
    )  # fmt: skip
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return row.id


def _named(given: TakeoverRow) -> tuple[Offer, UUID]:
    """The entry and the consumer a row names.  Raises RuleBroken with its line."""
    try:
        entry = catalog.entry_by_code(code=given.entry_code, actor=SYSTEM).row.id
        offer = requestable(entry=entry)
    except NotFound:
        raise RuleBroken("sharing.takeover_cell", line=given.line, column="目录代码", value=given.entry_code) from None
    try:
        return offer, parties.organization_by_code(code=given.consumer_code).id
    except NotFound:
        value = given.consumer_code
        raise RuleBroken("sharing.takeover_cell", line=given.line, column="使用方代码", value=value) from None


@transaction.atomic
def answer_takeover(*, takeover: UUID, verb: str, actor: Actor, clock: Clock, reason: str = "") -> TakeoverState:
    """Confirm, as the head of the provider's sharing office, that it shares so, or decline (确认、不确认).

    Confirming issues the grant, compiled from a request and a reply like any other.

    Raises:
        NotFound: no such take-over of the actor's organization.
        NotAllowed, WrongState: not this role; answered already.
        RuleBroken: declined without a reason; the catalogue no longer allows it.
    """
    row = Takeover.objects.select_for_update(of=("self",)).filter(pk=takeover, provider=actor.organization).first()
    if row is None or verb not in {"confirm", "decline"}:
        raise NotFound("sharing.no_takeover")
    row.state = TAKEOVER.step(verb, state=TakeoverState(row.state), roles=actor.roles).target
    row.answered_on, row.answered_at, row.answered_by = clock.today(), clock.now(), officer_of(actor)
    if verb == "decline":
        check_reason(reason)
        row.reason = reason.strip()
        row.save()
        fact = TakeoverDeclined(row.id, number=row.number, reason=row.reason, answered_on=clock.today())
        record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
        return TakeoverState(row.state)
    row.grant_id = _issued(row, actor=actor, clock=clock)
    row.save()
    told = TakeoverConfirmed(row.id, number=row.number, grant=row.grant_id, answered_on=clock.today())
    record(told, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return TakeoverState(row.state)


def _issued(row: Takeover, *, actor: Actor, clock: Clock) -> UUID:
    form, reply = form_and_reply(row, on=clock.today())
    request = receive_taken_over(form, consumer=row.consumer_id, by=row.filed_by, actor=actor, clock=clock)
    (made,) = decide_taken_over(request, reply, by=row.filed_by, actor=actor, clock=clock).grants
    grant = Grant.objects.get(pk=made)
    grant.origin, grant.review_on = GrantOrigin.LEGACY, row.review_on
    keep(grant)
    fact = GrantTakenOver(grant.id, number=grant.number, review_on=row.review_on)
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return grant.id


@transaction.atomic
def review_grant(*, grant: UUID, note: str, actor: Actor, clock: Clock, next_on: date | None = None) -> None:
    """Say, as the provider, what a review of sharing taken over found, and by when the next is due, if ever (复核).

    Raises:
        NotFound: no such grant of the actor's organization, or no review is due for it.
        RuleBroken: nothing is said; the next day is past or after the end.
    """
    row = grant_for(SIDES["review"], grant=grant, actor=actor)
    row.state = GRANT.step("review", state=GrantState(row.state), roles=actor.roles).target
    if row.review_on is None:
        raise NotFound("sharing.no_grant", id=str(grant))
    check_review(note=note, next_on=next_on, until=row.valid_until, on=clock.today())
    row.review_on = next_on
    keep(row)
    fact = GrantReviewed(
        row.id, number=row.number, note=note.strip(), reviewed_on=clock.today(), review_on=next_on
    )  # fmt: skip
    record(fact, actor=actor, clock=clock, jurisdiction=row.request.jurisdiction)
