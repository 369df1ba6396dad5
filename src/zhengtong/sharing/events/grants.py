"""Facts about grants (许可事件)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("sharing.grant.issued", version=1)
@dataclass(frozen=True, slots=True)
class GrantIssued(Event):
    """One organ received one grant (许可签发)."""

    number: str
    request: UUID
    provider: UUID
    consumer: UUID
    terms_digest: str
    decision_digest: str
    consented_on: date
    valid_from: date
    valid_until: date


@event("sharing.grant.delivered", version=1)
@dataclass(frozen=True, slots=True)
class GrantDelivered(Event):
    """The provider shares the data (已提供, 条例 第二十二条)."""

    number: str
    provider: UUID
    consumer: UUID
    delivered_on: date


@event("sharing.grant.suspended", version=1)
@dataclass(frozen=True, slots=True)
class GrantSuspended(Event):
    """Misuse: the permission is suspended (暂停, 条例 第二十七条)."""

    number: str
    provider: UUID
    consumer: UUID
    breach: str
    reason: str
    rectify_by: date | None
    suspended_on: date


@event("sharing.grant.lifted", version=1)
@dataclass(frozen=True, slots=True)
class GrantLifted(Event):
    """Rectified: the permission is back (恢复)."""

    number: str
    provider: UUID
    consumer: UUID
    evidence: str
    state: str  # active, or delivering where delivery is still owed
    lifted_on: date


@event("sharing.grant.terminated", version=1)
@dataclass(frozen=True, slots=True)
class GrantTerminated(Event):
    """Sharing ended before its time (终止); `how` is terminate, revoke or relinquish."""

    number: str
    provider: UUID
    consumer: UUID
    how: str
    reason: str
    filed_number: str
    ended_on: date


@event("sharing.grant.expired", version=1)
@dataclass(frozen=True, slots=True)
class GrantExpired(Event):
    """The period of use is over (到期)."""

    number: str
    provider: UUID
    consumer: UUID
    ended_on: date


@event("sharing.grant.changed", version=1)
@dataclass(frozen=True, slots=True)
class GrantChanged(Event):
    """New terms, narrower than before, as agreed and filed (变更, 条例 第二十七条第三款)."""

    number: str
    provider: UUID
    consumer: UUID
    change_number: str
    terms_digest: str
    valid_until: date
    changed_on: date
