"""条例 第二十六条: who reads a wrong value says so; the provider verifies, corrects, answers in ten working days."""

from datetime import date

import pytest

from tests.spec.sharing.case import Case, named
from zhengtong.kernel.deadlines import ClockView
from zhengtong.regulations.limits import limit
from zhengtong.regulations.workdays import national
from zhengtong.sharing.rules import (
    CORRECTION,
    CorrectionOutcome,
    CorrectionState,
    check_answer,
    check_filing,
    correction_clock,
    masked_key,
)

ARTICLE = "政务数据共享条例 第二十六条"
CORRECTED, RIGHT = CorrectionOutcome.CORRECTED, CorrectionOutcome.NOT_CORRECTED


def _clock(filed: date, on: date, answered: date | None = None) -> ClockView:
    held = limit("CORRECTION", on=filed)
    return correction_clock(filed_on=filed, answered_on=answered, limit=held, calendar=national(), on=on)


def _answer(outcome: CorrectionOutcome, cause: str, others: int) -> None:
    check_answer(outcome=outcome, cause=cause, others_found=others)


def _file(key: str, seen: str, evidence: str) -> None:
    check_filing(record_key=key, value_seen=seen, evidence=evidence)


CASES = (
    Case(
        "26-1",
        "9月18日提出；中间有调休的周日和两个假期（C01）",
        "10月9日前核实、更正并反馈",
        lambda: _clock(date(2026, 9, 18), date(2026, 9, 18)).due_on,
        date(2026, 10, 9),
    ),
    Case(
        "26-2",
        "9月24日反馈",
        "没有逾期",
        lambda: _clock(date(2026, 9, 18), date(2026, 10, 16), date(2026, 9, 24)).late,
        False,
    ),
    Case(
        "26-3",
        "10月10日（调休的周六）还没有反馈",
        "逾期",
        lambda: _clock(date(2026, 9, 18), date(2026, 10, 10)).late,
        True,
    ),
    Case(
        "26-4",
        "提供部门核实后更正",
        "已更正",
        lambda: CORRECTION.step("correct", state=CorrectionState.FILED, roles={"data_officer"}).target,
        CorrectionState.CORRECTED,
    ),
    Case(
        "26-5",
        "没有写明是哪一条记录",
        "不能提出",
        lambda: _file("", "住宅", "证书记载为商业服务"),
        refused="sharing.correction_needs_record",
    ),
    Case(
        "26-6",
        "没有依据",
        "不能提出",
        lambda: _file("GB00017", "住宅", " "),
        refused="sharing.correction_needs_evidence",
    ),
    Case(
        "26-7",
        "反馈没有写明原因",
        "不能反馈",
        lambda: _answer(CORRECTED, "", 0),
        refused="sharing.correction_needs_cause",
    ),
    Case(
        "26-8",
        "核实无误却填了同类记录数",
        "不能反馈",
        lambda: _answer(RIGHT, "与登记簿一致", 3),
        refused="sharing.correction_others",
    ),
    Case(
        "26-9",
        "主管部门代替提供部门反馈",
        "不允许",
        lambda: CORRECTION.step("correct", state=CorrectionState.FILED, roles={"authority_leader"}),
        refused="kernel.role_missing",
    ),
    Case(
        "26-10",
        "已反馈的再反馈一次",
        "不允许",
        lambda: CORRECTION.step("confirm", state=CorrectionState.CORRECTED, roles={"data_officer"}),
        refused="kernel.wrong_state",
    ),
    Case("26-11", "记录标识", "页面只显示末四位", lambda: masked_key("GB00017F00010001"), "********0001"),
    Case("26-12", "短的记录标识", "末位不超过三分之一", lambda: masked_key("Zhang"), "****g"),
)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_article_26(case: Case) -> None:
    case.holds()
