"""Any part of a name asks for nothing that the name's own tokens do not hold."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from zhengtong.catalog.search import words
from zhengtong.catalog.search.tokens import question, tokens

HAN = st.text(alphabet="不动产登记信息房屋市局公安户口税行政许可处罚长重数据的与", min_size=1, max_size=24)


@given(HAN, st.data())
def test_every_part_of_a_name_is_found(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    held = set(tokens(name))
    for term in question(name[start:end], words.cut).strict:
        assert term.token in held or (term.prefix and any(one.startswith(term.token) for one in held))


@given(st.text(max_size=60))
@example("\U0002ebe1家")  # a place between two blocks of rare characters, which no Unicode edition has filled
def test_tokens_are_letters_and_digits_whatever_comes(text: str) -> None:
    for token in tokens(text):
        assert re.fullmatch(r"[0-9a-z\u3400-\u4db5\u4e00-\u9fa5]+", token), repr(token)


@given(st.text(max_size=60))
def test_any_text_may_be_asked(text: str) -> None:
    question(text, words.cut)
