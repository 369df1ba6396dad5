"""Heads that the center co-signed (中心会签树头): what a ledger can no longer fall short of, or tell otherwise.

A node's own heads say only what the node says today.  Under a co-signed head the center has put its
word too: so many records, with this root.  The copy beside the ledger (`cosigned.jsonl`) is the node's;
the heads file (`zhengtong exchange heads export`) is the center's own, for an auditor who trusts no node.

    heads file    signed documents, one a line: every roots document in order, then the highest head of each node
"""

from collections.abc import Iterable, Mapping, Sequence

from zhengtong.kernel.errors import PlatformError, RuleBroken
from zhengtong.wire.acceptance import roots_chain
from zhengtong.wire.directory import ROOTS_BYTES_MAX, Roots
from zhengtong.wire.documents import SignedDocument, check_signatures, parse_document
from zhengtong.wire.records import HEAD_BYTES_MAX, TreeHead, parse_head
from zhengtong.wire.suites import key_id

HEADS_FILE_BYTES_MAX = 64 << 20
_ROOTS_START = b'{"kind":"roots"'

__all__ = ["HEADS_FILE_BYTES_MAX", "center_keys", "heads_file", "lines_of", "parse_heads_file"]


def center_keys(chain: Iterable[Roots]) -> dict[str, str]:
    """Every key (id → public) that ever co-signed heads: one that has run out still counts for what it signed."""
    return {key_id(key.public): key.public for roots in chain for key in roots.online_keys if "heads" in key.signs}


def lines_of(raw: bytes) -> list[bytes]:
    """The documents of a file of lines; a last line that is still being written is left out."""
    return raw.split(b"\n")[:-1]


def heads_file(roots: Sequence[SignedDocument], heads: Sequence[SignedDocument]) -> bytes:
    """The center's copy of its co-signed heads, with the roots by which it is checked (会签树头文件)."""
    return b"".join(document.to_bytes() + b"\n" for document in (*roots, *heads))


def parse_heads_file(raw: bytes, *, pinned: str) -> Mapping[str, TreeHead]:
    """The highest head of each node in the center's file, every signature checked from the pinned root.

    Raises:
        RuleBroken: a line is unreadable or not signed by the center; nothing of the file is used.
    """
    if len(raw) > HEADS_FILE_BYTES_MAX:
        raise RuleBroken("wire.too_long", thing="heads", size=len(raw), limit=HEADS_FILE_BYTES_MAX)
    if raw and not raw.endswith(b"\n"):
        raise RuleBroken("wire.heads_file_cut")
    documents = [_document(line, number=number) for number, line in enumerate(lines_of(raw), start=1)]
    keys = center_keys(roots_chain([one for one in documents if one.kind == "roots"], pinned=pinned))
    highest: dict[str, TreeHead] = {}
    for number, document in enumerate(documents, start=1):
        if document.kind == "head":
            head = _head(document, keys=keys, number=number)
            if head.node not in highest or head.size > highest[head.node].size:
                highest[head.node] = head
    return highest


def _document(line: bytes, *, number: int) -> SignedDocument:
    is_roots = line.startswith(_ROOTS_START)
    kind, limit = ("roots", 2 * ROOTS_BYTES_MAX) if is_roots else ("head", HEAD_BYTES_MAX)
    try:
        return parse_document(line, kind=kind, max_bytes=limit)
    except PlatformError as bad:
        raise _bad_line(number, bad) from bad


def _head(document: SignedDocument, *, keys: Mapping[str, str], number: int) -> TreeHead:
    try:
        check_signatures(document, keys=keys)
        return parse_head(document)
    except PlatformError as bad:
        raise _bad_line(number, bad) from bad


def _bad_line(number: int, why: PlatformError) -> RuleBroken:
    return RuleBroken("wire.heads_file_bad", line=number, why_zh=why.message("zh"), why_en=why.message("en"))
