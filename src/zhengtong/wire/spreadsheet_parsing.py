"""The bytes of a workbook as lines of JSON (工作簿解析): one for each visible sheet and for each of its rows.  Pure.

Run in a process of its own (`kernel.child`): a workbook of a few kilobytes can name a cell so far away that the
space before it fills the memory of whoever parses it, and calamine then ends the whole process.  What looks
through the parts beforehand cannot know all that calamine is lenient about, and cannot look into an xls at all.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import python_calamine

A_MERGE_COUNTS = 20  # as so many cells: whoever reads the rows looks through all merges
ROWS, COLUMNS, CELLS, BROKEN, LOCKED = "rows", "columns", "cells", "broken", "locked"
Line = dict[str, Any] | list[Any]  # Any: JSON


def lines(request: bytes) -> Iterator[str]:
    """The sheets of a workbook; before its bytes stands a line with how many rows, columns and cells are read."""
    bounds, _, content = request.partition(b"\n")
    try:
        for line in _lines(content, json.loads(bounds)):
            yield json.dumps(line, separators=(",", ":"))
    except python_calamine.PasswordError:
        yield json.dumps({"fault": LOCKED})
    except (python_calamine.CalamineError, OSError, ValueError):
        yield json.dumps({"fault": BROKEN})


def _lines(content: bytes, wanted: dict[str, int]) -> Iterator[Line]:
    left = wanted["cells"]
    book = python_calamine.load_workbook(BytesIO(content))
    for told in book.sheets_metadata:
        if told.visible != python_calamine.SheetVisibleEnum.Visible or "Work" not in str(told.typ):
            continue
        sheet = book.get_sheet_by_name(told.name)
        height, width = sheet.total_height + 1, sheet.total_width + 1  # it counts from 0
        ranges = sheet.merged_cell_ranges or ()
        left -= height * width + len(ranges) * A_MERGE_COUNTS
        over = ROWS if height > wanted["rows"] else COLUMNS if width > wanted["columns"] else CELLS if left < 0 else ""
        if over:
            yield {"fault": over}
            return
        merged = [[top + 1, low, bottom + 1, high] for (top, low), (bottom, high) in ranges]
        yield {"sheet": told.name, "width": width, "merged": merged}
        yield from _rows(sheet)


def _rows(sheet: python_calamine.CalamineSheet) -> Iterator[Line]:
    """Rows from the first of the sheet, without what is empty at their ends."""
    if sheet.start is None:
        return
    front = [""] * sheet.start[1]
    for row in sheet.iter_rows():
        cells = [*front, *(_said(cell) for cell in row)]
        while cells and cells[-1] == "":
            cells.pop()
        yield cells


def _said(cell: Any) -> Any:  # Any: what the library makes of a cell, as JSON
    if isinstance(cell, str | float | int):
        return cell
    if isinstance(cell, datetime):
        return ["datetime", cell.isoformat()]
    if isinstance(cell, date):
        return ["date", cell.isoformat()]
    return ["time", cell.isoformat()] if isinstance(cell, time) else ["seconds", cell.total_seconds()]
