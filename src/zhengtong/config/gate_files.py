"""Files and exports served by the gate (文件下载): which bytes, under which headers.  Pure; the gate sends them."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from zhengtong.config.gate_http import Answer, Lang, refusal
from zhengtong.journal.downloads import PREFIX, Offer, opened
from zhengtong.kernel.errors import NotFound

__all__ = ["PREFIX", "Part", "part_of"]

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes `start` to `end` (not included) of a file, and the head of the answer that carries them."""

    path: Path
    start: int
    end: int
    status: int
    headers: list[tuple[bytes, bytes]]


def part_of(address: str, *, wanted: str, if_range: str, lang: Lang) -> Part | Answer:
    """What to send for a signed address and a Range header; a refusal if the address is no good."""
    try:
        offer = opened(address)
        held = offer.path.stat()
    except (NotFound, FileNotFoundError):
        return refusal("journal.link_expired", 404, lang=lang)
    etag = f'"{held.st_mtime_ns:x}-{held.st_size:x}"'
    size = held.st_size
    found = _range(wanted, size) if wanted and if_range in {"", etag} else (0, size)
    common = _headers(offer, etag)
    if found is None:
        beyond = [*common, (b"content-range", f"bytes */{size}".encode()), (b"content-length", b"0")]
        return Part(offer.path, 0, 0, 416, beyond)
    start, end = found
    headers = [*common, (b"content-length", str(end - start).encode())]
    if (start, end) == (0, size) and not (wanted and if_range in {"", etag} and _RANGE.fullmatch(wanted)):
        return Part(offer.path, 0, size, 200, headers)
    return Part(offer.path, start, end, 206, [*headers, (b"content-range", f"bytes {start}-{end - 1}/{size}".encode())])


def _headers(offer: Offer, etag: str) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", offer.content_type.encode("latin-1", "replace")),
        (b"content-disposition", f"attachment; filename*=UTF-8''{quote(offer.filename)}".encode()),
        (b"accept-ranges", b"bytes"),
        (b"etag", etag.encode()),
        (b"cache-control", b"private, no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]


def _range(wanted: str, size: int) -> tuple[int, int] | None:
    """One byte range as (start, end); None if it cannot be met; the whole file for a form we do not serve."""
    asked = _RANGE.fullmatch(wanted.strip())
    if asked is None or asked.group(0) == "bytes=-":
        return 0, size
    first, last = asked.groups()
    if not first:
        start = max(size - int(last), 0)
        return (start, size) if int(last) and size else None
    start, end = int(first), min(int(last) + 1, size) if last else size
    return (start, end) if start < end else None
