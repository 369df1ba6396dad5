"""Disputes (争议, 条例 第二十八条): negotiated, mediated by the common authority, decided by its government.

A dispute stops nothing and changes no reply.  What is agreed or decided is carried out by the ordinary means; for a
request that was refused, by `ask_again`, which puts it before the provider once more.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.kernel.events import Event
from zhengtong.kernel.ids import new_id
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.sharing.events import (
    DisputeAgreed,
    DisputeExecuted,
    DisputeFollowedUp,
    DisputeOpened,
    DisputeReferred,
    DisputeRuled,
    DisputeWithdrawn,
    MediationAsked,
    MediationMinuted,
    MediationTakenUp,
)
from zhengtong.sharing.models import Correction, Dispute, DisputeNote, Grant, SharingRequest
from zhengtong.sharing.queries.changes import change_contested
from zhengtong.sharing.queries.clockwork import mediation_view
from zhengtong.sharing.rules import (
    DISPUTE,
    DISPUTE_SIDES,
    OPEN_DISPUTES,
    SETTLED_DISPUTES,
    CorrectionState,
    DisputeKind,
    DisputeSide,
    DisputeState,
    GrantState,
    RequestState,
    check_claim,
    check_step,
    common_places,
    is_same_level,
)
from zhengtong.sharing.services.drafting import receive_again
from zhengtong.sharing.services.finding import officer_of
from zhengtong.sharing.services.numbering import next_number

CONTESTED_REQUESTS = (RequestState.REFUSED, RequestState.PARTLY_CONSENTED)
LATE_REQUESTS = (RequestState.RECEIVED, RequestState.EXTENDED)
CONTESTED_GRANTS = (GrantState.SUSPENDED, GrantState.TERMINATED)


@dataclass(frozen=True, slots=True)
class _Thing:
    """What is contested, whatever it is."""

    id: UUID
    number: str
    title: str
    consumer: UUID
    provider: UUID


@transaction.atomic
def open_dispute(*, kind: DisputeKind, about: UUID, claim: str, actor: Actor, clock: Clock) -> UUID:
    """Contest what the other department did (提出争议); the two negotiate first.

    Raises:
        NotFound: there is no such thing, or the actor's organization is no party to it.
        WrongState: nothing has been decided about it that could be contested.
        RuleBroken: no claim; one is open about it already; nobody stands above both departments.
    """
    officer, organ = officer_of(actor), actor.organization
    if organ is None or not (actor.has(Role.DATA_OFFICER) or actor.has(Role.SHARING_OFFICE_HEAD)):
        raise NotAllowed("sharing.dispute_by_office")
    check_claim(claim)
    thing = _contested(kind, about, organization=organ, on=clock.today())
    if Dispute.objects.filter(about=about, state__in=[str(s) for s in OPEN_DISPUTES]).exists():
        raise RuleBroken("sharing.dispute_open_already", number=thing.number)
    mediator, jurisdiction, same = _mediator(thing)
    row = Dispute.objects.create(
        id=new_id(clock.now()),
        number=next_number(prefix="Z"),
        kind=kind,
        about=thing.id,
        about_number=thing.number,
        entry_name=thing.title,
        consumer_id=thing.consumer,
        provider_id=thing.provider,
        applicant_id=organ,
        mediator_id=mediator,
        jurisdiction=jurisdiction,
        same_level=same,
        claim=claim.strip(),
        state=DISPUTE.start,
        opened_on=clock.today(),
        opened_at=clock.now(),
        opened_by=officer,
    )
    fact = DisputeOpened(
        row.id, number=row.number, kind=str(kind), about=about, consumer=thing.consumer, provider=thing.provider,
        applicant=organ, mediator=mediator, opened_on=row.opened_on,
    )  # fmt: skip
    record(fact, actor=actor, clock=clock, jurisdiction=jurisdiction)
    return row.id


def _contested(kind: DisputeKind, about: UUID, *, organization: UUID, on: date) -> _Thing:
    if kind is DisputeKind.REQUEST:
        request = SharingRequest.objects.filter(pk=about, received_on__isnull=False).first()
        thing = request and _Thing(
            request.id, request.number, request.entry_name, request.consumer_id, request.provider_id
        )
        late = request is not None and request.state in LATE_REQUESTS and bool(request.due_on and request.due_on < on)
        contested = request is not None and (request.state in CONTESTED_REQUESTS or late)
    elif kind is DisputeKind.GRANT:
        grant = Grant.objects.select_related("request").filter(pk=about).first()
        thing = grant and _Thing(grant.id, grant.number, grant.request.entry_name, grant.consumer_id, grant.provider_id)
        contested = grant is not None and (grant.state in CONTESTED_GRANTS or change_contested(grant.id, on=on))
    else:
        held = Correction.objects.filter(pk=about).first()
        thing = held and _Thing(held.id, held.number, held.entry_name, held.consumer_id, held.provider_id)
        contested = held is not None and held.state == CorrectionState.NOT_CORRECTED
    if not thing or organization not in (thing.consumer, thing.provider):
        raise NotFound("sharing.nothing_to_dispute")
    if not contested:
        raise WrongState("sharing.nothing_contested", number=thing.number)
    return thing


def _mediator(thing: _Thing) -> tuple[UUID, str, bool]:
    """The authority above both that is no party itself, its place, and whether it is of their own level."""
    cards = parties.organizations_by_id((thing.consumer, thing.provider))
    consumer, provider = cards[thing.consumer].jurisdiction, cards[thing.provider].jurisdiction
    for place in common_places(consumer, provider):
        found = parties.authority_of(jurisdiction=place)
        if found is not None and found.id not in (thing.consumer, thing.provider):
            return found.id, found.jurisdiction, is_same_level(consumer, provider, mediator=found.jurisdiction)
    raise RuleBroken("sharing.no_common_authority")


@transaction.atomic
def move_dispute(
    *,
    dispute: UUID,
    verb: str,
    text: str,
    actor: Actor,
    clock: Clock,
    provides: bool = False,
    do_by: date | None = None,
) -> DisputeState:
    """Take a dispute one step up or to its end (协商、协调、决定、执行、撤回), with what was said on record.

    `provides` and `do_by` go with `agree`, `settle` and `rule`: the provider answers anew and provides, by that day.

    Raises:
        NotFound: no such dispute, or not this side's step.
        WrongState, NotAllowed: not from here; not in these roles.
        RuleBroken: nothing is said, or the day is past.
    """
    row = _held(dispute, verb, actor)
    check_step(verb, text, do_by=do_by, on=clock.today())
    row.state = DISPUTE.step(verb, state=DisputeState(row.state), roles=actor.roles).target
    fact = _STEPS[verb](row, text.strip(), clock.today(), provides, do_by)
    row.save()
    DisputeNote.objects.create(
        id=new_id(clock.now()), dispute=row, verb=verb, text=text.strip(), organization_id=actor.organization,
        noted_on=clock.today(), noted_at=clock.now(), noted_by=officer_of(actor),
    )  # fmt: skip
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return DisputeState(row.state)


def _held(dispute: UUID, verb: str, actor: Actor) -> Dispute:
    row = Dispute.objects.select_for_update().filter(pk=dispute).first()
    if row is None or verb not in DISPUTE_SIDES or not _stands(row, DISPUTE_SIDES[verb], actor):
        raise NotFound("sharing.no_dispute")
    return row


def _stands(row: Dispute, side: DisputeSide, actor: Actor) -> bool:
    if actor.organization is None:
        return False
    if side is DisputeSide.APPLICANT:
        return actor.organization == row.applicant_id
    if side is DisputeSide.MEDIATOR:
        return actor.organization == row.mediator_id
    return actor.has(Role.GOVERNMENT_LEADER) and actor.jurisdiction == row.jurisdiction


def _fail(row: Dispute, _text: str, on: date, _provides: bool, _do_by: date | None) -> Event:
    view = mediation_view(asked_on=on, ended_on=None, jurisdiction=row.jurisdiction, on=on)
    row.asked_on, row.due_on, row.due_provisional = on, view.due_on, view.provisional
    return MediationAsked(row.id, number=row.number, asked_on=on)


def _take_up(row: Dispute, _text: str, on: date, _provides: bool, _do_by: date | None) -> Event:
    return MediationTakenUp(row.id, number=row.number, taken_up_on=on)


def _minute(row: Dispute, _text: str, on: date, _provides: bool, _do_by: date | None) -> Event:
    return MediationMinuted(row.id, number=row.number, minuted_on=on)


def _agree(row: Dispute, text: str, on: date, provides: bool, do_by: date | None) -> Event:
    row.settled_on, row.outcome, row.provides, row.do_by = on, text, provides, do_by
    mediated = row.asked_on is not None
    return DisputeAgreed(row.id, number=row.number, mediated=mediated, provides=provides, settled_on=on, do_by=do_by)


def _refer(row: Dispute, _text: str, on: date, _provides: bool, _do_by: date | None) -> Event:
    return DisputeReferred(row.id, number=row.number, referred_on=on)


def _rule(row: Dispute, text: str, on: date, provides: bool, do_by: date | None) -> Event:
    row.settled_on, row.outcome, row.provides, row.do_by = on, text, provides, do_by
    return DisputeRuled(row.id, number=row.number, provides=provides, settled_on=on, do_by=do_by)


def _execute(row: Dispute, _text: str, on: date, _provides: bool, _do_by: date | None) -> Event:
    row.ended_on = on
    return DisputeExecuted(row.id, number=row.number, ended_on=on)


def _withdraw(row: Dispute, _text: str, on: date, _provides: bool, _do_by: date | None) -> Event:
    row.ended_on = on
    return DisputeWithdrawn(row.id, number=row.number, ended_on=on)


_STEPS = {
    "agree": _agree,
    "fail": _fail,
    "take_up": _take_up,
    "minute": _minute,
    "settle": _agree,
    "refer": _refer,
    "rule": _rule,
    "execute": _execute,
    "withdraw": _withdraw,
}


@transaction.atomic
def ask_again(*, dispute: UUID, actor: Actor, clock: Clock) -> UUID:
    """Put a refused request before the provider once more, unchanged, as agreed or decided (依协调意见重新提交).

    The own head agreed to it before and it says the same, so nobody signs again; the reply clock starts today.

    Raises:
        NotFound: no such dispute, or not the actor's organization's.
        WrongState: nothing is settled, it was asked again already, or the provider need not answer anew.
    """
    row = Dispute.objects.select_for_update().filter(pk=dispute, consumer=actor.organization).first()
    if row is None or not (actor.has(Role.DATA_OFFICER) or actor.has(Role.SHARING_OFFICE_HEAD)):
        raise NotFound("sharing.no_dispute")
    settled = row.state in SETTLED_DISPUTES and row.kind == DisputeKind.REQUEST and row.provides
    if not settled or row.follow_up_id is not None:
        raise WrongState("sharing.nothing_to_ask_again", number=row.number)
    row.follow_up_id = receive_again(request=row.about, actor=actor, clock=clock)
    row.save()
    fact = DisputeFollowedUp(row.id, number=row.number, request=row.follow_up_id)
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return row.follow_up_id
