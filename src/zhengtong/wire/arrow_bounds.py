"""Bounds of an Arrow stream (列式数据上限), read from its metadata before Arrow allocates anything.

A compressed buffer states its decompressed size in its first eight bytes; a few kilobytes can
claim petabytes.  This reader walks the encapsulated messages and their flatbuffers (format
documents: Columnar.rst "IPC streaming format", Message.fbs) and adds up what would be allocated.
Only one schema and record batches are let through: no dictionaries, no tensors.
"""

import struct

from zhengtong.kernel.errors import RuleBroken

BATCHES_MAX = 1024
METADATA_BYTES_MAX = 1 << 20
BUFFERS_PER_COLUMN_MAX = 3
_MARK = 0xFFFFFFFF
_SCHEMA, _BATCH = 1, 3
_I64 = struct.Struct("<q")
_U32 = struct.Struct("<I")
_I32 = struct.Struct("<i")
_U16 = struct.Struct("<H")
_PAIR = struct.Struct("<qq")

__all__ = ["BATCHES_MAX", "check_stream"]


def check_stream(stream: bytes, *, rows_max: int, bytes_max: int, columns_max: int) -> None:
    """Refuse a stream that is malformed or would grow beyond the bounds (查上限)."""
    try:
        _walk(stream, rows_max=rows_max, bytes_max=bytes_max, columns_max=columns_max)
    except (struct.error, IndexError, ValueError):
        raise RuleBroken("wire.parcel_arrow", why="malformed metadata") from None


def _walk(stream: bytes, *, rows_max: int, bytes_max: int, columns_max: int) -> None:
    at = batches = rows = size = 0
    while True:
        if _U32.unpack_from(stream, at)[0] != _MARK:
            raise ValueError("no continuation mark")
        length = _I32.unpack_from(stream, at + 4)[0]
        if length == 0:
            break
        if not 0 < length <= METADATA_BYTES_MAX or at + 8 + length > len(stream):
            raise ValueError("metadata length")
        message = _Table.root(stream[at + 8 : at + 8 + length])
        body_at, body = at + 8 + length, message.i64(3)
        if not 0 <= body <= len(stream) - body_at:
            raise ValueError("body length")
        kind = message.u8(1)
        if kind == _SCHEMA and at == 0:
            pass
        elif kind == _BATCH and at > 0:
            more_rows, more_bytes = _batch(message.table(2), stream[body_at : body_at + body], columns_max=columns_max)
            batches, rows, size = batches + 1, rows + more_rows, size + more_bytes
        else:
            raise ValueError("a message that has no place here")
        if batches > BATCHES_MAX or rows > rows_max or size > bytes_max:
            raise RuleBroken("wire.parcel_too_large", rows=rows, bytes=size, rows_max=rows_max, bytes_max=bytes_max)
        at = body_at + body
    if at + 8 != len(stream):
        raise ValueError("bytes after the end")


def _batch(batch: "_Table", body: bytes, *, columns_max: int) -> tuple[int, int]:
    rows = batch.i64(0)
    nodes_at, nodes = batch.vector(1)
    buffers_at, buffers = batch.vector(2)
    if rows < 0 or nodes > columns_max or buffers > columns_max * BUFFERS_PER_COLUMN_MAX:
        raise RuleBroken("wire.parcel_too_large", rows=rows, bytes=0, rows_max=0, bytes_max=0)
    compressed = batch.has(3)
    size = 0
    for i in range(nodes):
        length, nulls = _PAIR.unpack_from(batch.raw, nodes_at + 16 * i)
        if length != rows or not 0 <= nulls <= rows:
            raise ValueError("a column of another length")
    for i in range(buffers):
        offset, length = _PAIR.unpack_from(batch.raw, buffers_at + 16 * i)
        if offset < 0 or length < 0 or offset + length > len(body):
            raise ValueError("a buffer outside of the body")
        size += _plain_size(body, offset, length) if compressed else length
    return rows, size


def _plain_size(body: bytes, offset: int, length: int) -> int:
    if length == 0:
        return 0
    stated = _I64.unpack_from(body, offset)[0]
    if stated < -1 or length < 8:
        raise ValueError("a buffer size below zero")
    return length if stated == -1 else stated  # -1: this buffer was left uncompressed


class _Table:
    """A flatbuffer table (表): just enough to read fields by number."""

    __slots__ = ("_at", "_vtable", "raw")

    def __init__(self, raw: bytes, at: int) -> None:
        self.raw, self._at = raw, at
        self._vtable = at - _I32.unpack_from(raw, at)[0]
        if self._vtable < 0:
            raise ValueError("vtable outside of the metadata")

    @classmethod
    def root(cls, raw: bytes) -> "_Table":
        return cls(raw, _U32.unpack_from(raw, 0)[0])

    def _field(self, number: int) -> int:
        """Where a field stands; 0: it is not there."""
        size = _U16.unpack_from(self.raw, self._vtable)[0]
        slot = 4 + 2 * number
        offset = _U16.unpack_from(self.raw, self._vtable + slot)[0] if slot + 2 <= size else 0
        return self._at + offset if offset else 0

    def has(self, number: int) -> bool:
        return self._field(number) != 0

    def u8(self, number: int) -> int:
        at = self._field(number)
        return self.raw[at] if at else 0

    def i64(self, number: int) -> int:
        at = self._field(number)
        return _I64.unpack_from(self.raw, at)[0] if at else 0

    def table(self, number: int) -> "_Table":
        at = self._field(number)
        if not at:
            raise ValueError("a table is missing")
        return _Table(self.raw, at + _U32.unpack_from(self.raw, at)[0])

    def vector(self, number: int) -> tuple[int, int]:
        """Where the members of a vector begin, and how many there are."""
        at = self._field(number)
        if not at:
            return 0, 0
        start = at + _U32.unpack_from(self.raw, at)[0]
        return start + 4, _U32.unpack_from(self.raw, start)[0]
