"""The ledger's tree (账本): RFC 6962 hashes, roots and proofs over records in order.

Layout of the level files that a node keeps: `L00` holds the leaf hashes, `Lkk` the complete nodes
of level k, 32 bytes each, append only.  `Read` gives node (level, index); whatever is not complete
is computed.  Cost: a proof reads about 2·log2(n) nodes.
"""

import hashlib
from collections.abc import Callable, Sequence

HASH_BYTES = 32
LEVELS_MAX = 48
PROOF_MAX = 2 * LEVELS_MAX
EMPTY_ROOT = hashlib.sha256(b"").digest()

Read = Callable[[int, int], bytes]

__all__ = [
    "EMPTY_ROOT",
    "HASH_BYTES",
    "LEVELS_MAX",
    "Frontier",
    "Read",
    "check_consistency",
    "check_inclusion",
    "consistency_path",
    "inclusion_path",
    "leaf_hash",
    "node_hash",
    "subtree_root",
    "tree_root",
]


def leaf_hash(record: bytes) -> bytes:
    """The hash of a record (叶)."""
    return hashlib.sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two hashes (结点)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree (前沿): what an appender must remember, one hash for each level."""

    __slots__ = ("_edge", "size")

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []  # complete subtrees, largest first

    @classmethod
    def restore(cls, size: int, read: Read) -> "Frontier":
        """The frontier of a stored tree of so many records."""
        frontier = cls()
        frontier.size = size
        at = 0
        for level in range(LEVELS_MAX, -1, -1):
            if size >> level & 1:
                frontier._edge.append(read(level, at >> level))
                at += 1 << level
        return frontier

    def append(self, leaf: bytes) -> list[tuple[int, bytes]]:
        """Take in a leaf hash; the (level, hash) of every node now complete, level 0 first, to be stored."""
        complete = [(0, leaf)]
        level, carried = 0, leaf
        while self.size >> level & 1:
            carried = node_hash(self._edge.pop(), carried)
            level += 1
            complete.append((level, carried))
        self._edge.append(carried)
        self.size += 1
        return complete

    def root(self) -> bytes:
        """The root of all records so far."""
        if not self._edge:
            return EMPTY_ROOT
        total = self._edge[-1]
        for subtree in reversed(self._edge[:-1]):
            total = node_hash(subtree, total)
        return total


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes (树根)."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def subtree_root(low: int, high: int, *, read: Read) -> bytes:
    """The root over the leaves low to high (high not included), from stored nodes (子树根)."""
    size = high - low
    if size == 0:
        return EMPTY_ROOT
    level = size.bit_length() - 1
    if size == 1 << level and low % size == 0:
        return read(level, low >> level)
    middle = low + _split(size)
    return node_hash(subtree_root(low, middle, read=read), subtree_root(middle, high, read=read))


def inclusion_path(index: int, size: int, *, read: Read) -> list[bytes]:
    """The proof that a leaf is in the tree of a size (RFC 6962 §2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"record {index} is not in a tree of {size}")
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(subtree_root(middle, high, read=read))
            high = middle
        else:
            path.append(subtree_root(low, middle, read=read))
            low = middle
    return path[::-1]


def consistency_path(old: int, new: int, *, read: Read) -> list[bytes]:
    """The proof that the tree of one size is the beginning of another (RFC 6962 §2.1.2)."""
    if not 0 < old <= new:
        raise ValueError(f"no proof from {old} to {new}")
    path: list[bytes] = []
    low, high, whole = 0, new, True
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(subtree_root(middle, high, read=read))
            high = middle
        else:
            path.append(subtree_root(low, middle, read=read))
            low, whole = middle, False
    if not whole:
        path.append(subtree_root(low, high, read=read))
    return path[::-1]


def check_inclusion(leaf: bytes, *, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path leads from the leaf to the root (验包含)."""
    if not 0 <= index < size or not _are_hashes([leaf, root, *path]):
        return False
    at, last, found = index, size - 1, leaf
    for node in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(node, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, node)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def check_consistency(*, old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path shows the old tree to be the beginning of the new one (验一致)."""
    if old == new:
        return not path and old_root == new_root and old >= 0
    if not 0 < old < new or not path or not _are_hashes([old_root, new_root, *path]):
        return False
    nodes = list(path) if old & (old - 1) else [old_root, *path]
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_hash(node, first), node_hash(node, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, node)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def _are_hashes(nodes: Sequence[bytes]) -> bool:
    return len(nodes) <= PROOF_MAX and all(len(node) == HASH_BYTES for node in nodes)


def _split(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << (size - 1).bit_length() - 1
