"""条例 第三十八至四十一条: what is a breach, which of them the system claims by itself, and what the report counts."""

from datetime import date

import pytest

from tests.spec.sharing.case import Case, named
from zhengtong.kernel.deadlines import ClockView
from zhengtong.regulations.limits import limit
from zhengtong.regulations.workdays import national
from zhengtong.supervision.rules import (
    BREACHES,
    FINDING,
    FindingState,
    Party,
    breach_of_limit,
    check_explanation,
    check_reason,
    explanation_clock,
    finding_number,
    month_of,
    permille,
    total,
    with_detector,
    with_ratios,
)

ARTICLE = "政务数据共享条例 第三十八条至第四十一条"


def _claimed(limit_id: str) -> str:
    found = breach_of_limit(limit(limit_id, on=date(2026, 9, 1)).on_expiry)
    return found.cites() if found else ""


def _of(party: Party, *, catch_all: bool = False) -> tuple[str, ...]:
    return tuple(one.id for one in BREACHES.values() if one.party is party and one.open == catch_all)


def _clock(asked: date, on: date) -> ClockView:
    held = limit("EXPLANATION", on=asked)
    return explanation_clock(asked_on=asked, explained_on=None, limit=held, calendar=national(), on=on)


def _uphold(on: date) -> None:
    state, due = FindingState.EXPLANATION_ASKED, date(2026, 10, 23)
    check_reason("逾期没有说明", state=state, verb="uphold", due_on=due, on=on)


CASES = (
    Case("39-1", "提供部门", "八种情形", lambda: _of(Party.PROVIDER), tuple(f"P{n}" for n in range(1, 9))),
    Case("40-1", "需求部门", "六种情形", lambda: _of(Party.CONSUMER), tuple(f"U{n}" for n in range(1, 7))),
    Case("41-1", "主管部门", "两种情形", lambda: _of(Party.AUTHORITY), ("A1", "A2")),
    Case("39-9", "提供部门，其他情形", "留给人认定，系统不认定", lambda: _of(Party.PROVIDER, catch_all=True), ("P9",)),
    Case("40-7", "需求部门，其他情形", "留给人认定", lambda: _of(Party.CONSUMER, catch_all=True), ("U7",)),
    Case("41-3", "主管部门，其他情形", "留给人认定", lambda: _of(Party.AUTHORITY, catch_all=True), ("A3",)),
    Case(
        "39-2",
        "有条件共享类申请到期没有答复",
        "第三十九条第（四）项",
        lambda: _claimed("REPLY_CONDITIONAL"),
        "政务数据共享条例 第三十九条第（四）项",
    ),
    Case("39-3", "同意后到期没有提供", "第（四）项", lambda: _claimed("DELIVER")[-4:], "（四）项"),
    Case("39-4", "校核到期没有反馈", "第（六）项", lambda: _claimed("CORRECTION")[-4:], "（六）项"),
    Case("39-5", "目录到期没有更新", "第（一）项", lambda: _claimed("CATALOG_UPDATE")[-4:], "（一）项"),
    Case("41-4", "协调到期没有结果", "第（二）项", lambda: _claimed("DISPUTE_MEDIATION")[-4:], "（二）项"),
    Case("39-10", "审核发布逾期", "不是列明的情形，系统不认定", lambda: _claimed("CATALOG_REVIEW"), ""),
    Case(
        "39-6",
        "系统自己会发现的",
        "列明的十六种都有事实可查；其他情形由人认定",
        lambda: tuple(one.id for one in with_detector()),
        tuple(f"{side}{n}" for side, most in (("P", 8), ("U", 6), ("A", 2)) for n in range(1, most + 1)),
    ),
    Case(
        "29-1",
        "10月16日（周五）要求说明",
        "10月23日前说明（期限由督查机构确定）",
        lambda: _clock(date(2026, 10, 16), date(2026, 10, 16)).due_on,
        date(2026, 10, 23),
    ),
    Case(
        "29-2",
        "说明期限内",
        "不能以不说明认定",
        lambda: _uphold(date(2026, 10, 23)),
        refused="supervision.explanation_runs",
    ),
    Case("29-3", "说明期限届满", "可以认定", lambda: _uphold(date(2026, 10, 24)), None),
    Case("29-4", "说明是空的", "不能提交", lambda: check_explanation("  "), refused="supervision.explanation_empty"),
    Case(
        "29-5",
        "部门自己办结",
        "不允许",
        lambda: FINDING.step("close", state=FindingState.OPEN, roles={"data_officer"}),
        refused="kernel.role_missing",
    ),
    Case(
        "29-6",
        "督查人员代替部门说明",
        "不允许",
        lambda: FINDING.step("explain", state=FindingState.EXPLANATION_ASKED, roles={"supervisor"}),
        refused="kernel.role_missing",
    ),
    Case(
        "38-1",
        "按期3件、逾期1件",
        "按期率75%",
        lambda: with_ratios({"replies_on_time": 3, "replies_late": 1})["reply_rate"],
        750,
    ),
    Case("38-2", "没有到期的答复", "没有按期率，不是零", lambda: with_ratios({})["reply_rate"], None),
    Case(
        "38-3",
        "合计",
        "按合计数算，不是平均",
        lambda: total(({"replies_on_time": 9}, {"replies_late": 1}))["reply_rate"],
        900,
    ),
    Case("38-4", "三分之二", "四舍五入到千分位", lambda: permille(2, 3), 667),
    Case("38-5", "2026年2月", "28天", lambda: month_of("2026-02").last, date(2026, 2, 28)),
    Case("38-6", "1月的上一月", "上年12月", lambda: month_of("2026-01").before.text, "2025-12"),
    Case("38-7", "月份写成 2026-13", "看不懂", lambda: month_of("2026-13"), refused="supervision.month_unreadable"),
    Case("38-8", "编号", "四位，按文字排序", lambda: finding_number(year=2026, sequence=12), "督办〔2026〕0012号"),
)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_articles_38_to_41(case: Case) -> None:
    case.holds()
