"""A small workbook that claims a very large one is refused, and whoever asked for its cells goes on living."""

import io
import time
import zipfile
from collections.abc import Sequence

import pytest

from zhengtong.catalog.rules.reading import read_file
from zhengtong.catalog.rules.reading.files import Bounds
from zhengtong.kernel.errors import RuleBroken
from zhengtong.node.sheets.reading import read_sheet
from zhengtong.wire.spreadsheet import BookBounds, BookRefused, visible_sheets

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'
_UNSPACED = f'<sheetData>{_ONE}<row x=""r="1048576"><c t="n"r="XFD1048576"><v>1</v></c></row></sheetData>'
_UNNAMED = f'<sheetData><row r="1">{"<c><v>1</v></c>" * 200_000}</row><row r="50000"><c><v>1</v></c></row></sheetData>'
_CORNERS = f'<sheetData>{_ONE}<row r="10000"><c r="GR10000"><v>1</v></c></row></sheetData>'
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_OPEN_BODY = (
    f'<office:document-content xmlns:office="{_OFFICE}" xmlns:table="{_TABLE}"><office:body><office:spreadsheet>'
    '<table:table table:name="a"><table:table-row table:number-rows-repeated="1048576"><table:table-cell'
    ' table:number-columns-repeated="16384" office:value-type="float" office:value="1"/></table:table-row>'
    "</table:table></office:spreadsheet></office:body></office:document-content>"
)


def book(sheets: Sequence[str], *, again: int = 0) -> bytes:
    """A workbook of sheets as they are given, well formed or not; the first one named `again` more times."""
    numbers = range(1, len(sheets) + 1)
    named = "".join(f'<sheet name="x{n}" sheetId="{n + 999}" r:id="r1"/>' for n in range(again))
    named += "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r{n}"/>' for n in numbers)
    links = "".join(
        f'<Relationship Id="r{n}" Type="{_RELATED}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        packed.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_RELATED}/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>',
        )
        packed.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}"><sheets>{named}</sheets></workbook>'
        )
        packed.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
        )
        for n, body in zip(numbers, sheets, strict=True):
            packed.writestr(f"xl/worksheets/sheet{n}.xml", f'<worksheet xmlns="{_MAIN}">{body}</worksheet>')
    return held.getvalue()


def open_document() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", "<manifest/>")
        packed.writestr("content.xml", _OPEN_BODY)
    return held.getvalue()


@pytest.mark.parametrize("sheet", [_UNSPACED, _UNNAMED])
def test_a_far_cell_that_a_look_through_the_parts_misses_ends_nobody_but_the_parser(sheet: str) -> None:
    body = book([sheet])
    assert len(body) < 100_000
    with pytest.raises(RuleBroken):
        read_file(body, "a.xlsx")
    with pytest.raises(RuleBroken):
        read_sheet(body)


def test_an_open_document_that_repeats_a_cell_without_end_ends_nobody_but_the_parser() -> None:
    with pytest.raises(RuleBroken):
        read_sheet(open_document())


def test_sheets_with_two_far_corners_count_the_room_between_them() -> None:
    bounds = Bounds(rows=10_000)
    assert read_file(book([_CORNERS]), "a.xlsx", bounds=bounds)
    with pytest.raises(RuleBroken, match=r"catalog\.import_too_many_rows"):
        read_file(book([_CORNERS] * 2), "a.xlsx", bounds=bounds)


def test_a_reader_who_wants_no_more_sheets_leaves_no_process_waiting() -> None:
    bounds = BookBounds(unpacked_bytes=1 << 20, rows=100, columns=100)
    small = f"<sheetData>{_ONE}</sheetData>"
    for _ in range(4):  # more than may be under way at once
        sheet = next(visible_sheets(book([small, small]), bounds))
        assert sheet.rows == [[1.0]]
    with pytest.raises(BookRefused):
        list(visible_sheets(b"PK\x03\x04 no archive", bounds))


def test_one_sheet_under_many_names_is_looked_through_once() -> None:
    hidden = '<col min="1" max="9999999" hidden="1"/>' * 5_000
    body = book([f"<cols>{hidden}</cols><sheetData>{_ONE}</sheetData>"], again=400)
    began = time.process_time()
    sheet = next(visible_sheets(body, BookBounds(unpacked_bytes=32 << 20, rows=100, columns=200)))
    assert sheet.hidden == frozenset(range(200))
    with pytest.raises(BookRefused):
        next(visible_sheets(book([_CORNERS], again=2_000), BookBounds(unpacked_bytes=1 << 20, rows=100, columns=200)))
    assert time.process_time() - began < 2
