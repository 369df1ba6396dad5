"""Files as people have them become tables: encodings, merged headings, hidden columns, dumps; bad ones are refused."""

# ruff: noqa: E501  a file's rows are read as one line each

import gzip
import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping

import pytest

from tests.support.workbooks import guide_workbook, plain_workbook
from zhengtong.catalog.rules.intake import CODE_LISTS
from zhengtong.catalog.rules.listing import Taken, take_table
from zhengtong.catalog.rules.mapping import guess_columns
from zhengtong.catalog.rules.reading import COLUMNS_MAX, ROWS_MAX, Table, read_file
from zhengtong.catalog.rules.reading.tables import Grid, Line, table_of
from zhengtong.kernel.errors import RuleBroken
from zhengtong.standards.tables import code_list

LISTS = {name: code_list(name) for name in CODE_LISTS}
CSV = "标题,来源部门,更新频率\n公共厕所分布信息,市城市管理局,每年\n民办学校名单,市教育局,每半年\n"


def take(table: Table) -> Taken:
    """A table's entries, with what its columns are guessed to be."""
    values = [table.values(n) for n in range(len(table.columns))]
    guesses = guess_columns([(c.source, c.hidden) for c in table.columns], values)
    return take_table(table, guesses, lists=LISTS, front="300000")


def names(table: Table) -> list[str]:
    return [column.source for column in table.columns]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "cp950"])
def test_a_text_file_is_read_in_any_usual_encoding(encoding: str) -> None:
    text = CSV if encoding != "cp950" else CSV.replace("标题", "標題").replace("来源部门", "提供機關")
    text = text if encoding != "cp950" else "標題,提供機關,更新頻率\n公廁位置,市政府環境保護局,每年\n"
    (table,) = read_file(text.encode(encoding), "a.csv")
    assert names(table)[2] in ("更新频率", "更新頻率")
    assert len(table.rows) in (1, 2)


@pytest.mark.parametrize("sign", ["\t", ";", "|"])
def test_other_separators_are_noticed(sign: str) -> None:
    (table,) = read_file(CSV.replace(",", sign).encode(), "a.txt")
    assert names(table) == ["标题", "来源部门", "更新频率"]


def test_titles_blank_rows_and_lines_above_the_heading_are_passed_over() -> None:
    rows = [
        ["全市目录"],
        ["填报单位：市大数据局", "", "日期：2026年"],
        ["标题", "来源部门", "更新频率"],
        ["", "", ""],
        ["甲信息", "市教育局", "每年"],
    ]
    (table,) = read_file(plain_workbook(rows), "a.xlsx")
    assert names(table) == ["标题", "来源部门", "更新频率"]
    assert table.rows == ((5, ("甲信息", "市教育局", "每年")),)


def test_a_sheet_of_the_guide_becomes_entries_with_items() -> None:
    (table,) = read_file(guide_workbook(), "目录.xlsx")
    assert names(table)[4:] == [
        "信息项信息/信息项名称", "信息项信息/数据类型", "信息项信息/数据长度", "共享属性/共享类型", "共享属性/共享条件", "内部备注",
    ]  # fmt: skip
    assert [c.hidden for c in table.columns] == [False] * 9 + [True]
    assert all(cells[9] == "" for _, cells in table.rows)
    taken = take(table)
    assert [(e.row, e.content.name, e.content.update_cycle) for e in taken.entries] == [
        (5, "房屋租赁登记备案信息", "monthly"),
        (8, "=SUM(A1:A9)", "yearly"),
    ]
    first = taken.entries[0].content
    assert [(i.name, i.data_type, i.length, i.share_type, i.condition) for i in first.items] == [
        ("备案证号", "C", "30", "K", "核查经营场所"),
        ("租期起", "D", "", "K", "核查经营场所"),
        ("面积", "N", "12,2", "U", ""),
    ]
    assert taken.refusals == ()


def test_hidden_columns_are_read_where_somebody_asks_for_them() -> None:
    (table,) = read_file(guide_workbook(), "目录.xlsx", include_hidden=True)
    assert {cells[9] for _, cells in table.rows} == {"经办人自用"}


def test_a_heading_over_two_rows_is_joined_without_merges_too() -> None:
    text = "资源名称,共享属性,,更新周期\n,共享类型,共享条件,\n甲信息,有条件共享,核查,每年\n"
    (table,) = read_file(text.encode(), "a.csv")
    assert names(table) == ["资源名称", "共享属性/共享类型", "共享属性/共享条件", "更新周期"]
    assert [number for number, _ in table.rows] == [3]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda rows: rows,
        lambda rows: {"data": rows},
        lambda rows: {"code": 0, "result": {"total": 2, "rows": rows}},
        lambda rows: {"pages": [{"n": 1}, {"n": 2}], "result": [rows]},
        lambda rows: [list(rows[0]), *[list(row.values()) for row in rows]],
    ],
)
def test_dumps_of_portals_are_read_in_any_wrapping(wrap: Callable[[list[dict[str, object]]], object]) -> None:
    rows: list[dict[str, object]] = [
        {"标题": "甲信息", "来源部门": "市教育局", "数据格式": ["xls", "csv"]},
        {"标题": "乙信息", "来源部门": "市民政局", "数据格式": "['xls', 'csv']"},
        {"标题": "丙信息", "来源部门": "市民政局", "数据格式": None},
    ]
    (table,) = read_file(gzip.compress(json.dumps(wrap(rows)).encode()), "dump.json.gz")
    assert names(table) == ["标题", "来源部门", "数据格式"]
    assert [e.content.format for e in take(table).entries] == ["spreadsheet", "spreadsheet", ""]


def test_a_node_profile_becomes_entries_whose_items_are_its_columns() -> None:
    column = {
        "name": "gmsfhm",
        "type": "TEXT",
        "null_rate": 0.0,
        "distinct": 9,
        "key": True,
        "identifier": "citizen_id",
    }
    suggested = {"name": "公民身份号码", "code": "gmsfhm", "data_type": "C", "length": "18"}
    draft = {
        "draft": "zhengtong-node-profile", "version": 1, "source": "户籍系统",
        "tables": [{"table": "t_hj", "title": "户籍人口", "rows": 12, "columns": [{**column, "suggested": suggested}, {"name": "xm"}]}],
    }  # fmt: skip
    (table,) = read_file(json.dumps(draft).encode(), "draft.json")
    taken = take(table)
    (entry,) = taken.entries
    assert (entry.content.name, entry.content.source_system, entry.content.format) == (
        "户籍人口",
        "户籍系统",
        "database",
    )
    first, second = entry.content.items
    assert (first.code, first.length, first.is_personal, first.is_lookup, first.share_type) == (
        "gmsfhm",
        "18",
        True,
        True,
        "K",
    )
    assert (second.code, second.name, second.data_type) == ("xm", "xm", "C")
    with pytest.raises(RuleBroken, match="import_draft_version"):
        read_file(json.dumps({**draft, "version": 9}).encode(), "draft.json")


def test_values_are_brought_to_ours_and_what_is_not_understood_is_named() -> None:
    text = "标题,来源部门,更新频率,开放属性,数据格式,所属领域\n"
    text += "甲,【某市】市教育局,每天,依申请开放,mysql,教育文化\n乙,暂无,每旬,暂不开放,None,旅游、服务业\n"
    (table,) = read_file(text.encode(), "a.csv")
    taken = take(table)
    one, two = (read.content for read in taken.entries)
    assert (one.update_cycle, one.open_flag, one.open_conditions, one.format) == (
        "daily",
        True,
        "依申请开放",
        "database",
    )
    assert (two.update_cycle, two.open_flag, two.format, two.theme) == ("", False, "", "ZK")
    assert taken.departments == {2: "市教育局", 3: ""}
    assert taken.left == {("update_frequency", "每旬"): 1, ("category", "教育文化"): 1}


def test_a_name_that_stands_twice_in_one_department_is_refused_with_both_rows() -> None:
    text = "标题,来源部门\n甲信息,市教育局\n甲信息,市民政局\n甲信息,市教育局\n,市民政局\n"
    (table,) = read_file(text.encode(), "a.csv")
    taken = take(table)
    assert [(r.row, r.field, r.key) for r in taken.refusals] == [
        (4, "title", "catalog.import_title_twice"),
        (5, "title", "catalog.import_value_missing"),
    ]
    assert taken.refusals[0].facts["first"] == 2


# --- files that are not what they seem


def _repacked(change: Callable[[str, bytes], bytes], more: Mapping[str, bytes] | None = None) -> bytes:
    held = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(plain_workbook([["标题", "部门"], ["甲", "乙"]]))) as old,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, text in (more or {}).items():
            new.writestr(name, text)
    return held.getvalue()


def _in_sheet(old: bytes, new: bytes) -> bytes:
    return _repacked(lambda name, text: text.replace(old, new) if "worksheets/" in name else text)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (_in_sheet(b'r="B2"', b'r="XFD1048576"'), "import_too_many"),
        (_in_sheet(b'<row r="2"', b'<row r="1048576"'), "import_too_many"),
        (_in_sheet(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'), "import_book_broken"),
        (_repacked(lambda n, t: t, {"xl/worksheets/sheet9.xml": b" " * (101 * 1024 * 1024)}), "import_unpacked_too_big"),
        (plain_workbook([["标题", "部门"], ["甲", "乙"]])[:-200], "import_book_broken"),
        (b"PK\x03\x04", "import_book_broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "import_book_broken"),
        (gzip.compress(b" " * (101 * 1024 * 1024)), "import_unpacked_too_big"),
        (gzip.compress(CSV.encode())[:-9], "import_packed_broken"),
        (("标题,甲\n" + "x,y\n" * (ROWS_MAX + 60)).encode(), "import_too_many_rows"),
        ((",".join(f"标题{n}" for n in range(COLUMNS_MAX + 1)) + "\n甲\n").encode(), "import_too_many_columns"),
    ],
)  # fmt: skip
@pytest.mark.fault("catalog.import_unpacked_too_big", what="导入的文件解压后过大", unchanged="没有写入任何条目")
@pytest.mark.fault("catalog.import_book_broken", what="导入的工作簿损坏或者含有实体声明", unchanged="没有写入任何条目")
def test_a_hostile_file_is_refused_in_words(body: bytes, key: str) -> None:
    with pytest.raises(RuleBroken, match=key) as refused:
        read_file(body, "x.csv" if not body.startswith((b"PK", b"\xd0")) else "x.xlsx")
    assert refused.value.remedy("zh")


def test_a_kind_of_file_that_is_not_read_says_which_are() -> None:
    with pytest.raises(RuleBroken, match="import_kind_unknown") as refused:
        read_file(b"%PDF-1.7", "目录.pdf")
    assert ".xlsx" in refused.value.remedy("zh")


def test_merges_that_overlap_without_end_cost_no_more_than_the_rows_they_cover() -> None:
    rows: list[Line] = [(1, ["标题", "来源"]), *((n, [f"信息{n}", "市教育局"]) for n in range(2, 5_000))]
    began = time.process_time()
    assert table_of(Grid("a", rows, frozenset(), [(2, 0, 5_000, 0)] * 5_000)) is not None
    assert time.process_time() - began < 1
