"""Facts about standards (标准事件).  Whoever holds open clocks listens to them and counts again."""

from dataclasses import dataclass
from datetime import date

from zhengtong.kernel.events import Event, event


@event("standards.region.added", version=1)
@dataclass(frozen=True, slots=True)
class RegionAdded(Event):
    code: str
    name: str
    source: str


@event("standards.calendar-day.set", version=1)
@dataclass(frozen=True, slots=True)
class CalendarDaySet(Event):
    jurisdiction: str
    day: date
    kind: str


@event("standards.calendar-year.loaded", version=1)
@dataclass(frozen=True, slots=True)
class CalendarYearLoaded(Event):
    year: int
    days: tuple[str, ...]  # "2027-01-01 holiday"


@event("standards.limit.overridden", version=1)
@dataclass(frozen=True, slots=True)
class LimitOverridden(Event):
    limit_id: str
    jurisdiction: str
    days: int
    extension_days: int
    in_force_from: date
