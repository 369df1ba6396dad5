"""Who may see which request and grant (可见范围): deny by default, one place."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from zhengtong.kernel.actors import Actor
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.sharing.models import RequestBeneficiary, SharingRequest
from zhengtong.sharing.queries.records import Organ

OWN_ROLES = frozenset(
    str(role)
    for role in (
        Role.DATA_OFFICER,
        Role.SHARING_OFFICE_HEAD,
        Role.DEPARTMENT_HEAD,
        Role.ENGINEER,
        Role.AUTHORITY_REVIEWER,
        Role.AUTHORITY_LEADER,
    )
)
OVERSIGHT_ROLES = frozenset(
    str(role) for role in (Role.AUTHORITY_REVIEWER, Role.AUTHORITY_LEADER, Role.SUPERVISOR, Role.AUDITOR)
)
NOBODY = Q(pk__in=())
NAMED_MAX = 500


def visible_requests(actor: Actor) -> Q:
    """Requests an actor may see.

    Consumers see their own from the draft on; organs named in it and the provider once it is
    received; oversight (主管部门、督查、审计) what was received within its region.
    """
    seen, received = NOBODY, Q(received_on__isnull=False)
    if actor.organization and actor.roles & OWN_ROLES:
        organ = actor.organization
        seen |= Q(consumer=organ) | (received & (Q(provider=organ) | _named_by_others(organ)))
    if actor.organization and actor.roles & OVERSIGHT_ROLES:
        seen |= received & Q(jurisdiction__startswith=region_prefix(actor.jurisdiction))
    return seen


def _named_by_others(organ: UUID) -> Q:
    """Requests of others that name an organization: by their ids while few, so that the store may use its indexes."""
    named = RequestBeneficiary.objects.filter(organization=organ).order_by().values_list("request_id", flat=True)
    own = SharingRequest.objects.filter(consumer=organ).order_by().values_list("id", flat=True)
    few = list(named.difference(own)[: NAMED_MAX + 1])  # no join: two narrow index scans whatever the size
    return Q(pk__in=few) if len(few) <= NAMED_MAX else Q(pk__in=named)


def visible_grants(actor: Actor) -> Q:
    """Grants an actor may see: its organization's on either side, and oversight's region."""
    seen = NOBODY
    if actor.organization and actor.roles & OWN_ROLES:
        seen |= Q(consumer=actor.organization) | Q(provider=actor.organization)
    if actor.organization and actor.roles & OVERSIGHT_ROLES:
        seen |= Q(request__jurisdiction__startswith=region_prefix(actor.jurisdiction))
    return seen


def region_prefix(jurisdiction: str) -> str:
    """What the codes of a region and all below it begin with: 990100 → 9901 (GB/T 2260)."""
    code = jurisdiction
    while code.endswith("00"):
        code = code[:-2]
    return code


def organs(ids: Iterable[UUID | None]) -> dict[UUID, Organ]:
    """Organizations as lists show them, in one query."""
    cards = parties.organizations_by_id(organ for organ in ids if organ is not None)
    return {
        card.id: Organ(card.id, card.code, card.name, card.short_name, card.is_authority) for card in cards.values()
    }
