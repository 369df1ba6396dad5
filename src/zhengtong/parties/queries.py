"""What can be asked about organizations, people and seats.  Frozen records; rows never leave this file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from zhengtong.journal import door
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotAllowed, NotFound
from zhengtong.parties.models import Account, Duty, Officer, Organization, Seat, Substitution
from zhengtong.parties.rules import Level, OrgKind, Role, region_chain, role_label

ORGANIZATIONS_MAX = 2_000
CARDS_MAX = 200


@dataclass(frozen=True, slots=True)
class OrganizationCard:
    """An organization as others see it (机构)."""

    id: UUID
    code: str
    name: str
    short_name: str
    uscc: str
    level: Level
    kind: OrgKind
    parent: UUID | None
    guidance_by: UUID | None
    vertical_under: UUID | None
    jurisdiction: str
    is_authority: bool
    sharing_office: str


@dataclass(frozen=True, slots=True)
class SeatCard:
    """A seat and who holds it (岗位)."""

    id: UUID
    officer_id: UUID
    officer_name: str
    organization: OrganizationCard
    roles: tuple[Role, ...]
    title: str
    from_on: date
    until_on: date | None

    @property
    def role_labels(self) -> tuple[str, ...]:
        return tuple(role_label(role) for role in self.roles)


@dataclass(frozen=True, slots=True)
class Place:
    """A seat somebody may act from on a day: an own one, or that of an absent officer."""

    seat: SeatCard
    standing_in: bool
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Recognized:
    """Who an account is on a day: the actor, the seat it acts from, and all it could act from."""

    actor: Actor
    place: Place
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class SignInCard:
    """One card on the demo's sign-in page (登录卡片)."""

    account: UUID
    seat: UUID
    officer_name: str
    organization_name: str
    title: str
    roles: tuple[Role, ...]
    standing_in_for: str  # name of the absent officer, or ""
    until_on: date | None
    absent_until: date | None  # the holder is on leave until this day


@dataclass(frozen=True, slots=True)
class Absence:
    """Who stands in for an officer, and for how long (AB角)."""

    substitute: UUID
    name: str
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One duty of an organization (职责)."""

    id: UUID
    organization: UUID
    code: str
    name: str
    legal_basis: str


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """An officer with the seats held on a day, for the administrator's list."""

    id: UUID
    name: str
    seats: tuple[SeatCard, ...]


def organization(*, id: UUID) -> OrganizationCard:
    """One organization.  Raises NotFound."""
    if found := Organization.objects.filter(pk=id).first():
        return _card(found)
    raise NotFound("parties.no_organization", which=str(id))


def organization_by_code(*, code: str) -> OrganizationCard:
    """One organization by its short code.  Raises NotFound."""
    if found := Organization.objects.filter(code=code).first():
        return _card(found)
    raise NotFound("parties.no_organization", which=code[:40])


def organizations(*, actor: Actor, active_only: bool = True) -> tuple[OrganizationCard, ...]:
    """All organizations, for anybody who acts in a role: who exists is no secret among departments."""
    if not actor.roles:
        return ()
    rows = Organization.objects.filter(active=True) if active_only else Organization.objects.all()
    return tuple(_card(row) for row in rows.order_by("code")[:ORGANIZATIONS_MAX])


def organizations_by_id(ids: Iterable[UUID]) -> dict[UUID, OrganizationCard]:
    """Some organizations by id; unknown ids are left out."""
    return {row.id: _card(row) for row in Organization.objects.filter(pk__in=set(ids))}


def authority_of(*, jurisdiction: str) -> OrganizationCard | None:
    """The data authority (主管部门) of a place: its own, else the nearest above; None if there is none."""
    chain = region_chain(jurisdiction)
    found = list(Organization.objects.filter(is_authority=True, active=True, jurisdiction__in=chain))
    found.sort(key=lambda row: chain.index(row.jurisdiction))
    return _card(found[0]) if found else None


def officer_name(*, id: UUID) -> str:
    """The name of an officer.  Raises NotFound."""
    if found := Officer.objects.filter(pk=id).first():
        return found.name
    raise NotFound("parties.no_officer", which=str(id))


def officer_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of some officers by id; unknown ids are left out."""
    return dict(Officer.objects.filter(pk__in=set(ids)).values_list("id", "name"))


def officers(*, actor: Actor, on: date) -> tuple[OfficerRow, ...]:
    """Officers with their seats on a day: all for administrators and auditors, else those of one's organization."""
    rows = _seats_on(on)
    if not actor.roles & {"system", Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR}:
        rows = rows.filter(organization=actor.organization)
    held: dict[UUID, list[SeatCard]] = {}
    for row in rows[: ORGANIZATIONS_MAX * 5]:
        held.setdefault(row.officer_id, []).append(_seat(row))
    return tuple(OfficerRow(who, cards[0].officer_name, tuple(cards)) for who, cards in held.items())


def seats(
    *, on: date, organization: UUID | None = None, officer: UUID | None = None, role: Role | None = None
) -> tuple[SeatCard, ...]:
    """Seats held on a day, in the order they were given."""
    rows = _seats_on(on)
    if organization is not None:
        rows = rows.filter(organization=organization)
    if officer is not None:
        rows = rows.filter(officer=officer)
    cards = (_seat(row) for row in rows[: ORGANIZATIONS_MAX * 5])
    return tuple(card for card in cards if role is None or role in card.roles)


def account_seats(*, account: UUID, on: date) -> tuple[Place, ...]:
    """The seats an account may act from on a day: its officer's own, then those it stands in for."""
    found = recognize(account=account, seat=None, on=on)
    return found.places if found else ()


def recognize(*, account: UUID, seat: UUID | None, on: date) -> Recognized | None:
    """Who an account is on a day, in the seat asked for or else its first; None if it may act from none."""
    officer = Officer.objects.filter(accounts__id=account, accounts__is_active=True).first()
    if officer is None:
        return None
    own = [Place(_seat(row), False, row.until_on) for row in _seats_on(on).filter(officer=officer)]
    stands = {s.absent_id: s for s in _substitutions_on(on).filter(substitute=officer)}
    rows = _seats_on(on).filter(officer__in=list(stands)) if stands else ()
    places = (*own, *(Place(_seat(row), True, stands[row.officer_id].until_on) for row in rows))
    if not places:
        return None
    place = next((p for p in places if p.seat.id == seat), places[0])
    absent = place.seat.officer_id if place.standing_in else None
    return Recognized(_actor(officer.id, officer.name, place.seat, acting_for=absent), place, places)


def actor_for(*, account: UUID, seat: UUID, on: date) -> Actor:
    """The actor that an account is on a day in a seat; a substitute acts in its own name for the absent one.

    Raises:
        NotAllowed: the seat is neither the account's nor one it stands in for on that day.
    """
    found = recognize(account=account, seat=seat, on=on)
    if found is None or found.place.seat.id != seat:
        raise NotAllowed("parties.seat_not_yours")
    return found.actor


def seat_holder(*, organization_code: str, role: Role, on: date) -> Actor:
    """The actor who holds a role in an organization on a day, for commands and the demo.  Raises NotFound."""
    org = organization_by_code(code=organization_code)
    found = seats(on=on, organization=org.id, role=role)
    if not found:
        raise NotFound(
            "parties.nobody_in_role", role_zh=role_label(role), role_en=role_label(role, "en"), code=org.code
        )
    return _actor(found[0].officer_id, found[0].officer_name, found[0], acting_for=None)


def actor_by_login(*, login: str, on: date) -> Actor:
    """The actor that an account is in its first seat, for commands and the demo.  Raises NotFound."""
    account = Account.objects.filter(login=login, is_active=True).first()
    found = recognize(account=account.id, seat=None, on=on) if account else None
    if found is None:
        raise NotFound("parties.no_account", login=login[:60])
    return found.actor


def sign_in_cards(*, on: date) -> tuple[SignInCard, ...]:
    """The cards of the sign-in page: demo accounts in every seat they may act from; none outside the demo."""
    if not door.is_demo():
        return ()
    accounts = {a.officer_id: a for a in Account.objects.filter(is_demo=True, is_active=True)[:CARDS_MAX]}
    stands = list(_substitutions_on(on).filter(Q(absent__in=accounts) | Q(substitute__in=accounts)))
    names = officer_names([*(s.absent_id for s in stands), *(s.substitute_id for s in stands), *accounts])
    away = {s.absent_id: s.until_on for s in stands}
    cards: list[SignInCard] = []
    for row in _seats_on(on).filter(Q(officer__in=accounts) | Q(officer__in=away)):
        card = _seat(row)
        if row.officer_id in accounts:
            cards.append(
                _sign_in_card(accounts[row.officer_id].id, card, card.officer_name, "", None, away.get(row.officer_id))
            )
        for s in stands:
            if s.absent_id == row.officer_id and s.substitute_id in accounts:
                name, absent = names[s.substitute_id], names[s.absent_id]
                cards.append(_sign_in_card(accounts[s.substitute_id].id, card, name, absent, s.until_on, None))
    return tuple(cards[:CARDS_MAX])


def absence(*, officer: UUID, on: date) -> Absence | None:
    """Who stands in for an officer on a day; None if the officer is not away."""
    found = _substitutions_on(on).filter(absent=officer).select_related("substitute").first()
    if found is None:
        return None
    return Absence(found.substitute_id, found.substitute.name, found.from_on, found.until_on)


def duties(*, organization: UUID) -> tuple[DutyRow, ...]:
    """The duties of an organization, by code (职责清单)."""
    return tuple(_duty(row) for row in Duty.objects.filter(organization=organization).order_by("code"))


def duty(*, id: UUID) -> DutyRow:
    """One duty.  Raises NotFound."""
    if found := Duty.objects.filter(pk=id).first():
        return _duty(found)
    raise NotFound("parties.no_duty", which=str(id))


def _seats_on(on: date) -> QuerySet[Seat]:
    open_ended = Q(until_on=None) | Q(until_on__gte=on)
    rows = Seat.objects.filter(open_ended, from_on__lte=on, organization__active=True)
    return rows.select_related("officer", "organization").order_by("given_at", "id")


def _substitutions_on(on: date) -> QuerySet[Substitution]:
    return Substitution.objects.filter(from_on__lte=on, until_on__gte=on).order_by("from_on", "id")


def _actor(officer: UUID, name: str, seat: SeatCard, *, acting_for: UUID | None) -> Actor:
    org = seat.organization
    return Actor(officer, name, org.id, frozenset(str(r) for r in seat.roles), org.jurisdiction, acting_for)


def _sign_in_card(
    account: UUID, seat: SeatCard, name: str, absent: str, until_on: date | None, absent_until: date | None
) -> SignInCard:
    return SignInCard(
        account, seat.id, name, seat.organization.name, seat.title, seat.roles, absent, until_on, absent_until
    )


def _card(row: Organization) -> OrganizationCard:
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


def _seat(row: Seat) -> SeatCard:
    roles = tuple(Role(r) for r in row.roles)
    return SeatCard(
        row.id, row.officer_id, row.officer.name, _card(row.organization), roles, row.title, row.from_on, row.until_on
    )


def _duty(row: Duty) -> DutyRow:
    return DutyRow(row.id, row.organization_id, row.code, row.name, row.legal_basis)


def organizations_under(*, authority: UUID) -> frozenset[UUID]:
    """The organizations whose nearest data authority is this one; empty if it is no authority."""
    rows = list(
        Organization.objects.filter(active=True).values_list("id", "jurisdiction", "is_authority")[:ORGANIZATIONS_MAX]
    )
    seated = {place: org for org, place, is_authority in rows if is_authority}
    nearest = {org: next((seated[p] for p in region_chain(place) if p in seated), None) for org, place, _ in rows}
    return frozenset(org for org, found in nearest.items() if found == authority)
