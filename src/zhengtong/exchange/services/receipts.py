"""Taking in what the two sides of an exchange report, and comparing it (回执、比对)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from zhengtong.exchange import rules
from zhengtong.exchange.events import ReceiptMismatched
from zhengtong.exchange.models import DailyUse, ExchangeRecord, Node, NodeKey, Receipt, ReceiptBatch
from zhengtong.exchange.rules import WRONG, KeyState, Match, Side
from zhengtong.exchange.services.nodes import locked
from zhengtong.journal.services import record
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import Clock, legal_day
from zhengtong.kernel.errors import NotAllowed, PlatformError, RuleBroken
from zhengtong.kernel.ids import new_id
from zhengtong.wire import records
from zhengtong.wire.documents import SignedDocument, check_signatures, parse_document
from zhengtong.wire.records import parse_receipts
from zhengtong.wire.suites import key_id

BATCH_BYTES_MAX = 1 << 20
COMPARED_A_RUN = 2_000  # silent sides looked at in one run of the job
_COUNTED = {rules.ANSWERED: "answered", rules.REFUSED: "refused", rules.FAILED: "failed"}


@dataclass(frozen=True, slots=True)
class RefusedReceipt:
    """One receipt of a batch that was not taken, and why."""

    index: int
    key: str
    message: str


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What became of a batch (回执批次受理结果)."""

    number: int
    through: int  # highest ledger index the center holds of this node
    accepted: int
    known: int
    refused: tuple[RefusedReceipt, ...]


@dataclass(slots=True)
class _Sorted:
    """A batch sorted into new, known and refused."""

    fresh: list[records.Receipt] = field(default_factory=list)
    known: int = 0
    refused: list[RefusedReceipt] = field(default_factory=list)


@transaction.atomic
def accept_receipts(*, node: UUID, document: bytes, clock: Clock) -> BatchAnswer:
    """Store a node's signed receipts once and compare them with the other side's (受理回执).

    Raises:
        NotAllowed: not signed by this node's key, or signed for another node.
        RuleBroken: malformed, or more than RECEIPTS_A_BATCH.
    """
    row = locked(node)
    signed = parse_document(document, kind="receipts", max_bytes=BATCH_BYTES_MAX)
    signer = check_signed_by(row, document=signed)
    batch = parse_receipts(signed, public=signer, key=key_id(signer))
    if batch.node != row.code:
        raise NotAllowed("exchange.receipt_not_yours")
    if len(batch.receipts) > rules.RECEIPTS_A_BATCH:
        raise RuleBroken("exchange.batch_too_long", limit=rules.RECEIPTS_A_BATCH)
    sorted_ = _sort(row, batch.receipts)
    now = clock.now()
    if sorted_.fresh:
        _store(row, sorted_.fresh, number=batch.number, document=signed, now=now)
        _count(sorted_.fresh)
        compare_exchanges(exchanges=[one.exchange for one in sorted_.fresh], clock=clock)
    last = Receipt.objects.filter(node=row).order_by("-record").values_list("record", flat=True).first()
    return BatchAnswer(
        number=batch.number,
        through=-1 if last is None else last,
        accepted=len(sorted_.fresh),
        known=sorted_.known,
        refused=tuple(sorted_.refused),
    )


def check_signed_by(node: Node, *, document: SignedDocument) -> str:
    """Refuse a document that none of the node's own keys signed; the public key that did.  Raises NotAllowed."""
    publics = NodeKey.objects.filter(node=node).exclude(state=KeyState.OFFERED).values_list("public", flat=True)
    keys = {key_id(public): public for public in publics}
    try:
        signers = check_signatures(document, keys=keys)
    except PlatformError:
        raise NotAllowed("exchange.receipt_tampered") from None
    return keys[min(signers)]


def _sort(node: Node, receipts: Sequence[records.Receipt]) -> _Sorted:
    """Compare a batch with what is held: the first word on a record stands."""
    by_record = {r.record: r for r in Receipt.objects.filter(node=node, record__in=[one.index for one in receipts])}
    sides = Receipt.objects.filter(exchange__in=[one.exchange for one in receipts])
    taken = {(r.exchange, r.side): r for r in sides}
    found, new_records, new_sides = _Sorted(), set[int](), set[tuple[str, str]]()
    for one in receipts:
        side = (one.exchange, one.role.value)
        held = by_record.get(one.index)
        if held is not None and _says(held) == _says_on_wire(one):
            found.known += 1
        elif held or side in taken or one.index in new_records or side in new_sides:
            refusal = RuleBroken("exchange.receipt_contradicts")
            found.refused.append(RefusedReceipt(one.index, refusal.key, refusal.message()))
        else:
            new_records.add(one.index)
            new_sides.add(side)
            found.fresh.append(one)
    return found


def _store(
    node: Node, receipts: Sequence[records.Receipt], *, number: int, document: SignedDocument, now: datetime
) -> None:
    batch, _ = ReceiptBatch.objects.get_or_create(
        node=node,
        digest=document.digest,
        defaults={"id": new_id(now), "number": number, "body": document.to_bytes(), "received_at": now},
    )
    Receipt.objects.bulk_create(
        Receipt(
            id=new_id(now),
            node=node,
            record=one.index,
            exchange=one.exchange,
            side=one.role.value,
            peer=one.peer,
            grant=one.grant or "",
            outcome=one.outcome.value,
            refusal=one.refusal or "",
            rows=one.rows or 0,
            request_digest=one.request_digest,
            reply_digest=one.reply_digest or "",
            at=one.at,
            received_at=now,
            batch=batch,
        )
        for one in receipts
    )


def _count(receipts: Iterable[records.Receipt]) -> None:
    """Add the receipts to the use of their grants; each receipt comes here once."""
    days: dict[tuple[str, str, object], list[records.Receipt]] = defaultdict(list)
    for one in receipts:
        days[(one.grant or "", one.role.value, legal_day(one.at))].append(one)
    for (grant, side, day), found in days.items():
        last_at = max(one.at for one in found)
        use, _ = DailyUse.objects.get_or_create(grant=grant, side=side, day=day, defaults={"last_at": last_at})
        counts = {name: sum(one.outcome.value == outcome for one in found) for outcome, name in _COUNTED.items()}
        DailyUse.objects.filter(pk=use.pk).update(
            answered=F("answered") + counts["answered"],
            refused=F("refused") + counts["refused"],
            failed=F("failed") + counts["failed"],
            rows=F("rows") + sum(one.rows or 0 for one in found if one.outcome.value == rules.ANSWERED),
            last_at=max(last_at, use.last_at),
        )


# ── comparing ───────────────────────────────────────────────────────────────


def compare_exchanges(*, exchanges: Sequence[str], clock: Clock) -> int:
    """Compare both sides of these exchanges and keep the result; counts those that are wrong (比对)."""
    sides: dict[str, dict[str, Receipt]] = defaultdict(dict)
    for receipt in Receipt.objects.filter(exchange__in=exchanges).select_related("node"):
        sides[receipt.exchange][receipt.side] = receipt
    held = {r.exchange: r for r in ExchangeRecord.objects.filter(exchange__in=exchanges)}
    return sum(_compare_one(found, held=held.get(exchange), clock=clock) for exchange, found in sides.items())


def _compare_one(found: dict[str, Receipt], *, held: ExchangeRecord | None, clock: Clock) -> bool:
    now = clock.now()
    provider, consumer = found.get("provider"), found.get("consumer")
    match, unlike = rules.compare(provider=_side(provider), consumer=_side(consumer), now=now)
    told = consumer or provider
    if told is None:
        return False
    before = Match(held.match) if held else None
    row = held or ExchangeRecord(id=new_id(now), exchange=told.exchange, at=told.at)
    row.grant, row.outcome, row.refusal, row.rows = told.grant, told.outcome, told.refusal, told.rows
    row.provider = provider.node.code if provider else told.peer
    row.consumer = consumer.node.code if consumer else told.peer
    row.at = min(one.at for one in found.values())
    row.match, row.unlike, row.compared_at = match, list(unlike), now
    row.save()
    if match in WRONG and match is not before:
        record(
            ReceiptMismatched(subject=row.id, exchange=row.exchange, kind=match, fields=unlike),
            actor=SYSTEM,
            clock=clock,
        )
    return match in WRONG


@transaction.atomic
def compare_waiting(*, clock: Clock) -> int:
    """Look again at exchanges whose other side has been silent too long (逾期未报)."""
    waiting = ExchangeRecord.objects.filter(match=Match.WAITING, at__lte=clock.now() - rules.RECEIPT_GRACE)
    lone = waiting.filter(Exists(Receipt.objects.filter(exchange=OuterRef("exchange"))))
    exchanges = list(lone.order_by("at").values_list("exchange", flat=True)[:COMPARED_A_RUN])
    return compare_exchanges(exchanges=exchanges, clock=clock)


def _side(receipt: Receipt | None) -> Side | None:
    if receipt is None:
        return None
    return Side(
        at=receipt.at,
        grant=receipt.grant,
        outcome=receipt.outcome,
        refusal=receipt.refusal,
        rows=receipt.rows,
        request_digest=receipt.request_digest,
        reply_digest=receipt.reply_digest,
    )


def _says(row: Receipt) -> tuple[object, ...]:
    """What a stored receipt says, to be compared with one on the wire."""
    ends = (row.outcome, row.refusal, row.rows, row.request_digest, row.reply_digest)
    return (row.exchange, row.side, row.peer, row.grant, row.at, *ends)


def _says_on_wire(one: records.Receipt) -> tuple[object, ...]:
    ends = (one.outcome.value, one.refusal or "", one.rows or 0, one.request_digest, one.reply_digest or "")
    return (one.exchange, one.role.value, one.peer, one.grant or "", one.at, *ends)
