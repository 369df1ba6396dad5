"""Information projects: three gates on the facts of the day, decided by the authority's leader."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from django.test import Client

from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted
from zhengtong.catalog import services as catalog
from zhengtong.catalog.rules import EntryDraft
from zhengtong.journal import rebuild
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.parties.rules import Role
from zhengtong.sharing import services as sharing
from zhengtong.supervision import queries, services
from zhengtong.supervision.rules.projects import Money, ProjectStage

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 16)
CLOCK = FixedClock.on(TODAY)
WHY = "目录齐全，按规定共享"


@pytest.fixture
def officer(hall: Hall) -> Actor:
    return hall.officer("wl-land")


@pytest.fixture
def leader(hall: Hall) -> Actor:
    return hall.holder("wl-data", Role.AUTHORITY_LEADER)


def _plan(officer: Actor, *entries: UUID) -> UUID:
    return services.plan_project(
        name="不动产登记系统升级", system="登记系统", entries=entries, actor=officer, clock=CLOCK
    )


def _decide(project: UUID, verb: str, actor: Actor, clock: FixedClock = CLOCK) -> None:
    services.decide_project(project=project, verb=verb, reason=WHY, actor=actor, clock=clock)


def test_no_catalogue_no_approval_not_published_no_acceptance(hall: Hall, officer: Actor, leader: Actor) -> None:
    bare = _plan(officer)
    with pytest.raises(RuleBroken, match="project_no_catalogue"):
        _decide(bare, "approve", leader)
    draft = catalog.draft(content=EntryDraft(name="宗地", guide_prefix="306001002"), actor=officer, clock=CLOCK)
    project = _plan(officer, hall.entries["R03"], draft)
    _decide(project, "approve", leader)
    with pytest.raises(RuleBroken, match="project_not_registered"):
        _decide(project, "accept", leader)
    assert queries.project(id=project, actor=officer, on=TODAY).line.stage is ProjectStage.APPROVED
    assert [outcome.differences for outcome in rebuild.check(area="supervision")] == [()]


def test_who_does_not_share_gets_no_money(hall: Hall, officer: Actor, leader: Actor) -> None:
    grant = granted(hall)  # consented on 9 September, due on 13 October
    project = _plan(officer, hall.entries["R03"])
    _decide(project, "approve", leader)
    _decide(project, "accept", leader)
    given = {"project": project, "year": 2027, "reason": WHY, "actor": leader, "clock": CLOCK}
    with pytest.raises(RuleBroken, match="project_not_sharing"):
        services.judge_money(money=Money.SUPPORT, **given)
    sharing.confirm_delivered(grant=grant, actor=officer, clock=CLOCK)
    services.judge_money(money=Money.SUPPORT, **given)
    with pytest.raises(RuleBroken, match="project_year_judged"):
        services.judge_money(money=Money.DECLINE, **given)
    (line,) = queries.project(id=project, actor=officer, on=TODAY).money
    assert (line.year, line.money, line.facts.late_deliveries) == (2027, Money.SUPPORT, 0)


def test_an_upheld_finding_shuts_the_third_gate_for_a_year(
    hall: Hall, officer: Actor, leader: Actor, supervisor: Actor
) -> None:
    granted(hall)
    project = _plan(officer, hall.entries["R03"])
    services.detect(clock=CLOCK)
    for line in queries.findings(actor=supervisor, on=TODAY).rows:
        services.ask_explanation(finding=line.id, actor=supervisor, clock=CLOCK)
        services.uphold(finding=line.id, reason="逾期未说明", actor=supervisor, clock=FixedClock.on(date(2026, 10, 26)))
    page = queries.project(id=project, actor=leader, on=date(2026, 10, 27))
    assert (page.facts.upheld > 0, page.facts.sharing) == (True, False)
    assert queries.project(id=project, actor=leader, on=date(2027, 11, 1)).facts.upheld == 0


def test_only_the_departments_own_entries_and_only_the_authoritys_leader(
    hall: Hall, officer: Actor, leader: Actor
) -> None:
    with pytest.raises(NotFound):
        _plan(officer, hall.entries["R01"])
    with pytest.raises(NotAllowed):
        _plan(hall.head("wl-land"))
    project = _plan(officer, hall.entries["R03"])
    for stranger in (officer, hall.officer("wl-tax")):
        with pytest.raises(NotFound):
            _decide(project, "approve", stranger)
    with pytest.raises(NotAllowed):
        _decide(project, "approve", hall.holder("wl-data", Role.AUTHORITY_REVIEWER))
    with pytest.raises(NotFound):
        queries.project(id=project, actor=hall.officer("wl-tax"), on=TODAY)
    _decide(project, "withdraw", officer)
    with pytest.raises(WrongState):
        _decide(project, "approve", leader)


def test_the_pages_carry_a_project_through(
    hall: Hall, officer: Actor, leader: Actor, sign_in: Callable[[Actor], Client]
) -> None:
    own = sign_in(officer)
    given = {"name": "不动产登记系统升级", "system": "登记系统", "entries": [str(hall.entries["R03"])]}
    assert own.post("/supervision/projects/new", {"name": ""}).status_code == 422
    address = own.post("/supervision/projects/new", given)["Location"]
    assert "三道关口" in own.get(address).content.decode()
    assert own.post(f"{address}/approve", {"reason": WHY}).status_code == 404  # not the department's to decide
    boss = sign_in(leader)
    assert "项目〔2026〕0001号" in boss.get("/supervision/projects").content.decode()
    assert boss.post(f"{address}/approve", {"reason": ""}).status_code == 422
    assert boss.post(f"{address}/approve", {"reason": WHY}).status_code == 302
    assert boss.post(f"{address}/accept", {"reason": WHY}).status_code == 302
    money = {"year": "2027", "money": "support", "reason": WHY}
    assert boss.post(f"{address}/judge_money", money).status_code == 302
    assert "支持安排运维经费" in own.get(address).content.decode()
    again = boss.post(f"{address}/judge_money", money)
    assert (again.status_code, "2027 年度已经提出过意见" in again.content.decode()) == (422, True)
