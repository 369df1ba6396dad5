"""The monthly report as a workbook (xlsx): one sheet a section, numbers as numbers, texts never as formulas."""

from io import BytesIO
from typing import Any

import xlsxwriter

from zhengtong.supervision.queries import DepartmentMonth, MonthReport
from zhengtong.supervision.rules import SECTIONS, Figure, Section, Unit

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAME_WIDTH, FIGURE_WIDTH = 34, 14
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FORMATS = {Unit.COUNT: "#,##0", Unit.DAYS: "0", Unit.PERMILLE: "0.0%"}


def written(report: MonthReport) -> bytes:
    """The workbook of a report, its sheets in Chinese; rows are written top down and never held together."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        book.set_properties({"title": _title(report), "author": report.organ})
        styles = {unit: book.add_format({"num_format": text}) for unit, text in _FORMATS.items()}
        heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        title = book.add_format({"bold": True, "font_size": 14})
        _cover(book.add_worksheet("说明"), report, title)
        for section in SECTIONS:
            sheet = book.add_worksheet(section.words.zh)
            _section(sheet, section, report, title=title, heading=heading, styles=styles)
    return out.getvalue()


def _title(report: MonthReport) -> str:
    return f"{report.place}{report.month.first.year}年{report.month.first.month}月政务数据共享情况通报"


def _cover(sheet: Any, report: MonthReport, title: Any) -> None:  # Any: xlsxwriter has no types
    sheet.set_column(0, 0, 90)
    lines = (
        f"依据：政务数据共享条例 第三十八条。通报机关：{report.organ}",
        f"统计到 {report.through.isoformat()}" + ("（本月尚未结束）" if report.is_running else ""),
        "答复和提供只计一次：按期的计入办理的月份，逾期的计入期限届满的月份。",
        "次数和行数来自双方结点回执；在线结点是出表时的状态。",
        f"本月没有共享业务的部门：{'、'.join(report.quiet) or '无'}",
    )
    sheet.write_string(0, 0, _title(report), title)
    for row, text in enumerate(lines, start=2):
        sheet.write_string(row, 0, text)


def _section(
    sheet: Any, section: Section, report: MonthReport, *, title: Any, heading: Any, styles: dict[Unit, Any]
) -> None:
    sheet.set_column(0, 0, NAME_WIDTH)
    sheet.set_column(1, len(section.figures), FIGURE_WIDTH)
    sheet.freeze_panes(3, 1)
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.write_string(0, 0, f"{section.words.zh}（{section.asks.zh}）", title)
    sheet.write_string(2, 0, "部门", heading)
    for column, figure in enumerate(section.figures, start=1):
        sheet.write_string(2, column, figure.words.zh, heading)
    for row, one in enumerate(report.departments, start=3):
        _row(sheet, row, one.name, section.figures, one, styles)
    last = 3 + len(report.departments)
    sheet.write_string(last, 0, "合计", heading)
    for column, figure in enumerate(section.figures, start=1):
        _cell(sheet, last, column, report.total.get(figure.key), figure, styles)


def _row(
    sheet: Any, row: int, name: str, figures: tuple[Figure, ...], one: DepartmentMonth, styles: dict[Unit, Any]
) -> None:
    sheet.write_string(row, 0, name)
    for column, figure in enumerate(figures, start=1):
        _cell(sheet, row, column, one.values.get(figure.key), figure, styles)


def _cell(sheet: Any, row: int, column: int, value: int | None, figure: Figure, styles: dict[Unit, Any]) -> None:
    if value is None:
        sheet.write_string(row, column, "—")
    else:
        shown = value / 1000 if figure.unit is Unit.PERMILLE else value
        sheet.write_number(row, column, shown, styles[figure.unit])
