"""条例 第二十八条: first negotiation, then mediation, then the government; who mediates follows from the two places."""

from datetime import date

import pytest

from tests.spec.sharing.case import Case, named
from zhengtong.parties.rules import Role
from zhengtong.regulations.limits import limit
from zhengtong.regulations.workdays import national
from zhengtong.sharing.rules import (
    DISPUTE,
    OPEN_DISPUTES,
    DisputeState,
    check_claim,
    check_step,
    common_places,
    is_same_level,
    mediation_clock,
)

ARTICLE = "政务数据共享条例 第二十八条"
S, R = DisputeState, Role


def _step(verb: str, state: DisputeState, role: Role) -> str:
    return DISPUTE.step(verb, state=state, roles=frozenset({str(role)})).target


def _due(asked: date) -> date | None:
    held = limit("DISPUTE_MEDIATION", on=asked)
    return mediation_clock(asked_on=asked, ended_on=None, limit=held, calendar=national(), on=asked).due_on


CASES = (
    Case("28-1", "发生争议", "先协商", lambda: DISPUTE.start, S.NEGOTIATING),
    Case(
        "28-2",
        "协商不成",
        "申请协调",
        lambda: _step("fail", S.NEGOTIATING, R.DATA_OFFICER),
        S.MEDIATION_ASKED,
    ),
    Case(
        "28-3",
        "没有协商过，直接请政府决定",
        "不可以",
        lambda: _step("refer", S.NEGOTIATING, R.AUTHORITY_LEADER),
        refused="kernel.wrong_state",
    ),
    Case(
        "28-4", "主管部门受理", "协调中", lambda: _step("take_up", S.MEDIATION_ASKED, R.AUTHORITY_REVIEWER), S.MEDIATING
    ),
    Case("28-5", "协调达成一致", "待执行", lambda: _step("settle", S.MEDIATING, R.AUTHORITY_REVIEWER), S.AGREED),
    Case("28-6", "协调未达成一致", "报政府决定", lambda: _step("refer", S.MEDIATING, R.AUTHORITY_LEADER), S.GOVERNMENT),
    Case(
        "28-7",
        "审核员报请政府决定",
        "须由分管负责人",
        lambda: _step("refer", S.MEDIATING, R.AUTHORITY_REVIEWER),
        refused="kernel.role_missing",
    ),
    Case("28-8", "本级人民政府", "作出决定", lambda: _step("rule", S.GOVERNMENT, R.GOVERNMENT_LEADER), S.RULED),
    Case(
        "28-9",
        "主管部门代替政府决定",
        "不可以",
        lambda: _step("rule", S.GOVERNMENT, R.AUTHORITY_LEADER),
        refused="kernel.role_missing",
    ),
    Case(
        "28-10",
        "同一个区的两个部门",
        "同级主管部门",
        lambda: is_same_level("990102", "990102", mediator="990102"),
        True,
    ),
    Case(
        "28-20",
        "同一个区的两个部门，一方就是该区主管部门",
        "上级主管部门",
        lambda: is_same_level("990102", "990102", mediator="990100"),
        False,
    ),
    Case("28-11", "同一个区的两个部门", "本区最近", lambda: common_places("990102", "990102")[0], "990102"),
    Case("28-12", "区和市", "市主管部门协调", lambda: common_places("990102", "990100")[0], "990100"),
    Case("28-13", "两个区", "共同的上级：市", lambda: common_places("990102", "990103")[0], "990100"),
    Case("28-14", "两个市", "共同的上级：省", lambda: common_places("990102", "990201")[0], "990000"),
    Case("28-15", "两个省", "国务院主管部门", lambda: common_places("990102", "980101"), ("",)),
    Case(
        "28-16",
        "9月8日申请协调",
        "10月13日前（主管部门确定的期限）",
        lambda: _due(date(2026, 9, 8)),
        date(2026, 10, 12),
    ),
    Case("28-17", "没有写明争议什么", "不受理", lambda: check_claim(" "), refused="sharing.dispute_needs_claim"),
    Case(
        "28-18",
        "没有写协商经过",
        "须写明",
        lambda: check_step("fail", "", do_by=None, on=date(2026, 9, 8)),
        refused="sharing.dispute_needs_words",
    ),
    Case(
        "28-19",
        "要求在过去的日子办完",
        "不可以",
        lambda: check_step("settle", "提供数据", do_by=date(2026, 9, 1), on=date(2026, 9, 14)),
        refused="sharing.dispute_day_past",
    ),
    Case(
        "28-20",
        "争议处理中",
        "可以随时撤回",
        lambda: {_step("withdraw", state, R.SHARING_OFFICE_HEAD) for state in OPEN_DISPUTES},
        {S.WITHDRAWN},
    ),
)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_the_row_holds(case: Case) -> None:
    case.holds()
