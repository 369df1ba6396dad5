"""Rows as PostgreSQL's COPY takes them (COPY 二进制): built from Arrow in numpy, without a Python object a cell.

A row is the number of its cells, then each cell's length and bytes, all big-endian.  Columns of fixed width without
nulls stand first, so that they are one record of numpy; the others follow, and Arrow joins all of them row by row.
A null is a cell of length -1.  Numbers of `numeric` go in groups of four digits; the server drops groups of zeros.
"""

from collections.abc import Iterator
from typing import Any

from zhengtong.wire.arrow import Column, Table, arrow, compute, numpy

ROWS = 1 << 14  # built at a time
HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TAIL = b"\xff\xff"
_EPOCH_DAYS = 10_957  # from 1970 to 2000
_EPOCH_US = 946_684_800_000_000
_GROUP = 10_000
_SAFE_DIGITS = 18  # that many fit into 64 bits
_NEGATIVE = 0x4000

Array = Any  # a numpy array; its type says nothing that helps here

__all__ = ["HEAD", "TAIL", "copy_order", "copy_pieces"]


def copy_order(table: Table) -> tuple[int, ...]:
    """The order in which a table's columns go into COPY; the row's number goes before all of them."""
    places = range(table.num_columns)
    return tuple(sorted(places, key=lambda place: not _in_record(table.column(place))))


def copy_pieces(table: Table, *, first: int) -> Iterator[memoryview]:
    """The rows of a table in that order, numbered from `first`; between HEAD and TAIL they are what COPY takes."""
    order = copy_order(table)
    fixed = [place for place in order if _in_record(table.column(place))]
    for batch in table.to_batches():
        for start in range(0, batch.num_rows, ROWS):
            part = batch.slice(start, ROWS)
            yield _joined(
                [
                    _record(part, fixed, cells=len(order) + 1, first=first),
                    *(piece for place in order[len(fixed) :] for piece in _cells(part.column(place))),
                ]
            )
            first += part.num_rows


def _in_record(column: Column) -> bool:
    return column.null_count == 0 and not arrow().types.is_string(column.type)


def _record(part: Table, fixed: list[int], *, cells: int, first: int) -> Column:
    """The number of cells, the row's number and all cells of fixed width, as one cell of an Arrow column."""
    np = numpy()
    numbers = np.arange(first, first + part.num_rows, dtype=">i8")
    columns = [numbers, *(_binary(part.column(place)) for place in fixed)]
    layout: list[tuple[str, str | Any]] = [("cells", ">i2")]
    for n, column in enumerate(columns):
        layout += [(f"l{n}", ">i4"), (f"v{n}", column.dtype)]
    record = np.empty(part.num_rows, np.dtype(layout))
    record["cells"] = cells
    for n, column in enumerate(columns):
        record[f"l{n}"], record[f"v{n}"] = column.dtype.itemsize, column
    return _fixed_binary(record)


def _cells(column: Column) -> Iterator[Column]:
    """A column on its own: lengths and texts, or cells of fixed width of which some are null."""
    pa, pc, np = arrow(), compute(), numpy()
    if pa.types.is_string(column.type):
        lengths = np.asarray(pc.fill_null(pc.binary_length(column), -1)).astype(">i4")
        yield _fixed_binary(lengths)
        yield pc.fill_null(column, "").cast(pa.large_binary())
        return
    values, empty = _binary(column), np.asarray(column.is_null())
    record = np.empty(len(column), np.dtype([("l", ">i4"), ("v", values.dtype)]))
    record["l"], record["v"] = np.where(empty, -1, values.dtype.itemsize), values
    width = record.dtype.itemsize
    kept = np.ones((len(column), width), bool)
    kept[empty, 4:] = False
    ends = np.zeros(len(column) + 1, np.int64)
    np.cumsum(np.where(empty, 4, width), out=ends[1:])
    yield _column(ends, record.view(np.uint8).reshape(-1, width)[kept])


def _binary(column: Column) -> Array:
    """The cells of a column of fixed width as PostgreSQL sends them; those of nulls are anything."""
    pa, np = arrow(), numpy()
    kind = column.type
    if pa.types.is_decimal(kind):
        return _numeric(column)
    if pa.types.is_boolean(kind):
        return np.asarray(column.cast(pa.uint8()).fill_null(0))
    if pa.types.is_date32(kind):
        return (np.asarray(column.cast(pa.int32()).fill_null(0)) - _EPOCH_DAYS).astype(">i4")
    if pa.types.is_timestamp(kind):
        return (np.asarray(column.cast(pa.int64()).fill_null(0)) - _EPOCH_US).astype(">i8")
    return np.asarray(column.fill_null(0)).astype(">i8")


def _numeric(column: Column) -> Array:
    """The cells of decimals: number of groups, weight, sign, digits after the point, groups."""
    np = numpy()
    scale, before = column.type.scale, max(column.type.precision - column.type.scale, 1)
    whole_groups, part_groups = -(-before // 4), -(-scale // 4)
    unscaled = _unscaled(column, safe=max(column.type.precision, 4 * part_groups) <= _SAFE_DIGITS)
    size = np.abs(unscaled)
    whole, part = size // 10**scale, size % 10**scale * 10 ** (4 * part_groups - scale)
    groups = whole_groups + part_groups
    cells = np.empty(len(column), np.dtype([("head", ">i2", 4), ("groups", ">i2", groups)]))
    cells["head"][:, 0], cells["head"][:, 1], cells["head"][:, 3] = groups, whole_groups - 1, scale
    cells["head"][:, 2] = np.where(unscaled < 0, _NEGATIVE, 0)
    for number, count in ((whole, whole_groups), (part, part_groups)):
        offset = 0 if number is whole else whole_groups
        for n in range(count):
            cells["groups"][:, offset + n] = number // _GROUP ** (count - 1 - n) % _GROUP
    return cells


def _unscaled(column: Column, *, safe: bool) -> Array:
    """The unscaled integers, of 64 bits where that is safe and else as Python's own."""
    pa, np = arrow(), numpy()
    if safe:
        parts = np.frombuffer(column.buffers()[1], np.int64, count=2 * len(column), offset=16 * column.offset)
        return np.where(np.asarray(column.is_null()), 0, parts[0::2])
    plain = pa.Array.from_buffers(pa.decimal128(38, 0), len(column), column.buffers(), offset=column.offset)
    return np.array([int(cell or 0) for cell in plain.to_pylist()], object)


def _fixed_binary(values: Array) -> Column:
    np = numpy()
    width = values.dtype.itemsize
    return _column(np.arange(0, width * len(values) + 1, width, dtype=np.int64), values)


def _column(ends: Array, content: Array) -> Column:
    pa = arrow()
    return pa.Array.from_buffers(pa.large_binary(), len(ends) - 1, [None, pa.py_buffer(ends), pa.py_buffer(content)])


def _joined(pieces: list[Column]) -> memoryview:
    """The pieces of each row, row after row."""
    pa, pc, np = arrow(), compute(), numpy()
    rows = pc.binary_join_element_wise(*pieces, pa.scalar(b"", pa.large_binary()))
    _, ends, content = rows.buffers()
    last = int(np.frombuffer(ends, np.int64, count=len(rows) + 1)[-1])
    return memoryview(content)[:last]
