"""The ledger on disk (账本): entries, one file of hashes a level, signed heads.

    ledger/entries.log  framed records, append-only, the only file that must be synced
           entries.idx  offset of each record (8 bytes), rebuilt from entries.log
           L00, L01 …   32-byte hashes of complete subtrees (RFC 6962), rebuilt from entries.log
           heads.jsonl  a signed head after every group of records
           directory/   every directory document a record was made under

One thread appends (`journal_thread`); any thread reads what has been appended.  Durable means:
`append` has returned.
"""

import os
import struct
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import RuleBroken
from zhengtong.node.home import write_private
from zhengtong.wire.documents import SignedDocument
from zhengtong.wire.ledger import Frontier, consistency_path, leaf_hash
from zhengtong.wire.records import RECORD_BYTES_MAX, TreeHead, frame, head_document, head_text
from zhengtong.wire.suites import SigningKey

_HASH = 32
_OFFSET = struct.Struct(">Q")
_LENGTH = struct.Struct(">I")


class LedgerStore:
    """The Merkle log of one node."""

    def __init__(self, folder: Path, *, node: str, key: SigningKey, clock: Clock) -> None:
        self._folder = folder
        self._node = node
        self._key = key
        self._clock = clock
        self._levels: dict[int, int] = {}
        self._frontier = Frontier()
        (folder / "directory").mkdir(parents=True, exist_ok=True)
        self._entries = _append_handle(folder / "entries.log")
        self._offsets = _append_handle(folder / "entries.idx")
        self._heads = _append_handle(folder / "heads.jsonl")
        self._recover()
        self._head = self._sign_head()
        if self.size:
            self._write_head()

    @property
    def size(self) -> int:
        """Records that are durable."""
        return self._frontier.size

    @property
    def head(self) -> SignedDocument:
        """The signed head over all durable records."""
        return self._head

    @property
    def head_text(self) -> str:
        """The head as envelopes carry it."""
        return self._head_text

    def append(self, entries: list[bytes]) -> None:
        """Make a group of records durable and sign the head over it.  OSError leaves the log as it was."""
        start = os.fstat(self._entries).st_size
        frames = [frame(entry) for entry in entries]
        try:
            _write_all(self._entries, b"".join(frames))
            os.fdatasync(self._entries)
        except OSError:
            os.ftruncate(self._entries, start)
            raise
        offsets: list[bytes] = []
        for piece in frames:
            offsets.append(_OFFSET.pack(start))
            start += len(piece)
        _write_all(self._offsets, b"".join(offsets))
        self._grow(entries)
        self._head = self._sign_head()
        self._write_head()

    def record(self, index: int) -> bytes:
        """The bytes of one record."""
        if not 0 <= index < self.size:
            raise RuleBroken("node.no_such_record", index=index, size=self.size)
        offset = _OFFSET.unpack(os.pread(self._offsets, _OFFSET.size, index * _OFFSET.size))[0]
        length = _LENGTH.unpack(os.pread(self._entries, _LENGTH.size, offset))[0]
        return os.pread(self._entries, length, offset + _LENGTH.size)

    def records(self, since: int) -> Iterator[tuple[int, bytes]]:
        """Records from an index to the end, in order."""
        for index in range(since, self.size):
            yield index, self.record(index)

    def consistency(self, *, first: int, second: int) -> list[bytes]:
        """The proof that the log of `first` records is the beginning of that of `second`."""
        return consistency_path(first, second, read=self.read_node)

    def read_node(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree."""
        return os.pread(self._level(level), _HASH, index * _HASH)

    def archive(self, name: str, document: bytes) -> None:
        """Keep a directory document beside the records made under it; the same name is written once."""
        path = self._folder / "directory" / name
        if path.exists():
            return
        write_private(path, document)

    def keep_cosigned(self, document: SignedDocument) -> None:
        """Keep a head that somebody else signed too (center, peer), a line each in cosigned.jsonl."""
        handle = _append_handle(self._folder / "cosigned.jsonl")
        try:
            _write_all(handle, document.to_bytes() + b"\n")
        finally:
            os.close(handle)

    def close(self) -> None:
        """Say that the derived files are whole, and close."""
        for handle in (self._entries, self._offsets, self._heads, *self._levels.values()):
            os.fsync(handle)
            os.close(handle)
        self._levels.clear()
        write_private(self._folder / "clean", str(self.size).encode("ascii"))

    def _level(self, level: int) -> int:
        if level not in self._levels:
            self._levels[level] = _append_handle(self._folder / f"L{level:02d}")
        return self._levels[level]

    def _grow(self, entries: list[bytes]) -> None:
        nodes: dict[int, list[bytes]] = {}
        for entry in entries:
            for level, digest in self._frontier.append(leaf_hash(entry)):
                nodes.setdefault(level, []).append(digest)
        for level, digests in nodes.items():
            _write_all(self._level(level), b"".join(digests))

    def _sign_head(self) -> SignedDocument:
        at: datetime = self._clock.now()
        head = TreeHead(node=self._node, size=self.size, root=self._frontier.root().hex(), at=at)
        self._head_text = head_text(head)
        return head_document(head, key=self._key)

    def _write_head(self) -> None:
        _write_all(self._heads, self._head.to_bytes() + b"\n")

    def _recover(self) -> None:
        """Cut a half-written record; rebuild what is derived, unless the ledger was closed whole."""
        clean = self._folder / "clean"
        whole = int(clean.read_text(encoding="ascii")) if clean.exists() else -1
        clean.unlink(missing_ok=True)
        if whole >= 0 and os.fstat(self._offsets).st_size == whole * _OFFSET.size:
            self._frontier = Frontier.restore(whole, self.read_node)
            return
        _cut_half_line(self._heads)
        for path in self._folder.glob("L[0-9][0-9]"):
            path.unlink()
        os.ftruncate(self._offsets, 0)
        self._frontier = Frontier()
        self._rebuild()

    def _rebuild(self) -> None:
        end = os.fstat(self._entries).st_size
        offset, group, offsets = 0, list[bytes](), list[bytes]()
        while offset + _LENGTH.size <= end:
            length = _LENGTH.unpack(os.pread(self._entries, _LENGTH.size, offset))[0]
            if not 0 < length <= RECORD_BYTES_MAX or offset + _LENGTH.size + length > end:
                break
            group.append(os.pread(self._entries, length, offset + _LENGTH.size))
            offsets.append(_OFFSET.pack(offset))
            offset += _LENGTH.size + length
        os.ftruncate(self._entries, offset)
        _write_all(self._offsets, b"".join(offsets))
        self._grow(group)


def _append_handle(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def _write_all(handle: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view) :]


def _cut_half_line(handle: int) -> None:
    size = os.fstat(handle).st_size
    tail = os.pread(handle, min(size, RECORD_BYTES_MAX), max(0, size - RECORD_BYTES_MAX))
    os.ftruncate(handle, size - len(tail) + tail.rfind(b"\n") + 1)
