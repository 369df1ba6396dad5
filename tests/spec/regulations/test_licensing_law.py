"""行政许可法的期限怎样计算：工作日计算，特别程序的时间不计入，延长须经批准。"""

from dataclasses import dataclass
from datetime import date

import pytest

from zhengtong.kernel.deadlines import Bound, ClockEvent, ClockEventKind, Unit, deadline
from zhengtong.regulations.checking import STOPS
from zhengtong.regulations.limits import limit
from zhengtong.regulations.workdays import national

ARTICLE = "行政许可法 第三十二、四十二至四十五、四十七、四十八、五十、五十五、八十二条；市场主体登记管理条例 第十九条"
K = ClockEventKind
STOPPED = (date(2026, 9, 21), date(2026, 9, 24))


@dataclass(frozen=True, slots=True)
class Case:
    """One limit, counted from a day; perhaps extended, perhaps stopped between two days."""

    limit: str
    started: date
    extended_days: int
    stopped: tuple[date, date] | None
    due: date
    because: str


CASES = (
    Case("COMPLETENESS_NOTICE", date(2026, 10, 14), 0, None, date(2026, 10, 21), "五个工作日内一次告知"),
    Case("LICENCE_DECISION", date(2026, 9, 20), 0, None, date(2026, 10, 23), "受理日是调休的周日"),
    Case("LICENCE_DECISION", date(2026, 9, 20), 10, None, date(2026, 11, 6), "经本机关负责人批准延长十日"),
    Case("LICENCE_DECISION", date(2026, 9, 20), 0, STOPPED, date(2026, 10, 28), "听证三日不计入"),
    Case("JOINT_DECISION", date(2026, 9, 20), 0, None, date(2026, 11, 27), "联合办理四十五日"),
    Case("JOINT_DECISION", date(2026, 9, 18), 15, None, date(2026, 12, 17), "经本级政府负责人批准延长十五日"),
    Case("PRELIMINARY_REVIEW", date(2026, 9, 20), 0, None, date(2026, 10, 23), "下级机关二十日内审查完"),
    Case("LICENCE_DELIVERY", date(2026, 9, 30), 0, None, date(2026, 10, 20), "决定后十日内送达，国庆不计入"),
    Case("HEARING_HOLD", date(2026, 9, 21), 0, None, date(2026, 10, 26), "二十日内组织听证"),
    Case("INSPECTION_SENT", date(2026, 9, 21), 0, None, date(2026, 9, 29), "受理后五日内指派检验，中秋不计入"),
    Case("REGISTRATION", date(2026, 9, 18), 0, None, date(2026, 9, 22), "不能当场登记的三个工作日，含调休的周日"),
    Case("REGISTRATION", date(2026, 9, 18), 3, None, date(2026, 9, 28), "经批准再延长三个工作日"),
    Case("RENEWAL_FILING", date(2026, 10, 16), 0, None, date(2026, 11, 15), "三十日按自然日计算（默认）"),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.limit}-{case.started}-{case.extended_days}")
def test_the_due_date_is_the_one_an_official_would_count(case: Case) -> None:
    history = [ClockEvent(K.START, case.started)]
    if case.extended_days:
        history.append(ClockEvent(K.EXTEND, case.started, days=case.extended_days))
    if case.stopped:
        history.append(ClockEvent(K.PAUSE, case.stopped[0], reason="hearing"))
        history.append(ClockEvent(K.RESUME, case.stopped[1]))
    assert deadline(history, limit(case.limit, on=case.started), national(), on=case.started).due_on == case.due


@pytest.mark.parametrize("stop", sorted(STOPS))
def test_each_special_procedure_of_article_45_stops_the_clock_of_a_decision(stop: str) -> None:
    on = date(2026, 9, 21)
    for decided in ("LICENCE_DECISION", "JOINT_DECISION"):
        assert stop in limit(decided, on=on).clock_stops_for
    assert limit("REGISTRATION", on=on).clock_stops_for == frozenset()


def test_a_site_visit_or_a_rectification_stops_no_clock() -> None:
    on = date(2026, 9, 23)
    held = limit("LICENCE_DECISION", on=on)
    for reason in ("site_visit", "rectification"):
        with pytest.raises(ValueError, match=reason):
            deadline([ClockEvent(K.START, on), ClockEvent(K.PAUSE, on, reason=reason)], held, national(), on=on)


@pytest.mark.parametrize(("named", "days"), [("HEARING_REQUEST", 5), ("HEARING_NOTICE", 7)])
def test_periods_that_protect_the_applicant_are_minima(named: str, days: int) -> None:
    held = limit(named, on=date(2026, 9, 1))
    assert (held.bound, held.days, held.unit) == (Bound.MIN, days, Unit.WORKING_DAY)


@pytest.mark.parametrize(
    ("named", "who"), [("LICENCE_DECISION", "head_of_organ"), ("JOINT_DECISION", "government_leader")]
)
def test_who_may_extend_is_the_one_the_law_names(named: str, who: str) -> None:
    assert limit(named, on=date(2026, 9, 1)).extended_by == who
