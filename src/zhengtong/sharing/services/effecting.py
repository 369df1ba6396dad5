"""What was agreed and filed takes effect on its day (生效, 条例 第二十七条第三款)."""

from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import record
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import Clock
from zhengtong.sharing.events import ChangeEffective
from zhengtong.sharing.models import Grant, ServiceChange
from zhengtong.sharing.queries.changes import terms_of
from zhengtong.sharing.rules import CHANGE, ChangeKind, ChangeState, Negotiation
from zhengtong.sharing.services.granting import narrow_grant, revoke_grant

EFFECT_BATCH = 200


def apply_changes(*, clock: Clock, actor: Actor = SYSTEM) -> int:
    """Let every filed end or change whose day has come take effect; returns how many.  At most EFFECT_BATCH at once."""
    due = ServiceChange.objects.filter(state=str(ChangeState.FILED), effective_on__lte=clock.today())
    ids = list(due.order_by("effective_on", "number").values_list("id", flat=True)[:EFFECT_BATCH])
    return sum(_apply(change, actor=actor, clock=clock) for change in ids)


@transaction.atomic
def _apply(change: UUID, *, actor: Actor, clock: Clock) -> bool:
    row = ServiceChange.objects.select_for_update().get(pk=change)
    if row.state != ChangeState.FILED:
        return False
    grant = Grant.objects.select_for_update().select_related("request").get(pk=row.grant_id)
    row.state = CHANGE.step("take_effect", state=ChangeState(row.state), roles=actor.roles).target
    row.ended_on = clock.today()
    row.save()
    facts = Negotiation(row.reason, row.agreed_on, row.filed_number)
    if row.kind == ChangeKind.STOP:
        revoke_grant(grant, facts, actor=actor, clock=clock)
    else:
        narrow_grant(grant, terms_of(row), facts, change_number=row.number, actor=actor, clock=clock)
    fact = ChangeEffective(row.id, number=row.number, ended_on=clock.today())
    record(fact, actor=actor, clock=clock, jurisdiction=grant.request.jurisdiction)
    return True
