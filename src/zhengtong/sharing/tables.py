"""Tables that come as a file (表格文件): a workbook's first sheet or text with commas, as lines of cells."""

import csv
import io

from zhengtong.kernel.errors import RuleBroken
from zhengtong.sharing.rules.takeovers import TAKEOVER_ROWS_MAX
from zhengtong.wire.spreadsheet import BookBounds, BookRefused, visible_sheets

FILE_BYTES_MAX = 2 * 1024 * 1024
_BOUNDS = BookBounds(unpacked_bytes=20 * 1024 * 1024, rows=TAKEOVER_ROWS_MAX + 1, columns=64)
_ZIP = b"PK\x03\x04"


def lines_of(body: bytes) -> list[list[str]]:
    """The lines of a table, titles first.  Raises RuleBroken for what is no table or too large."""
    if len(body) > FILE_BYTES_MAX:
        raise RuleBroken("sharing.takeover_file")
    try:
        if body.startswith(_ZIP):
            sheet = next(iter(visible_sheets(body, _BOUNDS)), None)
            return [[_said(cell) for cell in line] for line in sheet.rows] if sheet else []
        return list(csv.reader(io.StringIO(_text(body), newline=""), strict=True))
    except (BookRefused, csv.Error):
        raise RuleBroken("sharing.takeover_file") from None


def _said(cell: object) -> str:
    """A cell as people read it: a whole number without its point."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _text(body: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RuleBroken("sharing.takeover_file")
