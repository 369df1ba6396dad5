"""Fingerprints of rows (行指纹): one 128-bit number for any set of rows, whatever their order.

The sum modulo 2^128 of the first 16 bytes (big-endian) of SHA-256 over each row's encoding.  It
says whether what was read is what was stored (a check against mishap); signatures are the evidence.

Row encoding: the cells in schema order, each `<length in bytes>:<text>,`, a null `-,`.  Text of a cell:
string as it is · integer in digits · decimal as its unscaled integer · date `YYYY-MM-DD` ·
timestamp as microseconds since 1970 UTC · boolean `1` or `0`.

Speed: cells are encoded in Arrow; one hash and no other Python object per row.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from zhengtong.wire.arrow import Column, Table, arrow, compute, numpy

MODULUS = 1 << 128
CHUNK_ROWS = 1 << 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Cell = None | bool | int | str | Decimal | date | datetime

__all__ = ["Cell", "combine", "encode_row", "fingerprint_rows", "fingerprint_table", "from_hex", "to_hex"]


def fingerprint_table(table: Table) -> int:
    """The fingerprint of a table's rows (求行指纹)."""
    total = 0
    for batch in (
        table.combine_chunks().to_batches(max_chunksize=CHUNK_ROWS) if hasattr(table, "to_batches") else [table]
    ):
        if batch.num_rows:
            total += _sum(_encode(batch))
    return total % MODULUS


def combine(*fingerprints: int) -> int:
    """The fingerprint of all rows together (合并)."""
    return sum(fingerprints) % MODULUS


def to_hex(fingerprint: int) -> str:
    """A fingerprint as 32 hex digits."""
    return f"{fingerprint:032x}"


def from_hex(text: str) -> int:
    """The fingerprint of 32 hex digits."""
    return int(text, 16)


def encode_row(cells: Sequence[Cell], *, scales: Sequence[int | None]) -> bytes:
    """The encoding of one row (行编码): the definition, against which the fast way is tested."""
    return b"".join(_encode_cell(cell, scale) for cell, scale in zip(cells, scales, strict=True))


def fingerprint_rows(rows: Sequence[Sequence[Cell]], *, scales: Sequence[int | None]) -> int:
    """The fingerprint of rows, slowly: the definition."""
    digests = (hashlib.sha256(encode_row(row, scales=scales)).digest() for row in rows)
    return sum(int.from_bytes(digest[:16], "big") for digest in digests) % MODULUS


def _encode_cell(cell: Cell, scale: int | None) -> bytes:
    if cell is None:
        return b"-,"
    if isinstance(cell, bool):
        text = b"1" if cell else b"0"
    elif isinstance(cell, datetime):
        text = str((cell - _EPOCH) // timedelta(microseconds=1)).encode()
    elif isinstance(cell, date):
        text = cell.isoformat().encode()
    elif isinstance(cell, Decimal):
        text = str(int(cell.scaleb(scale or 0))).encode()
    else:
        text = str(cell).encode()
    return b"%d:%b," % (len(text), text)


def _encode(batch: Table) -> Column:
    pa, pc = arrow(), compute()
    parts: list[Column] = []
    for column in batch.columns:
        text = _text(column).cast(pa.large_binary())
        length = pc.binary_length(text).cast(pa.string()).cast(pa.large_binary())
        cell = pc.binary_join_element_wise(length, text, pa.scalar(b":", pa.large_binary()))
        parts.append(pc.fill_null(cell, pa.scalar(b"-", pa.large_binary())))
    parts.append(pa.array([b""] * batch.num_rows, pa.large_binary()))  # so that every cell ends with a comma
    return pc.binary_join_element_wise(*parts, pa.scalar(b",", pa.large_binary()))


def _text(column: Column) -> Column:
    pa = arrow()
    kind = column.type
    if pa.types.is_decimal(kind):
        buffers = column.buffers()
        unscaled = pa.Array.from_buffers(pa.decimal128(38, 0), len(column), buffers, offset=column.offset)
        return unscaled.cast(pa.string())
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us", tz=kind.tz)).cast(pa.int64()).cast(pa.string())
    if pa.types.is_boolean(kind):
        return column.cast(pa.int8()).cast(pa.string())
    return column.cast(pa.large_string())


def _sum(encoded: Column) -> int:
    np = numpy()
    _, offsets, content = encoded.buffers()
    ends = np.frombuffer(offsets, np.int64, count=len(encoded) + 1, offset=8 * encoded.offset).tolist()
    view = memoryview(content)
    sha256 = hashlib.sha256
    digests = b"".join([sha256(view[a:b]).digest() for a, b in pairwise(ends)])
    words = np.frombuffer(digests, ">u4").reshape(-1, 8)[:, :4].astype(np.uint64).sum(axis=0).tolist()
    return sum(word << (96 - 32 * i) for i, word in enumerate(words))
