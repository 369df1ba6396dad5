"""Home, inbox, rules and settings of display, as a visitor and as an officer."""

from datetime import date
from typing import cast

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from zhengtong.demo import city
from zhengtong.kernel.clock import SystemClock
from zhengtong.parties import queries as parties

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"accept-language": "zh-CN"})


@pytest.fixture
def officer(visitor: Client) -> Client:
    """简书宁, data officer of the city's land department, signed in by card."""
    city.found(seed=1)
    cards = parties.sign_in_cards(on=SystemClock().today())
    card = next(card for card in cards if card.officer_name == "简书宁")
    visitor.post("/signin/card", {"account": str(card.account), "seat": str(card.seat)})
    return visitor


def _text(answer: object) -> str:
    return cast(HttpResponse, answer).content.decode()


def test_home_shows_the_three_mechanisms_and_says_what_is_not_built(visitor: Client) -> None:
    shown = _text(visitor.get("/"))
    for words in ("管理机制", "保障机制", "运行机制", "尚未建设", "联合审批"):
        assert words in shown


def test_a_visitor_sees_no_numbers_about_requests(visitor: Client) -> None:
    assert "今天到期的申请" not in _text(visitor.get("/"))


def test_an_officer_sees_every_number_with_its_list(officer: Client) -> None:
    shown = _text(officer.get("/"))
    assert "今天到期的申请" in shown
    assert "state=due_today" in shown
    assert "share_type=U" in shown


def test_the_inbox_asks_a_visitor_to_sign_in(visitor: Client) -> None:
    answer = cast(HttpResponse, visitor.get("/inbox"))
    assert answer.status_code == 302
    assert "/signin?next=%2Finbox" in answer.headers["Location"]


def test_an_empty_inbox_says_what_will_come(officer: Client) -> None:
    assert "现在没有等您办理的事项" in _text(officer.get("/inbox"))


def test_the_frame_names_the_officer_the_role_and_the_demo_date(officer: Client) -> None:
    shown = _text(officer.get("/inbox"))
    for words in ("简书宁", "市自然资源和规划局", "演示日期", "换个席位"):
        assert words in shown


def test_every_limit_stands_with_its_article_and_bound(visitor: Client) -> None:
    shown = _text(visitor.get("/rules"))
    for words in ("政务数据共享条例 第二十一条", "最长 10 个工作日", "最短", "已核对条文", "本系统默认值，可调整"):
        assert words in shown


def test_the_language_is_remembered_and_english_is_complete_on_the_map(visitor: Client) -> None:
    visitor.post("/language", {"language": "en", "next": "/"})
    shown = _text(visitor.get("/"))
    assert "Map of the mechanism" in shown
    assert "not built yet" in shown
    assert "管理机制" not in shown


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
@pytest.mark.parametrize("page", ["/language", "/look"])
def test_settings_lead_back_to_this_site_only(visitor: Client, page: str, elsewhere: str) -> None:
    answer = cast(HttpResponse, visitor.post(page, {"language": "en", "next": elsewhere}))
    assert answer.headers["Location"] == "/"


def test_an_unknown_language_changes_nothing(visitor: Client) -> None:
    answer = cast(HttpResponse, visitor.post("/language", {"language": "xx", "next": "/"}))
    assert "django_language" not in answer.cookies


def test_large_type_is_remembered(visitor: Client) -> None:
    visitor.post("/look", {"large": "on", "next": "/rules"})
    assert "zt-large" in _text(visitor.get("/rules"))


def test_a_page_that_does_not_exist_shows_a_way_on(visitor: Client) -> None:
    answer = cast(HttpResponse, visitor.get("/no-such-page"))
    assert answer.status_code == 404
    assert "回到首页" in _text(answer)


def test_the_standards_page_names_source_and_certainty_of_each_list(visitor: Client) -> None:
    shown = _text(visitor.get("/standards"))
    for words in ("代码表", "元数据", "调休上班", "已公布至"):
        assert words in shown
    assert "男" in _text(visitor.get("/standards/codes/sex"))


def test_an_unknown_code_list_says_where_the_lists_are(visitor: Client) -> None:
    answer = cast(HttpResponse, visitor.get("/standards/codes/no-such-list"))
    assert answer.status_code == 404
    assert "从“标准规范”页选择代码表" in _text(answer)


def test_a_letter_that_does_not_exist_for_the_reader_is_not_shown(officer: Client) -> None:
    answer = cast(HttpResponse, officer.get("/letters/01a036a5-550a-7ef9-b84b-b4dbe6b876b3"))
    assert answer.status_code == 404


def test_the_tour_exists_only_in_the_demo(visitor: Client, settings: Settings) -> None:
    settings.ZHENGTONG_DEMO = False
    answer = visitor.get("/tour")
    assert answer.status_code == 404
    assert "导览只在演示环境中提供" in _text(answer)
    refused = visitor.post("/tour/go", {"card": "turn"})
    assert refused.status_code == 404


def test_a_card_that_is_not_there_changes_nobody(visitor: Client) -> None:
    answer = visitor.post("/tour/go", {"card": "../admin"})
    assert answer.status_code == 404
    assert "zt_account" not in visitor.session


def test_without_its_matter_a_card_is_not_on_the_tour(officer: Client) -> None:
    shown = _text(officer.get("/tour"))
    assert "逐项答复" not in shown
    assert "拖入您自己的目录表" in shown


def test_the_cards_stand_by_government_and_organization_the_city_first(officer: Client) -> None:
    places = parties.sign_in_places(on=date(2026, 10, 14))
    assert [str(place.level) for place in places][:2] == ["city", "county"]
    market = next(o for p in places for o in p.organizations if o.organization.code == "tl-market")
    stand_in = next(card for card in market.cards if card.standing_in_for)
    assert (stand_in.officer_name, stand_in.standing_in_for) == ("温以宁", "沈若川")
    assert (stand_in.from_on, stand_in.until_on) == (date(2026, 10, 12), date(2026, 10, 16))
