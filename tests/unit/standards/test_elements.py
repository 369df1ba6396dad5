"""Items and data elements: what agrees, what deviates and with which fix."""

import pytest

from zhengtong.standards.rules import Compliance, Fit, Fix, Item, Personal, compliance, fit, normal
from zhengtong.standards.tables import code_lists, data_elements, elements_by_name

KNOWN = elements_by_name()
MARKS = {"V", "M", "m?", "D", "C"}


@pytest.mark.parametrize("element", data_elements(), ids=lambda one: one.id)
def test_every_element_says_where_it_comes_from(element: object) -> None:
    assert all(getattr(element, name) for name in ("zh", "en", "source", "type"))
    assert element.mark in MARKS  # type: ignore[attr-defined]
    listed = element.code_list  # type: ignore[attr-defined]
    assert not listed or listed in {held.id for held in code_lists()}


def test_no_name_belongs_to_two_elements() -> None:
    names = [normal(name) for one in data_elements() for name in (one.zh, *one.aliases)]
    assert len(names) == len(set(names)) == len(KNOWN)


@pytest.mark.parametrize(
    ("item", "expected", "fixes"),
    [
        (Item("公民身份号码", "C", "18", is_personal=True), Fit.STANDARD, ()),
        (Item("身份证号（码）", "C", "18", is_personal=True), Fit.STANDARD, ()),
        (Item("公民身份号码", "C", "20", is_personal=True), Fit.DEVIATES, (Fix("length", "20", "18"),)),
        (Item("公民身份号码", "N", "18", is_personal=True), Fit.DEVIATES, (Fix("data_type", "N", "C"),)),
        (Item("公民身份号码", "C", "18"), Fit.DEVIATES, (Fix("is_personal", "", "personal"),)),
        (Item("姓名", "C", "50", is_personal=True), Fit.STANDARD, ()),
        (Item("姓名", "C", "8", is_personal=True), Fit.DEVIATES, (Fix("length", "8", "30"),)),
        (Item("姓名", "C", "", is_personal=True), Fit.DEVIATES, (Fix("length", "", "30"),)),
        (Item("性别", "C", "1", "sex", is_personal=True), Fit.STANDARD, ()),
        (Item("性别", "C", "1", is_personal=True), Fit.DEVIATES, (Fix("code_list", "", "sex"),)),
        (Item("隔油池容积", "N", "8,2"), Fit.OWN, ()),
    ],
)
def test_how_an_item_agrees(item: Item, expected: Fit, fixes: tuple[Fix, ...]) -> None:
    found = fit(item, KNOWN)
    assert (found.fit, found.fixes) == (expected, fixes)


def test_what_no_element_covers_counts_neither_way() -> None:
    items = (Item("公民身份号码", "C", "18", is_personal=True), Item("性别", "C", "2"), Item("隔油池容积", "N", "8,2"))
    counts = compliance(fit(item, KNOWN) for item in items)
    assert (counts, counts.permille) == (Compliance(1, 1, 1), 500)
    assert compliance([]).permille is None


def test_sensitive_elements_are_those_the_law_names() -> None:
    sensitive = {one.id for one in data_elements() if one.personal is Personal.SENSITIVE}
    assert sensitive == {"bank_account", "diagnosis", "religion"}
