"""Fingerprints of rows (行指纹): one 128-bit number for any set of rows, whatever their order.

The sum modulo 2^128 of a 64-bit number per row, read as signed.  It says whether what was read is what was stored
(a check against mishap); signatures are the evidence.

A row's number: the cells' hashes (`lookup3`, the seed is the cell's place, from 1) combined by exclusive or; null is 0.
Bytes of a cell: text as UTF-8 · integer, decimal (its unscaled integer) and timestamp (microseconds since 2000 UTC)
as 64 bits folded to 32 · date as days since 1970, boolean as 1 or 0, in 32 bits; little-endian.
A decimal whose unscaled integer needs more than 64 bits is hashed as its digits.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from typing import Any

from zhengtong.wire.arrow import Column, Table, arrow, compute, numpy
from zhengtong.wire.lookup3 import CELLS, fold, hash_bytes, hash_integers, hash_texts, hash_words

MODULUS = 1 << 128
_SIGN = 1 << 63
_MILLENNIUM = datetime(2000, 1, 1, tzinfo=UTC)
_MILLENNIUM_US = 946_684_800_000_000
_DAY_ZERO = date(1970, 1, 1)
_EXACT = Context(prec=80)

Cell = None | bool | int | str | Decimal | date | datetime

__all__ = ["MODULUS", "Cell", "combine", "fingerprint_rows", "fingerprint_table", "from_hex", "hash_row", "to_hex"]


def fingerprint_table(table: Table) -> int:
    """The fingerprint of a table's rows (求行指纹)."""
    total = 0
    for batch in table.to_batches() if hasattr(table, "to_batches") else [table]:
        for start in range(0, batch.num_rows, CELLS):
            total += _sum(batch.slice(start, CELLS))
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


def hash_row(cells: Sequence[Cell], *, scales: Sequence[int | None]) -> int:
    """The number of one row (行散列), 0 to 2^64 - 1: the definition, against which the fast way is tested."""
    number = 0
    for place, (cell, scale) in enumerate(zip(cells, scales, strict=True), 1):
        if cell is not None:
            number ^= hash_bytes(_bytes_of(cell, scale), seed=place)
    return number


def fingerprint_rows(rows: Sequence[Sequence[Cell]], *, scales: Sequence[int | None]) -> int:
    """The fingerprint of rows, slowly: the definition."""
    numbers = (hash_row(row, scales=scales) for row in rows)
    return sum(number - 2 * (number & _SIGN) for number in numbers) % MODULUS


def _bytes_of(cell: Cell, scale: int | None) -> bytes:
    if isinstance(cell, bool):
        return int(cell).to_bytes(4, "little")
    if isinstance(cell, datetime):
        return fold((cell - _MILLENNIUM) // timedelta(microseconds=1))
    if isinstance(cell, date):
        return (cell - _DAY_ZERO).days.to_bytes(4, "little", signed=True)
    if isinstance(cell, Decimal):
        cell = int(_EXACT.scaleb(cell, scale or 0))
        return fold(cell) if -_SIGN <= cell < _SIGN else str(cell).encode()
    return fold(cell) if isinstance(cell, int) else str(cell).encode()


def _sum(batch: Table) -> int:
    """The sum of a few thousand rows' numbers, as signed."""
    np = numpy()
    numbers = np.zeros(batch.num_rows, np.uint64)
    for place, column in enumerate(batch.columns, 1):
        hashes = _hashes(column, place)
        if column.null_count:
            hashes[np.asarray(column.is_null())] = 0
        numbers ^= hashes
    signed = numbers.view(np.int64)
    return (int((signed >> 32).sum()) << 32) + int((signed & 0xFFFFFFFF).sum())


def _hashes(column: Column, place: int) -> Any:
    """The hashes of a column's cells; those of nulls are anything."""
    pa, np = arrow(), numpy()
    kind = column.type
    if pa.types.is_decimal(kind):
        return _decimal_hashes(column, place)
    if pa.types.is_timestamp(kind):
        return hash_integers(_plain(column.cast(pa.timestamp("us", tz="UTC")), np.int64) - _MILLENNIUM_US, seed=place)
    if pa.types.is_date32(kind):
        return hash_words(_plain(column, np.uint32), seed=place)
    if pa.types.is_boolean(kind):
        return hash_words(_plain(column.cast(pa.uint8()), np.uint8).astype(np.uint32), seed=place)
    if pa.types.is_integer(kind):
        return hash_integers(_plain(column.cast(pa.int64()), np.int64), seed=place)
    return _text_hashes(column.cast(pa.large_binary()), place)


def _text_hashes(column: Column, place: int) -> Any:
    np = numpy()
    _, ends, content = column.buffers()
    offsets = np.frombuffer(ends, np.int64, count=len(column) + 1, offset=8 * column.offset)
    return hash_texts(offsets, memoryview(content) if content is not None else memoryview(b""), seed=place)


def _decimal_hashes(column: Column, place: int) -> Any:
    """Unscaled integers, of which almost all fit into 64 bits."""
    pa, pc, np = arrow(), compute(), numpy()
    parts = np.frombuffer(column.buffers()[1], np.int64, count=2 * len(column), offset=16 * column.offset)
    low, high = parts[0::2], parts[1::2]
    hashes = hash_integers(np.ascontiguousarray(low), seed=place)
    large = np.flatnonzero(high != low >> 63)
    if len(large):
        unscaled = pa.Array.from_buffers(pa.decimal128(38, 0), len(column), column.buffers(), offset=column.offset)
        digits = pc.fill_null(unscaled.take(pa.array(large)).cast(pa.string()), "")
        hashes[large] = _text_hashes(digits.cast(pa.large_binary()), place)
    return hashes


def _plain(column: Column, kind: Any) -> Any:
    """The values of a fixed-width column, whatever stands where it is null."""
    np = numpy()
    width = np.dtype(kind).itemsize
    return np.frombuffer(column.buffers()[1], kind, count=len(column), offset=width * column.offset)
