"""Facts about an end or change of service (服务变更事件).  The subject is the proposal."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("sharing.change.proposed", version=1)
@dataclass(frozen=True, slots=True)
class ChangeProposed(Event):
    """A provider would end or change a service from a day on (条例 第二十七条第三款)."""

    number: str
    grant: UUID
    kind: str
    reason: str
    effective_on: date
    proposed_on: date
    due_on: date


@event("sharing.change.answered", version=1)
@dataclass(frozen=True, slots=True)
class ChangeAnswered(Event):
    """The consumer agreed or objected."""

    number: str
    agrees: bool
    answer: str
    answered_on: date


@event("sharing.change.followed", version=1)
@dataclass(frozen=True, slots=True)
class ChangeFollowed(Event):
    """A settlement or the government's decision stands in for the consumer's agreement (第二十八条)."""

    number: str
    dispute_number: str
    agreed_on: date


@event("sharing.change.filed", version=1)
@dataclass(frozen=True, slots=True)
class ChangeFiled(Event):
    """What was agreed is filed with the data authority (备案)."""

    number: str
    filed_number: str
    filed_on: date


@event("sharing.change.noted", version=1)
@dataclass(frozen=True, slots=True)
class ChangeNoted(Event):
    """The authority took note of the filing."""

    number: str
    noted_on: date


@event("sharing.change.effective", version=1)
@dataclass(frozen=True, slots=True)
class ChangeEffective(Event):
    """Its day came: the grant ended or has its new terms."""

    number: str
    ended_on: date


@event("sharing.change.withdrawn", version=1)
@dataclass(frozen=True, slots=True)
class ChangeWithdrawn(Event):
    """The provider took it back: the service runs on."""

    number: str
    reason: str
    ended_on: date


@event("sharing.change.lapsed", version=1)
@dataclass(frozen=True, slots=True)
class ChangeLapsed(Event):
    """The grant ended otherwise before."""

    number: str
    ended_on: date
