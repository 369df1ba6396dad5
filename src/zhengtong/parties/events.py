"""Facts about parties (主体事件).  No personal data: people appear by their id."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, JsonValue, event, upcaster


@event("parties.organization.registered", version=1)
@dataclass(frozen=True, slots=True)
class OrganizationRegistered(Event):
    code: str
    level: str
    jurisdiction: str
    is_authority: bool


@event("parties.organization.changed", version=1)
@dataclass(frozen=True, slots=True)
class OrganizationChanged(Event):
    fields: tuple[str, ...]
    level: str
    jurisdiction: str
    is_authority: bool


@event("parties.officer.changed", version=1)
@dataclass(frozen=True, slots=True)
class OfficerChanged(Event):
    """What changed, by name of the field; the values stand only in the row."""

    fields: tuple[str, ...]


@event("parties.duty.changed", version=1)
@dataclass(frozen=True, slots=True)
class DutyChanged(Event):
    fields: tuple[str, ...]


@event("parties.account.password-set", version=1)
@dataclass(frozen=True, slots=True)
class AccountPasswordSet(Event):
    """An administrator gave an account a password."""


@event("parties.officer.added", version=1)
@dataclass(frozen=True, slots=True)
class OfficerAdded(Event):
    """Somebody joined; who it is stands only in the row."""


@event("parties.seat.given", version=1)
@dataclass(frozen=True, slots=True)
class SeatGiven(Event):
    officer: UUID
    organization: UUID
    roles: tuple[str, ...]
    from_on: date
    until_on: date | None


@event("parties.seat.ended", version=1)
@dataclass(frozen=True, slots=True)
class SeatEnded(Event):
    until_on: date


@event("parties.account.opened", version=1)
@dataclass(frozen=True, slots=True)
class AccountOpened(Event):
    officer: UUID
    is_demo: bool


@event("parties.account.signed-in", version=2)
@dataclass(frozen=True, slots=True)
class AccountSignedIn(Event):
    """An account proved itself: by password (with its code), by the identity provider, or by a card of the demo."""

    seat: UUID | None
    by: str


@upcaster("parties.account.signed-in", from_version=1)
def _with_way(payload: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {**payload, "by": ""}


@event("parties.identity.bound", version=1)
@dataclass(frozen=True, slots=True)
class IdentityBound(Event):
    """The security administrator bound an identity of the provider to the account; which one stands in the row."""

    issuer: str


@event("parties.identity.released", version=1)
@dataclass(frozen=True, slots=True)
class IdentityReleased(Event):
    """The binding was taken away."""

    issuer: str
    reason: str


@event("parties.identity.refused", version=1)
@dataclass(frozen=True, slots=True)
class IdentityRefused(Event):
    """The provider vouched for somebody whom nobody has bound here."""

    issuer: str


@event("parties.account.locked", version=1)
@dataclass(frozen=True, slots=True)
class AccountLocked(Event):
    failed: int


@event("parties.account.second-factor-set", version=1)
@dataclass(frozen=True, slots=True)
class SecondFactorSet(Event):
    """The person bound an authenticator; signing in asks for its code from now on."""


@event("parties.account.second-factor-reset", version=1)
@dataclass(frozen=True, slots=True)
class SecondFactorReset(Event):
    """The security administrator took a lost one away."""

    reason: str


@event("parties.substitute.appointed", version=1)
@dataclass(frozen=True, slots=True)
class SubstituteAppointed(Event):
    absent: UUID
    substitute: UUID
    from_on: date
    until_on: date


@event("parties.substitute.ended", version=1)
@dataclass(frozen=True, slots=True)
class SubstituteEnded(Event):
    """Standing in ended early, or never began."""

    absent: UUID
    substitute: UUID
    ended_on: date


@event("parties.reminding.chosen", version=1)
@dataclass(frozen=True, slots=True)
class RemindingChosen(Event):
    """The holder of an account said how to be reminded."""

    by_mail: bool
    days_before: int


@event("parties.feed.changed", version=1)
@dataclass(frozen=True, slots=True)
class FeedChanged(Event):
    """The holder of an account opened an address for its calendar, a new one, or closed it."""

    is_open: bool


@event("parties.webhook.set", version=1)
@dataclass(frozen=True, slots=True)
class WebhookSet(Event):
    """The security administrator set where an organization's system is told; an empty host: nowhere any more."""

    host: str


@event("parties.duty.added", version=1)
@dataclass(frozen=True, slots=True)
class DutyAdded(Event):
    organization: UUID
    code: str


@event("parties.handover.given", version=1)
@dataclass(frozen=True, slots=True)
class HandoverGiven(Event):
    """The open work of a seat was handed to another seat; `digest` is of the sheet (工作交接)."""

    giver: UUID
    taker: UUID
    things: int
    digest: str
    given_on: date


@event("parties.handover.taken", version=1)
@dataclass(frozen=True, slots=True)
class HandoverTaken(Event):
    """Whoever holds the other seat has taken it."""

    taken_on: date
