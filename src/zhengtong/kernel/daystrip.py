"""A clock day by day (日历条): why a limit ends on the day it ends.  Pure.

The same events, limit and calendar that give the due date give one record for every day from
the start to the due date, and on to the answer or to today where that is later.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from zhengtong.kernel.calendar import WorkCalendar
from zhengtong.kernel.deadlines import ClockEvent, ClockEventKind, Tally, TimeLimit, Unit, counts, deadline, tally_of

STRIP_DAYS_MAX = 120  # longer clocks are explained by their sentence alone
LATE_DAYS_MAX = 45  # how far past the due date the strip goes on
HOLIDAY_RUN_MAX = 15  # no holiday is longer; bounds the look around a day

_DAY = timedelta(days=1)


class DayKind(StrEnum):
    """What kind of day it is for offices."""

    WORKING = "working"  # 工作日
    WEEKEND = "weekend"  # 周末
    HOLIDAY = "holiday"  # 放假
    MAKE_UP = "make_up"  # 调休上班


class DayMark(StrEnum):
    """What happened on a day, or what the day is to the clock."""

    START = "start"  # 收到: not counted itself
    RESTART = "restart"  # 补齐: counted anew from the next day
    PAUSED = "paused"  # 停计
    EXTENDED = "extended"  # 同意延长
    EXTRA = "extra"  # 延长的日子
    STOP = "stop"  # 办结
    DUE = "due"  # 到期
    LATE = "late"  # 到期之后
    TODAY = "today"


@dataclass(frozen=True, slots=True)
class DayRecord:
    """One day of a clock.  `number` counts from 1; after the due date it counts the days of delay."""

    on: date
    kind: DayKind
    number: int | None
    marks: tuple[DayMark, ...]

    def has(self, mark: str) -> bool:
        """Whether the day bears a mark."""
        return mark in self.marks


@dataclass(frozen=True, slots=True)
class DayStrip:
    """A clock from its start to its due date, day by day (日历条)."""

    days: tuple[DayRecord, ...]
    started_on: date
    due_on: date
    provisional: bool
    allowed: int  # the limit itself, in `unit`
    extension: int  # days agreed on top
    unit: Unit
    basis: str

    def of_kind(self, kind: DayKind) -> tuple[date, ...]:
        """The days of a kind up to the due date, the first one left out."""
        return tuple(d.on for d in self.days[1:] if d.kind is kind and d.on <= self.due_on)


def day_strip(events: Sequence[ClockEvent], limit: TimeLimit, calendar: WorkCalendar, *, on: date) -> DayStrip | None:
    """Every day of a clock, or None where it has no due date (not started, paused) or is too long to draw.

    Raises:
        ValueError: the history is impossible, as `deadline` says.
    """
    view, tally = deadline(events, limit, calendar, on=on), tally_of(events, limit)
    if view.due_on is None or tally.started is None or (view.due_on - tally.started).days > STRIP_DAYS_MAX:
        return None
    ends = max(view.due_on, min(tally.stopped_on or on, view.due_on + LATE_DAYS_MAX * _DAY))
    return DayStrip(
        days=tuple(_days(events, tally, limit.unit, calendar, due_on=view.due_on, ends=ends, on=on)),
        started_on=tally.started,
        due_on=view.due_on,
        provisional=view.provisional,
        allowed=tally.days,
        extension=tally.extended,
        unit=limit.unit,
        basis=limit.cites,
    )


def kind_of_day(day: date, calendar: WorkCalendar) -> DayKind:
    """What kind of day it is; a weekend inside a run of days off for a holiday belongs to the holiday."""
    if calendar.is_working(day):
        return DayKind.MAKE_UP if day.weekday() >= 5 else DayKind.WORKING
    run = (*_off(day, -1, calendar), day, *_off(day, 1, calendar))
    return DayKind.HOLIDAY if any(off.weekday() < 5 for off in run) else DayKind.WEEKEND


def _off(day: date, step: int, calendar: WorkCalendar) -> Iterator[date]:
    for n in range(1, HOLIDAY_RUN_MAX + 1):
        found = day + step * n * _DAY
        if calendar.is_working(found):
            return
        yield found


def _days(
    events: Sequence[ClockEvent],
    tally: Tally,
    unit: Unit,
    calendar: WorkCalendar,
    *,
    due_on: date,
    ends: date,
    on: date,
) -> Iterator[DayRecord]:
    assert tally.started is not None
    number, late = 0, 0
    for n in range((ends - tally.started).days + 1):
        day = tally.started + n * _DAY
        counted = n > 0 and counts(tally, day, unit, calendar)
        if counted and day <= due_on:
            number += 1
        elif counted:
            late += 1
        yield DayRecord(
            on=day,
            kind=kind_of_day(day, calendar),
            number=(number if day <= due_on else late) if counted else None,
            marks=tuple(_marks(day, events, tally, due_on=due_on, on=on, extra=counted and number > tally.days)),
        )


def _marks(
    day: date, events: Sequence[ClockEvent], tally: Tally, *, due_on: date, on: date, extra: bool
) -> Iterator[DayMark]:
    kinds = {happened.kind for happened in events if happened.on == day}
    if day == tally.started:
        restarted = any(e.kind is ClockEventKind.RESTART for e in events)
        yield DayMark.RESTART if restarted else DayMark.START
    if any(paused < day <= resumed for paused, resumed in tally.pauses):
        yield DayMark.PAUSED
    if ClockEventKind.EXTEND in kinds:
        yield DayMark.EXTENDED
    if day > due_on:
        yield DayMark.LATE
    elif extra:
        yield DayMark.EXTRA
    if day == due_on:
        yield DayMark.DUE
    if day == tally.stopped_on:
        yield DayMark.STOP
    if day == on:
        yield DayMark.TODAY
