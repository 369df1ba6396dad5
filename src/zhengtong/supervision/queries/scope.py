"""Who may see findings and reports (可见范围): deny by default, one place."""

from uuid import UUID

from django.db.models import Q

from zhengtong.kernel.actors import Actor
from zhengtong.parties.rules import Role
from zhengtong.sharing.queries.scope import region_prefix

OWN_ROLES = frozenset(str(r) for r in (Role.DATA_OFFICER, Role.SHARING_OFFICE_HEAD, Role.DEPARTMENT_HEAD))
OVERSIGHT_ROLES = frozenset(
    str(r) for r in (Role.SUPERVISOR, Role.AUTHORITY_REVIEWER, Role.AUTHORITY_LEADER, Role.GOVERNMENT_LEADER)
)
NOBODY = Q(pk__in=())


def visible(actor: Actor) -> Q:
    """What an actor may see of things that name a department and a region (findings, directives, projects, money).

    Those of its own department, and those within the region it oversees (条例 第二十九条).
    """
    seen = NOBODY
    if actor.organization and actor.roles & OWN_ROLES:
        seen |= Q(organization=actor.organization)
    if sees_region(actor):
        seen |= Q(jurisdiction__startswith=region_prefix(actor.jurisdiction))
    return seen


def opens_things(actor: Actor) -> bool:
    """Whether the actor may open the requests, grants and corrections that findings and figures name.

    A government's leader reads the report (条例 第三十八条), not the departments' files.
    """
    return bool(actor.roles & (OWN_ROLES | OVERSIGHT_ROLES - {str(Role.GOVERNMENT_LEADER)}))


def reads_findings(actor: Actor) -> bool:
    """Whether there can be findings for this actor to read at all."""
    return actor.organization is not None and bool(actor.roles & (OWN_ROLES | OVERSIGHT_ROLES))


def sees_region(actor: Actor) -> bool:
    """Whether the actor's office reads findings and reports of its whole region (条例 第二十九、三十八条)."""
    return actor.organization is not None and bool(actor.roles & OVERSIGHT_ROLES)


def oversees(actor: Actor, jurisdiction: str) -> bool:
    """Whether the actor acts as supervisor of a place: roles decide what it may do there."""
    within = jurisdiction.startswith(region_prefix(actor.jurisdiction))
    return actor.organization is not None and actor.has(Role.SUPERVISOR) and within


def sees_report_of(actor: Actor, *, organization: UUID, jurisdiction: str) -> bool:
    """Whether the actor may read the monthly report of a department."""
    if actor.organization == organization and actor.roles & OWN_ROLES:
        return True
    return sees_region(actor) and jurisdiction.startswith(region_prefix(actor.jurisdiction))
