"""Working days between two dates are those that a walk from day to day counts."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from zhengtong.kernel.calendar import WorkCalendar

FIRST = date(2026, 1, 1)
DAYS = st.dates(FIRST, date(2027, 12, 31))


@given(closed=st.frozensets(DAYS, max_size=30), opened=st.frozensets(DAYS, max_size=30), start=DAYS, end=DAYS)
def test_between_counts_what_a_walk_counts(
    closed: frozenset[date], opened: frozenset[date], start: date, end: date
) -> None:
    calendar = WorkCalendar(closed, opened, published_through=date(2026, 12, 31))
    first, last = sorted((start, end))
    walked = sum(calendar.is_working(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
    assert calendar.between(start, end) == (walked if start <= end else -walked)
