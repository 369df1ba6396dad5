"""Facts about standards (标准事件).  Whoever holds open clocks listens to them and counts again."""

from dataclasses import dataclass
from datetime import date

from zhengtong.kernel.events import Event, JsonValue, event, upcaster


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


@event("standards.limit.overridden", version=2)
@dataclass(frozen=True, slots=True)
class LimitOverridden(Event):
    """A place's own value was set; what it was before on that day, if there was one (地方期限)."""

    limit_id: str
    jurisdiction: str
    days: int
    extension_days: int
    in_force_from: date
    cites: str
    mark: str
    days_before: int | None
    extension_before: int | None


@event("standards.table.loaded", version=1)
@dataclass(frozen=True, slots=True)
class TableLoaded(Event):
    """A newer edition of a shipped table is in use."""

    kind: str
    table: str
    edition: str
    source: str
    digest: str
    rows: int


@event("standards.table.withdrawn", version=1)
@dataclass(frozen=True, slots=True)
class TableWithdrawn(Event):
    """An edition is no longer in use: the one before it is, or the shipped one."""

    kind: str
    table: str
    edition: str
    reason: str


@upcaster("standards.limit.overridden", from_version=1)
def _with_source(payload: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {**payload, "cites": "", "mark": "D", "days_before": None, "extension_before": None}
