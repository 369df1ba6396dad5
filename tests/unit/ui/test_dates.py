"""Dates read as an official reads them."""

from datetime import UTC, date, datetime

import pytest

from zhengtong.ui import dates


def test_a_chinese_day_names_its_weekday() -> None:
    assert dates.day(date(2026, 10, 16), lang="zh") == "2026年10月16日（星期五）"


def test_a_sunday_is_the_day_ri_of_the_week() -> None:
    assert dates.day(date(2026, 9, 20), lang="zh") == "2026年9月20日（星期日）"


def test_an_english_day_has_no_leading_zero() -> None:
    assert dates.day(date(2026, 9, 2), lang="en") == "2 Sep 2026"


@pytest.mark.parametrize(("lang", "shown"), [("zh", "2026年10月16日 00:30"), ("en", "16 Oct 2026 00:30")])
def test_an_instant_is_shown_in_beijing_time_never_utc(lang: str, shown: str) -> None:
    late_in_utc = datetime(2026, 10, 15, 16, 30, tzinfo=UTC)
    assert dates.moment(late_in_utc, lang=lang) == shown  # type: ignore[arg-type]  # parametrized literal


def test_the_day_of_an_instant_is_the_beijing_day() -> None:
    assert dates.day(datetime(2026, 10, 15, 16, 30, tzinfo=UTC), lang="en") == "16 Oct 2026"


def test_the_short_day_leaves_the_year_out() -> None:
    assert dates.short_day(date(2026, 10, 1), lang="zh") == "10月1日"
