"""A workbook is parsed in a process of its own (解析进程), bounded in memory and time, that holds nothing else.

A workbook of a few kilobytes can name a cell so far away that the space before it fills the memory of
whoever parses it, and the parsing library then ends the whole process.  What looks through the parts
beforehand cannot know all that the library is lenient about, and cannot look into an xls at all.
Run as `python -I -m zhengtong.wire.spreadsheet_process`: one line of bounds and the workbook on
stdin; on stdout a line for each sheet and for each of its rows, and a last one.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import python_calamine

Line = dict[str, Any] | list[Any]  # Any: JSON between the two sides of `spreadsheet`
ROWS, COLUMNS, CELLS, BROKEN, LOCKED = "rows", "columns", "cells", "broken", "locked"


def main() -> None:
    """Answer the request on stdin."""
    wanted: dict[str, int] = json.loads(sys.stdin.buffer.readline())
    _limit(memory_b=wanted["memory_b"], cpu_s=wanted["cpu_s"])
    try:
        for line in _lines(sys.stdin.buffer.read(), wanted):
            print(json.dumps(line, ensure_ascii=True, separators=(",", ":")))
        print('{"end":true}')
    except python_calamine.PasswordError:
        print(json.dumps({"fault": LOCKED}))
    except (python_calamine.CalamineError, OSError, ValueError):
        print(json.dumps({"fault": BROKEN}))


def _limit(*, memory_b: int, cpu_s: int) -> None:
    import resource  # not on every system; where it is missing, the parent's clock is the bound

    for what, most in ((resource.RLIMIT_AS, memory_b), (resource.RLIMIT_CPU, cpu_s), (resource.RLIMIT_CORE, 0)):
        held = resource.getrlimit(what)[1]
        bound = most if held == resource.RLIM_INFINITY else min(most, held)
        resource.setrlimit(what, (bound, bound))


def _lines(content: bytes, wanted: dict[str, int]) -> Iterator[Line]:
    left = wanted["cells"]
    book = python_calamine.load_workbook(BytesIO(content))
    for told in book.sheets_metadata:
        if told.visible != python_calamine.SheetVisibleEnum.Visible or "Work" not in str(told.typ):
            continue
        sheet = book.get_sheet_by_name(told.name)
        height, width = sheet.total_height + 1, sheet.total_width + 1  # it counts from 0
        left -= height * width
        over = ROWS if height > wanted["rows"] else COLUMNS if width > wanted["columns"] else CELLS if left < 0 else ""
        if over:
            yield {"fault": over}
            return
        merged = [[top + 1, low, bottom + 1, high] for (top, low), (bottom, high) in sheet.merged_cell_ranges or ()]
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


if __name__ == "__main__":
    main()
