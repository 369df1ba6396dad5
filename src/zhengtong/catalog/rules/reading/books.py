"""Workbooks (工作簿) by calamine, which computes no formula and writes nothing.

A workbook is a packed file of XML, and a small one can unpack to a very large one, or name a
cell so far away that the space before it fills the memory.  So the parts that are needed are
unpacked here under a bound, looked through, and only they are handed on.
"""

import io
import re
import zipfile
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.parsers import expat

import python_calamine

from zhengtong.catalog.rules.reading.tables import COLUMNS_MAX, ROWS_MAX, Grid, Table, table_of
from zhengtong.kernel.errors import RuleBroken

PARTS_MAX = 500
UNPACKED_BYTES_MAX = 100 * 1024 * 1024
PREAMBLE_BYTES_MAX = 512 * 1024  # of a sheet, before its cells
SHEETS_MAX = 50
_NEEDED = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/(workbook\.xml|_rels/workbook\.xml\.rels|sharedStrings\.xml|styles\.xml"
    r"|worksheets/[^/]+\.xml)",
    re.IGNORECASE,
)
_PLACE = re.compile(rb"""\sr\s*=\s*["']([^"']*)["']""")
_CELL = re.compile(rb"([A-Z]{0,3})(\d{1,7})")


def read_book(body: bytes, *, unpacked_most: int = UNPACKED_BYTES_MAX) -> tuple[Table, ...]:
    """The tables of the visible sheets of a workbook.

    Raises:
        RuleBroken: no workbook, locked by a password, or over a bound.
    """
    hidden: dict[str, frozenset[int]] = {}
    if body[:4] == b"PK\x03\x04":
        parts = _unpacked(body, unpacked_most)
        hidden = _hidden_columns(parts)
        body = _packed(parts)
    try:
        book = python_calamine.load_workbook(io.BytesIO(body))
        sheets = [s for s in book.sheets_metadata if s.visible == python_calamine.SheetVisibleEnum.Visible]
        if len(sheets) > SHEETS_MAX:
            raise RuleBroken("catalog.import_too_many_sheets", most=SHEETS_MAX)
        grids = [_grid(book, sheet.name, hidden) for sheet in sheets if "Work" in str(sheet.typ)]
    except python_calamine.PasswordError:
        raise RuleBroken("catalog.import_book_locked") from None
    except (python_calamine.CalamineError, OSError, ValueError):
        raise RuleBroken("catalog.import_book_broken") from None
    return tuple(table for grid in grids if (table := table_of(grid)) is not None and table.rows)


def _grid(book: python_calamine.CalamineWorkbook, name: str, hidden: dict[str, frozenset[int]]) -> Grid:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height > ROWS_MAX + 50 or sheet.total_width > COLUMNS_MAX:
        raise RuleBroken("catalog.import_too_many_rows", most=ROWS_MAX)
    rows = [(n, [_text(cell) for cell in cells]) for n, cells in enumerate(sheet.to_python(skip_empty_area=False), 1)]
    merged = [(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()]
    return Grid(name, rows, hidden.get(name, frozenset()), merged)


def _text(cell: Any) -> str:  # Any: what calamine makes of a cell
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if not isinstance(cell, timedelta) else str(cell.total_seconds())


def _unpacked(body: bytes, most: int) -> dict[str, bytes]:
    """The parts that are needed, each read to its end under one bound for all."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            parts = _parts(packed, most)
    except RuleBroken:
        raise
    except Exception:  # what a made-up archive raises has no common ancestor: zlib, lzma, zipfile, struct …
        raise RuleBroken("catalog.import_book_broken") from None
    for name, text in parts.items():
        _check_part(name, text)
    return parts


def _parts(packed: zipfile.ZipFile, most: int) -> dict[str, bytes]:
    if len(packed.infolist()) > PARTS_MAX:
        raise RuleBroken("catalog.import_book_broken")
    parts: dict[str, bytes] = {}
    left = most
    for part in packed.infolist():
        if not _NEEDED.fullmatch(part.filename):
            continue
        with packed.open(part) as opened:
            parts[part.filename] = opened.read(left + 1)
        left -= len(parts[part.filename])
        if left < 0:
            raise RuleBroken("catalog.import_unpacked_too_big", most=most // 1024 // 1024)
    return parts


def _check_part(name: str, text: bytes) -> None:
    """Raises RuleBroken for a part with entities of its own, or a cell beyond the rows and columns that are read."""
    if b"<!" in text.replace(b"<!--", b"").replace(b"<![CDATA[", b"") or text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise RuleBroken("catalog.import_book_broken")
    if "worksheets/" not in name.lower():
        return
    for place in _PLACE.findall(text):
        found = _CELL.fullmatch(place)
        if found is None:
            raise RuleBroken("catalog.import_book_broken")
        column = 0
        for letter in found[1]:
            column = column * 26 + letter - 64
        if int(found[2]) > ROWS_MAX + 50:
            raise RuleBroken("catalog.import_too_many_rows", most=ROWS_MAX)
        if column > COLUMNS_MAX:
            raise RuleBroken("catalog.import_too_many_columns", most=COLUMNS_MAX)


def _packed(parts: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return held.getvalue()


def _hidden_columns(parts: dict[str, bytes]) -> dict[str, frozenset[int]]:
    """Sheet name → its hidden columns, which calamine does not tell."""
    targets = {
        told.get("Id", ""): told.get("Target", "")
        for tag, told in _elements(parts.get("xl/_rels/workbook.xml.rels", b""))
        if tag == "Relationship"
    }
    found: dict[str, frozenset[int]] = {}
    for tag, told in _elements(parts.get("xl/workbook.xml", b"")):
        if tag != "sheet":
            continue
        key = next((value for name, value in told.items() if name.rpartition(":")[2] == "id"), "")
        target = targets.get(key, "").removeprefix("/xl/").removeprefix("xl/")
        text = parts.get(f"xl/{target}", b"")
        found[told.get("name", "")] = frozenset(
            column
            for inner, said in _elements(text[:PREAMBLE_BYTES_MAX], until="sheetData")
            if inner == "col" and said.get("hidden") in ("1", "true")
            for column in range(_whole(said.get("min")) - 1, min(_whole(said.get("max")), COLUMNS_MAX))
        )
    return found


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else 1


class _Enough(Exception):
    """The element was reached before which everything wanted stands."""


def _elements(text: bytes, *, until: str = "") -> list[tuple[str, dict[str, str]]]:
    """Opening tags with their attributes; entities are refused, and what is broken ends the list."""
    found: list[tuple[str, dict[str, str]]] = []

    def opened(tag: str, told: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == until:
            raise _Enough
        found.append((name, told))

    def declared(*_: Any) -> None:
        raise RuleBroken("catalog.import_book_broken")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EntityDeclHandler = opened, declared
    with suppress(_Enough, expat.ExpatError):
        parser.Parse(text, False)
    return found
