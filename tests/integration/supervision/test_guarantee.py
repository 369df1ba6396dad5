"""Institution documents, training and money: who files, who reads, and what the page says is missing."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.support.sharing_hall import Hall
from zhengtong.journal import rebuild
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.parties.rules import Role
from zhengtong.supervision import queries, services
from zhengtong.supervision.queries.guarantee import guarantee, guarantee_of, trainees
from zhengtong.supervision.rules.budget import BudgetKind, BudgetState, Rating
from zhengtong.supervision.rules.institutions import InstitutionKind
from zhengtong.supervision.rules.projects import Money
from zhengtong.supervision.rules.training import Plan

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 16)
CLOCK = FixedClock.on(TODAY)
JUNE = date(2026, 6, 1)
WHY = "按共享情况安排"


@pytest.fixture
def officer(hall: Hall) -> Actor:
    return hall.officer("wl-land")


@pytest.fixture
def leader(hall: Hall) -> Actor:
    return hall.holder("wl-data", Role.AUTHORITY_LEADER)


def _file(officer: Actor, kind: InstitutionKind, title: str, **more: object) -> UUID:
    given = {"document_number": "", "issued_on": JUNE, "in_force_from": JUNE, **more}
    return services.file_document(kind=kind, title=title, actor=officer, clock=CLOCK, **given)  # type: ignore[arg-type]


def _ask(officer: Actor, kind: BudgetKind = BudgetKind.GOVERNANCE, project: UUID | None = None) -> UUID:
    return services.ask_money(
        year=2026, kind=kind, project=project, purpose="目录整理", goal="年底目录全部发布", amount=Decimal("120000.50"),
        actor=officer, clock=CLOCK,
    )  # fmt: skip


def _same() -> bool:
    return [outcome.differences for outcome in rebuild.check(area="supervision")] == [()]


def test_what_is_missing_is_what_is_not_in_force(hall: Hall, officer: Actor) -> None:
    old = _file(officer, InstitutionKind.SECURITY, "数据安全管理制度")
    new = _file(
        officer, InstitutionKind.SECURITY, "数据安全管理制度（修订）", replaces=old, review_on=date(2026, 9, 30)
    )
    page = guarantee_of(code="wl-land", actor=officer, on=TODAY, year=2026)
    assert [str(one.kind) for one in page.row.missing] == ["office", "correction"]
    assert page.row.reviews_passed == 1
    assert {one.id: one.in_force for one in page.documents} == {old: False, new: True}
    with pytest.raises(NotFound):
        services.repeal_document(document=new, reason=WHY, actor=hall.officer("tl-market"), clock=CLOCK)
    services.repeal_document(document=new, reason=WHY, actor=officer, clock=CLOCK)
    assert len(guarantee_of(code="wl-land", actor=officer, on=TODAY, year=2026).row.missing) == 3
    assert _same()


def test_the_year_asks_of_roles_and_counts_hours_passed(hall: Hall, officer: Actor, leader: Actor) -> None:
    plan = Plan(2026, frozenset({Role.DATA_OFFICER}), Decimal(8))
    with pytest.raises(NotAllowed):
        services.set_training_plan(plan=plan, reason=WHY, actor=officer, clock=CLOCK)
    services.set_training_plan(plan=plan, reason=WHY, actor=leader, clock=CLOCK)
    before = guarantee_of(code="wl-land", actor=officer, on=TODAY, year=2026)
    assert (before.row.training.owed, before.row.training.trained, len(before.wanting)) == (1, 0, 1)
    assert officer.officer
    for hours in (Decimal("4.5"), Decimal("3.5")):
        services.record_training(
            topic="数据安全和脱敏", held_on=date(2026, 9, 1), hours=hours, attendees=[officer.officer], actor=leader,
            clock=CLOCK,
        )  # fmt: skip
    after = guarantee_of(code="wl-land", actor=officer, on=TODAY, year=2026)
    assert (after.row.training.trained, after.wanting, len(after.trainings)) == (1, (), 2)
    assert _same()


def test_a_department_names_its_own_people_only(hall: Hall, officer: Actor, leader: Actor) -> None:
    other = hall.officer("tl-market").officer
    assert other
    assert other not in {one.id for one in trainees(actor=officer, on=TODAY)}
    assert other in {one.id for one in trainees(actor=leader, on=TODAY)}
    with pytest.raises(RuleBroken, match="training_others"):
        services.record_training(
            topic="数据安全和脱敏", held_on=JUNE, hours=Decimal(2), attendees=[other], actor=officer, clock=CLOCK
        )


def test_money_is_asked_listed_spent_and_evaluated(officer: Actor, leader: Actor) -> None:
    line = _ask(officer)
    services.decide_money(line=line, verb="list", reason=WHY, amount=Decimal(100_000), actor=leader, clock=CLOCK)
    services.report_spending(line=line, spent=Decimal(75_000), result="目录已发布", actor=officer, clock=CLOCK)
    services.evaluate_money(line=line, rating=Rating.GOOD, reason=WHY, actor=leader, clock=CLOCK)
    page = queries.budget_line(id=line, actor=officer)
    assert (page.line.state, page.line.rating, page.line.spent_permille) == (BudgetState.EVALUATED, Rating.GOOD, 750)
    row = guarantee_of(code="wl-land", actor=officer, on=TODAY, year=2026).row
    assert (row.money.asked, row.money.listed, row.money.spent) == (
        Decimal("120000.50"), Decimal(100_000), Decimal(75_000)
    )  # fmt: skip
    assert _same()


def test_operation_money_follows_the_opinion_on_the_project(hall: Hall, officer: Actor, leader: Actor) -> None:
    project = services.plan_project(
        name="登记系统运维", system="", entries=[hall.entries["R03"]], actor=officer, clock=CLOCK
    )
    line = _ask(officer, BudgetKind.OPERATION, project)
    with pytest.raises(RuleBroken, match="budget_not_supported"):
        services.decide_money(line=line, verb="list", reason=WHY, actor=leader, clock=CLOCK)
    for verb in ("approve", "accept"):
        services.decide_project(project=project, verb=verb, reason=WHY, actor=leader, clock=CLOCK)
    services.judge_money(project=project, year=2026, money=Money.SUPPORT, reason=WHY, actor=leader, clock=CLOCK)
    services.decide_money(line=line, verb="list", reason=WHY, actor=leader, clock=CLOCK)
    assert queries.budget_line(id=line, actor=officer).line.listed == Decimal("120000.50")


def test_another_department_reads_nothing(hall: Hall, officer: Actor, supervisor: Actor) -> None:
    line = _ask(officer)
    stranger = hall.officer("wl-tax")
    with pytest.raises(NotFound):
        queries.budget_line(id=line, actor=stranger)
    with pytest.raises(NotFound):
        guarantee_of(code="wl-land", actor=stranger, on=TODAY, year=2026)
    assert [one.code for one in guarantee(actor=stranger, on=TODAY, year=2026)] == ["wl-tax"]
    assert len(guarantee(actor=supervisor, on=TODAY, year=2026)) > 3
    assert queries.budget_line(id=line, actor=supervisor).verbs == ()


def test_the_pages_do_what_the_services_do(
    hall: Hall, officer: Actor, leader: Actor, sign_in: Callable[[Actor], Client]
) -> None:
    at_land, at_data = sign_in(officer), sign_in(leader)
    filed = {
        "kind": "security", "title": "数据安全管理制度", "document_number": "望资〔2026〕1号",
        "issued_on": "2026-06-01",
        "in_force_from": "2026-06-01", "review_on": "", "digest": "", "replaces": "",
    }  # fmt: skip
    assert at_land.post("/supervision/guarantee/wl-land/document", {**filed, "title": "短"}).status_code == 422
    assert at_land.post("/supervision/guarantee/wl-land/document", filed).status_code == 302
    assert "望资〔2026〕1号" in at_land.get("/supervision/guarantee/wl-land").content.decode()
    assert at_data.post("/supervision/guarantee/wl-land/document", filed).status_code == 404
    planned = {"year": "2026", "roles": ["data_officer"], "hours": "8", "reason": WHY}
    assert at_data.post("/supervision/guarantee/wl-data/plan", planned).status_code == 302
    trained = {"topic": "数据安全", "held_on": "2026-09-01", "hours": "8", "attendees": [str(officer.officer)]}
    assert at_data.post("/supervision/guarantee/wl-data/training", trained).status_code == 302
    asked = {
        "year": "2026", "kind": "governance", "project": "", "amount": "1000", "purpose": "目录整理",
        "goal": "全部发布目录",
    }  # fmt: skip
    made = at_land.post("/supervision/budget/new", asked)
    address = made["Location"]
    assert at_data.post(f"{address}/list", {"amount": "2000", "reason": WHY}).status_code == 422
    assert at_data.post(f"{address}/list", {"amount": "900", "reason": WHY}).status_code == 302
    assert "900.00" in at_land.get(address).content.decode()
    table = at_data.get("/supervision/guarantee?format=csv").content.decode("utf-8-sig")
    assert "1000.00,900.00" in table
    assert "经费〔2026〕0001号" in at_land.get("/supervision/budget?format=csv&year=2026").content.decode("utf-8-sig")


def test_a_hundred_lines_ask_as_many_statements_as_one(officer: Actor, leader: Actor) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            guarantee(actor=leader, on=TODAY, year=2026)
            queries.budget(actor=leader, rows=50)
        return len(seen)

    _ask(officer)
    _file(officer, InstitutionKind.OTHER, "其他制度文件一")
    before = asked()
    for number in range(20):
        _ask(officer)
        _file(officer, InstitutionKind.OTHER, f"其他制度文件{number}")
    assert asked() == before
