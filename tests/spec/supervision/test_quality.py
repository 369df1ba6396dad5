"""条例 第三十八条: timeliness and quality are supervised; how a score comes about, check by check."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.spec.sharing.case import Case, named
from zhengtong.catalog.rules.terms import UpdateCycle
from zhengtong.supervision.rules.quality import CHECK_WORDS, Part, QualityBasis, Score, score

ARTICLE = "政务数据共享条例 第三十八条"
TODAY = date(2026, 10, 16)
BARE = QualityBasis(
    abstract_chars=0, items=2, items_sized=0, agreement=None, schemes=0, update_cycle="", has_office=False,
    has_system=False, origins=0, profiled_on=None, filled=None, valid=None, rows_received=0, rows_quarantined=0,
    corrected=0, is_read=False, received_on=None, change_late=False, late_deliveries=0,
)  # fmt: skip
BEST = replace(
    BARE, abstract_chars=60, items_sized=2, agreement=1000, schemes=2, update_cycle="daily", has_office=True,
    has_system=True, origins=1, profiled_on=TODAY, filled=1000, valid=1000, rows_received=100, is_read=True,
    received_on=TODAY,
)  # fmt: skip


def _worth(name: str, **changes: object) -> int | None:
    found = _score(**changes)
    return next(one.worth for one in found.checks if one.id == name)


def _score(**changes: object) -> Score:
    return score(replace(BEST, **changes), on=TODAY)


def _days(number: int) -> date:
    return TODAY - timedelta(days=number)


CASES = (
    Case("38-质-1", "样样齐全", "满分，全部已知", lambda: (_score().permille, _score().known), (1000, 1000)),
    Case(
        "38-质-2",
        "什么都没有填，也没有人用过",
        "只有目录没有逾期算分",
        lambda: score(BARE, on=TODAY).part(Part.METADATA),
        0,
    ),
    Case(
        "38-质-3", "没有人用过的数据", "数据部分不知道，不算满分", lambda: score(BARE, on=TODAY).part(Part.DATA), None
    ),
    Case("38-质-4", "没有数据画像", "完整性不知道", lambda: _worth("filled", profiled_on=None), None),
    Case("38-质-5", "一年多以前的数据画像", "不再算知道", lambda: _worth("filled", profiled_on=_days(400)), None),
    Case("38-质-6", "一百行隔离了四十行", "六成", lambda: _worth("quarantined", rows_quarantined=40), 600),
    Case("38-质-7", "每日更新，前天收到", "按周期", lambda: _worth("fresh", received_on=_days(2)), 1000),
    Case("38-质-8", "每日更新，三天前收到", "一半", lambda: _worth("fresh", received_on=_days(3)), 500),
    Case("38-质-9", "每日更新，五天前收到", "零", lambda: _worth("fresh", received_on=_days(5)), 0),
    Case("38-质-10", "变更时更新", "无法判断，不知道", lambda: _worth("fresh", update_cycle="on_change"), None),
    Case(
        "38-质-11",
        "每月更新，两个月前收到",
        "按周期",
        lambda: _worth("fresh", update_cycle="monthly", received_on=_days(62)),
        1000,
    ),
    Case("38-质-12", "一年内校核更正两次", "六成", lambda: _worth("corrected", corrected=2), 600),
    Case("38-质-13", "一年内校核更正二十次", "零，不为负", lambda: _worth("corrected", corrected=20), 0),
    Case("38-质-14", "目录变更逾期未报", "零", lambda: _worth("changed", change_late=True), 0),
    Case("38-质-15", "有一件逾期未提供", "零", lambda: _worth("delivered", late_deliveries=1), 0),
    Case(
        "38-质-16",
        "最该先改的",
        "权重最大的在前",
        lambda: [one.id for one in _score(has_system=False, received_on=_days(9)).to_improve],
        ["fresh", "system"],
    ),
)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_quality(case: Case) -> None:
    case.holds()


def test_every_check_has_its_words_and_the_weights_make_a_hundred() -> None:
    checks = _score().checks
    assert {one.id for one in checks} == set(CHECK_WORDS)
    assert sum(one.weight for one in checks) == 100


def test_every_declared_cycle_is_judged_or_said_to_be_unknown() -> None:
    unknown = {str(cycle) for cycle in UpdateCycle if _worth("fresh", update_cycle=str(cycle)) is None}
    assert unknown == {"on_change", "once"}
