"""The negative list, the exchange-sharing catalogue and the list of demands, on the page and as files."""

import csv
from io import BytesIO, StringIO
from typing import Any, cast

import pytest
from django.http import HttpResponse
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock, SystemClock
from zhengtong.parties import queries as parties
from zhengtong.parties import services as party_services
from zhengtong.sharing import services

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall(departments: Hall, db: None) -> Hall:
    return departments


def _signed(actor: Actor) -> Client:
    assert actor.officer
    assert actor.organization
    clock = SystemClock()
    account = party_services.open_account(
        login=f"u-{actor.officer}", officer=actor.officer, is_demo=True, actor=SYSTEM, clock=clock
    )
    seat = parties.seats(organization=actor.organization, officer=actor.officer, on=clock.today())[0]
    client = Client(headers={"accept-language": "zh-CN"})
    client.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
    return client


def _csv(client: Client, address: str) -> list[list[str]]:
    answer = cast(HttpResponse, client.get(address))
    assert answer.status_code == 200
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))


def _xlsx(client: Client, address: str) -> list[list[Any]]:
    answer = cast(HttpResponse, client.get(address))
    assert "spreadsheet" in answer["Content-Type"]
    return CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()


def test_what_is_withheld_stands_in_the_negative_list_with_its_ground(hall: Hall) -> None:
    client = _signed(hall.officer("tl-market"))
    shown = client.get("/catalog/negative").content.decode()
    assert "统计法" in shown
    assert "缺理由或者依据" not in shown
    heading, *rows = _csv(client, "/catalog/negative?format=csv")
    assert heading[0] == "代码"
    assert len(rows) == 1  # R16 alone is withheld here
    assert "统计法" in rows[0][5]
    assert _xlsx(client, "/catalog/negative?format=xlsx")[1][0] == rows[0][0]
    assert Client().get("/catalog/negative").status_code == 302


def test_the_exchange_sharing_catalogue_has_a_line_a_grant_for_those_it_concerns(hall: Hall) -> None:
    granted(hall)
    consumer, stranger = _signed(hall.officer("tl-market")), _signed(hall.officer("wl-tax"))
    shown = consumer.get("/sharing/catalogue").content.decode()
    assert "经营场所核验" in shown
    assert "只核验" in shown
    heading, line = _csv(consumer, "/sharing/catalogue?format=csv")
    held = dict(zip(heading, line, strict=True))
    assert (held["提供方"], held["使用方"], held["行范围"]) == (
        "市自然资源和规划局",
        "区市监局",
        "只限坐落在汀兰区的房屋",
    )
    assert held["使用依据"]
    assert held["止"] > held["起"]
    assert len(_csv(stranger, "/sharing/catalogue?format=csv")) == 1  # the heading alone
    assert _csv(consumer, "/sharing/catalogue?format=csv&state=expired") == [heading]


def test_the_whole_list_of_demands_is_taken_not_a_page_of_it(hall: Hall) -> None:
    officer = hall.officer("tl-market")
    for n in range(25):
        services.raise_demand(
            what=f"燃气用户信息{n}", items=(), matter="消防安全检查", legal_basis="消防监督检查职责",
            holder_name="燃气公用企业", actor=officer, clock=FixedClock.on(SystemClock().today()),
        )  # fmt: skip
    rows = _xlsx(_signed(officer), "/sharing/demands?format=xlsx")
    assert len(rows) == 26
