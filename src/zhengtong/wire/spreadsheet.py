"""Workbooks (工作簿) into cells for center and node: by calamine, which computes no formula and writes nothing.

A workbook is a packed file of XML, and a small one can unpack to a very large one, or name a
cell so far away that the space before it fills the memory.  So the parts that are needed are
unpacked here under a bound, looked through, and only they are handed on, to a process of its own
(`spreadsheet_parsing`): what a look through the parts misses, and an xls, which has none, ends that one.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, cast
from xml.parsers import expat

from zhengtong.kernel.child import Ended, lines_of

PACKED, OLD_BOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # how xlsx and ods begin, how xls does
PARTS_MAX = 2000
CELLS_MAX = 20_000_000
MEMORY_B, MEMORY_A_CELL_B = 512 << 20, 64  # of the parsing process: code, libraries and unpacked parts, and each cell
CPU_S, CELLS_A_CPU_S = 20, 200_000
_PARSER = "zhengtong.wire.spreadsheet_parsing:lines"
PREAMBLE_BYTES_MAX = 512 * 1024  # of a sheet, before its cells
BOOK_BYTES_MAX = 4 * 1024 * 1024  # of the list of sheets, and of where they are
SHEETS_MAX = 1000
_PARTS_NEEDED = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/(workbook\.xml|_rels/workbook\.xml\.rels|sharedStrings\.xml|styles\.xml"
    r"|worksheets/[^/]+\.xml)|mimetype|content\.xml|META-INF/manifest\.xml",
    re.IGNORECASE,
)
_CELL = re.compile(rb"([A-Z]{0,3})(\d{1,7})")

Cell = str | int | float | bool | date | datetime | time | timedelta
Line = dict[str, Any] | list[Any]  # Any: JSON of the parsing process
Merge = tuple[int, int, int, int]  # top, left, bottom, right; rows from 1, columns from 0


class BookFault(StrEnum):
    """Why a workbook is not read."""

    BROKEN = "broken"
    LOCKED = "locked"
    UNPACKS = "unpacks"
    ROWS = "rows"
    COLUMNS = "columns"
    CELLS = "cells"


class BookRefused(ValueError):
    """A workbook that is not read; who asked says it in the words of its own page."""

    def __init__(self, fault: BookFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class BookBounds:
    """How much of a workbook is read.

    Bytes of all parts unpacked, rows and columns (≥ 26) of one sheet, cells of all sheets together;
    the empty cells between filled ones count, because they take the same room.
    """

    unpacked_bytes: int
    rows: int
    columns: int
    cells: int = CELLS_MAX


@dataclass(frozen=True, slots=True)
class Sheet:
    """One visible sheet; row n of a person is `rows[n - 1]`."""

    name: str
    rows: list[list[Cell]]
    hidden: frozenset[int]  # columns from 0; told of xlsx only
    merged: tuple[Merge, ...]


def visible_sheets(body: bytes, bounds: BookBounds) -> Iterator[Sheet]:
    """Read the visible sheets of a workbook one by one, as they are asked for.

    Raises:
        BookRefused: no workbook, locked by a password, or over a bound.
    """
    hidden: Mapping[str, frozenset[int]] = {}
    if body.startswith(PACKED):
        parts = _unpacked(body, bounds)
        hidden = _hidden_columns(parts, bounds.columns)
        body = _packed(parts)
    lines = _parsed(body, bounds)
    try:
        yield from _sheets(lines, hidden)
    except Ended:
        raise BookRefused(BookFault.BROKEN) from None


def cell_text(cell: Cell) -> str:
    """A cell as text: whole numbers without a point, midnight as a day, yes and no as 1 and 0."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell.total_seconds()) if isinstance(cell, timedelta) else str(cell)


def _parsed(body: bytes, bounds: BookBounds) -> Iterator[Line]:
    wanted = {"rows": bounds.rows, "columns": bounds.columns, "cells": bounds.cells}
    request = json.dumps(wanted).encode() + b"\n" + body
    memory_b, cpu_s = MEMORY_B + bounds.cells * MEMORY_A_CELL_B, CPU_S + bounds.cells // CELLS_A_CPU_S
    for line in lines_of(_PARSER, request, memory_b=memory_b, cpu_s=cpu_s):
        yield json.loads(line)


def _sheets(lines: Iterator[Line], hidden: Mapping[str, frozenset[int]]) -> Iterator[Sheet]:
    """Lines of the parsing process as sheets."""
    sheet: Sheet | None = None
    width = 0
    for line in lines:
        if isinstance(line, list):
            cells = [_cell(one) for one in line]
            assert sheet is not None  # rows follow the line of their sheet
            sheet.rows.append(cells + [""] * (width - len(cells)))
            continue
        if sheet is not None:
            yield sheet
        if "fault" in line:
            raise BookRefused(BookFault(line["fault"]))
        name, width = str(line["sheet"]), int(line["width"])
        merged = tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in line["merged"])
        sheet = Sheet(name, [], hidden.get(name, frozenset()), merged)
    if sheet is not None:
        yield sheet


def _cell(said: Any) -> Cell:  # Any: JSON of the parsing process
    if not isinstance(said, list):
        return cast("Cell", said)
    kind, value = cast("tuple[str, Any]", said)
    if kind == "datetime":
        return datetime.fromisoformat(value)
    if kind == "date":
        return date.fromisoformat(value)
    return time.fromisoformat(value) if kind == "time" else timedelta(seconds=value)


def _unpacked(body: bytes, bounds: BookBounds) -> dict[str, bytes]:
    """The parts that are needed, each read to its end under one bound for all, whatever sizes the file states."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            parts = _parts(packed, bounds.unpacked_bytes)
    except BookRefused:
        raise
    except Exception:  # what a made-up archive raises has no common ancestor: zlib, lzma, zipfile, struct …
        raise BookRefused(BookFault.BROKEN) from None
    for name, text in parts.items():
        _check_part(name, text, bounds)
    return parts


def _parts(packed: zipfile.ZipFile, most: int) -> dict[str, bytes]:
    if len(packed.infolist()) > PARTS_MAX:
        raise BookRefused(BookFault.UNPACKS)
    parts: dict[str, bytes] = {}
    left = most
    for part in packed.infolist():
        if not _PARTS_NEEDED.fullmatch(part.filename):
            continue
        with packed.open(part) as opened:
            parts[part.filename] = opened.read(left + 1)
        left -= len(parts[part.filename])
        if left < 0:
            raise BookRefused(BookFault.UNPACKS)
    return parts


def _check_part(name: str, text: bytes, bounds: BookBounds) -> None:
    """Refuse a part with entities of its own, or a cell beyond the rows and columns that are read."""
    if b"<!" in text.replace(b"<!--", b"").replace(b"<![CDATA[", b"") or text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BookRefused(BookFault.BROKEN)
    if "worksheets/" not in name.lower():
        return
    near = len(str(bounds.rows)) - 1  # a row of so few digits, and a column of one letter, is within the bounds
    far = re.compile(rb"""(?<=[\s"'])r\s*=\s*["'](?![A-Z]?\d{1,%d}["'])([^"']*)["']""" % near)
    for place in far.finditer(text):
        found = _CELL.fullmatch(place[1])
        if found is None:
            raise BookRefused(BookFault.BROKEN)
        column = 0
        for letter in found[1]:
            column = column * 26 + letter - 64
        if int(found[2]) > bounds.rows:
            raise BookRefused(BookFault.ROWS)
        if column > bounds.columns:
            raise BookRefused(BookFault.COLUMNS)


def _packed(parts: Mapping[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return held.getvalue()


def _hidden_columns(parts: Mapping[str, bytes], columns: int) -> dict[str, frozenset[int]]:
    """Sheet name → its hidden columns, which calamine does not tell."""
    book, links = parts.get("xl/workbook.xml", b""), parts.get("xl/_rels/workbook.xml.rels", b"")
    if max(len(book), len(links)) > BOOK_BYTES_MAX:
        raise BookRefused(BookFault.BROKEN)
    targets = {told.get("Id", ""): told.get("Target", "") for tag, told in _elements(links) if tag == "Relationship"}
    sheets = [told for tag, told in _elements(book) if tag == "sheet"]
    if len(sheets) > SHEETS_MAX:
        raise BookRefused(BookFault.BROKEN)
    known: dict[str, frozenset[int]] = {}  # by part: many names may lead to one
    found: dict[str, frozenset[int]] = {}
    for told in sheets:
        key = next((value for name, value in told.items() if name.rpartition(":")[2] == "id"), "")
        part = "xl/" + targets.get(key, "").removeprefix("/xl/").removeprefix("xl/")
        if part not in known:
            known[part] = _hidden_in(parts.get(part, b""), columns)
        found[told.get("name", "")] = known[part]
    return found


def _hidden_in(text: bytes, columns: int) -> frozenset[int]:
    """The hidden columns of a sheet; gathered as bits, because ranges of columns may overlap without end."""
    bits = 0
    for tag, told in _elements(text[:PREAMBLE_BYTES_MAX], until="sheetData"):
        low, high = _whole(told.get("min")) - 1, min(_whole(told.get("max")), columns)
        if tag == "col" and told.get("hidden") in ("1", "true") and 0 <= low < high:
            bits |= (1 << high) - (1 << low)
    return frozenset(column for column in range(columns) if bits >> column & 1)


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

    def declared(*_: Any) -> None:  # Any: expat passes seven arguments that nobody reads
        raise BookRefused(BookFault.BROKEN)

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EntityDeclHandler = opened, declared
    with suppress(_Enough, expat.ExpatError):
        parser.Parse(text, False)
    return found
