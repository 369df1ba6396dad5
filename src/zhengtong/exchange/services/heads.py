"""Co-signing ledger heads (账本首部联署): the center's word that a ledger only grew."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.exchange.events import LedgerForked
from zhengtong.exchange.models import LedgerHead, Node
from zhengtong.exchange.services.keys import online_key
from zhengtong.exchange.services.nodes import locked, node_actor
from zhengtong.exchange.services.receipts import check_signed_by
from zhengtong.journal.services import record
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, RuleBroken, WrongState
from zhengtong.kernel.ids import new_id
from zhengtong.wire.canonical import Json
from zhengtong.wire.documents import SignedDocument, cosign, document_from_json, parse_document
from zhengtong.wire.ledger import check_consistency
from zhengtong.wire.records import TreeHead, parse_head

HEAD_BYTES_MAX = 16 << 10
PROOF_MAX = 64  # hashes: a tree of 2^63 records


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The head the center last signed beside the node."""

    size: int
    root: str
    document: SignedDocument | None


def cosign_head(*, node: UUID, head: Json, proof: tuple[str, ...], clock: Clock) -> Cosigned:
    """Sign a node's ledger head if the ledger continues the one signed before (联署).

    Raises:
        NotAllowed: the head is not this node's.
        RuleBroken: malformed.
        WrongState: the ledger does not continue; the alarm is on record.
    """
    document = document_from_json(head, kind="head")
    if len(proof) > PROOF_MAX:
        raise RuleBroken("exchange.body_malformed", field="proof")
    with transaction.atomic():
        row = locked(node)
        check_signed_by(row, document=document, now=clock.now())
        told = parse_head(document)
        if told.node != row.code:
            raise NotAllowed("exchange.receipt_not_yours")
        held = _last(row)
        outcome = _decide(row, told, held=held, proof=proof, document=document, clock=clock)
    if outcome is None:
        raise WrongState("exchange.ledger_forked", size=told.size, held_size=held.size if held else 0)
    return outcome


def last_cosigned(*, node: UUID) -> Cosigned:
    """The last head co-signed for a node; size 0 and no document if there is none."""
    held = _last(Node.objects.get(id=node))
    return _told(held) if held else Cosigned(size=0, root="", document=None)


def _decide(
    node: Node,
    told: TreeHead,
    *,
    held: LedgerHead | None,
    proof: tuple[str, ...],
    document: SignedDocument,
    clock: Clock,
) -> Cosigned | None:
    same = LedgerHead.objects.filter(
        node=node, ledger=node.ledger, size=told.size, root=told.root, forked=False
    ).first()
    if same is not None:
        return _told(same)
    now = clock.now()
    if not _continues(told, held=held, proof=proof):
        _alarm(node, told, held=held, document=document, now=now, clock=clock)
        return None
    signed = cosign(document, online_key())
    LedgerHead.objects.create(
        id=new_id(now),
        node=node,
        ledger=node.ledger,
        size=told.size,
        root=told.root,
        body=document.to_bytes(),
        cosignature=signed.to_bytes(),
        at=now,
    )
    node.ledger_size = told.size
    node.save(update_fields=["ledger_size"])
    return Cosigned(size=told.size, root=told.root, document=signed)


def _continues(told: TreeHead, *, held: LedgerHead | None, proof: tuple[str, ...]) -> bool:
    if held is None or held.size == 0:
        return True
    if told.size <= held.size:  # an equal head was found before this
        return False
    try:
        hashes = [bytes.fromhex(one) for one in proof]
        old_root, new_root = bytes.fromhex(held.root), bytes.fromhex(told.root)
    except ValueError:
        return False
    return check_consistency(old=held.size, new=told.size, old_root=old_root, new_root=new_root, path=hashes)


def _alarm(
    node: Node, told: TreeHead, *, held: LedgerHead | None, document: SignedDocument, now: datetime, clock: Clock
) -> None:
    _, new = LedgerHead.objects.get_or_create(
        node=node,
        ledger=node.ledger,
        size=told.size,
        root=told.root,
        defaults={"id": new_id(now), "forked": True, "body": document.to_bytes(), "at": now},
    )
    if new:
        fact = LedgerForked(subject=node.id, code=node.code, size=told.size, held_size=held.size if held else 0)
        record(fact, actor=node_actor(node_code=node.code, organization=node.organization_id), clock=clock)


def _last(node: Node) -> LedgerHead | None:
    return LedgerHead.objects.filter(node=node, ledger=node.ledger, forked=False).order_by("-size").first()


def _told(row: LedgerHead) -> Cosigned:
    document = None
    if row.cosignature is not None:
        document = parse_document(bytes(row.cosignature), kind="head", max_bytes=HEAD_BYTES_MAX)
    return Cosigned(size=row.size, root=row.root, document=document)
