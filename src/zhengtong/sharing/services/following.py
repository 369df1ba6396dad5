"""A request follows the grant it would renew or widen (续期、扩大, 条例 第二十五条)."""

from uuid import UUID

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import RuleBroken
from zhengtong.sharing.models import SharingRequest
from zhengtong.sharing.queries.following import held_scope
from zhengtong.sharing.rules import OPEN_STATES, GrantState, RequestForm, Side, check_follow
from zhengtong.sharing.services.finding import grant_for


def follow(form: RequestForm, *, grant: UUID, actor: Actor) -> UUID:
    """The grant a new request follows, locked and checked, in the caller's transaction.

    Raises:
        NotFound: no such grant of the actor's organization.
        WrongState: it is not in force.
        RuleBroken: another entry; its holder is not named; another open request follows it already.
    """
    row = grant_for(Side.CONSUMER, grant=grant, actor=actor)
    check_follow(form, held_scope(row), state=GrantState(row.state), number=row.number)
    others = SharingRequest.objects.filter(follows=row, state__in=[str(s) for s in OPEN_STATES])
    if other := others.first():
        raise RuleBroken("sharing.follow_open_already", number=other.number)
    return row.id
