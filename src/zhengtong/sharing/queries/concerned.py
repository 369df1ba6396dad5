"""Whom a request or a demand concerns (当事部门): for what is asked of a department about it from above."""

from dataclasses import dataclass
from uuid import UUID

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.parties.rules import DIRECTING_ROLES
from zhengtong.sharing.models import Demand, SharingRequest
from zhengtong.sharing.queries.demands import visible_demands
from zhengtong.sharing.queries.scope import visible_requests


@dataclass(frozen=True, slots=True)
class Concerned:
    """A request or a demand: its number, what it is about, the departments, whoever is to act first."""

    id: UUID
    number: str
    title: str
    organizations: tuple[UUID, ...]


def may_direct(actor: Actor) -> bool:
    """Whether the actor's office asks departments in writing: the data authority's people and supervisors."""
    return actor.organization is not None and bool(actor.roles & DIRECTING_ROLES)


def concerned_by_request(*, id: UUID, actor: Actor) -> Concerned:
    """The provider and the consumer of a request.  Raises NotFound, also for one the actor does not see."""
    row = SharingRequest.objects.filter(visible_requests(actor), pk=id).first()
    if row is None:
        raise NotFound("sharing.no_request", id=str(id))
    return Concerned(row.id, row.number, row.entry_name, (row.provider_id, row.consumer_id))


def concerned_by_demand(*, id: UUID, actor: Actor) -> Concerned:
    """Source, likely holder and consumer of a demand.  Raises NotFound, also for one the actor does not see."""
    row = Demand.objects.filter(visible_demands(actor), pk=id).first()
    if row is None:
        raise NotFound("sharing.no_demand")
    found = dict.fromkeys(one for one in (row.source_id, row.holder_id, row.consumer_id) if one)
    return Concerned(row.id, row.number, row.what, tuple(found))
