"""Where the data of an entry went: by grant, from the provider's receipts, as far as the reader may see."""

from datetime import date, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted
from zhengtong.exchange import queries
from zhengtong.exchange.models import DailyUse
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties import queries as parties
from zhengtong.parties import services as people
from zhengtong.parties.rules import Role
from zhengtong.sharing import services as sharing

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 16)
CLOCK = FixedClock.on(TODAY)


@pytest.fixture
def hall(departments: Hall, db: None, settings: Settings) -> Hall:
    settings.ZHENGTONG_CLOCK = CLOCK
    grant = granted(departments)
    sharing.confirm_delivered(grant=grant, actor=departments.officer("wl-land"), clock=FixedClock.on(date(2026, 9, 16)))
    for side, day, answered, rows in (
        ("provider", TODAY, 3, 30), ("provider", TODAY - timedelta(days=2), 2, 20), ("consumer", TODAY, 9, 90),
        ("provider", TODAY - timedelta(days=queries.ENTRY_DAYS), 7, 70),
    ):  # fmt: skip
        DailyUse.objects.create(grant=str(grant), side=side, day=day, answered=answered, rows=rows, last_at=CLOCK.now())
    return departments


def _use(hall: Hall, actor: Actor) -> tuple[int, int, list[str]]:
    use = queries.entry_use(entry=hall.entries["R03"], actor=actor, clock=CLOCK)
    return use.answered, use.rows, [line.consumer for line in use.lines]


def test_the_provider_and_its_authority_see_who_uses_it(hall: Hall) -> None:
    for actor in (hall.officer("wl-land"), hall.holder("wl-data", Role.AUTHORITY_REVIEWER)):
        assert _use(hall, actor) == (5, 50, ["区市监局"])


def test_a_consumer_sees_the_own_use_and_others_none(hall: Hall) -> None:
    assert _use(hall, hall.officer("tl-market")) == (5, 50, ["区市监局"])
    assert _use(hall, hall.officer("wl-tax")) == (0, 0, [])


def test_the_page_of_the_entry_loads_it(hall: Hall) -> None:
    actor = hall.officer("wl-land")
    assert actor.officer
    account = people.open_account(login="use-land", officer=actor.officer, is_demo=True, actor=SYSTEM, clock=CLOCK)
    seat = parties.seats(organization=actor.organization, officer=actor.officer, on=TODAY)[0]
    browser = Client(headers={"accept-language": "zh-CN"})
    browser.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
    address = f"/exchange/entries/{hall.entries['R03']}/use"
    assert address in browser.get(f"/catalog/{hall.entries['R03']}").content.decode()
    assert "答复 5 次，提供 50 行" in browser.get(address).content.decode()
    assert "<html" not in browser.get(address, headers={"HX-Request": "true"}).content.decode()
