"""个人信息保护法 第四十六条: what a person says of his own data is verified and put right without delay."""

from datetime import date

import pytest

from tests.spec.sharing.case import Case, named
from zhengtong.kernel.deadlines import ClockView
from zhengtong.parties.rules import Role
from zhengtong.regulations.limits import limit
from zhengtong.regulations.workdays import national
from zhengtong.sharing.rules.personal import (
    PERSON,
    PersonalStatement,
    PersonState,
    case_numbers,
    check_statement,
    person_clock,
)

ARTICLE = "个人信息保护法 第四十六条"
TAKEN, PASSED, RIGHT = PersonState.TAKEN, PersonState.PASSED, PersonState.NOT_CORRECTED
OFFICER, CLERK, HEAD = ({role.value} for role in (Role.DATA_OFFICER, Role.COUNTER_CLERK, Role.SHARING_OFFICE_HEAD))
SAID = PersonalStatement("林芸帆", "990102198803142419", "100-0000-0001", "990102198803142419", "女", "男")


def _clock(taken: date, on: date, told: date | None = None) -> ClockView:
    held = limit("PERSON_CORRECTION", on=taken)
    return person_clock(taken_on=taken, told_on=told, limit=held, calendar=national(), on=on)


def _state(verb: str, state: PersonState, roles: set[str]) -> PersonState:
    return PersonState(PERSON.step(verb, state=state, roles=roles).target)


CASES = (
    Case(
        "46-1",
        "窗口收件人员登记后，数据专员核实并更正",
        "待告知本人",
        lambda: _state("correct", TAKEN, OFFICER),
        PersonState.CORRECTED,
    ),
    Case(
        "46-2",
        "窗口收件人员自行更正",
        "不可以：只登记和告知",
        lambda: _state("correct", TAKEN, CLERK),
        refused="kernel.role_missing",
    ),
    Case("46-3", "核实无误", "仍须说明理由、告知本人", lambda: _state("tell", RIGHT, CLERK), PersonState.TOLD),
    Case("46-4", "没有核实就告知本人", "不可以", lambda: _state("tell", TAKEN, HEAD), refused="kernel.wrong_state"),
    Case("46-5", "数据来自别的部门", "转提供方校核", lambda: _state("pass_on", TAKEN, OFFICER), PASSED),
    Case(
        "46-6",
        "已经告知本人的，再撤回",
        "不可以",
        lambda: _state("withdraw", PersonState.TOLD, OFFICER),
        refused="kernel.wrong_state",
    ),
    Case(
        "46-7",
        "9月18日登记，“及时”本市定为十五个工作日",
        "10月15日前告知本人",
        lambda: _clock(date(2026, 9, 18), date(2026, 9, 18)).due_on,
        date(2026, 10, 15),
    ),
    Case("46-8", "10月16日还没有告知", "逾期", lambda: _clock(date(2026, 9, 18), date(2026, 10, 16)).late, True),
    Case(
        "46-9",
        "没有写怎样告知本人",
        "不能登记",
        lambda: check_statement(PersonalStatement("林芸帆", "X1", "", "X1", "女", ""), evidence="户口簿"),
        refused="sharing.person_needs_who",
    ),
    Case(
        "46-10",
        "材料栏里写了姓名",
        "不能登记：姓名写在密封的栏里",
        lambda: check_statement(SAID, evidence="林芸帆的户口簿记载为男"),
        refused="sharing.person_in_the_open",
    ),
    Case(
        "46-11",
        "办件编号用顿号和换行隔开，有重复",
        "各记一次",
        lambda: case_numbers("汀兰办〔2026〕餐0017、汀兰办〔2026〕餐0021\n汀兰办〔2026〕餐0017"),
        ("汀兰办〔2026〕餐0017", "汀兰办〔2026〕餐0021"),
    ),
    Case(
        "46-12",
        "办件编号中有公民身份号码",
        "不能标记",
        lambda: case_numbers("990102198803142410"),
        refused="sharing.cases_are_numbers",
    ),
    Case(
        "46-13",
        "二十一个办件编号",
        "不能标记",
        lambda: case_numbers([f"件{n}" for n in range(21)]),
        refused="sharing.cases_too_many",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_pipl_article_46(case: Case) -> None:
    case.holds()
