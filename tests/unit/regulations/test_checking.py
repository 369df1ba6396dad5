"""Limits as they may stand, and as they may not."""

from dataclasses import replace
from datetime import date

import pytest

from zhengtong.kernel.deadlines import TimeLimit
from zhengtong.regulations.checking import check, check_text
from zhengtong.regulations.limits import limit, shipped

ON = date(2026, 1, 1)
GENERAL = [stated.limit for stated in shipped()]
PLACE = "990100"


def _own(**changed: object) -> TimeLimit:
    """The city's own answer to conditional requests, in force from the new year."""
    base = replace(
        limit("REPLY_CONDITIONAL", on=ON), jurisdiction=PLACE, in_force_from=ON, cites="细则第九条", mark="D"
    )
    return replace(base, **changed)  # pyright: ignore[reportArgumentType] -- the table below names real fields


def _faults(*own: TimeLimit) -> list[str]:
    return [fault.key.removeprefix("regulations.") for fault in check(own, above=GENERAL)]


def test_the_shipped_limits_may_stand() -> None:
    assert check(GENERAL, above=()) == ()


CASES: tuple[tuple[dict[str, object], list[str]], ...] = (
    ({}, []),
    ({"days": 5, "extension_days": 0}, []),
    ({"days": 11}, ["worse_than_above"]),
    ({"extension_days": 11}, ["worse_than_above"]),
    ({"cites": "", "mark": ""}, ["neither_article_nor_mark"]),
    ({"mark": "X"}, ["unknown_mark"]),
    ({"mark": "V", "cites": "本地细则"}, ["verified_without_article"]),
    ({"extended_by": "somebody"}, ["unknown_extender"]),
    ({"clock_stops_for": frozenset({"lunch"})}, ["unknown_stop"]),
    ({"days": -1}, ["negative"]),
    ({"id": "NOT_A_LIMIT"}, ["no_such_limit_above"]),
    ({"in_force_from": date(2025, 1, 1)}, ["no_such_limit_above"]),  # before the Decree itself
)


@pytest.mark.parametrize(("changed", "faults"), CASES, ids=lambda one: str(one)[:40])
def test_each_fault_is_named(changed: dict[str, object], faults: list[str]) -> None:
    assert _faults(_own(**changed)) == faults


def test_a_district_is_measured_by_its_city() -> None:
    city, district = _own(days=5, extension_days=5), _own(jurisdiction="990102", days=7, extension_days=5)
    assert _faults(city, district) == ["worse_than_above"]
    assert _faults(district) == []


def test_two_values_of_one_day_are_one_too_many() -> None:
    assert _faults(_own(), _own(days=5)) == ["twice", "twice"]


def test_a_period_to_keep_may_only_grow() -> None:
    kept = replace(limit("USE_RECORD_RETENTION", on=ON), jurisdiction=PLACE, in_force_from=ON)
    assert _faults(replace(kept, days=1826)) == []
    assert _faults(replace(kept, days=365)) == ["worse_than_above"]


@pytest.mark.parametrize("text", ["", "[[limit]]\nid = 1", "not toml [", '[[limit]]\nid = "X"'])
def test_a_file_that_says_no_limit_is_refused_with_a_reason(text: str) -> None:
    (fault,) = check_text(text, place=PLACE, shipped=shipped())
    assert fault.message("zh")
    assert fault.remedy("en")
