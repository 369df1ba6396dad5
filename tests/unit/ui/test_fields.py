"""Days as people write them, and articles as readers of both languages read them."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from zhengtong.ui.fields import DayField, DayInput
from zhengtong.ui.language import cite

DAY = date(2026, 10, 16)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-10-16",
        "2026年10月16日",
        "2026 年 10 月 16 日",
        "2026/10/16",
        "2026.10.16",
        "20261016",
        "２０２６年１０月１６日",
        " 2026-10-16 ",
    ],
)
def test_a_day_is_read_however_it_is_usually_written(typed: str) -> None:
    assert DayField().clean(typed) == DAY


@pytest.mark.parametrize("typed", ["10/16/2026", "2026-13-01", "2026年2月30日", "明天"])
def test_a_day_that_cannot_be_read_says_how_to_write_it(typed: str) -> None:
    with translation.override("zh-hans"), pytest.raises(ValidationError, match="写成 2026年10月16日"):
        DayField().clean(typed)


def test_a_day_is_shown_in_the_form_as_the_reader_writes_it() -> None:
    with translation.override("zh-hans"):
        assert DayInput().format_value(DAY) == "2026年10月16日"
    with translation.override("en"):
        assert DayInput().format_value(DAY) == "2026-10-16"


@pytest.mark.parametrize(
    ("article", "english"),
    [
        ("政务数据共享条例 第二十一条", "Decree 809, art. 21"),
        ("政务数据共享条例第十条", "Decree 809, art. 10"),
        ("政务数据共享条例 第十六、十七条", "Decree 809, arts. 16, 17"),
        ("中华人民共和国统计法 第二十八条", "中华人民共和国统计法 第二十八条"),
        ("", ""),
    ],
)
def test_articles_of_the_decree_are_cited_in_the_readers_language(article: str, english: str) -> None:
    with translation.override("en"):
        assert cite(article) == english
    with translation.override("zh-hans"):
        assert cite(article) == article
