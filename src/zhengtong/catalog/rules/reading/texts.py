"""Text files with separators (文本表格): UTF-8, GB18030, UTF-16 and Big5; commas, tabs, semicolons."""

import csv
import io

from zhengtong.catalog.rules.mapping.words import knows
from zhengtong.catalog.rules.reading.tables import ROWS_MAX, Grid, Table, table_of
from zhengtong.kernel.errors import RuleBroken

SEPARATORS = (",", "\t", ";", "|")
LOOKED_AT = 4000  # characters from which the separator and the encoding are told


def read_text(body: bytes, name: str) -> tuple[Table, ...]:
    """The one table of a text file.  Raises RuleBroken where encoding or quotes are broken, or a bound is passed."""
    text = decoded(body)
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    number = 0  # as a spreadsheet counts: one cell may hold several lines of the file
    try:
        for number, cells in enumerate(reader, start=1):
            rows.append((number, cells))
            if number > ROWS_MAX + 50:
                raise RuleBroken("catalog.import_too_many_rows", most=ROWS_MAX)
    except csv.Error as broken:
        if "field larger" in str(broken):
            raise RuleBroken("catalog.import_cell_too_big", row=number + 1, most=csv.field_size_limit()) from None
        raise RuleBroken("catalog.import_csv_broken", row=number + 1, why=str(broken)) from None
    table = table_of(Grid(name, rows))
    return () if table is None else (table,)


def decoded(body: bytes) -> str:
    """The text of a file, without its byte-order mark.  Raises RuleBroken for an encoding that is none of ours."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _strictly(body, "utf-16") or _none_of_ours()
    if (text := _strictly(body, "utf-8-sig")) is not None:
        return text
    mainland, taiwan = _strictly(body, "gb18030"), _strictly(body, "cp950")
    if mainland is None or (taiwan is not None and _words(taiwan) > _words(mainland)):
        return taiwan or _none_of_ours()
    return mainland


def _none_of_ours() -> str:
    raise RuleBroken("catalog.import_encoding")


def _strictly(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        return None


def _words(text: str) -> int:
    """How many cells of the beginning name a column: nonsense does not."""
    for separator in SEPARATORS:
        text = text[:LOOKED_AT].replace(separator, "\n")
    return sum(knows(cell) for cell in text.splitlines())


def _separator(text: str) -> str:
    """The sign that stands most often outside quotes in the first line that has any."""
    for line in text[:LOOKED_AT].splitlines():
        bare = "".join(line.split('"')[::2])
        many = {sign: bare.count(sign) for sign in SEPARATORS}
        if any(many.values()):
            return max(SEPARATORS, key=lambda sign: many[sign])
    return ","
