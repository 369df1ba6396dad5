"""Workbooks on disk (电子表格): read what came, write the empty form.  Text stays text; no formula is made."""

from pathlib import Path

import xlsxwriter

from zhengtong.kernel.errors import RuleBroken
from zhengtong.parties.rules.workbook import HEADER_ROWS_MAX, ROWS_MAX, SHEETS, Tables
from zhengtong.wire.spreadsheet import BookBounds, BookFault, BookRefused, visible_sheets

FILE_BYTES_MAX = 10 * 1024 * 1024
BOUNDS = BookBounds(unpacked_bytes=100 * 1024 * 1024, rows=ROWS_MAX + HEADER_ROWS_MAX, columns=1024)
EXPLAINED = "填写说明"
_NOTES = (
    "三张表可以只填其中一张；列的次序可以不同，标题不要改。",
    "可以反复导入同一份表：已登记且没有变化的行不再登记，有变化的更新，不删除任何记录。",
    "不符合要求的行不导入，报告会写明表名、行号和原因，其余的行照常导入。",
    "人员导入后没有密码，由系统管理员逐个设置后方可登录。",
)


def read_tables(path: Path) -> Tables:
    """Read the visible sheets that a load knows, as cells.

    Raises:
        RuleBroken: no file, too large, or no spreadsheet.
    """
    if not path.is_file():
        raise RuleBroken("parties.load_no_file", path=path.name)
    if path.stat().st_size > FILE_BYTES_MAX:
        raise RuleBroken("parties.load_too_large", most=FILE_BYTES_MAX // (1024 * 1024))
    try:
        return {sheet.name: sheet.rows for sheet in visible_sheets(path.read_bytes(), BOUNDS) if sheet.name in SHEETS}
    except BookRefused as refused:
        if refused.fault in {BookFault.ROWS, BookFault.CELLS}:
            raise RuleBroken("parties.load_too_many_rows", most=ROWS_MAX) from refused
        raise RuleBroken("parties.load_not_a_workbook", path=path.name) from refused


def write_template(path: Path) -> None:
    """Write the empty workbook: a page of explanations and the three sheets with their titles."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1})
        text = book.add_format({"num_format": "@"})
        notes = book.add_worksheet(EXPLAINED)
        notes.set_column(0, 1, 22)
        notes.set_column(2, 2, 8)
        notes.set_column(3, 3, 90)
        for n, line in enumerate(_NOTES):
            notes.write_string(n, 0, line)
        first = len(_NOTES) + 1
        for n, title in enumerate(("表", "列", "必填", "怎么填")):
            notes.write_string(first, n, title, bold)
        row = first + 1
        for sheet, columns in SHEETS.items():
            page = book.add_worksheet(sheet)
            page.freeze_panes(1, 0)
            page.set_column(0, len(columns) - 1, 20, text)
            for n, column in enumerate(columns):
                page.write_string(0, n, column.title, bold)
                for at, cell in enumerate((sheet, column.title, "是" if column.needed else "", column.hint)):
                    notes.write_string(row, at, cell)
                row += 1
