"""Check digits catch every single wrong character, and regions climb to the country."""

from hypothesis import given
from hypothesis import strategies as st

from zhengtong.kernel.identifiers import USCC_ALPHABET
from zhengtong.parties.rules import (
    citizen_id_is_valid,
    citizen_id_with_check,
    region_chain,
    uscc_is_valid,
    uscc_with_check,
)

BODIES = st.text(USCC_ALPHABET, min_size=17, max_size=17)
DAYS = st.dates().filter(lambda d: 1900 <= d.year <= 2099)
NUMBERS = st.builds(lambda d, n: citizen_id_with_check(f"990102{d:%Y%m%d}{n:03d}"), DAYS, st.integers(0, 999))


@given(body=BODIES, place=st.integers(0, 17), other=st.sampled_from(USCC_ALPHABET))
def test_one_wrong_character_of_a_credit_code_is_always_caught(body: str, place: int, other: str) -> None:
    code = uscc_with_check(body)
    assert uscc_is_valid(code)
    changed = code[:place] + other + code[place + 1 :]
    assert uscc_is_valid(changed) == (changed == code)


@given(number=NUMBERS, place=st.integers(0, 16), other=st.sampled_from("0123456789"))
def test_one_wrong_digit_of_a_citizen_number_is_always_caught(number: str, place: int, other: str) -> None:
    assert citizen_id_is_valid(number)
    changed = number[:place] + other + number[place + 1 :]
    assert citizen_id_is_valid(changed) == (changed == number)


@given(text=st.text(max_size=30))
def test_no_text_breaks_the_checks(text: str) -> None:
    assert uscc_is_valid(text) in (True, False)
    assert citizen_id_is_valid(text) in (True, False)


@given(code=st.from_regex(r"[1-9]\d{5}", fullmatch=True))
def test_a_region_climbs_to_the_country_without_repeating_itself(code: str) -> None:
    chain = region_chain(code)
    assert chain[0] == code
    assert chain[-1] == ""
    assert len(set(chain)) == len(chain)
