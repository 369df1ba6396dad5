"""The figures of the home page and the frames around them: each equals its list, each date has its article."""

import re
from dataclasses import replace
from datetime import date
from typing import cast
from uuid import UUID

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.support.sharing_forms import USE, house_reply
from tests.support.sharing_hall import Hall
from tests.support.sharing_story import form_for, granted, received
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties import queries as parties
from zhengtong.parties import services as people
from zhengtong.parties.rules import Role
from zhengtong.sharing import services as sharing
from zhengtong.sharing.rules import Beneficiary

pytestmark = pytest.mark.django_db

TODAY = FixedClock.on(date(2026, 9, 10))
FIGURE = re.compile(r'zt-number-value">([^<]*)</span> <span class="zt-number-label">([^<]*)<')
LIST_QUERIES_MORE_MAX = 2  # a list of three may need a query or two that a list of one does not


@pytest.fixture
def hall(departments: Hall, db: None, settings: Settings) -> Hall:
    settings.ZHENGTONG_CLOCK = TODAY
    return departments


def _enter(actor: Actor) -> Client:
    """The actor's browser, signed in by card."""
    assert actor.officer
    account = people.open_account(
        login=f"card-{actor.officer.hex[-8:]}", officer=actor.officer, is_demo=True, actor=SYSTEM, clock=TODAY
    )
    seat = parties.seats(officer=actor.officer, on=TODAY.today())[0]
    browser = Client()
    browser.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
    return browser


def _text(answer: object) -> str:
    return cast(HttpResponse, answer).content.decode()


def _figures(browser: Client) -> dict[str, str]:
    return {label: value for value, label in FIGURE.findall(_text(browser.get("/")))}


def _rows(page: str) -> int:
    return page.partition("<tbody>")[2].count("<tr>")


def _theme_request(hall: Hall) -> UUID:
    """One request for two organs: each gets a grant of its own."""
    officer, head = hall.officer("tl-market"), hall.head("tl-market")
    organs = tuple(Beneficiary(hall.organs[code], (USE,)) for code in ("tl-market", "tl-urban"))
    day = FixedClock.on(date(2026, 8, 28))
    made = sharing.draft_request(form=replace(form_for(hall), beneficiaries=organs), actor=officer, clock=day)
    sharing.submit_to_own_head(request=made, actor=officer, clock=day)
    sharing.approve_own(request=made, actor=head, clock=day)
    return made


def test_the_figure_of_grants_counts_what_its_list_shows(hall: Hall) -> None:
    made = _theme_request(hall)
    reply_day, sign_day = FixedClock.on(date(2026, 9, 8)), FixedClock.on(date(2026, 9, 9))
    sharing.prepare_reply(request=made, reply=house_reply(), actor=hall.officer("wl-land"), clock=reply_day)
    signed = sharing.sign_reply(request=made, actor=hall.head("wl-land"), clock=sign_day)
    for grant in signed.grants:
        sharing.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=sign_day)
    for code, expected in (("tl-market", 1), ("tl-urban", 1), ("wl-land", 2)):
        browser = _enter(hall.officer(code))
        assert _figures(browser)["有效的共享许可"] == str(expected)
        assert _rows(_text(browser.get("/sharing/grants?state=active"))) == expected


def test_the_median_leads_to_the_requests_that_were_answered(hall: Hall) -> None:
    granted(hall)
    browser = _enter(hall.officer("tl-market"))
    received(hall, TODAY, purpose="另一用途")
    assert "/sharing/?state=answered" in _text(browser.get("/"))
    assert _rows(_text(browser.get("/sharing/?state=answered"))) == 1
    assert _rows(_text(browser.get("/sharing/"))) == 2


def test_todays_exchanges_lead_to_todays_list(hall: Hall) -> None:
    assert "/exchange/?day=today" in _text(_enter(hall.officer("tl-market")).get("/"))


def test_a_turn_without_a_limit_says_so_and_one_with_a_limit_names_day_and_article(hall: Hall) -> None:
    officer = hall.officer("tl-market")
    made = sharing.draft_request(form=form_for(hall), actor=officer, clock=TODAY)
    sharing.submit_to_own_head(request=made, actor=officer, clock=TODAY)
    page = f"/sharing/requests/{made}"
    browser = _enter(hall.head("tl-market"))
    assert "没有规定期限" in _text(browser.get(page))
    assert "没有规定期限" in _text(browser.get("/inbox"))
    sharing.approve_own(request=made, actor=hall.head("tl-market"), clock=TODAY)
    shown = _text(browser.get(page))
    assert "2026年9月23日（星期三）" in shown
    assert "第二十一条" in shown


def test_the_inbox_costs_the_same_however_many_things_wait(hall: Hall) -> None:
    browser = _enter(hall.officer("wl-land"))
    received(hall, TODAY, purpose="甲")
    browser.get("/inbox")
    with CaptureQueriesContext(connection) as one:
        browser.get("/inbox")
    received(hall, TODAY, purpose="乙")
    received(hall, TODAY, purpose="丙")
    with CaptureQueriesContext(connection) as three:
        browser.get("/inbox")
    assert len(three) <= len(one) + LIST_QUERIES_MORE_MAX


def test_english_pages_cite_the_decree_in_english(hall: Hall) -> None:
    received(hall, TODAY)
    browser = _enter(hall.officer("wl-land"))
    browser.post("/language", {"language": "en", "next": "/"})
    for page in ("/inbox", "/rules"):
        shown = _text(browser.get(page))
        assert "Decree 809, art. 21" in shown
        assert "政务数据共享条例" not in shown


def test_an_expired_grant_offers_its_consumer_to_ask_again_with_the_same_content(
    hall: Hall, settings: Settings
) -> None:
    grant = granted(hall)
    after = FixedClock.on(date(2027, 12, 1))
    settings.ZHENGTONG_CLOCK = after
    sharing.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=TODAY)
    sharing.expire_grants(clock=after)
    browser = _enter(hall.officer("tl-market"))
    link = re.search(r'href="(/sharing/new\?[^"]*like=[^"]*)"', _text(browser.get(f"/sharing/grants/{grant}")))
    assert link
    form = _text(browser.get(link[1].replace("&amp;", "&")))
    assert form_for(hall).legal_basis in form
    assert form_for(hall).purpose in form
    provider = _enter(hall.officer("wl-land"))
    assert "like=" not in _text(provider.get(f"/sharing/grants/{grant}"))


def test_checks_are_of_what_was_typed_even_when_the_service_refuses(hall: Hall) -> None:
    received(hall, TODAY, purpose="经营场所核验")
    browser, form = _enter(hall.officer("tl-market")), form_for(hall, purpose="经营场所核验", scope="")
    answer = browser.post(
        f"/sharing/new?entry={hall.entries['R03']}",
        {
            "do": "save", "rows": "1", "entry": str(hall.entries["R03"]), "items": list(form.items),
            "legal_basis": form.legal_basis, "scenario": form.scenario, "purpose": form.purpose,
            "modes": [str(mode) for mode in form.modes], "use0-organization": str(hall.organs["tl-market"]),
            "use0-system": USE.system, "use0-purpose": form.purpose, "use0-matters": " ".join(USE.matters),
        },
    )  # fmt: skip
    shown = _text(answer)
    assert answer.status_code >= 400
    assert "有的内容还看不懂" not in shown
    assert "没有写明使用范围" in shown


def test_the_consumer_is_told_of_an_extension_and_has_nothing_to_do(hall: Hall) -> None:
    request = received(hall, FixedClock.on(date(2026, 9, 2)))
    asked = FixedClock.on(date(2026, 9, 9))
    sharing.ask_extension(request=request, days=5, reason="纸质档案核对", actor=hall.officer("wl-land"), clock=asked)
    assert "告知" not in _text(_enter(hall.officer("tl-market")).get("/inbox"))
    sharing.agree_extension(request=request, actor=hall.holder("wl-data", Role.AUTHORITY_LEADER), clock=asked)
    shown = _text(_enter_again(hall.officer("tl-market")).get("/inbox"))
    assert "经主管部门同意延长答复" in shown
    assert "2026年9月22日（星期二）" in shown
    assert "现在没有等您办理的事项" in shown


def _enter_again(actor: Actor) -> Client:
    """The actor's browser anew; the card is there already."""
    card = next(one for one in parties.sign_in_cards(on=TODAY.today()) if one.officer_name == actor.name)
    browser = Client()
    browser.post("/signin/card", {"account": str(card.account), "seat": str(card.seat)})
    return browser
