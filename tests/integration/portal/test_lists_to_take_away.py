"""The negative list, the exchange-sharing catalogue and the list of demands, on the page and as files."""

import csv
from datetime import date
from io import BytesIO, StringIO
from typing import Any, cast

import pytest
from django.http import HttpResponse
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.support import many_rows
from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock, SystemClock
from zhengtong.parties import queries as parties
from zhengtong.parties import services as party_services
from zhengtong.sharing import services
from zhengtong.sharing.rules import CorrectionOutcome, DisputeKind
from zhengtong.supervision import services as supervision

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


def test_every_list_of_sharing_is_taken_away_as_it_stands_on_the_page(hall: Hall) -> None:
    grant = granted(hall)
    officer, provider = hall.officer("tl-market"), hall.officer("wl-land")
    services.confirm_delivered(grant=grant, actor=provider, clock=FixedClock.on(date(2026, 9, 16)))
    correction = services.file_correction(
        entry=hall.entries["R03"], item="usage", record_key="990102001001GB00017F00010001", value_seen="住宅",
        value_claimed="商业服务", evidence="证书记载为商业服务", actor=officer, clock=FixedClock.on(date(2026, 9, 18)),
    )  # fmt: skip
    services.answer_correction(
        correction=correction, outcome=CorrectionOutcome.NOT_CORRECTED, cause="与登记簿一致", actor=provider,
        clock=FixedClock.on(date(2026, 9, 21)),
    )  # fmt: skip
    services.open_dispute(
        kind=DisputeKind.CORRECTION, about=correction, claim="登记簿有误", actor=officer,
        clock=FixedClock.on(date(2026, 9, 22)),
    )  # fmt: skip
    client, stranger = _signed(officer), _signed(hall.officer("wl-tax"))
    for address, name in (
        ("/sharing/", "不动产登记（房屋）信息"), ("/sharing/grants", "不动产登记（房屋）信息"),
        ("/sharing/corrections", "房屋用途"), ("/sharing/disputes", "不动产登记（房屋）信息"),
    ):  # fmt: skip
        heading, row = _csv(client, f"{address}?format=csv")
        assert (heading[0], name in row) == ("编号", True)
        assert "990102001001GB00017F00010001" not in row  # which record it is about is nobody's list
        assert _xlsx(client, f"{address}?format=xlsx")[0][0] == "编号"
        assert len(_csv(stranger, f"{address}?format=csv")) == 1
        assert client.get(f"{address}?format=pdf").status_code == 200  # an unknown kind shows the page
        assert "format=xlsx" in client.get(address).content.decode()


def test_a_list_longer_than_a_page_is_taken_whole(hall: Hall) -> None:
    organs = [(hall.organs["tl-market"], "990102"), (hall.organs["wl-land"], "990100")]
    many_rows.requests(230, entries=list(hall.entries.values()), organs=organs, first=1)
    client = _signed(hall.officer("tl-market"))
    _, *rows = _csv(client, "/sharing/?format=csv")
    assert len({row[0] for row in rows}) == len(rows) > 200


def test_findings_and_exchanges_are_taken_away_too(hall: Hall) -> None:
    granted(hall)
    many_rows.exchanges(3)
    supervision.detect(clock=FixedClock.on(date(2026, 10, 16)))
    client = _signed(hall.officer("wl-land"))
    heading, *rows = _csv(client, "/supervision/?format=csv")
    assert (heading[1], {row[1] for row in rows}) == ("情形", {"未按时答复或者未按时共享，且无正当理由"})
    heading, *rows = _csv(client, "/exchange/?format=csv")
    assert (heading[0], len(rows)) == ("交换编号", 3)
    assert len(_csv(_signed(hall.officer("wl-tax")), "/exchange/?format=csv")) == 1


def test_the_sharing_catalogue_and_the_list_of_responsibilities(hall: Hall) -> None:
    client = _signed(hall.officer("tl-market"))
    heading, *rows = _csv(client, "/catalog/shared?format=csv")
    assert heading[3] == "信息项"
    assert {row[6] for row in rows} == {"无条件共享", "有条件共享"}  # nothing withheld is in it
    assert ["公民身份号码", "无条件共享"] in [[row[3], row[6]] for row in rows]
    assert {row[2] for row in _csv(client, "/catalog/shared?format=csv&department=wl-tax")[1:]} == {"市税务局"}
    assert "不予共享的在负面清单" in client.get("/catalog/shared").content.decode()
    heading, *rows = _csv(client, "/catalog/responsibilities?format=csv")
    assert (heading[0], len(rows)) == ("提供方", 5)
    assert {row[1] for row in rows} == {"数据科"}
    assert "不动产登记（房屋）信息" in client.get("/catalog/responsibilities").content.decode()
