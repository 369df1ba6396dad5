"""No statement in a loop either on the lists of demands, corrections, disputes, findings and money."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted, received
from tests.support.signing import client_of
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties.rules import Role
from zhengtong.sharing import services
from zhengtong.sharing.rules import DisputeKind
from zhengtong.supervision import services as supervision
from zhengtong.supervision.rules.budget import BudgetKind

pytestmark = pytest.mark.django_db
PAGES = (
    "/inbox", "/sharing/inbox", "/sharing/demands", "/sharing/demands/board",
    "/sharing/corrections", "/sharing/disputes", "/supervision/", "/supervision/budget",
    "/supervision/guarantee", "/supervision/projects", "/supervision/directives", "/supervision/meetings",
)  # fmt: skip
RECEIVED, TODAY = FixedClock.on(date(2026, 9, 21)), FixedClock.on(date(2026, 10, 16))
FEW, MANY = 2, 8


def _add(hall: Hall, number: int, *, first: int) -> None:
    officer, provider = hall.officer("tl-market"), hall.officer("wl-land")
    for n in range(first, first + number):
        request = received(hall, RECEIVED, purpose=f"第{n}个事项")
        services.open_dispute(kind=DisputeKind.REQUEST, about=request, claim="逾期未答复", actor=officer, clock=TODAY)
        services.file_correction(
            entry=hall.entries["R03"], item="usage", record_key=f"990102001001GB00017F{n:08d}", value_seen="住宅",
            value_claimed="商业服务", evidence="证书记载为商业服务", actor=officer, clock=RECEIVED,
        )  # fmt: skip
        services.raise_demand(
            what=f"管线数据{n}", items=("管径",), matter="道路挖掘", legal_basis="城市道路管理条例", actor=officer,
            clock=RECEIVED, holder=hall.organs["wl-land"],
        )  # fmt: skip
        supervision.ask_money(
            year=2026, kind=BudgetKind.OTHER, project=None, purpose="目录整理", goal="目录齐全", amount=Decimal(100),
            actor=provider, clock=RECEIVED,
        )  # fmt: skip
        supervision.plan_project(name=f"第{n}个项目", system="", entries=(), actor=provider, clock=RECEIVED)
    supervision.detect(clock=TODAY)


def _asked(browser: Client) -> dict[str, int]:
    found = dict[str, int]()
    for page in PAGES:
        with CaptureQueriesContext(connection) as asked:
            answer = browser.get(page)
        assert answer.status_code == 200, page
        found[page] = len(asked)
    return found


@pytest.mark.timeout(180)
def test_four_times_the_rows_ask_the_same_number_of_statements(departments: Hall, settings: Settings) -> None:
    settings.ZHENGTONG_CLOCK = TODAY
    browsers = {
        "consumer": client_of(departments.officer("tl-market"), clock=TODAY),
        "provider": client_of(departments.officer("wl-land"), clock=TODAY),
        "head": client_of(departments.head("wl-land"), clock=TODAY),
        "authority": client_of(departments.holder("wl-data", Role.AUTHORITY_REVIEWER), clock=TODAY),
    }
    delivered = FixedClock.on(date(2026, 9, 16))
    services.confirm_delivered(grant=granted(departments), actor=departments.officer("wl-land"), clock=delivered)
    _add(departments, FEW, first=1)
    few = {who: _asked(browser) for who, browser in browsers.items()}
    _add(departments, MANY - FEW, first=100)
    many = {who: _asked(browser) for who, browser in browsers.items()}
    grown = {(who, page): (few[who][page], n) for who in few for page, n in many[who].items() if n > few[who][page]}
    assert grown == {}
