"""Workbooks (工作簿): each visible sheet is a table."""

from itertools import islice

from zhengtong.catalog.rules.reading.tables import COLUMNS_MAX, ROWS_MAX, Grid, Table, table_of
from zhengtong.kernel.errors import RuleBroken
from zhengtong.wire.spreadsheet import BookBounds, BookFault, BookRefused, Sheet, cell_text, visible_sheets

UNPACKED_BYTES_MAX = 100 * 1024 * 1024
SHEETS_MAX = 50
ABOVE_MAX = 50  # rows of titles and headings above the data


def read_book(
    body: bytes, *, unpacked_most: int = UNPACKED_BYTES_MAX, rows_most: int = ROWS_MAX
) -> tuple[Table, ...]:  # fmt: skip
    """The tables of the visible sheets of a workbook.

    Raises:
        RuleBroken: no workbook, locked by a password, or over a bound.
    """
    bounds = BookBounds(
        unpacked_bytes=unpacked_most, rows=rows_most + ABOVE_MAX, columns=COLUMNS_MAX,
        cells=(rows_most + ABOVE_MAX) * COLUMNS_MAX,
    )  # fmt: skip
    try:
        grids = [_grid(sheet) for sheet in islice(visible_sheets(body, bounds), SHEETS_MAX + 1)]
    except BookRefused as refused:
        raise _in_words(refused.fault, unpacked_most, rows_most) from None
    if len(grids) > SHEETS_MAX:
        raise RuleBroken("catalog.import_too_many_sheets", most=SHEETS_MAX)
    return tuple(table for grid in grids if (table := table_of(grid)) is not None and table.rows)


def _grid(sheet: Sheet) -> Grid:
    rows = [(n, [cell_text(cell) for cell in cells]) for n, cells in enumerate(sheet.rows, start=1)]
    return Grid(sheet.name, rows, sheet.hidden, sheet.merged)


def _in_words(fault: BookFault, unpacked_most: int, rows_most: int) -> RuleBroken:
    match fault:
        case BookFault.LOCKED:
            return RuleBroken("catalog.import_book_locked")
        case BookFault.UNPACKS:
            return RuleBroken("catalog.import_unpacked_too_big", most=unpacked_most // 1024 // 1024)
        case BookFault.ROWS | BookFault.CELLS:
            return RuleBroken("catalog.import_too_many_rows", most=rows_most)
        case BookFault.COLUMNS:
            return RuleBroken("catalog.import_too_many_columns", most=COLUMNS_MAX)
        case BookFault.BROKEN:
            return RuleBroken("catalog.import_book_broken")
