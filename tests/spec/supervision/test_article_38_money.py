"""条例 第三十八条: the money of sharing is in the budget, and is managed by what comes of it, all the way."""

from decimal import Decimal

import pytest

from tests.spec.sharing.case import Case, named
from zhengtong.parties.rules import Role
from zhengtong.supervision.rules.budget import (
    BUDGET,
    BudgetKind,
    BudgetState,
    ProjectFacts,
    check_ask,
    check_listing,
    check_spending,
    spent_permille,
)
from zhengtong.supervision.rules.projects import Money, ProjectStage

ARTICLE = "政务数据共享条例 第三十八条"
S, K = BudgetState, BudgetKind
YUAN_100, YUAN_80 = Decimal(100), Decimal(80)


def _step(verb: str, state: BudgetState, role: Role) -> object:
    return BUDGET.step(verb, state=state, roles={str(role)}).target


def _list(kind: BudgetKind, listed: Decimal, project: ProjectFacts | None = None) -> object:
    return check_listing(kind=kind, asked=YUAN_100, listed=listed, project=project)


CASES = (
    Case(
        "38m-1", "申报数据治理经费 100 元", "可以",
        lambda: check_ask(kind=K.GOVERNANCE, amount=YUAN_100, has_project=False),
    ),
    Case(
        "38m-2", "申报运行维护经费，没有对应项目", "不行",
        lambda: check_ask(kind=K.OPERATION, amount=YUAN_100, has_project=False),
        refused="supervision.budget_needs_project",
    ),
    Case(
        "38m-3", "申报零元", "不行", lambda: check_ask(kind=K.TRAINING, amount=Decimal(0), has_project=False),
        refused="supervision.budget_amount",
    ),
    Case("38m-4", "申报 100 元，列入 80 元", "可以", lambda: _list(K.GOVERNANCE, YUAN_80)),
    Case(
        "38m-5", "申报 100 元，列入 100.01 元", "不行", lambda: _list(K.GOVERNANCE, Decimal("100.01")),
        refused="supervision.budget_more_than_asked",
    ),
    Case(
        "38m-6", "项目还没有同意立项，列入建设投资", "不行",
        lambda: _list(K.INVESTMENT, YUAN_80, ProjectFacts(ProjectStage.PLANNED, None)),
        refused="supervision.budget_project_not_approved",
    ),
    Case(
        "38m-7", "项目已同意立项，列入建设投资", "可以",
        lambda: _list(K.INVESTMENT, YUAN_80, ProjectFacts(ProjectStage.APPROVED, None)),
    ),
    Case(
        "38m-8", "不支持该项目运维经费，列入运行维护", "不行",
        lambda: _list(K.OPERATION, YUAN_80, ProjectFacts(ProjectStage.ACCEPTED, Money.DECLINE)),
        refused="supervision.budget_not_supported",
    ),
    Case(
        "38m-9", "还没有提出运维经费意见，列入运行维护", "不行",
        lambda: _list(K.OPERATION, YUAN_80, ProjectFacts(ProjectStage.ACCEPTED, None)),
        refused="supervision.budget_not_supported",
    ),
    Case(
        "38m-10", "支持该项目运维经费，列入运行维护", "可以",
        lambda: _list(K.OPERATION, YUAN_80, ProjectFacts(ProjectStage.ACCEPTED, Money.SUPPORT)),
    ),
    Case(
        "38m-11", "列入 80 元，报告执行 80.01 元", "不行",
        lambda: check_spending(listed=YUAN_80, spent=Decimal("80.01"), year=2026, this_year=2026),
        refused="supervision.budget_more_than_listed",
    ),
    Case(
        "38m-12", "2026 年报告 2027 年度的执行", "不行",
        lambda: check_spending(listed=YUAN_80, spent=YUAN_80, year=2027, this_year=2026),
        refused="supervision.budget_year_ahead",
    ),
    Case(
        "38m-13", "列入 80 元，执行 60 元", "执行率 75%",
        lambda: spent_permille(listed=YUAN_80, spent=Decimal(60)), 750,
    ),
    Case(
        "38m-14", "分管负责人评价绩效", "已评价",
        lambda: _step("evaluate", S.REPORTED, Role.AUTHORITY_LEADER), S.EVALUATED,
    ),
    Case(
        "38m-15", "部门自己评价绩效", "不行", lambda: _step("evaluate", S.REPORTED, Role.DATA_OFFICER),
        refused="kernel.role_missing",
    ),
    Case(
        "38m-16", "没有报告执行就评价", "不行", lambda: _step("evaluate", S.LISTED, Role.AUTHORITY_LEADER),
        refused="kernel.wrong_state",
    ),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=named)
def test_article_38_money(case: Case) -> None:
    case.holds()
