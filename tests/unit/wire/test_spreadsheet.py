"""Workbooks are read cell by cell as they stand, visible sheets only, and never beyond what they may unpack to."""

import io
import zipfile
from datetime import date, datetime, time, timedelta

import pytest
import xlsxwriter

from zhengtong.wire.spreadsheet import BookBounds, BookFault, BookRefused, Cell, Sheet, cell_text, visible_sheets

BOUNDS = BookBounds(unpacked_bytes=1 << 20, rows=1200, columns=30)
ODS_CELL = '<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def read(body: bytes) -> list[Sheet]:
    return list(visible_sheets(body, BOUNDS))


def written(*, row: int = 1, column: int = 1, hidden: bool = False) -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held) as book:
        sheet = book.add_worksheet("一")
        sheet.write_string(row, column, "甲")
        other = book.add_worksheet("二")
        other.write_number(0, 0, 3)
        if hidden:
            other.hide()
    return held.getvalue()


def open_document(*cells: str) -> bytes:
    spaces = "".join(f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    row = f'<table:table-row table:number-rows-repeated="1">{"".join(cells)}</table:table-row>'
    table = f'<table:table table:name="一">{row}</table:table>'
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr(
            "content.xml",
            f"<office:document-content{spaces}><office:body><office:spreadsheet>{table}"
            "</office:spreadsheet></office:body></office:document-content>",
        )
        packed.writestr("META-INF/manifest.xml", "<manifest/>")
    return held.getvalue()


def test_visible_sheets_are_read_with_rows_as_numbered() -> None:
    one, two = read(written())
    assert (one.name, one.rows) == ("一", [["", ""], ["", "甲"]])
    assert (two.name, two.rows) == ("二", [[3.0]])
    assert [sheet.name for sheet in read(written(hidden=True))] == ["一"]


def test_an_open_document_is_read_too() -> None:
    cells = [ODS_CELL.format(text=text) for text in ("甲", "乙")]
    assert [sheet.rows for sheet in read(open_document(*cells))] == [[["甲", "乙"]]]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (written(row=1199, column=29), None),
        (written(row=1200), BookFault.ROWS),
        (written(column=30), BookFault.COLUMNS),
        (written()[:-100], BookFault.BROKEN),
        (b"PK\x03\x04", BookFault.BROKEN),
        (b"\xd0\xcf\x11\xe0", BookFault.BROKEN),
        (b"", BookFault.BROKEN),
    ],
)
def test_a_workbook_is_read_up_to_its_bounds(body: bytes, fault: BookFault | None) -> None:
    if fault is None:
        assert [len(sheet.rows) for sheet in read(body)] == [1200, 1]
        return
    with pytest.raises(BookRefused) as refused:
        read(body)
    assert refused.value.fault is fault


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (True, "1"), (3.0, "3"), (3.5, "3.5"), (1e20, "1e+20"), (date(2026, 1, 2), "2026-01-02"),
        (time(8, 30), "08:30:00"), (datetime(2026, 1, 2), "2026-01-02"),  # noqa: DTZ001
        (datetime(2026, 1, 2, 8), "2026-01-02 08:00:00"),  # noqa: DTZ001
        (timedelta(minutes=1), "60.0"), (" 甲", " 甲"),
    ],
)  # fmt: skip
def test_a_cell_is_text_as_a_person_reads_it(cell: Cell, text: str) -> None:
    assert cell_text(cell) == text
