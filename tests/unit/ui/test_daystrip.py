"""The calendar strip in words, in both languages."""

from datetime import date

import pytest
from django.utils import translation

from zhengtong.kernel.daystrip import DayStrip
from zhengtong.regulations.limits import limit
from zhengtong.regulations.workdays import national
from zhengtong.sharing.rules import ReplyFacts, reply_days
from zhengtong.ui.daystrip import StripView, view


def _strip(facts: ReplyFacts) -> DayStrip:
    assert facts.received_on
    held = limit("REPLY_CONDITIONAL", on=facts.received_on)
    found = reply_days(facts, held, national(), on=date(2026, 10, 16))
    assert found is not None
    return found


def _said(strip: DayStrip, language: str) -> StripView:
    with translation.override(language):
        return view(strip, started="收到", stopped="已答复")


OVER_THE_HOLIDAYS = ReplyFacts(received_on=date(2026, 9, 21))


def test_the_sentences_name_start_make_up_days_holidays_and_the_last_day() -> None:
    assert _said(_strip(OVER_THE_HOLIDAYS), "zh-hans").sentences == (
        "9月21日 收到，当日不计，从次一工作日起算。",
        "调休上班，计入：10月10日（周六）。",
        "放假，不计：9月25日至9月27日、10月1日至10月7日。",
        "期限 10 个工作日，第 10 日是 2026年10月12日（星期一）。",
    )


def test_an_extension_is_said_with_its_days() -> None:
    facts = ReplyFacts(received_on=date(2026, 9, 2), extended_on=date(2026, 9, 15), extension_days=5)
    words = _said(_strip(facts), "zh-hans").sentences
    assert words[-1] == "期限 10 个工作日，经同意延长 5 个工作日，第 15 日是 2026年9月22日（星期二）。"


def test_days_of_delay_are_counted_after_the_due_date() -> None:
    shown = _said(_strip(OVER_THE_HOLIDAYS), "zh-hans")
    assert shown.late_days == 4
    assert shown.cells[-1].count == "逾期第 4 日"
    assert shown.cells[-1].notes == ("今天",)


@pytest.mark.parametrize(("language", "first"), [("zh-hans", "周一"), ("en", "Mon")])
def test_every_day_has_its_weekday_kind_and_count_in_words(language: str, first: str) -> None:
    with translation.override(language):
        cells = view(_strip(OVER_THE_HOLIDAYS), started="收到", stopped="已答复").cells
        assert cells[0].weekday == first
        assert all(cell.weekday and str(cell.kind) and cell.count for cell in cells)


def test_english_sentences_hold_no_chinese() -> None:
    words = " ".join(_said(_strip(OVER_THE_HOLIDAYS), "en").sentences).replace("收到", "")
    assert not any("\u4e00" <= c <= "\u9fff" for c in words)
