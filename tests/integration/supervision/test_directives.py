"""Joint meetings, orders and bulletins: asked in writing, reported on, accepted or asked again; frozen and read."""

import hashlib
import json
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import Settings
from typer.testing import CliRunner

from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted, received
from zhengtong.journal import rebuild
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.parties.rules import Role
from zhengtong.sharing import services as sharing
from zhengtong.supervision import queries, services
from zhengtong.supervision.cli import app
from zhengtong.supervision.rules.directives import DirectiveAbout, DirectiveState

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 16)
CLOCK = FixedClock.on(TODAY)
DUE = date(2026, 10, 30)
WHY = "已按要求办理"


@pytest.fixture
def officer(hall: Hall) -> Actor:
    return hall.officer("wl-land")


@pytest.fixture
def leader(hall: Hall) -> Actor:
    return hall.holder("wl-data", Role.AUTHORITY_LEADER)


def _order(hall: Hall, leader: Actor) -> UUID:
    return services.issue_order(
        organization=hall.organs["wl-land"], text="说明逾期原因", due_on=DUE, actor=leader, clock=CLOCK
    )


def _same() -> bool:
    return [outcome.differences for outcome in rebuild.check(area="supervision")] == [()]


def test_an_order_is_reported_on_sent_back_and_accepted(hall: Hall, officer: Actor, leader: Actor) -> None:
    order = _order(hall, leader)
    (card,) = queries.directive_cards(actor=officer, on=date(2026, 10, 31))
    assert (card.verb, card.line.late) == ("report", True)
    assert queries.directive_cards(actor=leader, on=DUE) == ()
    (card,) = queries.directive_cards(actor=leader, on=date(2026, 10, 31))  # silence comes back to whoever asked
    assert (card.verb, card.line.late) == ("urge", True)
    with pytest.raises(NotFound):
        services.report_directive(directive=order, report=WHY, actor=hall.officer("tl-market"), clock=CLOCK)
    services.report_directive(directive=order, report=WHY, actor=officer, clock=CLOCK)
    with pytest.raises(RuleBroken, match="directive_day"):
        services.answer_directive(
            directive=order, verb="ask_directive_again", answer="没有写明原因", due_on=TODAY, actor=leader, clock=CLOCK
        )
    services.answer_directive(
        directive=order, verb="ask_directive_again", answer="没有写明原因", due_on=date(2026, 11, 5), actor=leader,
        clock=CLOCK,
    )  # fmt: skip
    assert queries.directive(id=order, actor=officer, on=TODAY).line.due_on == date(2026, 11, 5)
    services.report_directive(directive=order, report="系统故障，已补办", actor=officer, clock=CLOCK)
    assert [one.verb for one in queries.directive_cards(actor=leader, on=TODAY)] == ["judge"]
    services.answer_directive(directive=order, verb="accept_directive", answer="同意办结", actor=leader, clock=CLOCK)
    page = queries.directive(id=order, actor=officer, on=TODAY)
    assert (page.line.state, page.verbs) == (DirectiveState.ACCEPTED, ())
    assert _same()


def test_conclusions_of_a_meeting_are_owed_by_departments(hall: Hall, officer: Actor, leader: Actor) -> None:
    asked = services.Conclusion(hall.organs["wl-land"], "编制管线目录", DUE)
    given = {"title": "第三次联席会议", "held_on": TODAY, "text": "商定管线数据编目", "actor": leader, "clock": CLOCK}
    there = [hall.organs["wl-land"], hall.organs["tl-market"]]
    with pytest.raises(RuleBroken, match="directive_organization"):
        services.record_meeting(**given, present=[UUID(int=3)], conclusions=[])
    with pytest.raises(NotAllowed):
        services.record_meeting(**{**given, "actor": officer}, present=there, conclusions=[asked])
    meeting = services.record_meeting(**given, present=there, conclusions=[asked])
    page = queries.meeting(id=meeting, actor=officer, on=TODAY)
    assert [one.number for one in page.directives] == [f"{page.line.number}-1"]
    assert queries.meeting(id=meeting, actor=hall.officer("tl-market"), on=TODAY).line.title == "第三次联席会议"
    with pytest.raises(NotFound):
        queries.meeting(id=meeting, actor=hall.officer("wl-tax"), on=TODAY)
    assert _same()


def test_who_owes_a_conclusion_reads_the_minutes_though_not_there(
    hall: Hall, officer: Actor, leader: Actor, sign_in: Callable[[Actor], Client]
) -> None:
    asked = [services.Conclusion(hall.organs["wl-tax"], f"第{n}项：核对纳税人名单", DUE) for n in range(1, 12)]
    meeting = services.record_meeting(
        title="第四次联席会议", held_on=TODAY, text="商定核对名单", present=[hall.organs["wl-land"]],
        conclusions=asked, actor=leader, clock=CLOCK,
    )  # fmt: skip
    page = queries.meeting(id=meeting, actor=hall.officer("wl-tax"), on=TODAY)
    assert [one.number for one in page.directives] == [f"{page.line.number}-{n}" for n in range(1, 12)]
    assert len(page.opened) == len(asked)
    assert queries.meeting(id=meeting, actor=officer, on=TODAY).opened == frozenset()
    assert "/supervision/directives/" not in sign_in(officer).get(f"/supervision/meetings/{meeting}").content.decode()


def test_an_order_may_be_about_a_request_or_a_demand(hall: Hall, leader: Actor) -> None:
    request = received(hall, FixedClock.on(date(2026, 9, 21)))
    demand = sharing.raise_demand(
        what="管线数据", items=("管径",), matter="道路挖掘", legal_basis="城市道路管理条例",
        actor=hall.officer("tl-market"), clock=CLOCK, holder=hall.organs["wl-police"],
    )  # fmt: skip
    asked = {"text": "尽快答复并报告原因", "due_on": DUE, "actor": leader, "clock": CLOCK}
    about_request = services.About(DirectiveAbout.REQUEST, request)
    with pytest.raises(RuleBroken, match="directive_not_concerned"):
        services.issue_order(organization=hall.organs["wl-tax"], about=about_request, **asked)
    with pytest.raises(NotFound):
        services.issue_order(
            organization=hall.organs["wl-land"], about=services.About(DirectiveAbout.DEMAND, request), **asked
        )
    order = services.issue_order(organization=hall.organs["wl-land"], about=about_request, **asked)
    page = queries.directive(id=order, actor=hall.officer("wl-land"), on=TODAY)
    assert (page.about_kind, page.about) == (DirectiveAbout.REQUEST, request)
    assert page.about_number
    other = services.issue_order(
        organization=hall.organs["wl-police"], about=services.About(DirectiveAbout.DEMAND, demand), **asked
    )
    page = queries.directive(id=other, actor=hall.officer("wl-police"), on=TODAY)
    assert (page.about_kind, page.about) == (DirectiveAbout.DEMAND, demand)
    assert _same()


def test_an_order_is_sent_from_the_page_of_what_it_is_about(
    hall: Hall, officer: Actor, leader: Actor, sign_in: Callable[[Actor], Client]
) -> None:
    request = received(hall, FixedClock.on(date(2026, 9, 21)))
    at_data, at_land = sign_in(leader), sign_in(officer)
    address = f"/supervision/directives/new?request={request}"
    assert address in at_data.get(f"/sharing/requests/{request}").content.decode()
    assert "directives/new" not in at_land.get(f"/sharing/requests/{request}").content.decode()
    form = at_data.get(address).content.decode()
    assert f'name="request" value="{request}"' in form
    assert str(hall.organs["wl-tax"]) not in form  # only the departments it concerns
    order = {"organization": str(hall.organs["wl-land"]), "text": "尽快答复", "due_on": "2026-10-30"}
    made = at_data.post("/supervision/directives/new", {**order, "request": str(request)})["Location"]
    assert f"/sharing/requests/{request}" in at_land.get(made).content.decode()
    assert at_data.get("/supervision/directives/new?demand=unreadable").status_code == 404
    assert at_data.get(f"/supervision/directives/new?demand={request}").status_code == 404


def test_the_content_of_a_bulletin_proves_its_digest(
    hall: Hall, officer: Actor, leader: Actor, sign_in: Callable[[Actor], Client]
) -> None:
    granted(hall)
    bulletin = services.issue_bulletin(month="2026-09", text="", actor=leader, clock=CLOCK)
    answer = sign_in(officer).get(f"/supervision/bulletins/{bulletin}/content.json")
    assert hashlib.sha256(answer.content).hexdigest() == queries.bulletin(id=bulletin, actor=officer).digest
    assert json.loads(answer.content)["month"] == "2026-09"
    assert "2026-09" in sign_in(leader).get("/supervision/bulletins?format=csv").content.decode("utf-8-sig")


def test_a_bulletin_is_frozen_told_and_read(hall: Hall, officer: Actor, leader: Actor) -> None:
    granted(hall)  # consented on 9 September 2026
    with pytest.raises(NotAllowed):
        services.issue_bulletin(month="2026-09", text="", actor=officer, clock=CLOCK)
    with pytest.raises(RuleBroken, match="bulletin_month_runs"):
        services.issue_bulletin(month="2026-10", text="", actor=leader, clock=CLOCK)
    bulletin = services.issue_bulletin(month="2026-09", text="请对照改进", actor=leader, clock=CLOCK)
    with pytest.raises(RuleBroken, match="bulletin_issued"):
        services.issue_bulletin(month="2026-09", text="", actor=leader, clock=CLOCK)
    page = queries.bulletin(id=bulletin, actor=officer)
    figures = {one.code: dict(one.values) for one in page.departments}
    report = queries.month_report(actor=leader, month="2026-09", clock=CLOCK)
    assert figures == {one.code: dict(one.values) for one in report.departments}
    assert figures
    assert [one.number for one in queries.unread_bulletins(actor=officer)] == [page.line.number]
    assert queries.unread_bulletins(actor=hall.officer("wl-data")) == ()  # who issued it is not told of it
    services.read_bulletin(bulletin=bulletin, actor=officer, clock=CLOCK)
    services.read_bulletin(bulletin=bulletin, actor=officer, clock=CLOCK)
    assert queries.unread_bulletins(actor=officer) == ()
    assert queries.bulletin(id=bulletin, actor=leader).line.read == 1
    assert _same()


def test_the_pages_of_meetings_orders_and_bulletins(
    hall: Hall, officer: Actor, leader: Actor, sign_in: Callable[[Actor], Client]
) -> None:
    at_data, at_land = sign_in(leader), sign_in(officer)
    land = str(hall.organs["wl-land"])
    minutes = {
        "title": "第三次联席会议", "held_on": "2026-10-15", "text": "商定管线数据编目", "present": [land],
        "conclusions": "市自然资源和规划局 | 编制管线目录 | 2026-11-30",
    }  # fmt: skip
    wrong = at_data.post("/supervision/meetings/new", {**minutes, "conclusions": "没有分开"})
    assert wrong.status_code == 422
    assert "第 1 行看不懂" in wrong.content.decode()
    made = at_data.post("/supervision/meetings/new", minutes)["Location"]
    assert "编制管线目录" in at_land.get(made).content.decode()
    assert "第三次联席会议" in at_land.get("/supervision/meetings").content.decode()
    assert "第三次联席会议" in at_land.get("/supervision/meetings?format=csv").content.decode("utf-8-sig")
    order = at_data.post(
        "/supervision/directives/new", {"organization": land, "text": "说明原因", "due_on": "2026-10-30"}
    )
    address = order["Location"]
    assert "办理并报告" in at_land.get(address).content.decode()
    assert "说明原因" in at_land.get("/inbox").content.decode()
    assert at_land.post(f"{address}/accept-directive", {"reason": WHY}).status_code == 404
    assert at_land.post(f"{address}/report-directive", {"reason": WHY}).status_code == 302
    again = {"reason": "还缺附件", "due_on": "2026-11-05"}
    assert at_data.post(f"{address}/ask-directive-again", again).status_code == 302
    assert "说明原因" in at_land.get("/supervision/directives?format=csv").content.decode("utf-8-sig")
    assert at_data.post("/supervision/bulletins/new", {"month": "2026-13", "text": ""}).status_code == 422
    issued = at_data.post("/supervision/bulletins/new", {"month": "2026-09", "text": "请对照改进"})["Location"]
    assert "请对照改进" in at_land.get(issued).content.decode()
    assert at_land.post(f"{issued}/read").status_code == 302
    assert "1 个已阅" in at_data.get("/supervision/bulletins").content.decode()


def test_directives_from_a_terminal(hall: Hall, leader: Actor, settings: Settings) -> None:
    settings.ZHENGTONG_CLOCK = CLOCK
    _order(hall, leader)
    line = json.loads(CliRunner().invoke(app, ["directives", "--state", "owed", "--json"]).output)
    assert (line["organization"], line["due_on"], line["late"]) == ("市自然资源和规划局", DUE.isoformat(), False)
    assert "说明逾期原因" in CliRunner().invoke(app, ["directives"]).output
    assert CliRunner().invoke(app, ["directives", "--state", "late"]).output == ""
    assert CliRunner().invoke(app, ["directives", "--state", "nothing"]).exit_code == 2
    assert CliRunner().invoke(app, ["directives", "--after", "nothing"]).exit_code == 2
