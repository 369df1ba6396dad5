"""条例 第二十、二十九条: what is asked of a department in writing is reported on, accepted or asked again."""

from datetime import date

import pytest

from tests.spec.sharing.case import Case, named
from zhengtong.parties.rules import Role
from zhengtong.supervision.rules.directives import (
    DIRECTIVE,
    DirectiveState,
    check_bulletin,
    check_directive,
    check_meeting,
)

ARTICLE = "政务数据共享条例 第二十条、第二十九条"
S = DirectiveState
TODAY, TOMORROW = date(2026, 10, 16), date(2026, 10, 17)


def _step(verb: str, state: DirectiveState, role: Role) -> object:
    return DIRECTIVE.step(verb, state=state, roles={str(role)}).target


def _meeting(*, held_on: date = TODAY, present: int = 3, title: str = "第三次联席会议") -> object:
    return check_meeting(
        title=title, text="商定管线数据编目", held_on=held_on, present=present, conclusions=2, today=TODAY
    )


CASES = (
    Case(
        "29d-1",
        "督办单写明要求和以后的期限",
        "可以",
        lambda: check_directive(text="说明原因", due_on=TOMORROW, today=TODAY),
    ),
    Case(
        "29d-2",
        "期限写成今天",
        "不行",
        lambda: check_directive(text="说明原因", due_on=TODAY, today=TODAY),
        refused="supervision.directive_day",
    ),
    Case(
        "29d-3",
        "没有写要求",
        "不行",
        lambda: check_directive(text=" ", due_on=TOMORROW, today=TODAY),
        refused="supervision.directive_text",
    ),
    Case(
        "29d-4",
        "部门报告办理情况",
        "待确认",
        lambda: _step("report_directive", S.OWED, Role.DEPARTMENT_HEAD),
        S.REPORTED,
    ),
    Case("29d-5", "督查人员确认", "已办结", lambda: _step("accept_directive", S.REPORTED, Role.SUPERVISOR), S.ACCEPTED),
    Case("29d-6", "退回再办", "待报告", lambda: _step("ask_directive_again", S.REPORTED, Role.SUPERVISOR), S.OWED),
    Case(
        "29d-7",
        "部门自己确认办结",
        "不行",
        lambda: _step("accept_directive", S.REPORTED, Role.DATA_OFFICER),
        refused="kernel.role_missing",
    ),
    Case(
        "29d-8",
        "没有报告就确认",
        "不行",
        lambda: _step("accept_directive", S.OWED, Role.SUPERVISOR),
        refused="kernel.wrong_state",
    ),
    Case("29d-9", "会议有名称、有人参加", "可以登记", _meeting),
    Case("29d-10", "明天的会议", "不行", lambda: _meeting(held_on=TOMORROW), refused="supervision.meeting_ahead"),
    Case("29d-11", "没有参加部门", "不行", lambda: _meeting(present=0), refused="supervision.meeting_present"),
    Case(
        "29d-12",
        "月份还没有结束就通报",
        "不行",
        lambda: check_bulletin(last=TODAY, today=TODAY),
        refused="supervision.bulletin_month_runs",
    ),
    Case("29d-13", "月份结束的第二天通报", "可以", lambda: check_bulletin(last=TODAY, today=TOMORROW)),
)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_article_29_directives(case: Case) -> None:
    case.holds()
