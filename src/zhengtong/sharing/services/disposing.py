"""What happens to data once sharing ends (数据处置, 条例 第二十七条第一款): owed, reported, accepted."""

from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.events import Event
from zhengtong.sharing.events import DisposalAccepted, DisposalAskedAgain, DisposalOwed, DisposalReported
from zhengtong.sharing.models import Disposal, Grant
from zhengtong.sharing.queries.clockwork import disposal_view
from zhengtong.sharing.rules import DISPOSAL, DisposalMethod, DisposalState, check_again, check_report
from zhengtong.sharing.services.finding import officer_of


def owe_disposal(grant: Grant, *, actor: Actor, clock: Clock) -> None:
    """Note, in the caller's transaction, that what an ended grant delivered is to be disposed of."""
    if grant.delivered_on is None or grant.ended_on is None:
        return  # nothing came through, so there is nothing to dispose of
    place = grant.request.jurisdiction
    view = disposal_view(ended_on=grant.ended_on, reported_on=None, jurisdiction=place, on=clock.today())
    assert view.due_on is not None  # a started clock that never pauses
    Disposal.objects.create(
        grant=grant, state=DISPOSAL.start, ended_on=grant.ended_on, due_on=view.due_on, due_provisional=view.provisional
    )
    fact = DisposalOwed(grant.id, number=grant.number, ended_on=grant.ended_on, due_on=view.due_on)
    record(fact, actor=actor, clock=clock, jurisdiction=place)


@transaction.atomic
def report_disposal(
    *, grant: UUID, method: DisposalMethod, evidence: str, actor: Actor, clock: Clock, legal_basis: str = ""
) -> None:
    """Say, as the consumer, how the data were disposed of, with the evidence (报告处置情况).

    Raises:
        NotFound: no disposal is owed for this grant, or it is not the actor's organization's.
        WrongState: it was reported already.
        RuleBroken: no evidence is described; a law is missing for what is kept.
    """
    row = _disposal("report", grant=grant, actor=actor, side="consumer")
    check_report(method=method, evidence=evidence, legal_basis=legal_basis)
    row.method, row.evidence, row.legal_basis = str(method), evidence.strip(), legal_basis.strip()
    row.reported_on, row.reported_at, row.reported_by = clock.today(), clock.now(), officer_of(actor)
    fact = DisposalReported(
        row.grant_id, number=row.grant.number, method=row.method, evidence=row.evidence, legal_basis=row.legal_basis,
        reported_on=clock.today(),
    )  # fmt: skip
    _keep(row, fact, actor=actor, clock=clock)


@transaction.atomic
def accept_disposal(*, grant: UUID, actor: Actor, clock: Clock) -> None:
    """Accept, as the provider, what was reported (确认处置).  Raises NotFound, WrongState."""
    row = _disposal("accept", grant=grant, actor=actor, side="provider")
    _answer(row, "", actor=actor, clock=clock)
    fact = DisposalAccepted(row.grant_id, number=row.grant.number, answered_on=clock.today())
    _keep(row, fact, actor=actor, clock=clock)


@transaction.atomic
def ask_disposal_again(*, grant: UUID, reason: str, actor: Actor, clock: Clock) -> None:
    """Send a report back, as the provider, saying what is missing (要求重新处置); the limit does not begin anew.

    Raises:
        NotFound, WrongState: as `accept_disposal`.
        RuleBroken: no reason is given.
    """
    row = _disposal("ask_again", grant=grant, actor=actor, side="provider")
    check_again(reason)
    _answer(row, reason.strip(), actor=actor, clock=clock)
    row.reported_on = None  # owed again, since the grant's end
    fact = DisposalAskedAgain(row.grant_id, number=row.grant.number, reason=row.answer, answered_on=clock.today())
    _keep(row, fact, actor=actor, clock=clock)


def _disposal(verb: str, *, grant: UUID, actor: Actor, side: str) -> Disposal:
    """The disposal, locked and already in the state the verb leads to; nothing is saved yet."""
    rows = Disposal.objects.select_for_update(of=("self",)).select_related("grant__request")
    row = rows.filter(pk=grant).first()
    if row is None or actor.organization is None or actor.organization != getattr(row.grant, f"{side}_id"):
        raise NotFound("sharing.no_disposal")
    row.state = DISPOSAL.step(verb, state=DisposalState(row.state), roles=actor.roles).target
    return row


def _answer(row: Disposal, text: str, *, actor: Actor, clock: Clock) -> None:
    row.answer, row.answered_on = text, clock.today()
    row.answered_at, row.answered_by = clock.now(), officer_of(actor)


def _keep(row: Disposal, fact: Event, *, actor: Actor, clock: Clock) -> None:
    row.save()
    record(fact, actor=actor, clock=clock, jurisdiction=row.grant.request.jurisdiction)
