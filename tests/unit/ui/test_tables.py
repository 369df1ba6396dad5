"""Tables to take away: no formula, no lost day, Chinese readable in any spreadsheet."""

import csv
from datetime import date
from io import BytesIO, StringIO

from python_calamine import CalamineWorkbook

from zhengtong.ui.tables import as_csv, as_xlsx

HEADINGS = ("编号", "名称", "日期", "天数")
ROWS = (("0001", '=HYPERLINK("http://example.invalid")', date(2026, 10, 16), 3), ("-2", "甲，乙\n丙", None, -3))


def test_a_csv_has_a_byte_order_mark_and_no_formula() -> None:
    written = as_csv(HEADINGS, ROWS)
    assert written.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(StringIO(written.decode("utf-8-sig"))))
    assert read[0] == list(HEADINGS)
    assert read[1] == ["0001", '\'=HYPERLINK("http://example.invalid")', "2026-10-16", "3"]
    assert read[2] == ["'-2", "甲，乙\n丙", "", "-3"]  # a number stays a number


def test_a_workbook_holds_texts_as_texts() -> None:
    sheet = CalamineWorkbook.from_filelike(BytesIO(as_xlsx(HEADINGS, ROWS))).get_sheet_by_index(0).to_python()
    assert sheet[0] == list(HEADINGS)
    assert sheet[1] == ["0001", '=HYPERLINK("http://example.invalid")', "2026-10-16", 3.0]
