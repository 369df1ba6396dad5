"""The shapes in which parties answer (主体记录)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.actors import Actor
from zhengtong.parties.rules import Level, OrgKind, Role


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


@dataclass(frozen=True, slots=True)
class Place:
    """A seat somebody may act from on a day: an own one, or that of an absent officer."""

    seat: SeatCard
    standing_in: bool
    until_on: date | None
    from_on: date | None = None  # of a substitute: since when


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
    organization: OrganizationCard
    title: str
    roles: tuple[Role, ...]
    standing_in_for: str = ""  # name of the absent officer
    from_on: date | None = None  # since when and until when the substitute stands in
    until_on: date | None = None
    absent_until: date | None = None  # the holder is on leave until this day

    @property
    def organization_name(self) -> str:
        return self.organization.name


@dataclass(frozen=True, slots=True)
class CardsOfOrganization:
    """The cards of one organization (机构的登录卡片)."""

    organization: OrganizationCard
    cards: tuple[SignInCard, ...]


@dataclass(frozen=True, slots=True)
class CardsOfPlace:
    """The cards of one government and what belongs to its place (一级政府的登录卡片)."""

    name: str  # the government's name; of its first organization where it has no government
    level: Level
    organizations: tuple[CardsOfOrganization, ...]


@dataclass(frozen=True, slots=True)
class Absence:
    """Who stands in for an officer, and for how long (AB角)."""

    substitute: UUID
    name: str
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class SubstitutionLine:
    """Somebody of the own organization who is or will be away, and who stands in (AB角)."""

    id: UUID
    absent: UUID
    absent_name: str
    substitute_name: str
    from_on: date
    until_on: date
    reason: str
    running: bool
    may_end: bool


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach an officer (联系方式): only ever given by `services.read_contact`, which records the read."""

    name: str
    phone: str
    email: str


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
