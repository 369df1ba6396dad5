"""No statement in a loop: four times the rows, the same number of statements, on every list and for each reader."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.support import many_rows, open_catalogue
from tests.support.open_catalogue import Listed
from tests.support.sharing_hall import DISTRICT, ORGANS, Hall, build
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties import queries as parties
from zhengtong.parties import services as people
from zhengtong.parties.rules import Role

pytestmark = pytest.mark.django_db
PAGES = (
    "/", "/inbox", "/catalog/", "/catalog/?text=信息", "/catalog/?text=信息&share_type=U", "/catalog/mine",
    "/catalog/inbox", "/sharing/", "/sharing/?state=late", "/sharing/?state=answered", "/sharing/inbox",
    "/sharing/grants", "/exchange/", "/exchange/nodes",
)  # fmt: skip
READERS = (
    ("wl-land", Role.DATA_OFFICER),
    ("wl-land", Role.SHARING_OFFICE_HEAD),
    ("wl-data", Role.AUTHORITY_LEADER),
    ("wl-data", Role.AUDITOR),
)
FEW, MANY = 90, 270  # so few that each reader has some of each kind
TODAY = date(2026, 3, 2)


@pytest.fixture
def hall(db: None, settings: Settings) -> Hall:
    settings.ZHENGTONG_CLOCK = FixedClock.on(TODAY)
    return build(FixedClock.on(date(2026, 1, 5)))


@pytest.mark.timeout(180)
def test_lists_ask_the_same_number_of_statements_for_more_rows(hall: Hall) -> None:
    organs = [(hall.organs[code], place) for code, _, _, place in ORGANS]
    entries = list(hall.entries.values())
    browsers = {reader: _sign_in(hall.holder(*reader)) for reader in READERS}

    def add(number: int, *, first: int) -> None:
        city = f"c{first}"
        lines = [Listed(city, f"第{n}号登记信息", f"第{n % 9}局", "", "monthly", n % 2 == 0) for n in range(number)]
        open_catalogue.load(lines, first=first)
        many_rows.requests(number, entries=entries, organs=organs, first=first)
        many_rows.grants(number)
        many_rows.exchanges(number, first=first)

    add(FEW, first=1)
    few = _statements(browsers)
    add(MANY, first=1000)
    many = _statements(browsers)
    assert DISTRICT in {place for _, place in organs}  # more than one calendar
    grown = {where: (few[where], many[where]) for where in few if many[where] > few[where]}
    assert grown == {}


def _statements(browsers: dict[tuple[str, Role], Client]) -> dict[tuple[str, Role, str], int]:
    found = dict[tuple[str, Role, str], int]()
    for reader, browser in browsers.items():
        for page in PAGES:
            with CaptureQueriesContext(connection) as asked:
                answer = browser.get(page)
            assert answer.status_code == 200, (reader, page)
            found[(*reader, page)] = len(asked)
    return found


def _sign_in(actor: Actor) -> Client:
    assert actor.officer
    assert actor.organization
    account = people.open_account(
        login=f"u-{actor.officer.hex[-12:]}", officer=actor.officer, is_demo=True, actor=SYSTEM,
        clock=FixedClock.on(TODAY),
    )  # fmt: skip
    seat = parties.seats(organization=actor.organization, officer=actor.officer, on=TODAY)[0]
    client = Client()
    client.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
    return client
