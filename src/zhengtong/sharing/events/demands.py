"""Facts about demands (需求事件)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("sharing.demand.raised", version=1)
@dataclass(frozen=True, slots=True)
class DemandRaised(Event):
    """A department needs data for which there may be no entry (共享需求, 条例 第二十条)."""

    number: str
    consumer: UUID
    holder: UUID | None
    raised_on: date


@event("sharing.demand.coordinated", version=1)
@dataclass(frozen=True, slots=True)
class DemandCoordinated(Event):
    """The data authority works on it (协调)."""

    number: str
    note: str


@event("sharing.demand.met", version=1)
@dataclass(frozen=True, slots=True)
class DemandMet(Event):
    """There is an entry or a service now (已满足)."""

    number: str
    entry: UUID | None
    note: str
    ended_on: date


@event("sharing.demand.withdrawn", version=1)
@dataclass(frozen=True, slots=True)
class DemandWithdrawn(Event):
    """It is no longer needed (撤回)."""

    number: str
    reason: str
    ended_on: date
