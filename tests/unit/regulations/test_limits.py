"""The limits in force are those of the files, nearest place first, never against the requester."""

from dataclasses import replace
from datetime import date

import pytest

from zhengtong.kernel.errors import NotFound, RuleBroken
from zhengtong.regulations.limits import all_limits, limit

DAY = date(2026, 9, 1)


def test_a_district_falls_back_to_the_national_limit() -> None:
    assert limit("REPLY_CONDITIONAL", on=DAY, jurisdiction="990102").days == 10


def test_the_nearest_place_wins() -> None:
    city = replace(limit("REPLY_CONDITIONAL", on=DAY), days=5, jurisdiction="990100", mark="D")
    assert limit("REPLY_CONDITIONAL", on=DAY, jurisdiction="990102", local=[city]).days == 5
    assert limit("REPLY_CONDITIONAL", on=DAY, jurisdiction="980100", local=[city]).days == 10


def test_a_local_limit_against_the_requester_is_refused() -> None:
    city = replace(limit("REPLY_CONDITIONAL", on=DAY), days=15, jurisdiction="990100")
    with pytest.raises(RuleBroken):
        limit("REPLY_CONDITIONAL", on=DAY, jurisdiction="990100", local=[city])


def test_before_the_decree_no_limit_of_it_is_in_force() -> None:
    with pytest.raises(NotFound):
        limit("DELIVER", on=date(2025, 7, 31))


def test_every_limit_has_an_article_or_says_it_is_our_own() -> None:
    for stated in all_limits(on=DAY):
        assert stated.limit.mark == "D" or "第" in stated.limit.cites, stated.limit.id
        assert stated.act_en
