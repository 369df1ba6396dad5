"""No file breaks the reading: any bytes under any name give tables or a named refusal, and no row is lost."""

import json
from functools import lru_cache

from hypothesis import given
from hypothesis import strategies as st

from tests.support.workbooks import guide_workbook
from zhengtong.catalog.rules.intake import CODE_LISTS
from zhengtong.catalog.rules.listing import take_table
from zhengtong.catalog.rules.mapping import guess_columns
from zhengtong.catalog.rules.mapping.assignment import best_assignment
from zhengtong.catalog.rules.reading import SourceColumn, Table, read_file
from zhengtong.kernel.errors import RuleBroken
from zhengtong.standards.tables import code_list

LISTS = {name: code_list(name) for name in CODE_LISTS}
NAMES = st.sampled_from(["a.csv", "a.tsv", "a.xlsx", "a.xls", "a.json", "a.json.gz", "a", "a.pdf"])
HEADINGS = ["标题", "来源部门", "更新频率", "开放属性", "数据格式", "信息项名称", "共享类型", "信息资源代码", "列1", ""]
CELLS = st.one_of(
    st.text(max_size=8), st.sampled_from(["", "暂无", "市教育局", "每年", "2026-01-02", "无条件共享", "=1+1"])
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=4)),
    max_leaves=20,
)


@lru_cache(maxsize=1)
def _workbook() -> bytes:
    return guide_workbook()


def _whole(body: bytes, name: str) -> None:
    """Read, map and take; whatever goes wrong goes wrong in words."""
    refused: list[RuleBroken] = []
    tables: tuple[Table, ...] = ()
    try:
        tables = read_file(body, name)
    except RuleBroken as told:
        refused.append(told)
    for table in tables:
        _taken(table)
    assert all(told.message("zh") and told.remedy("en") for told in refused)


def _taken(table: Table) -> None:
    values = [table.values(n) for n in range(len(table.columns))]
    guesses = guess_columns([(c.source, c.hidden) for c in table.columns], values)
    assert len(guesses) == len(table.columns)
    taken = take_table(table, guesses, lists=LISTS, front="300000")
    numbers = {number for number, _ in table.rows}
    assert {read.row for read in taken.entries} | {refusal.row for refusal in taken.refusals} <= numbers


@given(body=st.binary(max_size=400), name=NAMES)
def test_any_bytes_are_read_or_refused(body: bytes, name: str) -> None:
    _whole(body, name)


@given(given_=JSON)
def test_any_json_is_read_or_refused(given_: object) -> None:
    _whole(json.dumps(given_).encode(), "a.json")


@given(at=st.integers(0, 6000), byte=st.integers(0, 255), cut=st.integers(0, 6000))
def test_a_damaged_workbook_is_read_or_refused(at: int, byte: int, cut: int) -> None:
    body = bytearray(_workbook())
    body[at % len(body)] = byte
    _whole(bytes(body[: max(1, len(body) - cut % 50)]), "a.xlsx")


@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=6), max_size=8), headings=st.permutations(HEADINGS))
def test_each_row_of_a_listing_is_an_entry_or_a_refusal(rows: list[list[str]], headings: list[str]) -> None:
    shown = [h for h in headings if not h.startswith("信息项")][:6]
    if "标题" not in shown:
        shown[0] = "标题"
    held = [(n, tuple((row + [""] * 6)[: len(shown)])) for n, row in enumerate(rows, start=2)]
    table = Table("", tuple(SourceColumn(h or "列9") for h in shown), tuple(held))
    guesses = guess_columns([(c.source, False) for c in table.columns], [table.values(n) for n in range(len(shown))])
    taken = take_table(table, guesses, lists=LISTS, front="300000")
    if any(guess.field == "title" for guess in guesses):
        seen = [read.row for read in taken.entries] + [refusal.row for refusal in taken.refusals]
        assert sorted(seen) == [number for number, _ in held]


@given(gains=st.lists(st.lists(st.floats(0, 1), min_size=5, max_size=5), min_size=1, max_size=4))
def test_no_swap_of_two_makes_the_assignment_better(gains: list[list[float]]) -> None:
    found = best_assignment(gains)
    assert len(set(found)) == len(gains)
    for one in range(len(found)):
        for two in range(one):
            now = gains[one][found[one]] + gains[two][found[two]]
            assert gains[one][found[two]] + gains[two][found[one]] <= now + 1e-9
        free = set(range(5)) - set(found)
        assert all(gains[one][column] <= gains[one][found[one]] + 1e-9 for column in free)
