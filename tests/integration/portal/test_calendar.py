"""The calendar: what is due on which day, and a feed that whoever holds its address reads until it is closed."""

from datetime import date

import pytest
from django.test import Client
from icalendar import Calendar
from pytest_django import Settings

from tests.support.sharing_hall import Hall
from tests.support.sharing_story import received
from tests.support.signing import client_of
from zhengtong.kernel.clock import FixedClock
from zhengtong.portal import calendar

pytestmark = pytest.mark.django_db
TODAY = FixedClock.on(date(2026, 10, 9))
DUE = date(2026, 10, 12)


@pytest.fixture
def hall(departments: Hall, settings: Settings) -> Hall:
    settings.ZHENGTONG_CLOCK, settings.ZHENGTONG_ADDRESS = TODAY, "https://center.example.gov"
    received(departments, FixedClock.on(date(2026, 9, 21)))
    return departments


def test_a_month_shows_what_is_due_and_the_days_off(hall: Hall) -> None:
    found = calendar.month(actor=hall.officer("wl-land"), clock=TODAY, year=2026, number=10)
    days = {one.day: one for week in found.weeks for one in week}
    assert [line.number for line in days[DUE].lines] == ["0001"]
    assert [day.day for day in days.values() if day.is_today] == [TODAY.today()]
    assert not days[date(2026, 10, 1)].working  # National Day
    assert days[date(2026, 10, 10)].working  # a Saturday made up for it
    assert (found.before, found.after) == (date(2026, 9, 1), date(2026, 11, 1))
    assert all(len(week) == len("一二三四五六日") for week in found.weeks)


def test_the_feed_is_read_by_its_address_alone_and_closed(hall: Hall, client: Client) -> None:
    browser = client_of(hall.officer("wl-land"), clock=TODAY)
    assert browser.post("/calendar/feed/open").status_code == 302
    page = browser.get("/calendar?month=2026-10").content.decode()
    address = page.partition("https://center.example.gov")[2].partition("<")[0].split()[0]
    assert address.startswith("/calendar/")
    assert address not in browser.get("/calendar").content.decode()  # shown once
    answer = client.get(address)
    assert answer["Content-Type"].startswith("text/calendar")
    assert "no-store" in answer["Cache-Control"]
    (due,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert due.decoded("dtstart") == DUE
    assert str(due["summary"]) == "0001 准备答复"
    assert str(due["url"]).startswith("https://center.example.gov/sharing/requests/")
    assert "不动产" not in answer.content.decode()  # not what the data are
    assert str(due["uid"]) == str(Calendar.from_ical(client.get(address).content).walk("VEVENT")[0]["uid"])
    assert "已读取 2 次" in browser.get("/calendar").content.decode()
    assert browser.post("/calendar/feed/open").status_code == 302
    assert client.get(address).status_code == 404  # a new one took its place
    assert browser.post("/calendar/feed/close").status_code == 302
    assert client.get("/calendar/nothing.ics").status_code == 404


def test_what_is_not_ones_own_is_in_nobodys_calendar(hall: Hall) -> None:
    found = calendar.month(actor=hall.officer("wl-tax"), clock=TODAY, year=2026, number=10)
    assert [line for week in found.weeks for day in week for line in day.lines] == []


@pytest.mark.parametrize("asked", ["2026-13", "1999-01", "x", "2026-10-01", "%00"])
def test_a_month_that_is_none_shows_this_one(hall: Hall, asked: str) -> None:
    page = client_of(hall.officer("wl-land"), clock=TODAY).get("/calendar", {"month": asked})
    assert "2026-10" in page.content.decode()
