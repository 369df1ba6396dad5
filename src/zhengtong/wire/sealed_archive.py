"""A sealed archive (加密备份): files under one passphrase, in one stream, each chunk bound to its place.

Layout: magic line, one line of canonical JSON (key derivation, kind, about), then chunks of at most CHUNK_BYTES,
each `length | AES-256-GCM(chunk)`.  The nonce is the chunk's number; the key is fresh for every archive (its salt is),
and the associated data carries the digest of the header and whether the chunk is the last, so that a chunk cut off,
moved, or taken from another archive does not open.  Inside is a plain tar of regular files.
"""

import hashlib
import io
import itertools
import json
import os
import struct
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from zhengtong.kernel.errors import RuleBroken

MAGIC = b"zhengtong-archive-1\n"
CHUNK_BYTES = 1 << 20
HEADER_BYTES_MAX = 64 << 10
FILES_MAX = 100_000
FILE_BYTES_MAX = 1 << 40
PASSPHRASE_CHARS_MIN = 12
SALT_BYTES = 16
SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 15, 8, 1  # 32 MiB, about 0.1 s: once an archive
SCRYPT_N_MAX = 1 << 18  # 256 MiB: an archive of a stranger must not order a gigabyte
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
_TAG_BYTES = 16
_LENGTH = struct.Struct(">I")

About = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Member:
    """One file to put in: its relative name, and where its bytes lie or what they are."""

    name: str
    content: Path | bytes


def write_archive(path: Path, members: Iterable[Member], *, passphrase: str, kind: str, about: About) -> int:
    """Write files into a new sealed archive; the number of files.

    Raises RuleBroken for a short passphrase or an archive that is there already.
    """
    if len(passphrase) < PASSPHRASE_CHARS_MIN:
        raise RuleBroken("wire.passphrase_short", least=PASSPHRASE_CHARS_MIN)
    if path.exists():
        raise RuleBroken("wire.archive_exists", path=str(path))
    salt = os.urandom(SALT_BYTES)
    header = {
        "kind": kind,
        "about": dict(about),
        "kdf": {"name": "scrypt", "n": SCRYPT_N, "r": SCRYPT_R, "p": SCRYPT_P, "salt": salt.hex()},
    }
    line = json.dumps(header, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    fresh = path.with_name(path.name + ".part")
    count = 0
    fresh.unlink(missing_ok=True)  # of a backup that was broken off, or a link that somebody laid there
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as file:
            file.write(MAGIC + line)
            sealing = _Sealing(file, _key(passphrase, SCRYPT_N, salt), line)
            with tarfile.open(fileobj=cast(BinaryIO, sealing), mode="w|", format=tarfile.PAX_FORMAT) as tar:
                for member in members:
                    _put(tar, member)
                    count += 1
            sealing.finish()
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return count


def read_about(path: Path) -> tuple[str, About]:
    """The kind of an archive and what its maker said about it; not secret, and proven only by opening.

    Raises RuleBroken if the file is no such archive.
    """
    with path.open("rb") as file:
        header, _ = _header(file)
    return str(header["kind"]), cast(About, header["about"])


def read_archive(path: Path, *, passphrase: str, into: Path, kind: str) -> About:
    """Open a sealed archive into an empty folder; what its maker said about it.

    Nothing is left in the folder unless every chunk opened.  Raises RuleBroken for a file that is no archive of that
    kind, a wrong passphrase, or a chunk that was altered or cut off.
    """
    into.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    written: list[Path] = []
    try:
        with path.open("rb") as file:
            header, line = _header(file)
            _check_kind(str(header["kind"]), kind)
            kdf = cast("dict[str, str | int]", header["kdf"])
            salt = bytes.fromhex(str(kdf["salt"]))
            opening = _Opening(file, _key(passphrase, int(kdf["n"]), salt), line)
            with tarfile.open(fileobj=cast(BinaryIO, io.BufferedReader(opening)), mode="r|") as tar:
                for found in itertools.islice(tar, FILES_MAX):
                    _take(tar, found, into=into, written=written)
            opening.drain()
    except (tarfile.TarError, ValueError, KeyError, EOFError) as broken:
        _remove(written)
        raise RuleBroken("wire.archive_unreadable") from broken
    except BaseException:
        _remove(written)
        raise
    return cast(About, header["about"])


def _check_kind(found: str, wanted: str) -> None:
    if found != wanted:
        raise RuleBroken("wire.archive_other_kind", kind=found, wanted=wanted)


def _key(passphrase: str, n: int, salt: bytes) -> bytes:
    if not 2 <= n <= SCRYPT_N_MAX or n & (n - 1):
        raise RuleBroken("wire.archive_unreadable")
    return Scrypt(salt=salt, length=32, n=n, r=SCRYPT_R, p=SCRYPT_P).derive(passphrase.encode())


def _header(file: BinaryIO) -> tuple[dict[str, object], bytes]:
    if file.read(len(MAGIC)) != MAGIC:
        raise RuleBroken("wire.archive_unreadable")
    line = file.readline(HEADER_BYTES_MAX)
    try:
        header = json.loads(line)
    except ValueError as broken:
        raise RuleBroken("wire.archive_unreadable") from broken
    if not isinstance(header, dict) or not _is_header(cast("dict[str, object]", header)):
        raise RuleBroken("wire.archive_unreadable")
    return cast("dict[str, object]", header), line


def _is_header(header: Mapping[str, object]) -> bool:
    kdf = header.get("kdf")
    if "kind" not in header or not isinstance(header.get("about"), dict) or not isinstance(kdf, dict):
        return False
    derivation = cast("dict[str, object]", kdf)
    return type(derivation.get("n")) is int and isinstance(derivation.get("salt"), str)


def _put(tar: tarfile.TarFile, member: Member) -> None:
    entry = tarfile.TarInfo(_safe(member.name).as_posix())
    entry.mode = PRIVATE_FILE
    if isinstance(member.content, bytes):
        entry.size = len(member.content)
        tar.addfile(entry, io.BytesIO(member.content))
        return
    with member.content.open("rb") as file:
        entry.size = os.fstat(file.fileno()).st_size
        tar.addfile(entry, file)


def _take(tar: tarfile.TarFile, found: tarfile.TarInfo, *, into: Path, written: list[Path]) -> None:
    if not found.isreg() or not 0 <= found.size <= FILE_BYTES_MAX:
        raise RuleBroken("wire.archive_unreadable")
    target = into.joinpath(*_safe(found.name).parts)
    target.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    content = tar.extractfile(found)
    if content is None:
        raise RuleBroken("wire.archive_unreadable")
    written.append(target)  # before its bytes: half a file is taken away again too
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as file:
        while piece := content.read(CHUNK_BYTES):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _safe(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts or "\\" in name or "\0" in name:
        raise RuleBroken("wire.archive_unreadable")
    return path


def _remove(written: Iterable[Path]) -> None:
    for path in written:
        path.unlink(missing_ok=True)


class _Sealing(io.RawIOBase):
    """Takes the tar's bytes, writes sealed chunks."""

    def __init__(self, file: BinaryIO, key: bytes, header: bytes) -> None:
        self._file, self._aead, self._about = file, AESGCM(key), hashlib.sha256(header).digest()
        self._held, self._number = bytearray(), 0

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]  # tarfile hands bytes
        self._held += data
        while len(self._held) > CHUNK_BYTES:  # more than one chunk: the last is written by finish
            self._seal(bytes(self._held[:CHUNK_BYTES]), last=False)
            del self._held[:CHUNK_BYTES]
        return len(data)

    def finish(self) -> None:
        self._seal(bytes(self._held), last=True)
        self._held.clear()

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        sealed = self._aead.encrypt(_nonce(self._number), chunk, self._about + bytes([last]))
        self._file.write(_LENGTH.pack(len(sealed)) + sealed)
        self._number += 1


class _Opening(io.RawIOBase):
    """Gives the tar's bytes back, a chunk at a time; ends only at the chunk that says it is the last."""

    def __init__(self, file: BinaryIO, key: bytes, header: bytes) -> None:
        self._file, self._aead, self._about = file, AESGCM(key), hashlib.sha256(header).digest()
        self._held, self._number, self._ended = b"", 0, False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # BufferedReader hands a writable buffer
        while not self._held and not self._ended:
            self._held = self._open()
        piece = self._held[: len(buffer)]
        buffer[: len(piece)] = piece
        self._held = self._held[len(piece) :]
        return len(piece)

    def drain(self) -> None:
        """Open what the tar did not ask for, so that a cut-off end is seen, and refuse bytes after it."""
        while not self._ended:
            self._open()
        if self._file.read(1):
            raise RuleBroken("wire.archive_unreadable")

    def _open(self) -> bytes:
        size = self._file.read(_LENGTH.size)
        if len(size) != _LENGTH.size or _LENGTH.unpack(size)[0] > CHUNK_BYTES + _TAG_BYTES:
            raise RuleBroken("wire.archive_unreadable")
        sealed = self._file.read(_LENGTH.unpack(size)[0])
        for last in (False, True):
            try:
                chunk = self._aead.decrypt(_nonce(self._number), sealed, self._about + bytes([last]))
            except InvalidTag:
                continue
            self._number += 1
            self._ended = last
            return chunk
        raise RuleBroken("wire.archive_passphrase" if self._number == 0 else "wire.archive_unreadable")


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


__all__ = ["Member", "read_about", "read_archive", "write_archive"]
