"""Emergency stops (紧急停用): halt a resource, a node or a consumer at once, with the record of the incident."""

from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.kernel.ids import new_id
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import region_chain
from zhengtong.sharing.events import StopLifted, StopOrdered
from zhengtong.sharing.models import EmergencyStop, Grant, Register
from zhengtong.sharing.offers import offer
from zhengtong.sharing.queries.stops import covered, stands_over
from zhengtong.sharing.rules import (
    ANYWHERE,
    LIVE_GRANTS,
    STOP,
    StopScope,
    StopState,
    check_stop,
    may_order,
    persons,
    stop_number,
)
from zhengtong.sharing.services.finding import officer_of

TOLD_MAX = 5_000


@transaction.atomic
def order_stop(*, scope: StopScope, target: UUID, reason: str, actor: Actor, clock: Clock) -> UUID:
    """Halt a resource (an entry), the node of an organization or a consumer (紧急停用), until another person lifts it.

    The directory is published at once: nodes refuse within the minute in which they next pull it.

    Raises:
        NotFound: no such entry or organization, or none that the actor may halt.
        RuleBroken: nothing is said of what happened.
        WrongState: it is halted already.
    """
    officer = officer_of(actor)
    row = _target(scope, target, clock)
    own = actor.organization == row.organization_id
    if actor.organization is None or not may_order(scope, roles=actor.roles, own=own):
        raise NotAllowed("sharing.stop_not_yours")
    if not own and (not actor.roles & ANYWHERE[scope] or actor.jurisdiction not in region_chain(row.jurisdiction)):
        raise NotFound("sharing.nothing_to_stop")
    check_stop(reason)
    same = EmergencyStop.objects.filter(
        scope=scope, entry=row.entry_id, organization=row.organization_id, state=str(StopState.IN_FORCE)
    ).first()
    if same is not None:
        raise WrongState("sharing.stopped_already", number=same.number)
    grants = list(
        Grant.objects.filter(covered(row), state__in=[str(s) for s in LIVE_GRANTS])
        .order_by("number")
        .values_list("consumer_id", "provider_id")
    )
    told = sorted({str(organ) for pair in grants for organ in pair} - {str(actor.organization)})[:TOLD_MAX]
    row.number, row.reason, row.told, row.grants = _number(clock), reason.strip(), told, len(grants)
    row.ordered_by, row.ordered_for = officer, actor.acting_for
    row.save(force_insert=True)
    fact = StopOrdered(
        row.id, number=row.number, scope=str(scope), organization=row.organization_id, entry=row.entry_id,
        reason=row.reason, grants=row.grants, told=tuple(UUID(one) for one in told), ordered_on=row.ordered_on,
    )  # fmt: skip
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return row.id


def _target(scope: StopScope, target: UUID, clock: Clock) -> EmergencyStop:
    """The record to be, of an existing thing."""
    entry = offer(entry=target) if scope is StopScope.RESOURCE else None
    organ = parties.organization(id=entry.provider if entry else target)
    return EmergencyStop(
        id=new_id(clock.now()),
        scope=scope,
        entry_id=target if entry else None,
        organization_id=organ.id,
        name=entry.name if entry else organ.name,
        jurisdiction=organ.jurisdiction,
        state=STOP.start,
        ordered_on=clock.today(),
        ordered_at=clock.now(),
    )


def _number(clock: Clock) -> str:
    name = f"stop {clock.today().year}"
    Register.objects.get_or_create(name=name)
    register = Register.objects.select_for_update().get(name=name)
    register.last += 1
    register.save()
    return stop_number(on=clock.today(), sequence=register.last)


@transaction.atomic
def lift_stop(*, stop: UUID, report: str, actor: Actor, clock: Clock) -> None:
    """Let it run again (恢复), as another person than who halted it, with what was found and done.

    Raises:
        NotFound: no such stop, or not the actor's to lift.
        WrongState: it is lifted already.
        RuleBroken: the same person ordered it, also as a substitute; nothing is reported.
    """
    row = EmergencyStop.objects.select_for_update().filter(pk=stop).first()
    if row is None or not stands_over(row, actor):
        raise NotFound("sharing.no_stop")
    row.state = STOP.step("lift_stop", state=StopState(row.state), roles=actor.roles).target
    if persons(actor) & {row.ordered_by, row.ordered_for}:
        raise RuleBroken("sharing.stop_lifted_by_another")
    check_stop(report)
    row.report = report.strip()
    row.lifted_on, row.lifted_at, row.lifted_by = clock.today(), clock.now(), officer_of(actor)
    row.save()
    fact = StopLifted(row.id, number=row.number, report=row.report, lifted_on=clock.today())
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
