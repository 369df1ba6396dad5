"""条例 第二十七条第一款: once sharing ends the data are disposed of, and the consumer says how."""

from datetime import date

import pytest

from tests.spec.sharing.case import Case, named
from zhengtong.parties.rules import Role
from zhengtong.regulations.limits import limit
from zhengtong.regulations.workdays import national
from zhengtong.sharing.rules import (
    DISPOSAL,
    DisposalMethod,
    DisposalState,
    check_again,
    check_report,
    disposal_clock,
)

ARTICLE = "政务数据共享条例 第二十七条第一款"
ENDED = date(2026, 9, 30)
M, S = DisposalMethod, DisposalState
EVIDENCE = "9月30日删除业务库副本和备份，销毁记录在安全管理员处"


def _due(*, reported: date | None = None, on: date = ENDED) -> tuple[date | None, bool]:
    held = limit("DISPOSAL", on=ENDED)
    view = disposal_clock(ended_on=ENDED, reported_on=reported, limit=held, calendar=national(), on=on)
    return view.due_on, view.late


def _report(method: DisposalMethod, evidence: str = EVIDENCE, law: str = "") -> None:
    check_report(method=method, evidence=evidence, legal_basis=law)


def _step(verb: str, state: DisposalState, role: Role) -> object:
    return DISPOSAL.step(verb, state=state, roles={str(role)}).target


CASES = (
    Case("27a-1", "许可结束", "数据待处置", lambda: DISPOSAL.start, S.OWED),
    Case(
        "27a-2", "9月30日许可到期", "10月20日前处置并报告（期限由主管部门确定）", lambda: _due()[0], date(2026, 10, 20)
    ),
    Case("27a-3", "10月20日当天", "没有逾期", lambda: _due(on=date(2026, 10, 20))[1], False),
    Case("27a-4", "10月21日仍未报告", "逾期", lambda: _due(on=date(2026, 10, 21))[1], True),
    Case(
        "27a-5", "10月12日已报告", "不再逾期", lambda: _due(reported=date(2026, 10, 12), on=date(2026, 11, 2))[1], False
    ),
    Case("27a-6", "报告已销毁，写明证据", "可以", lambda: _report(M.DESTROYED), None),
    Case(
        "27a-7",
        "报告已销毁，没有证据",
        "不行",
        lambda: _report(M.DESTROYED, "  "),
        refused="sharing.disposal_needs_evidence",
    ),
    Case("27a-8", "留存，没有依据", "不行", lambda: _report(M.KEPT), refused="sharing.disposal_kept_needs_law"),
    Case("27a-9", "依法留存，写明依据", "可以", lambda: _report(M.KEPT, law="档案法 第十四条"), None),
    Case(
        "27a-10", "使用方数据专员报告", "待提供方确认", lambda: _step("report", S.OWED, Role.DATA_OFFICER), S.REPORTED
    ),
    Case("27a-11", "提供方确认", "办结", lambda: _step("accept", S.REPORTED, Role.SHARING_OFFICE_HEAD), S.ACCEPTED),
    Case(
        "27a-12",
        "提供方认为没有处置干净",
        "重新处置",
        lambda: _step("ask_again", S.REPORTED, Role.DATA_OFFICER),
        S.OWED,
    ),
    Case(
        "27a-13",
        "要求重新处置，不说缺什么",
        "不行",
        lambda: check_again(""),
        refused="sharing.disposal_again_needs_reason",
    ),
    Case(
        "27a-14",
        "主管部门代替提供方确认",
        "不行",
        lambda: _step("accept", S.REPORTED, Role.AUTHORITY_REVIEWER),
        refused="kernel.role_missing",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_article_27_disposal(case: Case) -> None:
    case.holds()
