"""Grading advice: the highest of the items, never lower with more items, and never a word about sharing."""

from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from zhengtong.standards.rules import GRADES, GradeAdvice, Item, advise
from zhengtong.standards.tables import elements_by_name

KNOWN = elements_by_name()
ITEMS = st.builds(
    Item,
    name=st.sampled_from(sorted(KNOWN)) | st.text(max_size=8),
    data_type=st.sampled_from("CND"),
    length=st.sampled_from(["", "18", "100"]),
    code_list=st.just(""),
    is_personal=st.booleans(),
)


@given(st.lists(ITEMS, max_size=8), ITEMS, st.booleans())
def test_one_more_item_never_lowers_the_grade(items: list[Item], more: Item, is_open: bool) -> None:
    before = advise(items, KNOWN, is_open=is_open).grade
    assert GRADES.index(advise([*items, more], KNOWN, is_open=is_open).grade) >= GRADES.index(before)


@given(st.lists(ITEMS, max_size=8), st.booleans())
def test_the_order_of_items_says_nothing(items: list[Item], is_open: bool) -> None:
    assert advise(items, KNOWN, is_open=is_open).grade == advise(items[::-1], KNOWN, is_open=is_open).grade


@given(st.lists(ITEMS, max_size=8), st.sampled_from(["", "?", *GRADES]))
def test_advice_is_above_a_stated_grade_only_where_both_are_known(items: list[Item], stated: str) -> None:
    advice = advise(items, KNOWN, is_open=False)
    assert advice.above(stated) == (stated in GRADES and GRADES.index(stated) < GRADES.index(advice.grade))


def test_advice_has_no_word_for_a_sharing_type() -> None:
    assert {one.name for one in fields(GradeAdvice)} == {"grade", "because", "masks"}
