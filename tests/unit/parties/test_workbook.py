"""A workbook of organizations, people and duties is read as meant, or says what it did not understand."""

from datetime import date, datetime
from pathlib import Path

import pytest
import python_calamine

from zhengtong.kernel.errors import RuleBroken
from zhengtong.parties.rules import Level, OrgKind, Role
from zhengtong.parties.rules.workbook import DUTIES, ORGANIZATIONS, PEOPLE, SHEETS, Cell, read_workbook
from zhengtong.parties.spreadsheets import read_tables, write_template

ORGAN_TITLES: list[Cell] = ["机构代码", "机构名称", "层级", "机构类型", "行政区划代码"]
ORGAN: list[Cell] = ["wl-land", "望澜市自然资源和规划局", "市级", "政府部门", 990100.0]
SEAT_TITLES: list[Cell] = ["登录名", "姓名", "机构代码", "岗位名称", "角色", "任职起日"]


def test_titles_may_stand_lower_and_in_another_order_and_numbers_lose_their_point() -> None:
    rows: list[list[Cell]] = [["望澜市机构一览"], [], [*reversed(ORGAN_TITLES)], [*reversed(ORGAN)], [None, ""]]
    said = read_workbook({ORGANIZATIONS: rows})
    (found,) = said.organizations
    assert (found.row, found.code, found.jurisdiction, found.short_name) == (4, "wl-land", "990100", found.name)
    assert (found.level, found.kind, found.is_authority) == (Level.CITY, OrgKind.DEPARTMENT, False)
    assert said.totals == {ORGANIZATIONS: 1, PEOPLE: 0, DUTIES: 0}
    assert said.refused == ()


@pytest.mark.parametrize("day", ["2026-10-16", "20261016", "2026年10月16日", "2026/10/16", datetime(2026, 10, 16)])  # noqa: DTZ001
def test_a_day_is_read_as_offices_write_it(day: Cell) -> None:
    seat: list[Cell] = ["jian.shuning", "简书宁", "wl-land", "数据专员", "数据专员、技术人员", day]
    (found,) = read_workbook({PEOPLE: [SEAT_TITLES, seat]}).seats
    assert found.from_on == date(2026, 10, 16)
    assert found.roles == (Role.DATA_OFFICER, Role.ENGINEER)


@pytest.mark.parametrize(
    ("column", "value", "field", "key"),
    [
        (1, "", "姓名", "parties.load_cell_empty"),
        (4, "科长", "角色", "parties.load_value_unknown"),
        (5, "明天", "任职起日", "parties.load_not_a_day"),
        (5, "20260230", "任职起日", "parties.load_not_a_day"),
        (3, "岗" * 601, "岗位名称", "parties.load_cell_long"),
    ],
)
def test_a_row_that_cannot_be_understood_is_named_with_its_column(
    column: int, value: str, field: str, key: str
) -> None:
    seat: list[Cell] = ["jian.shuning", "简书宁", "wl-land", "数据专员", "数据专员", ""]
    seat[column] = value
    said = read_workbook({PEOPLE: [SEAT_TITLES, seat]})
    assert said.seats == ()
    assert [(one.sheet, one.row, one.field, one.key) for one in said.refused] == [(PEOPLE, 2, field, key)]


def test_a_sheet_without_a_needed_column_is_refused_as_a_whole() -> None:
    said = read_workbook({ORGANIZATIONS: [ORGAN_TITLES[:-1], ORGAN[:-1]]})
    assert [(one.row, one.key, one.facts["titles"]) for one in said.refused] == [
        (0, "parties.load_no_column", "行政区划代码")
    ]


def test_a_workbook_without_any_of_the_sheets_is_refused() -> None:
    with pytest.raises(RuleBroken) as refused:
        read_workbook({"Sheet1": [ORGAN_TITLES, ORGAN]})
    assert refused.value.key == "parties.load_no_sheet"


def test_the_empty_form_holds_every_column_and_is_read_as_empty(tmp_path: Path) -> None:
    write_template(tmp_path / "form.xlsx")
    tables = read_tables(tmp_path / "form.xlsx")
    assert {sheet: [column.title for column in columns] for sheet, columns in SHEETS.items()} == {
        sheet: rows[0] for sheet, rows in tables.items()
    }
    said = read_workbook(tables)
    assert (said.organizations, said.seats, said.duties, said.refused) == ((), (), (), ())
    notes = python_calamine.load_workbook(str(tmp_path / "form.xlsx")).get_sheet_by_name("填写说明").to_python()
    assert sum(bool(row[1]) for row in notes) == 1 + sum(map(len, SHEETS.values()))


@pytest.mark.fault("parties.load_not_a_workbook", what="文件不是电子表格", unchanged="没有登记任何内容")
def test_a_file_that_is_no_spreadsheet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "form.xlsx").write_text("机构代码,机构名称", encoding="utf-8")
    with pytest.raises(RuleBroken) as refused:
        read_tables(tmp_path / "form.xlsx")
    assert refused.value.key == "parties.load_not_a_workbook"
