"""条例 第三十八条: sharing decides what is invested in information projects and paid for their operation."""

import pytest

from tests.spec.sharing.case import Case, named
from zhengtong.parties.rules import Role
from zhengtong.supervision.rules.projects import (
    PROJECT,
    Money,
    ProjectStage,
    SharingFacts,
    check_gate,
    check_words,
)

ARTICLE = "政务数据共享条例 第三十八条"
S = ProjectStage
NONE = SharingFacts(0, 0, 0, 0)
DRAFTED = SharingFacts(2, 1, 0, 0)
GOOD = SharingFacts(2, 0, 0, 0)


def _step(verb: str, stage: ProjectStage, role: Role) -> object:
    return PROJECT.step(verb, state=stage, roles={str(role)}).target


CASES = (
    Case(
        "38p-1",
        "没有编制目录，申请立项",
        "不能同意",
        lambda: check_gate("approve", NONE),
        refused="supervision.project_no_catalogue",
    ),
    Case("38p-2", "编制了目录，还没有发布，申请立项", "可以同意", lambda: check_gate("approve", DRAFTED), None),
    Case(
        "38p-3",
        "有一个目录没有发布，申请验收",
        "不能同意",
        lambda: check_gate("accept", DRAFTED),
        refused="supervision.project_not_registered",
    ),
    Case("38p-4", "目录全部发布，申请验收", "可以同意", lambda: check_gate("accept", GOOD), None),
    Case(
        "38p-5",
        "有一件逾期没有提供，支持安排运维经费",
        "不行",
        lambda: check_gate("judge_money", SharingFacts(2, 0, 1, 0), money=Money.SUPPORT),
        refused="supervision.project_not_sharing",
    ),
    Case(
        "38p-6",
        "近一年认定过违规，支持安排运维经费",
        "不行",
        lambda: check_gate("judge_money", SharingFacts(2, 0, 0, 1), money=Money.SUPPORT),
        refused="supervision.project_not_sharing",
    ),
    Case(
        "38p-7",
        "不共享，提出不支持的意见",
        "可以",
        lambda: check_gate("judge_money", SharingFacts(2, 0, 1, 1), money=Money.DECLINE),
        None,
    ),
    Case(
        "38p-8",
        "按规定共享，支持安排运维经费",
        "可以",
        lambda: check_gate("judge_money", GOOD, money=Money.SUPPORT),
        None,
    ),
    Case(
        "38p-9",
        "主管部门分管负责人同意立项",
        "已立项",
        lambda: _step("approve", S.PLANNED, Role.AUTHORITY_LEADER),
        S.APPROVED,
    ),
    Case(
        "38p-10",
        "申报部门自己同意立项",
        "不行",
        lambda: _step("approve", S.PLANNED, Role.DATA_OFFICER),
        refused="kernel.role_missing",
    ),
    Case(
        "38p-11",
        "没有立项就验收",
        "不行",
        lambda: _step("accept", S.PLANNED, Role.AUTHORITY_LEADER),
        refused="kernel.wrong_state",
    ),
    Case("38p-12", "提出意见没有理由", "不行", lambda: check_words(" "), refused="supervision.reason_empty"),
)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_article_38_projects(case: Case) -> None:
    case.holds()
