"""A fast 64-bit hash of cells (快速散列): Bob Jenkins' lookup3 (2006, public domain), one value or a column at a time.

Not a cryptographic hash; it finds mishaps.  Chosen because PostgreSQL computes the same numbers by itself
(`hashtextextended` and its kin), so that a target can say what it holds without sending it (ADR 0015).
Columns are worked on in numpy, some thousand cells a step: no Python object per cell.
"""

from typing import Any

from zhengtong.wire.arrow import numpy

CELLS = 1 << 14  # a step's arrays stay in the processor's cache
_GOLDEN = 0x9E3779B9 + 3923095
_WORD = 0xFFFFFFFF
_BLOCK = 12
_PAD = bytes(_BLOCK)
_MIX = ((0, 2, 1, 4), (1, 0, 2, 6), (2, 1, 0, 8), (0, 2, 1, 16), (1, 0, 2, 19), (2, 1, 0, 4))
_FINAL = ((2, 1, 14), (0, 2, 11), (1, 0, 25), (2, 1, 16), (0, 2, 4), (1, 0, 14), (2, 1, 24))

Vector = Any  # a numpy array; its type says nothing that helps here

__all__ = ["CELLS", "fold", "hash_bytes", "hash_integers", "hash_texts", "hash_words"]


def hash_bytes(cell: bytes, *, seed: int) -> int:
    """The hash of one cell's bytes: the definition."""
    state = [(_GOLDEN + len(cell)) & _WORD] * 3
    if seed:
        state[0] = (state[0] + (seed >> 32)) & _WORD
        state[1] = (state[1] + seed) & _WORD
        _mix(state)
    at = 0
    while len(cell) - at >= _BLOCK:
        _add(state, cell[at : at + _BLOCK])
        _mix(state)
        at += _BLOCK
    rest = cell[at:]
    _add(state, rest[:8] + (b"\0" + rest[8:] if len(rest) > 8 else b""))  # the lowest byte of the third word stays free
    for x, y, turn in _FINAL:
        state[x] = ((state[x] ^ state[y]) - _turned(state[y], turn)) & _WORD
    return state[1] << 32 | state[2]


def fold(value: int) -> bytes:
    """A whole number of 64 bits as the four bytes that are hashed."""
    low, high = value & _WORD, value >> 32 & _WORD
    return (low ^ (high if value >= 0 else ~high & _WORD)).to_bytes(4, "little")


def hash_words(words: Vector, *, seed: int) -> Vector:
    """The hashes of cells of four bytes each (uint32)."""
    np = numpy()
    start = [(_GOLDEN + 4) & _WORD] * 3
    start[0] = (start[0] + (seed >> 32)) & _WORD
    start[1] = (start[1] + seed) & _WORD
    if seed:
        _mix(start)
    state = [np.full(len(words), part, np.uint32) for part in start]
    state[0] += words
    return _finished(state)


def hash_integers(values: Vector, *, seed: int) -> Vector:
    """The hashes of whole numbers of 64 bits (int64)."""
    np = numpy()
    parts = values.view(np.uint32).reshape(-1, 2)
    low, high = parts[:, 0], parts[:, 1]
    return hash_words(low ^ np.where(values < 0, ~high, high), seed=seed)


def hash_texts(ends: Vector, content: memoryview, *, seed: int) -> Vector:
    """The hashes of cells of any length: cell i is content[ends[i]:ends[i + 1]] (int32 or int64 offsets)."""
    np = numpy()
    first = int(ends[0])
    held = bytes(content[first : int(ends[-1])]) + _PAD  # so that a word read at a cell's end stays inside
    words = np.ndarray(len(held) - 3, "<u4", held, strides=(1,))
    at = ends[:-1].astype(np.int64) - first
    length = np.diff(ends).astype(np.int64)
    state = [(length + _GOLDEN).astype(np.uint32) for _ in range(3)]
    if seed:
        state[0] += np.uint32(seed >> 32)
        state[1] += np.uint32(seed & _WORD)
        _mix_all(state)
    blocks = length // _BLOCK
    least = int(blocks.min())
    for number in range(least):
        _add_words(state, words, at + _BLOCK * number)
        _mix_all(state)
    for number in range(least, int(blocks.max())):
        some = np.flatnonzero(blocks > number)
        longer = [part[some] for part in state]
        _add_words(longer, words, at[some] + _BLOCK * number)
        _mix_all(longer)
        for part, changed in zip(state, longer, strict=True):
            part[some] = changed
    rest, at = length - _BLOCK * blocks, at + _BLOCK * blocks
    keep = np.array([0, 0xFF, 0xFFFF, 0xFFFFFF, _WORD], np.uint32)
    state[0] += words[at] & keep[np.clip(rest, 0, 4)]
    state[1] += words[at + 4] & keep[np.clip(rest - 4, 0, 4)]
    state[2] += (words[at + 8] & keep[np.clip(rest - 8, 0, 4)]) << np.uint32(8)
    return _finished(state)


def _add(state: list[int], part: bytes) -> None:
    padded = part.ljust(_BLOCK, b"\0")
    for number in range(3):
        word = int.from_bytes(padded[4 * number : 4 * number + 4], "little")
        state[number] = (state[number] + word) & _WORD


def _mix(state: list[int]) -> None:
    for x, y, z, turn in _MIX:
        state[x] = ((state[x] - state[y]) & _WORD) ^ _turned(state[y], turn)
        state[y] = (state[y] + state[z]) & _WORD


def _turned(word: int, turn: int) -> int:
    return (word << turn | word >> 32 - turn) & _WORD


def _add_words(state: list[Vector], words: Vector, at: Vector) -> None:
    state[0] += words[at]
    state[1] += words[at + 4]
    state[2] += words[at + 8]


def _mix_all(state: list[Vector]) -> None:
    np = numpy()
    left, right = np.empty_like(state[0]), np.empty_like(state[0])
    for x, y, z, turn in _MIX:
        np.subtract(state[x], state[y], out=state[x])
        _turn_all(state[y], turn, left, right)
        np.bitwise_xor(state[x], left, out=state[x])
        np.add(state[y], state[z], out=state[y])


def _finished(state: list[Vector]) -> Vector:
    np = numpy()
    left, right = np.empty_like(state[0]), np.empty_like(state[0])
    for x, y, turn in _FINAL:
        np.bitwise_xor(state[x], state[y], out=state[x])
        _turn_all(state[y], turn, left, right)
        np.subtract(state[x], left, out=state[x])
    return state[1].astype(np.uint64) << np.uint64(32) | state[2]


def _turn_all(words: Vector, turn: int, left: Vector, right: Vector) -> None:
    np = numpy()
    np.left_shift(words, turn, out=left)
    np.right_shift(words, 32 - turn, out=right)
    np.bitwise_or(left, right, out=left)
