"""Resource codes are what they say, and no file breaks the intake."""

import re

from hypothesis import given
from hypothesis import strategies as st

from zhengtong.catalog.rules import GUIDE_CODE, guide_code_is_valid, guide_code_of
from zhengtong.catalog.rules.intake import CODE_LISTS, COLUMNS, read_rows
from zhengtong.standards.tables import code_list

LISTS = {name: code_list(name) for name in CODE_LISTS}
CELLS = st.one_of(st.just(""), st.text(max_size=12), st.sampled_from(["U", "K", "W", "C", "306001002", "是", "每日"]))
ROWS = st.lists(st.dictionaries(st.sampled_from(list(COLUMNS)), CELLS, max_size=12), max_size=12)


@given(prefix=st.from_regex(r"[1-3]\d{5}[0-9A-Z]{0,6}", fullmatch=True), sequence=st.integers(1, 10**6))
def test_a_made_code_is_a_valid_code(prefix: str, sequence: int) -> None:
    assert guide_code_is_valid(guide_code_of(prefix, sequence))


@given(text=st.text(max_size=70))
def test_what_is_called_valid_has_the_form_of_the_guide(text: str) -> None:
    assert guide_code_is_valid(text) == (len(text) <= 64 and re.fullmatch(GUIDE_CODE, text) is not None)


@given(rows=ROWS)
def test_every_line_is_taken_or_refused_and_each_refusal_names_its_line(rows: list[dict[str, str]]) -> None:
    numbered = list(enumerate(rows, start=2))
    entries, refusals = read_rows(numbered, LISTS)
    assert {r.row for r in refusals} <= {n for n, _ in numbered}
    assert all(r.field in COLUMNS for r in refusals)
    assert len(entries) + len(refusals) <= 2 * len(rows)
    assert all(
        e.content.name and e.row not in {r.row for r in refusals if r.field not in _item_fields()} for e in entries
    )


def _item_fields() -> set[str]:
    return {name for name in COLUMNS if name.startswith("item_")}
