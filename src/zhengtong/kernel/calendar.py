"""Working days (工作日): a calendar is data, and past its last published year it says so.

Statutory holidays close weekdays; make-up days (调休) open weekends.  The yearly plan is a
notice of the State Council, published about November for the year to come, so a date after
the last published year is counted with ordinary weekends and is provisional (暂定).
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

WALK_DAYS_MAX = 40_000  # about a century: a bound on every walk, so that bad data cannot hang a page

_DAY = timedelta(days=1)
_CALENDARS_CACHED = 64


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days count.  `closed` are weekdays off, `opened` are weekends worked."""

    closed: frozenset[date]
    opened: frozenset[date]
    published_through: date
    name: str = ""

    def is_working(self, day: date) -> bool:
        """Whether offices work on a day."""
        return day in self.opened or (day.weekday() < 5 and day not in self.closed)

    def is_provisional(self, day: date) -> bool:
        """Whether the day lies past the last published plan."""
        return day > self.published_through

    def add(self, start: date, working_days: int) -> date:
        """The n-th working day after `start`; the day itself is not counted.  0 gives `start`."""
        if working_days < 0:
            raise ValueError("a limit cannot be negative")
        day, left = start, working_days
        for _ in range(WALK_DAYS_MAX):
            if left == 0:
                return day
            day += _DAY
            left -= self.is_working(day)
        raise ValueError(f"no {working_days} working days within {WALK_DAYS_MAX} days")

    def between(self, start: date, end: date) -> int:
        """How many working days lie in (start, end]; negative when end is before start."""
        if end < start:
            return -self.between(end, start)
        if (end - start).days > WALK_DAYS_MAX:
            raise ValueError("the span is longer than any limit")
        off, on = _exceptions(self.closed, self.opened)
        weekdays = _weekdays_until(end) - _weekdays_until(start)
        return weekdays - _within(off, start, end) + _within(on, start, end)

    def extended(self, *, closed: Iterable[date] = (), opened: Iterable[date] = (), name: str = "") -> "WorkCalendar":
        """This calendar with a region's own days added; a region may close days and may open them again."""
        off, on = frozenset(closed), frozenset(opened)
        return replace(self, closed=(self.closed - on) | off, opened=(self.opened - off) | on, name=name or self.name)


@lru_cache(maxsize=_CALENDARS_CACHED)
def _exceptions(closed: frozenset[date], opened: frozenset[date]) -> tuple[list[date], list[date]]:
    """Weekdays off and weekends worked, in order."""
    off = sorted(day for day in closed - opened if day.weekday() < 5)
    return off, sorted(day for day in opened if day.weekday() >= 5)


def _weekdays_until(day: date) -> int:
    """Mondays to Fridays from the year 1, which began on a Monday, to a day."""
    weeks, rest = divmod(day.toordinal(), 7)
    return weeks * 5 + min(rest, 5)


def _within(days: list[date], start: date, end: date) -> int:
    """How many of some days in order lie in (start, end]."""
    return bisect_right(days, end) - bisect_right(days, start)
