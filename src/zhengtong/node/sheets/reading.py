"""Spreadsheets as people send them (表格读取): csv in UTF-8 or GB18030, xlsx, xls, ods; text cells in rows.

Bounded before a parser sees it: bytes, unpacked bytes (a small file may unpack to gigabytes), parts,
rows, columns, characters of a cell.  Formulas are never computed; a workbook gives its stored values.
"""

import csv
import io
from dataclasses import dataclass

from zhengtong.kernel.errors import RuleBroken
from zhengtong.node.bounds import CELL_CHARS, SHEET_COLUMNS, SHEET_FILE_B, SHEET_ROWS, SHEET_UNPACKED_B
from zhengtong.wire.spreadsheet import (
    OLD_BOOK,
    PACKED,
    BookBounds,
    BookFault,
    BookRefused,
    Cell,
    cell_text,
    visible_sheets,
)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row as it stands in the file; `number` is what the person sees beside it."""

    number: int
    cells: tuple[str, ...]


def read_sheet(content: bytes) -> list[SheetRow]:
    """All rows of the first visible sheet, blank ones left out.  Raises RuleBroken for a file that is no table."""
    if len(content) > SHEET_FILE_B:
        raise RuleBroken("node.sheet_too_big", limit_mb=SHEET_FILE_B >> 20)
    rows = _workbook(content) if content.startswith((PACKED, OLD_BOOK)) else _csv(content)
    return [row for row in rows if any(row.cells)]


def _workbook(content: bytes) -> list[SheetRow]:
    """The first visible sheet."""
    bounds = BookBounds(unpacked_bytes=SHEET_UNPACKED_B, rows=SHEET_ROWS, columns=SHEET_COLUMNS)
    try:
        sheet = next(visible_sheets(content, bounds), None)
    except BookRefused as refused:
        raise _in_words(refused.fault) from refused
    if sheet is None:
        raise RuleBroken("node.sheet_empty")
    return [SheetRow(n, tuple(_text(cell) for cell in row)) for n, row in enumerate(sheet.rows, start=1)]


def _in_words(fault: BookFault) -> RuleBroken:
    match fault:
        case BookFault.UNPACKS:
            return RuleBroken("node.sheet_unpacks", limit_mb=SHEET_UNPACKED_B >> 20)
        case BookFault.ROWS | BookFault.COLUMNS | BookFault.CELLS:
            return RuleBroken("node.sheet_too_long", rows=SHEET_ROWS, columns=SHEET_COLUMNS)
        case BookFault.BROKEN | BookFault.LOCKED:
            return RuleBroken("node.sheet_unreadable", reason=fault.value)


def _csv(content: bytes) -> list[SheetRow]:
    text = _decoded(content)
    if "\0" in text:
        raise RuleBroken("node.sheet_unreadable", reason="NUL")
    rows: list[SheetRow] = []
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if len(rows) >= SHEET_ROWS or len(cells) > SHEET_COLUMNS:
                raise RuleBroken("node.sheet_too_long", rows=SHEET_ROWS, columns=SHEET_COLUMNS)
            rows.append(SheetRow(len(rows) + 1, tuple(_text(cell) for cell in cells)))
    except csv.Error as error:
        raise RuleBroken("node.sheet_unreadable", reason=str(error)[:80]) from error
    return rows


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RuleBroken("node.sheet_encoding")


def _text(cell: Cell) -> str:
    text = cell_text(cell).strip(" \t\r\n\u3000\ufeff")
    if len(text) > CELL_CHARS:
        raise RuleBroken("node.sheet_cell_long", limit=CELL_CHARS)
    return text
