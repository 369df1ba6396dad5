"""Which kind of file it is, and that it is not larger than one that is read (文件)."""

import zlib
from dataclasses import dataclass
from pathlib import PurePath

from zhengtong.catalog.rules.reading.books import UNPACKED_BYTES_MAX, read_book
from zhengtong.catalog.rules.reading.dumps import read_dump
from zhengtong.catalog.rules.reading.tables import ROWS_MAX, SourceColumn, Table
from zhengtong.catalog.rules.reading.texts import read_text
from zhengtong.kernel.errors import RuleBroken

FILE_BYTES_MAX = 20 * 1024 * 1024
OLD_BOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how an xls begins
KINDS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".json", ".json.gz", ".csv.gz")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a file is read for somebody (读取限度)."""

    file_bytes: int = FILE_BYTES_MAX
    unpacked_bytes: int = UNPACKED_BYTES_MAX
    rows: int = ROWS_MAX
    old_books: bool = True  # xls, whose cells cannot be bounded before they are read


def read_file(
    body: bytes, name: str, *, include_hidden: bool = False, bounds: Bounds | None = None
) -> tuple[Table, ...]:
    """The tables of a file, hidden columns named but empty unless they are asked for (读取文件).

    Raises:
        RuleBroken: the file cannot be read, or is over a bound; names why.
    """
    most = bounds or Bounds()
    if len(body) > most.file_bytes:
        raise RuleBroken("catalog.import_too_big", most=most.file_bytes // 1024 // 1024)
    lower = name.lower()
    if body[:2] == b"\x1f\x8b":
        body, lower = _unzipped(body, most.unpacked_bytes), lower.removesuffix(".gz")
    kind = PurePath(lower).suffix
    if body[:8] == OLD_BOOK and not most.old_books:
        raise RuleBroken("catalog.import_old_book")
    if body[:4] == b"PK\x03\x04" or body[:8] == OLD_BOOK:
        tables = read_book(body, unpacked_most=most.unpacked_bytes, rows_most=most.rows)
    elif kind in (".xlsx", ".xlsm", ".xls"):
        raise RuleBroken("catalog.import_book_broken")
    elif kind == ".json":
        tables = read_dump(body)
    elif kind in (".csv", ".tsv", ".txt"):
        tables = read_text(body, PurePath(name).stem)
    else:
        raise RuleBroken("catalog.import_kind_unknown", kind=kind or "—", kinds="、".join(KINDS))
    if sum(len(table.rows) for table in tables) > most.rows:
        raise RuleBroken("catalog.import_too_many_rows", most=most.rows)
    if not tables:
        raise RuleBroken("catalog.import_empty")
    return tables if include_hidden else tuple(_without_hidden(table) for table in tables)


def _without_hidden(table: Table) -> Table:
    """The table with nothing in its hidden columns; they stay named, so that nobody misses them."""
    places = {n for n, column in enumerate(table.columns) if column.hidden}
    if not places:
        return table
    rows = tuple(
        (number, tuple("" if n in places else cell for n, cell in enumerate(cells))) for number, cells in table.rows
    )
    columns = tuple(SourceColumn(c.source, c.hidden) for c in table.columns)
    return Table(table.name, columns, rows, table.surplus)


def _unzipped(body: bytes, most: int) -> bytes:
    try:
        inflater = zlib.decompressobj(wbits=31)
        text = inflater.decompress(body, most)
    except zlib.error:
        raise RuleBroken("catalog.import_packed_broken") from None
    if inflater.unconsumed_tail:
        raise RuleBroken("catalog.import_unpacked_too_big", most=most // 1024 // 1024)
    if not inflater.eof:
        raise RuleBroken("catalog.import_packed_broken")
    return text
