"""Facts about who is told of changes (变更告知事件).  The subject is the entry."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("catalog.change.told", version=1)
@dataclass(frozen=True, slots=True)
class ChangeTold(Event):
    """These departments were told of a version or a withdrawal."""

    number: int
    kind: str
    organizations: tuple[UUID, ...]
    effective_on: date | None


@event("catalog.change.read", version=1)
@dataclass(frozen=True, slots=True)
class ChangeRead(Event):
    """A department took note."""

    number: int
    organization: UUID


@event("catalog.subscription.made", version=1)
@dataclass(frozen=True, slots=True)
class SubscriptionMade(Event):
    organization: UUID


@event("catalog.subscription.ended", version=1)
@dataclass(frozen=True, slots=True)
class SubscriptionEnded(Event):
    organization: UUID
