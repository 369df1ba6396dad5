"""条例 第二十七条: misuse suspends, rectification lifts, refusal to rectify ends; nothing ends at will."""

from datetime import date

import pytest

from tests.spec.sharing.case import Case, named
from zhengtong.sharing.rules import (
    GRANT,
    LIFT_UNDELIVERED,
    SIDES,
    GrantState,
    Negotiation,
    Side,
    check_reason,
    check_rectified,
    check_revocation,
    check_suspension,
    check_termination,
    has_ended,
)

ARTICLE = "政务数据共享条例 第二十七条"
CONSENTED_ON, SUSPENDED_ON, RECTIFY_BY = date(2026, 7, 1), date(2026, 10, 12), date(2026, 10, 26)


def _step(verb: str, state: GrantState, role: str) -> object:
    return GRANT.step(verb, state=state, roles={role}).target


def _terminate(on: date) -> object:
    return check_termination(reason="到期仍在推广短信", rectify_by=RECTIFY_BY, on=on)


def _revoke(negotiated_on: date | None, filed: str) -> object:
    facts = Negotiation("业务系统并入省级系统", negotiated_on, filed)
    return check_revocation(facts, since=CONSENTED_ON, on=SUSPENDED_ON)


CASES = (
    Case(
        "27-1",
        "0011：联络员电话被用于短信推广",
        "主管部门可以暂停",
        lambda: _step("suspend", GrantState.ACTIVE, "authority_reviewer"),
        GrantState.SUSPENDED,
    ),
    Case(
        "27-2",
        "同上",
        "提供部门也可以暂停",
        lambda: _step("suspend", GrantState.ACTIVE, "sharing_office_head"),
        GrantState.SUSPENDED,
    ),
    Case("27-3", "由谁暂停", "提供方或者主管部门", lambda: SIDES["suspend"], Side.OVERSEER),
    Case(
        "27-4",
        "没有写明属于哪一种违规使用",
        "不能暂停",
        lambda: check_suspension(reason="不想给了", breach="", rectify_by=None, on=SUSPENDED_ON),
        refused="sharing.suspension_needs_breach",
    ),
    Case(
        "27-5",
        "整改到位并有证据",
        "恢复",
        lambda: _step("lift", GrantState.SUSPENDED, "sharing_office_head"),
        GrantState.ACTIVE,
    ),
    Case("27-6", "没有整改证据", "不能恢复", lambda: check_rectified(" "), refused="sharing.lift_needs_evidence"),
    Case(
        "27-7",
        "整改期限内（10月26日）",
        "不能终止",
        lambda: _terminate(RECTIFY_BY),
        refused="sharing.rectification_runs",
    ),
    Case("27-8", "期满（10月27日）仍未整改", "可以终止", lambda: _terminate(date(2026, 10, 27)), None),
    Case(
        "27-9",
        "使用中的许可，没有暂停就终止",
        "不行",
        lambda: _step("terminate", GrantState.ACTIVE, "authority_leader"),
        refused="kernel.wrong_state",
    ),
    Case(
        "27-10",
        "提供部门收回，没有协商",
        "不行",
        lambda: _revoke(None, "备2026-1"),
        refused="sharing.revocation_needs_negotiation",
    ),
    Case(
        "27-11",
        "提供部门收回，没有备案",
        "不行",
        lambda: _revoke(date(2026, 10, 9), " "),
        refused="sharing.revocation_needs_filing",
    ),
    Case("27-12", "有正当理由，已协商并备案", "可以收回", lambda: _revoke(date(2026, 10, 9), "备2026-1"), None),
    Case(
        "27-13",
        "0010：许可到9月30日",
        "10月1日已到期",
        lambda: has_ended(valid_until=date(2026, 9, 30), on=date(2026, 10, 1)),
        True,
    ),
    Case(
        "27-14",
        "最后一日",
        "仍然有效",
        lambda: has_ended(valid_until=date(2026, 9, 30), on=date(2026, 9, 30)),
        False,
    ),
    Case(
        "27-15",
        "共享目的已实现，使用部门交回",
        "终止",
        lambda: _step("relinquish", GrantState.ACTIVE, "data_officer"),
        GrantState.TERMINATED,
    ),
    Case(
        "27-16",
        "尚未确认提供，已发现超范围使用",
        "可以暂停",
        lambda: _step("suspend", GrantState.DELIVERING, "authority_reviewer"),
        GrantState.SUSPENDED,
    ),
    Case(
        "27-17",
        "尚未提供就被暂停，整改到位",
        "恢复后仍须提供",
        lambda: _step(LIFT_UNDELIVERED, GrantState.SUSPENDED, "authority_reviewer"),
        GrantState.DELIVERING,
    ),
    Case(
        "27-18",
        "协商日期早于同意共享之日",
        "不算协商",
        lambda: _revoke(date(2026, 6, 30), "备2026-1"),
        refused="sharing.revocation_needs_negotiation",
    ),
    Case("27-19", "交回许可，没有理由", "不行", lambda: check_reason(" "), refused="sharing.act_needs_reason"),
)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_article_27(case: Case) -> None:
    case.holds()
