"""What a clock says, case by case; the dates are those of the demo city's calendar."""

from dataclasses import replace
from datetime import date

import pytest

from zhengtong.kernel.calendar import WorkCalendar
from zhengtong.kernel.deadlines import Bound, ClockEvent, ClockEventKind, TimeLimit, Unit, deadline
from zhengtong.regulations.limits import limit
from zhengtong.regulations.workdays import national

K = ClockEventKind
TEN = limit("REPLY_CONDITIONAL", on=date(2026, 9, 1))


def due(*events: ClockEvent, of: TimeLimit = TEN, on: date = date(2026, 9, 9)) -> date | None:
    return deadline(events, of, national(), on=on).due_on


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        (date(2026, 8, 28), date(2026, 9, 11)),
        (date(2026, 9, 2), date(2026, 9, 16)),
        (date(2026, 9, 7), date(2026, 9, 20)),  # a Sunday worked in exchange for a holiday
        (date(2026, 9, 21), date(2026, 10, 12)),  # over mid-autumn, the national days and a worked Saturday
    ],
)
def test_ten_working_days_over_holidays_and_worked_weekends(received: date, expected: date) -> None:
    assert due(ClockEvent(K.START, received)) == expected


def test_a_supplement_starts_the_clock_again() -> None:
    events = (ClockEvent(K.START, date(2026, 8, 25)), ClockEvent(K.RESTART, date(2026, 8, 28)))
    assert due(*events) == date(2026, 9, 11)


def test_an_extension_adds_its_days() -> None:
    events = (ClockEvent(K.START, date(2026, 9, 2)), ClockEvent(K.EXTEND, date(2026, 9, 15), days=4))
    assert due(*events) == date(2026, 9, 21)


def test_an_extension_beyond_the_law_is_a_bug() -> None:
    with pytest.raises(ValueError, match="extended by more"):
        due(ClockEvent(K.START, date(2026, 9, 2)), ClockEvent(K.EXTEND, date(2026, 9, 3), days=11))


def test_past_the_last_published_year_a_date_is_provisional_and_nothing_is_late() -> None:
    view = deadline([ClockEvent(K.START, date(2026, 12, 25))], TEN, national(), on=date(2027, 6, 1))
    assert view.provisional
    assert view.due_on is not None
    assert view.due_on.year == 2027
    assert not view.late


def test_an_act_done_on_the_last_day_is_in_time_and_a_day_after_is_late() -> None:
    start = ClockEvent(K.START, date(2026, 8, 28))
    on_time = deadline([start, ClockEvent(K.STOP, date(2026, 9, 11))], TEN, national(), on=date(2026, 10, 1))
    too_late = deadline([start, ClockEvent(K.STOP, date(2026, 9, 14))], TEN, national(), on=date(2026, 10, 1))
    assert not on_time.late
    assert too_late.late


def test_a_pause_needs_a_reason_that_stops_this_clock() -> None:
    with pytest.raises(ValueError, match="does not stop"):
        due(ClockEvent(K.START, date(2026, 9, 2)), ClockEvent(K.PAUSE, date(2026, 9, 3), reason="hearing"))


def test_a_clock_is_not_paused_twice() -> None:
    stoppable = replace(TEN, clock_stops_for=frozenset({"hearing"}))
    pauses = [ClockEvent(K.PAUSE, date(2026, 9, day), reason="hearing") for day in (3, 7)]
    with pytest.raises(ValueError, match="paused twice"):
        deadline([ClockEvent(K.START, date(2026, 9, 2)), *pauses], stoppable, national(), on=date(2026, 9, 8))


def test_a_region_may_close_a_day_of_its_own() -> None:
    regional = national().extended(closed=[date(2026, 9, 8)], name="区放假")
    assert regional.add(date(2026, 9, 7), 1) == date(2026, 9, 9)
    assert national().add(date(2026, 9, 7), 1) == date(2026, 9, 8)


def test_a_local_limit_may_only_favour_the_requester() -> None:
    def local(days: int, bound: Bound) -> TimeLimit:
        return TimeLimit("X", "", days, Unit.WORKING_DAY, bound, 0, "", frozenset(), "", "", date(2026, 1, 1), "", "D")

    assert local(5, Bound.MAX).favours_applicant(local(10, Bound.MAX))
    assert not local(11, Bound.MAX).favours_applicant(local(10, Bound.MAX))
    assert local(11, Bound.MIN).favours_applicant(local(10, Bound.MIN))
    assert not local(9, Bound.MIN).favours_applicant(local(10, Bound.MIN))


def test_no_walk_over_a_calendar_goes_on_for_ever() -> None:
    never = WorkCalendar(frozenset(), frozenset(), date(2026, 12, 31))
    with pytest.raises(ValueError, match="longer than any limit"):
        never.between(date(1800, 1, 1), date(2026, 1, 1))
