"""Columns of texts as arrays of bytes (定长文本列): what masks do fast, a column at a time.

Citizen numbers, telephone numbers and pseudonyms have one length and no letter beyond ASCII; such a column is a
rectangle of bytes.  Any other column is not, and is worked on as text.
"""

import hashlib
import string
from typing import Any

from zhengtong.wire.arrow import Column, arrow, numpy

_BLOCK = 64  # of SHA-256
_STAR = ord("*")
_SAMPLE = 1024

Bytes = Any  # a numpy array of uint8; its type says nothing that helps here

__all__ = ["hmac_texts", "rectangle", "repeats", "starred", "text_column"]


def rectangle(column: Column, *, width: int) -> Bytes | None:
    """The cells of a text column as rows of `width` bytes; None if a cell is null, longer, shorter or not ASCII."""
    np = numpy()
    if column.null_count or not len(column) or not arrow().types.is_string(column.type):
        return None
    _, ends, content = column.buffers()
    offsets = np.frombuffer(ends, np.int32, count=len(column) + 1, offset=4 * column.offset)
    first = int(offsets[0])
    if int(offsets[-1]) - first != width * len(column) or not (np.diff(offsets) == width).all():
        return None
    found = np.frombuffer(content, np.uint8, count=width * len(column), offset=first).reshape(-1, width)
    return None if (found & 0x80).any() else found


def starred(cells: Bytes, *, head: int, tail: int) -> Column:
    """The cells with stars between the first `head` and the last `tail` bytes, as a text column."""
    made = cells.copy()
    made[:, head : made.shape[1] - tail] = _STAR
    return text_column(made)


def text_column(cells: Bytes) -> Column:
    """Rows of ASCII bytes as a text column."""
    pa, np = arrow(), numpy()
    rows, width = cells.shape
    ends = np.arange(0, width * rows + 1, width, dtype=np.int32)
    return pa.Array.from_buffers(
        pa.string(), rows, [None, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(cells))]
    )


def repeats(column: Column) -> bool:
    """Whether the first cells of a column are often the same, so that each distinct one is better worked on once."""
    head = column.slice(0, _SAMPLE)
    return len(head.dictionary_encode().dictionary) * 2 <= len(head)


def hmac_texts(column: Column, *, key: bytes, digits: int) -> Column:
    """HMAC-SHA-256 of every cell (RFC 2104) as its first hex digits; no cell may be null.

    The two states that follow from the key are made once; a cell costs two copies and no call of more.
    """
    np = numpy()
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner_of = hashlib.sha256(bytes(byte ^ 0x36 for byte in block)).copy
    outer_of = hashlib.sha256(bytes(byte ^ 0x5C for byte in block)).copy
    found: list[bytes] = []
    keep = found.append
    for cell in column.cast(arrow().binary()).to_pylist():
        inner, outer = inner_of(), outer_of()
        inner.update(cell)
        outer.update(inner.digest())
        keep(outer.digest())
    raw = np.frombuffer(b"".join(found), np.uint8).reshape(-1, 32)[:, : digits // 2]
    letters = np.frombuffer(string.hexdigits[:16].encode(), np.uint8)
    cells = np.empty((len(raw), digits), np.uint8)
    cells[:, 0::2], cells[:, 1::2] = letters[raw >> 4], letters[raw & 15]
    return text_column(cells)
