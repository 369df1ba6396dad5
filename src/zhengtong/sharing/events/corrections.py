"""Facts about corrections (校核事件)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("sharing.correction.filed", version=1)
@dataclass(frozen=True, slots=True)
class CorrectionFiled(Event):
    """A value was said to look wrong (校核申请, 条例 第二十六条); which record and value stay in sealed columns."""

    number: str
    entry: UUID
    item: str
    grant: UUID
    consumer: UUID
    provider: UUID
    filed_on: date


@event("sharing.correction.answered", version=1)
@dataclass(frozen=True, slots=True)
class CorrectionAnswered(Event):
    """The provider verified it and answered; `told` are the other organizations that read the item (反馈)."""

    number: str
    consumer: UUID
    provider: UUID
    outcome: str
    others_found: int
    told: tuple[UUID, ...]
    answered_on: date
    due_on: date
    late: bool


@event("sharing.correction.acknowledged", version=1)
@dataclass(frozen=True, slots=True)
class CorrectionAcknowledged(Event):
    """An organization that was told has read it (已知悉)."""

    number: str
    organization: UUID
    acknowledged_on: date
