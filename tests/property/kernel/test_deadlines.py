"""A limit spends exactly the days the statute gives, whatever the calendar and the history."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.shared_data import shared_data
from zhengtong.kernel.calendar import WorkCalendar
from zhengtong.kernel.daystrip import day_strip
from zhengtong.kernel.deadlines import Bound, ClockEvent, ClockEventKind, TimeLimit, Unit, deadline
from zhengtong.regulations.workdays import national

K = ClockEventKind
DAYS = st.dates(date(2024, 1, 1), date(2026, 6, 1))
CALENDARS = st.builds(
    WorkCalendar,
    closed=st.frozensets(DAYS, max_size=30),
    opened=st.frozensets(DAYS, max_size=10),
    published_through=st.just(date(2030, 12, 31)),
)


def limit_of(days: int, unit: Unit = Unit.WORKING_DAY, extension: int = 10) -> TimeLimit:
    stops = frozenset({"hearing"})
    return TimeLimit("T", "act", days, unit, Bound.MAX, extension, "", stops, "", "", date(2020, 1, 1), "", "D")


def counted(calendar: WorkCalendar, start: date, end: date) -> int:
    return sum(calendar.is_working(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


@given(start=DAYS, calendar=CALENDARS, days=st.integers(1, 60))
def test_a_limit_ends_on_a_working_day_after_exactly_its_days(start: date, calendar: WorkCalendar, days: int) -> None:
    view = deadline([ClockEvent(K.START, start)], limit_of(days), calendar, on=start)
    assert view.due_on is not None
    assert calendar.is_working(view.due_on)
    assert counted(calendar, start, view.due_on) == days == calendar.between(start, view.due_on)
    assert view.due_on == calendar.add(start, days)


@given(start=DAYS, calendar=CALENDARS, days=st.integers(1, 30), worked=st.integers(0, 20), pause=st.integers(0, 40))
def test_a_pause_takes_its_days_out_and_no_others(
    start: date, calendar: WorkCalendar, days: int, worked: int, pause: int
) -> None:
    paused_on = start + timedelta(days=worked)
    resumed_on = paused_on + timedelta(days=pause)
    plain = calendar.add(start, days)
    history = [
        ClockEvent(K.START, start),
        ClockEvent(K.PAUSE, paused_on, reason="hearing"),
        ClockEvent(K.RESUME, resumed_on),
    ]
    view = deadline(history, limit_of(days), calendar, on=start)
    assert view.due_on is not None
    assert view.due_on >= plain
    stood_still = counted(calendar, paused_on, min(resumed_on, view.due_on))
    assert counted(calendar, start, view.due_on) == days + (stood_still if paused_on < plain else 0)


@given(start=DAYS, calendar=CALENDARS, days=st.integers(1, 30), more=st.integers(0, 10))
def test_an_extension_is_the_same_as_a_longer_limit(start: date, calendar: WorkCalendar, days: int, more: int) -> None:
    history = [ClockEvent(K.START, start), ClockEvent(K.EXTEND, start, days=more)]
    assert deadline(history, limit_of(days), calendar, on=start).due_on == calendar.add(start, days + more)


@given(start=DAYS, days=st.integers(1, 400))
def test_calendar_days_need_no_calendar(start: date, days: int) -> None:
    view = deadline([ClockEvent(K.START, start)], limit_of(days, Unit.CALENDAR_DAY), national(), on=start)
    assert view.due_on == start + timedelta(days=days)


@given(start=DAYS, calendar=CALENDARS, on=DAYS)
def test_remaining_is_how_far_the_due_date_lies(start: date, calendar: WorkCalendar, on: date) -> None:
    view = deadline([ClockEvent(K.START, start)], limit_of(10), calendar, on=on)
    assert view.due_on is not None
    assert view.remaining == calendar.between(on, view.due_on)
    assert view.late == (on > view.due_on)


@pytest.mark.data
def test_our_calendar_agrees_with_a_second_table_for_every_published_day() -> None:
    table = json.loads(shared_data("codelists/workdays/chinese-days.json").read_text(encoding="utf-8"))
    ours, day, wrong = national(), date(2006, 1, 1), []
    while day <= ours.published_through:
        told = day.isoformat()
        theirs = told in table["workdays"] or (day.weekday() < 5 and told not in table["holidays"])
        if ours.is_working(day) != theirs:
            wrong.append(told)
        day += timedelta(days=1)
    assert wrong == []


@given(start=DAYS, calendar=CALENDARS, days=st.integers(1, 30), more=st.integers(0, 10), pause=st.integers(0, 20))
def test_a_strip_counts_every_day_of_the_limit_once_and_ends_where_the_clock_does(
    start: date, calendar: WorkCalendar, days: int, more: int, pause: int
) -> None:
    history = [
        ClockEvent(K.START, start),
        ClockEvent(K.EXTEND, start, days=more),
        ClockEvent(K.PAUSE, start, reason="hearing"),
        ClockEvent(K.RESUME, start + timedelta(days=pause)),
    ]
    strip = day_strip(history, limit_of(days), calendar, on=start)
    view = deadline(history, limit_of(days), calendar, on=start)
    assert strip is not None
    assert strip.due_on == view.due_on
    assert [d.number for d in strip.days if d.number] == list(range(1, days + more + 1))
    assert all((d.number is not None) <= calendar.is_working(d.on) for d in strip.days)
    assert [d.on for d in strip.days] == [start + timedelta(days=n) for n in range(len(strip.days))]
