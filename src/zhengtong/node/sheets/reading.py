"""Spreadsheets as people send them (表格读取): csv in UTF-8 or GB18030, xlsx, xls, ods; text cells in rows.

Bounded before a parser sees it: bytes, unpacked bytes (a small file may unpack to gigabytes), parts,
rows, columns, characters of a cell.  Formulas are never computed; a workbook gives its stored values.
"""

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum, ZipError

from zhengtong.kernel.errors import RuleBroken
from zhengtong.node.bounds import CELL_CHARS, SHEET_COLUMNS, SHEET_FILE_B, SHEET_PARTS, SHEET_ROWS, SHEET_UNPACKED_B

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_PIECE_B = 1 << 20
_ANY_SIZE = 1 << 60
_LINE_NUMBERS_BEGIN = 1


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row as it stands in the file; `number` is what the person sees beside it."""

    number: int
    cells: tuple[str, ...]


def read_sheet(content: bytes) -> list[SheetRow]:
    """All rows of the first visible sheet, blank ones left out.  Raises RuleBroken for a file that is no table."""
    if len(content) > SHEET_FILE_B:
        raise RuleBroken("node.sheet_too_big", limit_mb=SHEET_FILE_B >> 20)
    if content[:4] == _ZIP:
        _refuse_bombs(content)
        rows = _workbook(content)
    elif content[:4] == _OLD_EXCEL:
        rows = _workbook(content)
    else:
        rows = _csv(content)
    return [row for row in rows if any(row.cells)]


def _refuse_bombs(content: bytes) -> None:
    """Unpack every part, counting, without believing the sizes that the file states."""
    left = SHEET_UNPACKED_B
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > SHEET_PARTS:
                raise RuleBroken("node.sheet_unpacks", limit_mb=SHEET_UNPACKED_B >> 20)
            for part in parts:
                part.file_size = _ANY_SIZE  # what the file says is not asked
                with packed.open(part) as opened:
                    while piece := opened.read(_PIECE_B):
                        left -= len(piece)
                        if left < 0:
                            raise RuleBroken("node.sheet_unpacks", limit_mb=SHEET_UNPACKED_B >> 20)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise RuleBroken("node.sheet_unreadable", reason=type(error).__name__) from error


def _workbook(content: bytes) -> list[SheetRow]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            shown = [sheet.name for sheet in book.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible]
            if not shown:
                raise RuleBroken("node.sheet_empty")
            sheet = book.get_sheet_by_name(shown[0])
            if sheet.total_height > SHEET_ROWS or sheet.total_width > SHEET_COLUMNS:
                raise RuleBroken("node.sheet_too_long", rows=SHEET_ROWS, columns=SHEET_COLUMNS)
            held = sheet.to_python(skip_empty_area=False)
    except (CalamineError, PasswordError, ZipError) as error:
        raise RuleBroken("node.sheet_unreadable", reason=type(error).__name__) from error
    return [SheetRow(n, tuple(_text(cell) for cell in row)) for n, row in enumerate(held, _LINE_NUMBERS_BEGIN)]


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
            rows.append(SheetRow(len(rows) + _LINE_NUMBERS_BEGIN, tuple(_text(cell) for cell in cells)))
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


def _text(cell: str | float | bool | date | datetime | time | timedelta) -> str:
    """A cell as text: whole numbers without a point, midnight as a day."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
    text = str(cell).strip(" \t\r\n\u3000\ufeff")
    if len(text) > CELL_CHARS:
        raise RuleBroken("node.sheet_cell_long", limit=CELL_CHARS)
    return text
