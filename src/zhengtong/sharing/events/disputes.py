"""Facts about disputes (争议事件)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("sharing.dispute.opened", version=1)
@dataclass(frozen=True, slots=True)
class DisputeOpened(Event):
    """One department contests what the other did; they negotiate (提出争议, 条例 第二十八条)."""

    number: str
    kind: str
    about: UUID
    consumer: UUID
    provider: UUID
    applicant: UUID
    mediator: UUID
    opened_on: date


@event("sharing.dispute.mediation-asked", version=1)
@dataclass(frozen=True, slots=True)
class MediationAsked(Event):
    """Negotiation failed; the authority is asked (申请协调)."""

    number: str
    asked_on: date


@event("sharing.dispute.taken-up", version=1)
@dataclass(frozen=True, slots=True)
class MediationTakenUp(Event):
    """The authority mediates (受理协调)."""

    number: str
    taken_up_on: date


@event("sharing.dispute.minuted", version=1)
@dataclass(frozen=True, slots=True)
class MediationMinuted(Event):
    """A step of the mediation was put on record (协调经过)."""

    number: str
    minuted_on: date


@event("sharing.dispute.agreed", version=1)
@dataclass(frozen=True, slots=True)
class DisputeAgreed(Event):
    """The departments agree, alone or before the authority (达成一致)."""

    number: str
    mediated: bool
    provides: bool
    settled_on: date
    do_by: date | None


@event("sharing.dispute.referred", version=1)
@dataclass(frozen=True, slots=True)
class DisputeReferred(Event):
    """Mediation failed; the government decides (报请政府决定)."""

    number: str
    referred_on: date


@event("sharing.dispute.ruled", version=1)
@dataclass(frozen=True, slots=True)
class DisputeRuled(Event):
    """The government decided (政府决定)."""

    number: str
    provides: bool
    settled_on: date
    do_by: date | None


@event("sharing.dispute.followed-up", version=1)
@dataclass(frozen=True, slots=True)
class DisputeFollowedUp(Event):
    """What was refused is asked for anew, as agreed or decided (依协调意见重新提交)."""

    number: str
    request: UUID


@event("sharing.dispute.executed", version=1)
@dataclass(frozen=True, slots=True)
class DisputeExecuted(Event):
    """It is carried out (已执行)."""

    number: str
    ended_on: date


@event("sharing.dispute.withdrawn", version=1)
@dataclass(frozen=True, slots=True)
class DisputeWithdrawn(Event):
    """The department that raised it took it back (撤回)."""

    number: str
    ended_on: date
