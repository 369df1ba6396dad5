"""Whatever is uploaded, a sheet is read or refused by a rule; a row is judged, never a surprise."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.desk import WORKSHOP_CONTRACT
from zhengtong.kernel.errors import RuleBroken
from zhengtong.node.contracts import contract_from_json
from zhengtong.node.sheets.checking import check_row
from zhengtong.node.sheets.matching import match_columns
from zhengtong.node.sheets.reading import read_sheet

KINDS = ("C", "N", "I", "D", "T", "L", "G")
TYPED = contract_from_json(
    {"resource": "r/1", "title": "t", "items": [{"name": k, "title": k, "type": k, "length": "9,2"} for k in KINDS]}
)
CONTRACT = contract_from_json(WORKSHOP_CONTRACT)


@settings(max_examples=150)
@given(st.one_of(st.binary(max_size=300), st.binary(max_size=200).map(b"PK\x03\x04".__add__)))
def test_any_bytes_are_rows_or_refused(content: bytes) -> None:
    try:
        rows = read_sheet(content)
        match_columns(rows, CONTRACT)
    except RuleBroken:
        return


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(KINDS), st.text(max_size=30)))
def test_any_cells_are_judged_and_what_passes_passes_again(cells: dict[str, str]) -> None:
    checked = check_row(TYPED, cells)
    bad = {problem.item for problem in checked.problems}
    kept = {name: value or "" for name, value in checked.values.items() if name not in bad}
    again = check_row(TYPED, kept)
    assert {name: again.values[name] or "" for name in kept} == kept
    assert not {p.item for p in again.problems} & set(kept)
