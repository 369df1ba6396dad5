"""Known identifiers and the names of roles."""

import pytest

from zhengtong.parties.rules import (
    citizen_id_is_valid,
    mask_name,
    region_chain,
    role_label,
    uscc_is_valid,
    uscc_with_check,
)


@pytest.mark.parametrize("code", ["12441500196720244T", "11110000000021135M", "11100000000013338W"])
def test_published_credit_codes_pass(code: str) -> None:
    assert uscc_is_valid(code)


@pytest.mark.parametrize(
    "code", ["", "1244150019672024", "12441500196720244I", "12441500196720244t", "12441500196720245T"]
)
def test_other_texts_are_no_credit_codes(code: str) -> None:
    assert not uscc_is_valid(code)


def test_the_example_of_the_standard_passes() -> None:
    assert citizen_id_is_valid("11010519491231002X")


@pytest.mark.parametrize(
    "number", ["", "11010519491231002x", "110105194912310020", "11010519491331002X", "1101051949123100２X"]
)
def test_other_texts_are_no_citizen_numbers(number: str) -> None:
    assert not citizen_id_is_valid(number)


@pytest.mark.parametrize("body", ["", "1" * 16, "I" * 17])
def test_a_malformed_body_is_a_callers_bug(body: str) -> None:
    with pytest.raises(ValueError, match="17"):
        uscc_with_check(body)


def test_regions_climb() -> None:
    assert region_chain("990102") == ("990102", "990100", "990000", "")
    assert region_chain("990000") == ("990000", "")
    assert region_chain("") == ("",)


def test_a_masked_name_keeps_only_its_first_character() -> None:
    assert mask_name("沈若川") == "沈**"


def test_roles_have_names_and_unknown_ones_show_as_they_are() -> None:
    assert role_label("department_head") == "部门负责人"
    assert role_label("department_head", "en") == "Head of the department"
    assert role_label("nobody") == "nobody"
