"""供需对接: a need is raised, its source named, linked to an entry, asked for, given; whose turn is on the board."""

import json
from datetime import date, timedelta
from uuid import UUID

import pytest
from pytest_django import Settings
from typer.testing import CliRunner

from tests.support.sharing_forms import house_reply
from tests.support.sharing_hall import Hall
from tests.support.sharing_story import received
from tests.support.signing import client_of
from zhengtong.catalog import services as catalog
from zhengtong.journal import rebuild
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.parties.rules import Role
from zhengtong.sharing import queries, services
from zhengtong.sharing.cli import app
from zhengtong.sharing.rules import DemandState, OnboardingStage

pytestmark = pytest.mark.django_db
TODAY = FixedClock.on(date(2026, 8, 24))


def _on(month: int, day: int) -> FixedClock:
    return FixedClock.on(date(2026, month, day))


def _raised(hall: Hall, *, what: str = "房屋登记信息") -> UUID:
    return services.raise_demand(
        what=what, items=("房屋用途",), matter="食品经营许可", legal_basis="食品经营许可和备案管理办法",
        actor=hall.officer("tl-market"), clock=TODAY, holder=hall.organs["wl-police"],
    )  # fmt: skip


@pytest.fixture
def reviewer(hall: Hall) -> Actor:
    return hall.holder("wl-data", Role.AUTHORITY_REVIEWER)


def _named(hall: Hall, demand: UUID, reviewer: Actor) -> None:
    services.name_demand_source(
        demand=demand, source=hall.organs["wl-land"], catalog_by=date(2026, 8, 28), note="登记机构是法定数源",
        actor=reviewer, clock=TODAY,
    )  # fmt: skip


def test_a_need_goes_its_way_and_the_board_says_whose_turn(hall: Hall, reviewer: Actor) -> None:
    demand, consumer, land = _raised(hall), hall.officer("tl-market"), hall.officer("wl-land")

    def stands(on: date) -> tuple[OnboardingStage, str]:
        (line,) = queries.board(actor=reviewer, on=on).lines
        return line.onboarding.stage, line.turn

    assert stands(TODAY.today()) == (OnboardingStage.SOURCE, "市政数局")
    _named(hall, demand, reviewer)
    assert stands(TODAY.today()) == (OnboardingStage.CATALOGUE, "市自然资源和规划局")
    (card,) = [one for one in queries.inbox(actor=land, on=date(2026, 8, 31)) if one.kind == "demand"]
    assert (card.verb, card.due_on, card.late) == ("catalogue", date(2026, 8, 28), True)
    services.link_demand(demand=demand, entry=hall.entries["R03"], actor=land, clock=_on(8, 27))
    assert stands(date(2026, 8, 27)) == (OnboardingStage.REQUEST, "区市监局")
    assert [one.verb for one in queries.inbox(actor=consumer, on=date(2026, 8, 27))] == ["request"]
    request = received(hall, _on(8, 28))
    assert stands(date(2026, 8, 28))[0] is OnboardingStage.GRANT
    assert [one.kind for one in queries.inbox(actor=consumer, on=date(2026, 8, 28))] == []
    services.prepare_reply(request=request, reply=house_reply(), actor=land, clock=_on(9, 8))
    grant = services.sign_reply(request=request, actor=hall.head("wl-land"), clock=_on(9, 9)).grants[0]
    assert stands(date(2026, 9, 9))[0] is OnboardingStage.DELIVERY
    services.confirm_delivered(grant=grant, actor=land, clock=_on(9, 16))
    assert stands(date(2026, 9, 16)) == (OnboardingStage.DONE, "")
    services.meet_demand(demand=demand, entry=None, note="已按许可提供", actor=reviewer, clock=_on(9, 17))
    page = queries.demand(actor=consumer, id=demand, on=date(2026, 9, 17))
    assert (page.line.state, page.met_by, page.met_by_name) == (
        DemandState.MET, hall.entries["R03"], "不动产登记（房屋）信息"
    )  # fmt: skip
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]


def test_the_board_has_the_days_of_the_law_and_turns_back_after_a_refusal(hall: Hall, reviewer: Actor) -> None:
    demand, land = _raised(hall), hall.officer("wl-land")
    _named(hall, demand, reviewer)

    def stands(on: date) -> tuple[OnboardingStage, str, date | None, bool]:
        (line,) = queries.board(actor=reviewer, on=on).lines
        page = queries.demand(actor=reviewer, id=demand, on=on)
        assert (page.turn, page.onboarding.due_on, page.late) == (line.turn, line.due_on, line.late)
        return line.onboarding.stage, line.turn, line.due_on, line.late

    source, consumer = "市自然资源和规划局", "区市监局"
    assert stands(date(2026, 8, 28)) == (OnboardingStage.CATALOGUE, source, date(2026, 8, 28), False)
    assert stands(date(2026, 8, 31))[3]
    services.link_demand(demand=demand, entry=hall.entries["R03"], actor=land, clock=_on(8, 27))
    request = received(hall, _on(8, 28))
    due = queries.request(actor=land, id=request, on=date(2026, 8, 28)).line.due_on
    assert due is not None
    assert stands(due) == (OnboardingStage.GRANT, source, due, False)
    assert stands(due + timedelta(days=1))[3]
    services.withdraw(request=request, reason="不再需要", actor=hall.officer("tl-market"), clock=_on(9, 3))
    assert stands(date(2026, 9, 4)) == (OnboardingStage.REQUEST, consumer, None, False)
    request = received(hall, _on(9, 7))
    assert stands(date(2026, 9, 7))[0] is OnboardingStage.GRANT
    services.prepare_reply(request=request, reply=house_reply(), actor=land, clock=_on(9, 8))
    grant = services.sign_reply(request=request, actor=hall.head("wl-land"), clock=_on(9, 9)).grants[0]
    deliver_by = queries.grant(actor=land, id=grant, on=date(2026, 9, 9)).line.due_on
    assert deliver_by is not None
    assert stands(deliver_by) == (OnboardingStage.DELIVERY, source, deliver_by, False)


def test_an_entry_that_leaves_the_catalogue_is_the_sources_turn_again(hall: Hall, reviewer: Actor) -> None:
    demand = _raised(hall)
    _named(hall, demand, reviewer)
    services.link_demand(demand=demand, entry=hall.entries["R03"], actor=hall.officer("wl-land"), clock=TODAY)
    catalog.withdraw(entry=hall.entries["R03"], reason="职责划转", actor=reviewer, clock=_on(8, 27))
    (line,) = queries.board(actor=reviewer, on=date(2026, 8, 31)).lines
    assert (line.onboarding.stage, line.turn, line.late) == (OnboardingStage.CATALOGUE, "市自然资源和规划局", True)


def test_a_demand_met_another_way_is_nobodys_turn(hall: Hall, reviewer: Actor) -> None:
    demand = _raised(hall)
    services.coordinate_demand(demand=demand, note="由住房档案馆线下提供", actor=reviewer, clock=TODAY)
    services.meet_demand(demand=demand, entry=None, note="档案馆已提供纸质件", actor=reviewer, clock=TODAY)
    (line,) = queries.board(actor=reviewer, on=date(2026, 10, 9)).lines
    assert (line.onboarding.stage, line.turn, line.late) == (OnboardingStage.DONE, "", False)


def test_only_the_authority_names_and_only_holders_and_the_authority_link(hall: Hall, reviewer: Actor) -> None:
    demand, land = _raised(hall), hall.officer("wl-land")
    with pytest.raises(NotFound):
        services.link_demand(demand=demand, entry=hall.entries["R03"], actor=land, clock=TODAY)  # not the source yet
    with pytest.raises((NotFound, NotAllowed)):
        services.name_demand_source(
            demand=demand, source=hall.organs["wl-land"], catalog_by=date(2026, 9, 1), note="自己认定", clock=TODAY,
            actor=hall.officer("tl-market"),
        )  # fmt: skip
    _named(hall, demand, reviewer)
    with pytest.raises(NotFound):
        services.link_demand(demand=demand, entry=UUID(int=7), actor=land, clock=TODAY)
    services.link_demand(demand=demand, entry=hall.entries["R03"], actor=land, clock=TODAY)


def test_help_is_offered_read_once_and_bounded(hall: Hall, reviewer: Actor) -> None:
    demand, consumer = _raised(hall), hall.officer("tl-market")
    given = {"demand": demand, "text": "现场指导接入结点", "contact": "数据处", "actor": reviewer}
    services.offer_help(**given, day=date(2026, 8, 26), clock=TODAY)
    with pytest.raises(RuleBroken, match="demand_day_passed"):
        services.offer_help(**given, day=date(2026, 8, 1), clock=TODAY)
    assert [one.verb for one in queries.inbox(actor=consumer, on=TODAY.today())] == ["read_help"]
    with pytest.raises(NotFound):
        services.read_help(demand=demand, actor=hall.officer("wl-land"), clock=TODAY)
    services.read_help(demand=demand, actor=consumer, clock=TODAY)
    page = queries.demand(actor=consumer, id=demand, on=TODAY.today())
    assert [(one.contact, one.read_on) for one in page.helps] == [("数据处", TODAY.today())]
    assert not page.may_read_help
    assert queries.inbox(actor=consumer, on=TODAY.today()) == ()


def test_the_page_suggests_what_is_like_it_and_links_it(hall: Hall, reviewer: Actor, settings: Settings) -> None:
    settings.ZHENGTONG_CLOCK = TODAY
    demand = _raised(hall, what="不动产登记")
    page = queries.demand(actor=reviewer, id=demand, on=TODAY.today())
    assert hall.entries["R03"] in {one.id for one in queries.suggestions(actor=reviewer, page=page)}
    browser, address = client_of(reviewer, clock=TODAY), f"/sharing/demands/{demand}"
    named = {"source": str(hall.organs["wl-land"]), "catalog_by": "2026-09-01", "note": "登记机构是法定数源"}
    assert browser.post(f"{address}/act/name-source", {**named, "catalog_by": "2026-08-01"}).status_code == 422
    assert browser.post(f"{address}/act/name-source", named).status_code == 302
    assert browser.post(f"{address}/act/link", {"code": ""}).status_code == 422
    assert browser.post(f"{address}/act/link", {"code": "没有这个代码"}).status_code == 404
    assert browser.post(f"{address}/act/link", {"entry": str(hall.entries["R03"]), "code": ""}).status_code == 302
    helped = {"text": "现场指导接入", "contact": "数据处", "day": "2026-08-26"}
    assert browser.post(f"{address}/act/offer-help", helped).status_code == 302
    shown = browser.get(address).content.decode()
    assert "数源部门：市自然资源和规划局" in shown
    assert "不动产登记（房屋）信息" in shown
    assert "现场指导接入" in shown
    consumer = client_of(hall.officer("tl-market"), clock=TODAY)
    assert consumer.post(f"{address}/help").status_code == 302
    assert "需求部门 8月24日 已阅" in consumer.get(address).content.decode()
    assert "不动产登记" in consumer.get("/sharing/demands/board").content.decode()
    assert "不动产登记" not in browser.get("/sharing/demands/board?stage=done").content.decode()
    assert "提出申请" in browser.get("/sharing/demands/board?format=csv").content.decode("utf-8-sig")


def test_the_board_from_a_terminal(hall: Hall, reviewer: Actor) -> None:
    demand = _raised(hall)
    _named(hall, demand, reviewer)  # catalogues by 28 August
    told = CliRunner().invoke(app, ["board", "--late", "--today", "2026-08-31", "--json"]).output
    line = json.loads(told)
    assert (line["stage"], line["turn"], line["due_on"]) == ("catalogue", "市自然资源和规划局", "2026-08-28")
    assert (line["late"], line["since"]) == (True, "2026-08-24")
    assert CliRunner().invoke(app, ["board", "--stage", "done"]).output == ""
    assert CliRunner().invoke(app, ["board", "--late", "--today", "2026-08-28"]).output == ""
    assert "编制并发布目录" in CliRunner().invoke(app, ["board", "--today", "2026-08-28"]).output
