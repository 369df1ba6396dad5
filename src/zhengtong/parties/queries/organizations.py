"""Organizations and their duties (机构、职责)."""

from collections.abc import Iterable
from uuid import UUID

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.parties.models import Duty, Organization
from zhengtong.parties.queries.records import DutyRow, OrganizationCard
from zhengtong.parties.rules import Level, OrgKind, region_chain

ORGANIZATIONS_MAX = 2_000


def organization(*, id: UUID) -> OrganizationCard:
    """One organization.  Raises NotFound."""
    if found := Organization.objects.filter(pk=id).first():
        return card_of(found)
    raise NotFound("parties.no_organization", which=str(id))


def organization_by_code(*, code: str) -> OrganizationCard:
    """One organization by its short code.  Raises NotFound."""
    if found := Organization.objects.filter(code=code).first():
        return card_of(found)
    raise NotFound("parties.no_organization", which=code[:40])


def short_names(*, codes: Iterable[str]) -> dict[str, str]:
    """Short names by code, of those codes that exist, read at once (机构简称)."""
    found = Organization.objects.filter(code__in=set(codes)).values_list("code", "short_name", "name")
    return {code: short or name for code, short, name in found}


def organizations(*, actor: Actor, active_only: bool = True) -> tuple[OrganizationCard, ...]:
    """All organizations, for anybody who acts in a role: who exists is no secret among departments."""
    if not actor.roles:
        return ()
    rows = Organization.objects.filter(active=True) if active_only else Organization.objects.all()
    return tuple(card_of(row) for row in rows.order_by("code")[:ORGANIZATIONS_MAX])


def organizations_by_id(ids: Iterable[UUID]) -> dict[UUID, OrganizationCard]:
    """Some organizations by id; unknown ids are left out."""
    return {row.id: card_of(row) for row in Organization.objects.filter(pk__in=set(ids))}


def authority_of(*, jurisdiction: str) -> OrganizationCard | None:
    """The data authority (主管部门) of a place: its own, else the nearest above; None if there is none."""
    chain = region_chain(jurisdiction)
    found = list(Organization.objects.filter(is_authority=True, active=True, jurisdiction__in=chain))
    found.sort(key=lambda row: chain.index(row.jurisdiction))
    return card_of(found[0]) if found else None


def organizations_under(*, authority: UUID) -> frozenset[UUID]:
    """The organizations whose nearest data authority is this one; empty if it is no authority."""
    active = Organization.objects.filter(active=True)
    rows = list(active.values_list("id", "jurisdiction", "is_authority")[:ORGANIZATIONS_MAX])
    seated = {place: org for org, place, is_authority in rows if is_authority}
    places = {place for _, place, _ in rows}
    under = {place for place in places if next((seated[p] for p in region_chain(place) if p in seated), 0) == authority}
    return frozenset(org for org, place, _ in rows if place in under)


def duties(*, organization: UUID) -> tuple[DutyRow, ...]:
    """The duties of an organization, by code (职责清单)."""
    return tuple(_duty(row) for row in Duty.objects.filter(organization=organization).order_by("code"))


def duty(*, id: UUID) -> DutyRow:
    """One duty.  Raises NotFound."""
    if found := Duty.objects.filter(pk=id).first():
        return _duty(found)
    raise NotFound("parties.no_duty", which=str(id))


def card_of(row: Organization) -> OrganizationCard:
    """A row as a record."""
    return OrganizationCard(
        id=row.id,
        code=row.code,
        name=row.name,
        short_name=row.short_name,
        uscc=row.uscc,
        level=Level(row.level),
        kind=OrgKind(row.kind),
        parent=row.parent_id,
        guidance_by=row.guidance_by_id,
        vertical_under=row.vertical_under_id,
        jurisdiction=row.jurisdiction,
        is_authority=row.is_authority,
        sharing_office=row.sharing_office,
    )


def _duty(row: Duty) -> DutyRow:
    return DutyRow(row.id, row.organization_id, row.code, row.name, row.legal_basis)
