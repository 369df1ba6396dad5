"""The authority keeps its own limits and days on pages, with history; others read."""

from datetime import date
from importlib import import_module
from typing import cast
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client
from typer.testing import CliRunner

from zhengtong.demo import city
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock, SystemClock
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.regulations import law
from zhengtong.standards import queries, services
from zhengtong.standards.cli import app

pytestmark = pytest.mark.django_db
RULE = "望澜市政务数据共享细则（演示）第九条"


def _signed_in(name: str) -> Client:
    client = Client(headers={"accept-language": "zh-CN"})
    card = next(one for one in parties.sign_in_cards(on=SystemClock().today()) if one.officer_name == name)
    client.post("/signin/card", {"account": str(card.account), "seat": str(card.seat)})
    return client


@pytest.fixture
def authority() -> Client:
    city.found(seed=1)
    return _signed_in("周允衡")


def _text(answer: object) -> str:
    return cast(HttpResponse, answer).content.decode()


def _set(client: Client, days: int, *, cites: str = RULE) -> HttpResponse:
    said = {"days": days, "extension_days": 5, "in_force_from": "2026-01-01", "cites": cites, "mark": "D"}
    return cast(HttpResponse, client.post("/standards/limits/REPLY_CONDITIONAL", said))


def test_a_limit_is_set_and_its_history_shows_who_and_what_before(authority: Client) -> None:
    assert _set(authority, 8).status_code == 302
    assert _set(authority, 5).status_code == 302
    shown = _text(authority.get("/standards/limits/REPLY_CONDITIONAL"))
    for words in ("不超过 5 个工作日", "规定为 8", "由 8 改为 5", "周允衡", RULE):
        assert words in shown
    assert RULE in _text(authority.get("/standards/limits"))
    assert "5 个工作日" in _text(authority.get("/rules"))


def test_a_value_against_the_requester_is_refused_and_says_why(authority: Client) -> None:
    answer = _set(authority, 12)
    assert answer.status_code == 422
    assert "更不利" in _text(answer)
    assert queries.limits_of_all_places() == ()


def test_a_value_without_its_rule_is_refused(authority: Client) -> None:
    assert _set(authority, 5, cites=" ").status_code == 422


def test_others_read_and_cannot_write(authority: Client) -> None:
    officer = _signed_in("简书宁")
    assert "规定本地的数值" not in _text(officer.get("/standards/limits/REPLY_CONDITIONAL"))
    assert _set(officer, 5).status_code == 404
    assert officer.get("/standards/limits/NOTHING").status_code == 404
    assert Client().get("/standards/limits").status_code == 302


def test_a_day_is_closed_on_the_page(authority: Client) -> None:
    year = SystemClock().today().year
    said = {"day": f"{year}-03-04", "kind": "holiday", "name": "市庆", "source": "市政府公告"}
    assert authority.post(f"/standards/calendar/{year}", said).status_code == 302
    assert not queries.calendar_for("990100").is_working(date(year, 3, 4))
    assert "市庆" in _text(authority.get(f"/standards/calendar/{year}"))
    assert authority.post(f"/standards/calendar/{year}", {**said, "day": "某天"}).status_code == 422
    assert authority.get("/standards/calendar/1999").status_code == 404


def test_the_page_of_rules_holds_articles_types_and_breaches(authority: Client) -> None:
    shown = _text(Client(headers={"accept-language": "zh-CN"}).get("/rules"))
    for words in ("第三十九条", "违反条例的其他情形", "无条件共享", "行政许可法 第四十二条"):
        assert words in shown
    assert "head_of_organ" not in shown
    assert "expert_review" not in shown


def test_the_command_lists_and_checks_what_places_have_set(clock: FixedClock) -> None:
    actor = Actor(UUID(int=1), "周允衡", UUID(int=2), frozenset({str(Role.AUTHORITY_LEADER)}), "990100")
    services.override_limit(
        limit_id="CORRECTION", jurisdiction="990100", days=5, in_force_from=date(2026, 1, 1), cites=RULE, actor=actor,
        clock=clock,
    )  # fmt: skip
    assert "CORRECTION" in CliRunner().invoke(app, ["limits"]).output
    assert CliRunner().invoke(app, ["limits", "--check"]).exit_code == 0
    words = ["set-limit", "CORRECTION", "990102", "4", "--from", "2026-02-01", "--cites", "区细则第二条"]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert queries.limit_for("CORRECTION", on=date(2026, 3, 1), jurisdiction="990102").days == 4


def test_what_articles_are_said_to_make_exists() -> None:
    for article in law.articles():
        for made in article.makes:
            module, _, name = made.partition(":")
            held = import_module(f"zhengtong.{module}")
            for part in name.split("."):
                owner, held = held, getattr(held, part, None)
                fields = getattr(owner, "__dataclass_fields__", {})
                assert held is not None or part in fields, f"{article.cites()}: {made}"
