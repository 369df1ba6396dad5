"""A table to take away (导出): csv with a byte order mark, xlsx; texts never become formulas."""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from io import BytesIO, StringIO
from typing import TypeVar

import xlsxwriter
from django.http import HttpResponse

from zhengtong.kernel.paging import Page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_MAX = 5_000  # of one file; who needs more narrows the list
COLUMN_WIDTH = 22
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
Cell = str | int | date | None
KINDS = frozenset({"csv", "xlsx"})
ROWS_AT_ONCE = 200
_Line = TypeVar("_Line")


def download(kind: str, *, name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse | None:
    """The answer that carries a table as `csv` or `xlsx`; None for any other kind, so that the page is shown."""
    if kind == "csv":
        answer = HttpResponse(as_csv(headings, rows), content_type="text/csv; charset=utf-8")
    elif kind == "xlsx":
        answer = HttpResponse(as_xlsx(headings, rows), content_type=XLSX)
    else:
        return None
    answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer


def download_all(
    kind: str, *, name: str, headings: Sequence[str], fetch: Callable[[str, int], Page[_Line]],
    row: Callable[[_Line], Sequence[Cell]],
) -> HttpResponse | None:  # fmt: skip
    """A whole list as a file, fetched page by page (`after`, how many); None for any other kind than csv and xlsx."""
    if kind not in KINDS:
        return None
    lines, after = list[_Line](), ""
    while len(lines) < ROWS_MAX:
        page = fetch(after, ROWS_AT_ONCE)
        lines += page.rows
        if not (after := page.next_after):
            break
    return download(kind, name=name, headings=headings, rows=map(row, lines[:ROWS_MAX]))


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte order mark, as spreadsheets of this country expect; a leading formula sign is quoted."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows([_text(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """One sheet: headings frozen, days as texts of ISO 8601, numbers as numbers."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet()
        sheet.set_column(0, len(headings) - 1, COLUMN_WIDTH)
        sheet.freeze_panes(1, 0)
        for column, text in enumerate(headings):
            sheet.write_string(0, column, text, heading)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(number, column, cell)
                else:
                    sheet.write_string(number, column, _plain(cell))
    return out.getvalue()


def _plain(cell: Cell) -> str:
    return "" if cell is None else cell.isoformat() if isinstance(cell, date) else str(cell)


def _text(cell: Cell) -> str:
    text = _plain(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(FORMULA_SIGNS) else text
