"""期限怎样计算：起算日不计入，调休日计入，节假日不计入。"""

from dataclasses import dataclass
from datetime import date

import pytest

from zhengtong.kernel.deadlines import ClockEvent, ClockEventKind, deadline
from zhengtong.regulations.limits import limit
from zhengtong.regulations.workdays import national

ARTICLE = "政务数据共享条例 第十七条、第二十一条、第二十二条、第二十六条"


@dataclass(frozen=True, slots=True)
class Case:
    """One limit, counted."""

    limit: str
    received: date
    extended_days: int
    due: date
    because: str


CASES = (
    Case("REPLY_UNCONDITIONAL", date(2026, 8, 24), 0, date(2026, 8, 25), "次日为第一个工作日"),
    Case("REPLY_UNCONDITIONAL", date(2026, 10, 15), 0, date(2026, 10, 16), "下午收到，次日到期"),
    Case("REPLY_UNCONDITIONAL", date(2026, 9, 19), 0, date(2026, 9, 20), "周日为调休工作日"),
    Case("REPLY_UNCONDITIONAL", date(2026, 9, 30), 0, date(2026, 10, 8), "国庆假期不计入"),
    Case("REPLY_CONDITIONAL", date(2026, 8, 28), 0, date(2026, 9, 11), "十个工作日"),
    Case("REPLY_CONDITIONAL", date(2026, 9, 2), 0, date(2026, 9, 16), "十个工作日"),
    Case("REPLY_CONDITIONAL", date(2026, 9, 2), 4, date(2026, 9, 21), "经同意延长四个工作日，含调休的周日"),
    Case("REPLY_CONDITIONAL", date(2026, 9, 7), 0, date(2026, 9, 20), "到期日是调休的周日"),
    Case("REPLY_CONDITIONAL", date(2026, 9, 21), 0, date(2026, 10, 12), "跨中秋、国庆，周六调休计入"),
    Case("REPLY_CONDITIONAL", date(2026, 9, 21), 10, date(2026, 10, 26), "最长延长十个工作日"),
    Case("DELIVER", date(2026, 9, 9), 0, date(2026, 10, 13), "答复同意后二十个工作日"),
    Case("CORRECTION", date(2026, 9, 18), 0, date(2026, 10, 9), "校核十个工作日"),
    Case("CATALOG_REVIEW", date(2026, 9, 24), 0, date(2026, 9, 29), "审核发布两个工作日，中秋不计入"),
    Case("CATALOG_UPDATE", date(2026, 9, 7), 5, date(2026, 9, 28), "十个工作日加五个工作日"),
    Case("CATALOG_UPDATE", date(2026, 9, 7), 0, date(2026, 9, 20), "目录更新十个工作日"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.limit}-{case.received}-{case.extended_days}")
def test_the_due_date_is_the_one_an_official_would_count(case: Case) -> None:
    history = [ClockEvent(ClockEventKind.START, case.received)]
    if case.extended_days:
        history.append(ClockEvent(ClockEventKind.EXTEND, case.received, days=case.extended_days))
    held = limit(case.limit, on=case.received)
    assert deadline(history, held, national(), on=case.received).due_on == case.due
