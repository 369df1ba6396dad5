"""条例 第十九、二十条: the source is named, it catalogues, the consumer asks, is answered, is given."""

from datetime import date

import pytest

from tests.spec.sharing.case import Case, named
from zhengtong.parties.rules import Role
from zhengtong.sharing.rules import (
    DEMAND,
    DemandState,
    Onboarding,
    OnboardingStage,
    OnboardingTurn,
    check_help,
    check_source,
)

ARTICLE = "政务数据共享条例 第十九条、第二十条"
S = OnboardingStage
SEP, OCT, NOV = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)


def _step(verb: str, state: DemandState, role: Role) -> object:
    return DEMAND.step(verb, state=state, roles={str(role)}).target


def _where(way: Onboarding) -> tuple[OnboardingStage, OnboardingTurn, date]:
    return way.stage, way.turn, way.since


CASES = (
    Case(
        "需-1",
        "提出需求，没有明确数源部门",
        "轮到主管部门",
        lambda: _where(Onboarding(SEP)),
        (S.SOURCE, OnboardingTurn.AUTHORITY, SEP),
    ),
    Case(
        "需-2",
        "10 月 1 日明确了数源部门",
        "轮到数源部门编目",
        lambda: _where(Onboarding(SEP, source_on=OCT)),
        (S.CATALOGUE, OnboardingTurn.SOURCE, OCT),
    ),
    Case(
        "需-3",
        "对应到已发布的目录",
        "轮到需求部门申请",
        lambda: _where(Onboarding(SEP, source_on=OCT, linked_on=NOV)),
        (S.REQUEST, OnboardingTurn.CONSUMER, NOV),
    ),
    Case(
        "需-4",
        "没有明确数源部门，直接对应到目录",
        "不再要求明确",
        lambda: Onboarding(SEP, linked_on=OCT).stage,
        S.REQUEST,
    ),
    Case(
        "需-5",
        "已提出申请",
        "轮到提供方答复",
        lambda: Onboarding(SEP, linked_on=OCT, requested_on=NOV).stage,
        S.GRANT,
    ),
    Case(
        "需-6",
        "已同意共享",
        "轮到提供方提供",
        lambda: Onboarding(SEP, linked_on=OCT, requested_on=OCT, granted_on=NOV).stage,
        S.DELIVERY,
    ),
    Case(
        "需-7",
        "已提供",
        "不再轮到谁",
        lambda: Onboarding(SEP, linked_on=OCT, requested_on=OCT, granted_on=OCT, delivered_on=NOV).turn,
        OnboardingTurn.NOBODY,
    ),
    Case(
        "需-13",
        "申请被拒绝",
        "又轮到需求部门，从拒绝那天起",
        lambda: _where(Onboarding(SEP, linked_on=OCT, refused_on=NOV)),
        (S.REQUEST, OnboardingTurn.CONSUMER, NOV),
    ),
    Case(
        "需-14",
        "申请材料不全，已经一次告知",
        "轮到需求部门补正，答复期限不走",
        lambda: (
            (way := Onboarding(SEP, linked_on=OCT, requested_on=OCT, reply_by=NOV, supplementing=True)).turn,
            way.due_on,
        ),
        (OnboardingTurn.CONSUMER, None),
    ),
    Case(
        "需-15",
        "答复期限 10 月 1 日已过",
        "逾期",
        lambda: Onboarding(SEP, linked_on=SEP, requested_on=SEP, reply_by=OCT).late(NOV),
        True,
    ),
    Case(
        "需-16",
        "期限是暂定的",
        "不算逾期",
        lambda: Onboarding(SEP, linked_on=SEP, requested_on=SEP, reply_by=OCT, provisional=True).late(NOV),
        False,
    ),
    Case(
        "需-17",
        "没有走完，已经用别的办法满足",
        "不再轮到谁",
        lambda: _where(Onboarding(SEP, met_on=OCT)),
        (S.DONE, OnboardingTurn.NOBODY, OCT),
    ),
    Case(
        "需-18",
        "已同意共享，10 月 1 日前提供",
        "期限就是这一天",
        lambda: Onboarding(SEP, linked_on=SEP, granted_on=SEP, catalog_by=NOV, deliver_by=OCT).due_on,
        OCT,
    ),
    Case(
        "需-8",
        "主管部门明确数源部门",
        "协调中",
        lambda: _step("name_source", DemandState.RAISED, Role.AUTHORITY_REVIEWER),
        DemandState.COORDINATING,
    ),
    Case(
        "需-9",
        "需求部门自己明确数源部门",
        "不行",
        lambda: _step("name_source", DemandState.RAISED, Role.DATA_OFFICER),
        refused="kernel.role_missing",
    ),
    Case(
        "需-10",
        "编目期限写成今天",
        "不行",
        lambda: check_source(catalog_by=OCT, today=OCT),
        refused="sharing.demand_day_passed",
    ),
    Case(
        "需-11",
        "提供帮助，没有写联系处室",
        "不行",
        lambda: check_help(text="现场指导编目", contact=" ", day=NOV, today=OCT),
        refused="sharing.help_incomplete",
    ),
    Case(
        "需-12",
        "已满足的需求再对应目录",
        "不行",
        lambda: _step("link", DemandState.MET, Role.AUTHORITY_REVIEWER),
        refused="kernel.wrong_state",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_articles_19_and_20_matching(case: Case) -> None:
    case.holds()
