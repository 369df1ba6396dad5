"""What the center signed for others to hold (对外存证): ledger heads, and the head of its own event chain."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import F

from zhengtong.exchange.models import Document, LedgerHead
from zhengtong.exchange.queries.roots import ROOTS_BYTES_MAX, current_roots
from zhengtong.journal.rules import ChainHead
from zhengtong.wire.cosigned import heads_file
from zhengtong.wire.directory import MEMBERS_BYTES_MAX, parse_members
from zhengtong.wire.documents import SignedDocument, check_signatures, parse_document
from zhengtong.wire.records import HEAD_BYTES_MAX


@dataclass(frozen=True, slots=True)
class HeadsExport:
    """The center's own copy of the ledger heads it co-signed (会签树头导出)."""

    content: bytes
    sizes: Mapping[str, int]  # node code → records that the center vouches for


def exported_heads(*, ledger: int | None = None) -> HeadsExport:
    """The highest co-signed head of every node, with all roots by which an auditor checks them offline.

    `ledger`: instead of the ledgers in use, those with this number: 0 is what a node kept before it joined anew.
    """
    rows: dict[str, LedgerHead] = {}
    for row in (
        LedgerHead.objects.filter(forked=False, ledger=F("node__ledger") if ledger is None else ledger)
        .select_related("node")
        .order_by("node__code", "size")
    ):
        rows[row.node.code] = row
    heads = [_head(row) for row in rows.values()]
    return HeadsExport(heads_file(_all_roots(), heads), {code: row.size for code, row in rows.items()})


def anchored_head() -> ChainHead | None:
    """The journal's head in the newest members document, which every node archives; None: none was published yet.

    Raises:
        NotAllowed: the stored document does not bear the center's signature.
    """
    row = Document.objects.filter(kind="members").order_by("-epoch", "-serial").first()
    if row is None:
        return None
    document = parse_document(bytes(row.body), kind="members", max_bytes=2 * MEMBERS_BYTES_MAX)
    members = parse_members(document.payload_bytes)
    _, roots = current_roots()
    check_signatures(document, keys=roots.keys_for("members", at=members.issued_at))
    held = members.journal_head
    return None if held is None else ChainHead(held.seq, held.digest.partition(":")[2])


def _all_roots() -> list[SignedDocument]:
    rows = Document.objects.filter(kind="roots").order_by("serial")
    return [parse_document(bytes(row.body), kind="roots", max_bytes=ROOTS_BYTES_MAX) for row in rows]


def _head(row: LedgerHead) -> SignedDocument:
    return parse_document(bytes(row.cosignature or b""), kind="head", max_bytes=HEAD_BYTES_MAX)
