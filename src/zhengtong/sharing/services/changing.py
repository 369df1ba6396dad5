"""An end or change of service is proposed, answered, filed (服务终止、变更, 条例 第二十七条第三款)."""

from dataclasses import asdict
from datetime import date
from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.kernel.events import Event, JsonValue
from zhengtong.kernel.ids import new_id
from zhengtong.parties.rules import Role
from zhengtong.sharing.events import (
    ChangeAnswered,
    ChangeFiled,
    ChangeFollowed,
    ChangeLapsed,
    ChangeNoted,
    ChangeProposed,
    ChangeWithdrawn,
)
from zhengtong.sharing.models import Dispute, Grant, ServiceChange
from zhengtong.sharing.queries.clockwork import change_view
from zhengtong.sharing.queries.terms import held_terms
from zhengtong.sharing.rules import (
    CHANGE,
    CHANGE_SIDES,
    LIVE_GRANTS,
    OPEN_CHANGES,
    SAYS_WHY,
    ChangeKind,
    ChangeState,
    DisputeKind,
    DisputeState,
    GrantState,
    NewTerms,
    Side,
    check_change_words,
    check_narrower,
    check_proposal,
)
from zhengtong.sharing.services.finding import grant_for, is_authority_for, officer_of
from zhengtong.sharing.services.numbering import next_number

SETTLED = (DisputeState.AGREED, DisputeState.RULED, DisputeState.EXECUTED)


@transaction.atomic
def propose_change(
    *,
    grant: UUID,
    kind: ChangeKind,
    reason: str,
    effective_on: date,
    actor: Actor,
    clock: Clock,
    terms: NewTerms | None = None,
) -> UUID:
    """Propose, as the provider, to end a service or narrow it from a day on; the service runs on meanwhile.

    Raises:
        NotFound: no such grant, or the actor's organization does not provide it.
        NotAllowed: only the head of the provider's sharing office proposes.
        WrongState: the grant is over.
        RuleBroken: no reason; too soon; nothing changes or something widens; one is open already.
    """
    row, asked, today = grant_for(Side.PROVIDER, grant=grant, actor=actor), terms or NewTerms(), clock.today()
    if not actor.has(Role.SHARING_OFFICE_HEAD):
        raise NotAllowed("sharing.change_by_head")
    if GrantState(row.state) not in LIVE_GRANTS:
        raise WrongState("sharing.change_of_ended", number=row.number)
    place = row.request.jurisdiction
    view = change_view(proposed_on=today, answered_on=None, jurisdiction=place, on=today)
    assert view.due_on is not None  # a started clock that never pauses
    check_proposal(kind=kind, reason=reason, terms=asked, effective_on=effective_on, answer_due_on=view.due_on)
    check_narrower(asked, held_terms(row), effective_on=effective_on)
    if ServiceChange.objects.filter(grant=row, state__in=[str(s) for s in OPEN_CHANGES]).exists():
        raise RuleBroken("sharing.change_open_already", number=row.number)
    made = ServiceChange.objects.create(
        id=new_id(clock.now()), number=next_number(prefix="B"), grant=row, kind=kind, reason=reason.strip(),
        terms=_terms_json(asked), state=CHANGE.start, effective_on=effective_on, proposed_on=today,
        proposed_at=clock.now(), proposed_by=officer_of(actor), due_on=view.due_on, due_provisional=view.provisional,
    )  # fmt: skip
    fact = ChangeProposed(
        made.id, number=made.number, grant=row.id, kind=str(kind), reason=made.reason, effective_on=effective_on,
        proposed_on=today, due_on=view.due_on,
    )  # fmt: skip
    record(fact, actor=actor, clock=clock, jurisdiction=place)
    return made.id


def _terms_json(terms: NewTerms) -> dict[str, JsonValue]:
    held = {name: value for name, value in asdict(terms).items() if value}
    if terms.until:
        held["until"] = terms.until.isoformat()
    if terms.dropped:
        held["dropped"] = sorted(terms.dropped)
    return held


@transaction.atomic
def move_change(*, change: UUID, verb: str, actor: Actor, clock: Clock, text: str = "") -> ChangeState:
    """Take a proposal one step: agree, object, follow a settlement, file, take note, withdraw.

    Raises:
        NotFound: no such proposal, or not this side's step.
        WrongState, NotAllowed: not from here; not in this role.
        RuleBroken: no words where they are needed; no settlement to follow.
    """
    row = _held(change, verb, actor)
    row.state = CHANGE.step(verb, state=ChangeState(row.state), roles=actor.roles).target
    if verb in SAYS_WHY:
        check_change_words(text)
    fact = _STEPS[verb](row, text.strip(), actor, clock)
    row.save()
    record(fact, actor=actor, clock=clock, jurisdiction=row.grant.request.jurisdiction)
    return ChangeState(row.state)


def _held(change: UUID, verb: str, actor: Actor) -> ServiceChange:
    rows = ServiceChange.objects.select_for_update(of=("self",)).select_related("grant__request")
    row = rows.filter(pk=change).first()
    if row is None or verb not in CHANGE_SIDES or not _stands(row, CHANGE_SIDES[verb], actor):
        raise NotFound("sharing.no_change")
    return row


def _stands(row: ServiceChange, side: str, actor: Actor) -> bool:
    if actor.organization is None:
        return False
    if side == "authority":
        return is_authority_for(row.grant.request.jurisdiction, actor)
    return actor.organization == (row.grant.consumer_id if side == "consumer" else row.grant.provider_id)


def _agree(row: ServiceChange, text: str, actor: Actor, clock: Clock) -> Event:
    row.agreed_on = clock.today()
    return _answered(row, text, agrees=True, actor=actor, clock=clock)


def _object(row: ServiceChange, text: str, actor: Actor, clock: Clock) -> Event:
    return _answered(row, text, agrees=False, actor=actor, clock=clock)


def _answered(row: ServiceChange, text: str, *, agrees: bool, actor: Actor, clock: Clock) -> Event:
    row.answer, row.answered_on = text, clock.today()
    row.answered_at, row.answered_by = clock.now(), officer_of(actor)
    return ChangeAnswered(row.id, number=row.number, agrees=agrees, answer=text, answered_on=clock.today())


def _follow(row: ServiceChange, _text: str, _actor: Actor, clock: Clock) -> Event:
    settled = Dispute.objects.filter(
        kind=str(DisputeKind.GRANT), about=row.grant_id, state__in=[str(s) for s in SETTLED],
        settled_on__gte=row.proposed_on, opened_at__gte=row.proposed_at, provides=False,
    ).order_by("-settled_on", "-number").first()  # fmt: skip
    if settled is None:
        raise RuleBroken("sharing.change_not_settled", number=row.number)
    row.agreed_on, row.dispute_number = clock.today(), settled.number
    return ChangeFollowed(row.id, number=row.number, dispute_number=settled.number, agreed_on=clock.today())


def _file(row: ServiceChange, _text: str, actor: Actor, clock: Clock) -> Event:
    row.filed_number, row.filed_on = f"备{row.number}", clock.today()
    row.filed_at, row.filed_by = clock.now(), officer_of(actor)
    return ChangeFiled(row.id, number=row.number, filed_number=row.filed_number, filed_on=clock.today())


def _note(row: ServiceChange, _text: str, actor: Actor, clock: Clock) -> Event:
    if row.noted_on is not None:
        raise WrongState("sharing.change_noted_already", number=row.number)
    row.noted_on, row.noted_at, row.noted_by = clock.today(), clock.now(), officer_of(actor)
    return ChangeNoted(row.id, number=row.number, noted_on=clock.today())


def _withdraw(row: ServiceChange, text: str, _actor: Actor, clock: Clock) -> Event:
    row.ended_on, row.end_reason = clock.today(), text
    return ChangeWithdrawn(row.id, number=row.number, reason=text, ended_on=clock.today())


_STEPS = {"agree": _agree, "object": _object, "follow": _follow, "file": _file, "note": _note, "withdraw": _withdraw}


def lapse_changes(grant: Grant, *, clock: Clock, actor: Actor) -> None:
    """Close, in the caller's transaction, what was proposed about a grant that ended in another way."""
    for row in ServiceChange.objects.select_for_update().filter(grant=grant, state__in=[str(s) for s in OPEN_CHANGES]):
        row.state = CHANGE.step("lapse", state=ChangeState(row.state), roles=actor.roles).target
        row.ended_on = clock.today()
        row.save()
        fact = ChangeLapsed(row.id, number=row.number, ended_on=clock.today())
        record(fact, actor=actor, clock=clock, jurisdiction=grant.request.jurisdiction)
