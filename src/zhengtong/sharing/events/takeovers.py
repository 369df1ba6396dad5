"""Facts about the take-over of existing sharing (既有共享接管事件)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("sharing.takeover.filed", version=1)
@dataclass(frozen=True, slots=True)
class TakeoverFiled(Event):
    """The authority filed sharing that existed before."""

    number: str
    entry: UUID
    provider: UUID
    consumer: UUID
    review_on: date
    filed_on: date


@event("sharing.takeover.confirmed", version=1)
@dataclass(frozen=True, slots=True)
class TakeoverConfirmed(Event):
    """The provider confirmed it: a grant is issued."""

    number: str
    grant: UUID
    answered_on: date


@event("sharing.takeover.declined", version=1)
@dataclass(frozen=True, slots=True)
class TakeoverDeclined(Event):
    """The provider did not, and says why."""

    number: str
    reason: str
    answered_on: date


@event("sharing.grant.taken-over", version=1)
@dataclass(frozen=True, slots=True)
class GrantTakenOver(Event):
    """The grant stands for sharing that existed before, to be reviewed by a day."""

    number: str
    review_on: date


@event("sharing.grant.reviewed", version=1)
@dataclass(frozen=True, slots=True)
class GrantReviewed(Event):
    """The provider reviewed it; another review is due, or none."""

    number: str
    note: str
    reviewed_on: date
    review_on: date | None
