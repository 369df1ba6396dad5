"""Time limits (期限): when something is due, from its events, a limit and a calendar.  Pure.

The day of the triggering event is not counted; day 1 is the next working day and the limit
ends with the last day (standards §0).  A pause takes the days after it up to and including
the day of resuming out of the count.  A restart forgets what was spent before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from zhengtong.kernel.calendar import WALK_DAYS_MAX, WorkCalendar


class Unit(StrEnum):
    """What a limit is counted in."""

    WORKING_DAY = "working_day"  # 工作日
    CALENDAR_DAY = "calendar_day"  # 自然日


class Bound(StrEnum):
    """Which way a limit binds."""

    MAX = "max"  # not later than: an answer, a delivery
    MIN = "min"  # not earlier than: a period records must be kept


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """One limit of the law, as in force from a day, for a jurisdiction ("" is the whole country).

    `days` in `unit`; `extension_days` may be added once in all, agreed by `extended_by`;
    `mark` says how sure the number is (`standards.md`: V verified, M memory, D our own).
    """

    id: str
    act: str
    days: int
    unit: Unit
    bound: Bound
    extension_days: int
    extended_by: str
    clock_stops_for: frozenset[str]
    on_expiry: str
    cites: str
    in_force_from: date
    jurisdiction: str
    mark: str

    def favours_applicant(self, general: "TimeLimit") -> bool:
        """Whether this local limit moves `general` only in the applicant's or requester's favour."""
        if self.bound is not general.bound or self.unit is not general.unit:
            return False
        if self.bound is Bound.MAX:
            return self.days <= general.days and self.extension_days <= general.extension_days
        return self.days >= general.days


class ClockEventKind(StrEnum):
    """What can happen to a clock."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    RESTART = "restart"  # begins again in full, e.g. when a supplement arrives
    EXTEND = "extend"  # adds `days`
    STOP = "stop"  # the act was done


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """One thing that happened to a clock, on a legal day.  `reason` of a pause must stop this limit's clock."""

    kind: ClockEventKind
    on: date
    days: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClockView:
    """Where a clock stands on a day.

    `due_on` is None before the start and while paused.  `remaining` counts unit days from the
    day of asking to `due_on` (negative: late by so many).  A provisional due date is past the
    last published calendar year: shown, but nothing is deemed on it.
    """

    due_on: date | None
    provisional: bool
    basis: str
    remaining: int | None
    paused_since: date | None
    late: bool
    stopped_on: date | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """What a clock's events add up to: since when it runs, how long it may, what was taken out."""

    started: date | None = None
    days: int = 0
    extended: int = 0
    paused_since: date | None = None
    pauses: tuple[tuple[date, date], ...] = ()
    stopped_on: date | None = None


def deadline(events: Sequence[ClockEvent], limit: TimeLimit, calendar: WorkCalendar, *, on: date) -> ClockView:
    """Where the clock stands on a day, from all that happened to it, in order of days.

    Raises:
        ValueError: the history is impossible (a resume without a pause, a second pause in one, an
            extension beyond the limit's own, a pause for a reason that does not stop this clock): a
            caller's bug.
    """
    tally = tally_of(events, limit)
    if tally.started is None:
        return ClockView(None, False, limit.cites, None, None, False)
    if tally.paused_since is not None and tally.stopped_on is None:
        spent = _counted(tally, tally.started, tally.paused_since, limit.unit, calendar)
        left = tally.days + tally.extended - spent
        return ClockView(None, False, limit.cites, left, tally.paused_since, False)
    due_on = _due(tally, limit, calendar)
    judged_on = tally.stopped_on or on
    provisional = calendar.is_provisional(due_on)
    late = judged_on > due_on and not provisional and limit.bound is Bound.MAX
    remaining = None if tally.stopped_on else _span(on, due_on, limit.unit, calendar)
    return ClockView(due_on, provisional, limit.cites, remaining, None, late, tally.stopped_on)


def tally_of(events: Sequence[ClockEvent], limit: TimeLimit) -> Tally:
    """All events of a clock taken in order.  Raises ValueError for an impossible history."""
    tally = Tally(days=limit.days)
    for happened in events:
        tally = _take(tally, happened, limit)
    return tally


def _take(tally: Tally, happened: ClockEvent, limit: TimeLimit) -> Tally:
    kind = happened.kind
    if kind is ClockEventKind.START or kind is ClockEventKind.RESTART:
        return replace(tally, started=happened.on, extended=0, paused_since=None, pauses=(), stopped_on=None)
    if tally.started is None:
        raise ValueError(f"{limit.id}: {kind} before the clock started")
    if kind is ClockEventKind.PAUSE:
        if happened.reason not in limit.clock_stops_for:
            raise ValueError(f"{limit.id}: {happened.reason!r} does not stop this clock")
        if tally.paused_since is not None:
            raise ValueError(f"{limit.id}: paused twice without a resume")
        return replace(tally, paused_since=happened.on)
    if kind is ClockEventKind.RESUME:
        if tally.paused_since is None:
            raise ValueError(f"{limit.id}: resumed without a pause")
        return replace(tally, pauses=(*tally.pauses, (tally.paused_since, happened.on)), paused_since=None)
    if kind is ClockEventKind.EXTEND:
        if tally.extended + happened.days > limit.extension_days:
            raise ValueError(f"{limit.id}: extended by more than {limit.extension_days} days")
        return replace(tally, extended=tally.extended + happened.days)
    return replace(tally, stopped_on=happened.on)


def _due(tally: Tally, limit: TimeLimit, calendar: WorkCalendar) -> date:
    assert tally.started is not None
    wanted, day = tally.days + tally.extended, tally.started
    for _ in range(WALK_DAYS_MAX):
        if wanted == 0:
            return day
        day += timedelta(days=1)
        if counts(tally, day, limit.unit, calendar):
            wanted -= 1
    raise ValueError(f"{limit.id}: no due date within {WALK_DAYS_MAX} days")


def counts(tally: Tally, day: date, unit: Unit, calendar: WorkCalendar) -> bool:
    """Whether a day is counted: not in a pause, and a working day where the limit is in working days."""
    if any(paused < day <= resumed for paused, resumed in tally.pauses):
        return False
    return unit is Unit.CALENDAR_DAY or calendar.is_working(day)


def _counted(tally: Tally, start: date, end: date, unit: Unit, calendar: WorkCalendar) -> int:
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(counts(tally, day, unit, calendar) for day in days)


def _span(start: date, end: date, unit: Unit, calendar: WorkCalendar) -> int:
    return (end - start).days if unit is Unit.CALENDAR_DAY else calendar.between(start, end)
