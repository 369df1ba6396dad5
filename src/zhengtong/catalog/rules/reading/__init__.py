"""Files into tables (读取文件): text, workbooks, portal dumps, node profiles; any bytes give a table or a refusal."""

from zhengtong.catalog.rules.reading.files import FILE_BYTES_MAX, KINDS, Bounds, read_file
from zhengtong.catalog.rules.reading.tables import CELL_CHARACTERS_MAX, COLUMNS_MAX, ROWS_MAX, SourceColumn, Table

__all__ = [
    "CELL_CHARACTERS_MAX",
    "COLUMNS_MAX",
    "FILE_BYTES_MAX",
    "KINDS",
    "ROWS_MAX",
    "Bounds",
    "SourceColumn",
    "Table",
    "read_file",
]
