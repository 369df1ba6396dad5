"""The calendar (日程): what is due on which day for a reader's seats, as a month and as a feed (RFC 5545).

The feed names no person and no content: number, act, day and address, as reminders do.
"""

import zlib
from calendar import Calendar as Weeks
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from icalendar import Calendar, Event

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.portal.inbox import InboxLine, due_lines, inbox
from zhengtong.standards import queries as standards

FEED_MAX = 500
MONDAY = 0


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the month with what is due on it."""

    day: date
    in_month: bool
    working: bool
    provisional: bool  # the calendar of that year is not published yet
    is_today: bool
    lines: tuple[InboxLine, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """A month by weeks, Monday first, and what is late before it."""

    first: date
    before: date
    after: date
    weeks: tuple[tuple[Day, ...], ...]
    late: tuple[InboxLine, ...]


def month(*, actor: Actor, clock: Clock, year: int, number: int) -> Month:
    """What waits for the actor, by the day it is due, with the working days of its place."""
    today = clock.today()
    lines = [line for line in inbox(actor=actor, clock=clock) if line.due_on is not None]
    work = standards.calendar_for(actor.jurisdiction)
    first = date(year, number, 1)
    weeks = tuple(
        tuple(
            Day(
                day, day.month == number, work.is_working(day), work.is_provisional(day), day == today,
                tuple(line for line in lines if line.due_on == day),
            )
            for day in week
        )
        for week in Weeks(MONDAY).monthdatescalendar(year, number)
    )  # fmt: skip
    late = tuple(line for line in lines if line.late)
    return Month(first, _month(first - timedelta(days=1)), _month(first + timedelta(days=31)), weeks, late)


def feed(*, actors: Iterable[Actor], clock: Clock) -> bytes:
    """The due days of some seats as an iCalendar file, at most `FEED_MAX`, first due first."""
    file = Calendar()
    file.add("prodid", "-//Zhengtong//Calendar//ZH")
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    for line in due_lines(actors=actors, clock=clock)[:FEED_MAX]:
        assert line.due_on is not None  # `due_lines` gives no others
        due = Event()
        due.add("uid", f"{zlib.crc32(line.key.encode()):08x}-{line.number}@zhengtong")
        due.add("dtstamp", clock.now())
        due.add("dtstart", line.due_on)
        due.add("dtend", line.due_on + timedelta(days=1))
        due.add("summary", f"{line.number} {line.action}")
        due.add("url", f"{settings.ZHENGTONG_ADDRESS}{line.url}")
        due.add("transp", "TRANSPARENT")
        file.add_component(due)
    written: bytes = file.to_ical()
    return written


def _month(day: date) -> date:
    return day.replace(day=1)
