"""Taking in what the two sides of an exchange report (回执受理).  Each node has only its own word."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import F, Q

from zhengtong.exchange import rules
from zhengtong.exchange.events import ReceiptMismatched
from zhengtong.exchange.models import DailyUse, DisputedReceipt, ExchangeRecord, Node, NodeKey, Receipt, ReceiptBatch
from zhengtong.exchange.rules import Dispute, KeyState, Match, Pair
from zhengtong.exchange.services.comparing import compare_pairs
from zhengtong.exchange.services.nodes import locked
from zhengtong.exchange.services.parties import granted_pairs
from zhengtong.journal.services import record
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import Clock, legal_day
from zhengtong.kernel.errors import NotAllowed, PlatformError, RuleBroken
from zhengtong.kernel.ids import new_id
from zhengtong.wire import records
from zhengtong.wire.documents import SignedDocument, check_signatures, parse_document
from zhengtong.wire.records import parse_receipts
from zhengtong.wire.suites import digest_text, key_id

BATCH_BYTES_MAX = 1 << 20
_COUNTED = {rules.ANSWERED: "answered", rules.REFUSED: "refused", rules.FAILED: "failed"}
_SAID = ("exchange", "side", "peer", "grant", "at", "outcome", "refusal", "rows", "request_digest", "reply_digest")
_LONGEST = {"exchange": 64, "peer": 40, "grant": 64, "refusal": 80}  # characters, as stored
_KEPT_OF_DISPUTED = frozenset({"record", "exchange", "side", "peer", "grant", "at", "outcome", "rows"})


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


@dataclass(frozen=True, slots=True)
class _Word:
    """One receipt of a batch as the center reads it."""

    told: records.Receipt
    fields: dict[str, object]  # as stored; `record` the index
    pair: Pair
    granted: bool  # the pair is that of the grant

    @property
    def key(self) -> tuple[str, Pair]:
        return self.told.exchange, self.pair


@dataclass(frozen=True, slots=True)
class _Disputed:
    """A receipt that is not believed, and what it contradicts."""

    word: _Word
    kind: Dispute
    against: tuple[str, Pair] | None = None
    unlike: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """A digest of all the receipt says: the same word in another batch is no new finding."""
        return digest_text(orjson.dumps(self.word.fields, option=orjson.OPT_SORT_KEYS))


@dataclass(slots=True)
class _Sorted:
    """A batch sorted into new, known and disputed."""

    fresh: list[_Word] = field(default_factory=list)
    known: int = 0
    disputed: list[_Disputed] = field(default_factory=list)


@transaction.atomic
def accept_receipts(*, node: UUID, document: bytes, clock: Clock) -> BatchAnswer:
    """Store a node's signed receipts once and compare them with the other side's (受理回执).

    A receipt that speaks for another, claims an answer outside its grant or contradicts an earlier
    one is not believed: it is kept with its batch and becomes a finding.

    Raises:
        NotAllowed: not signed by this node's key, or signed for another node.
        RuleBroken: malformed, or more than RECEIPTS_A_BATCH.
    """
    row = locked(node)
    signed = parse_document(document, kind="receipts", max_bytes=BATCH_BYTES_MAX)
    signer = check_signed_by(row, document=signed, now=clock.now())
    batch = parse_receipts(signed, public=signer, key=key_id(signer))
    if batch.node != row.code:
        raise NotAllowed("exchange.receipt_not_yours")
    if len(batch.receipts) > rules.RECEIPTS_A_BATCH:
        raise RuleBroken("exchange.batch_too_long", limit=rules.RECEIPTS_A_BATCH)
    words = _words(row, batch.receipts, clock=clock)
    sorted_ = _sort(row, [one for one in words if _storable(one)])
    malformed = tuple(_refused(one, key="exchange.receipt_malformed") for one in words if not _storable(one))
    new = _Sorted(fresh=sorted_.fresh, disputed=_unheard(row, sorted_.disputed))
    if new.fresh or new.disputed:
        _keep(row, new, number=batch.number, document=signed, clock=clock)
    held = Receipt.objects.filter(node=row, ledger=row.ledger)
    last = held.order_by("-record").values_list("record", flat=True).first()
    return BatchAnswer(
        number=batch.number,
        through=-1 if last is None else last,
        accepted=len(sorted_.fresh),
        known=sorted_.known,
        refused=malformed + tuple(_refused(one.word, key=rules.DISPUTE_KEYS[one.kind]) for one in sorted_.disputed),
    )


def check_signed_by(node: Node, *, document: SignedDocument, now: datetime) -> str:
    """Refuse a document that the node's own key did not sign; the public key that did.  Raises NotAllowed.

    A key just replaced is taken for FORMER_KEY_TAKEN, for what was signed before; an older one is not.
    """
    in_use = Q(state=KeyState.CURRENT) | Q(state=KeyState.FORMER, until__gt=now - rules.FORMER_KEY_TAKEN)
    publics = NodeKey.objects.filter(in_use, node=node).values_list("public", flat=True)
    keys = {key_id(public): public for public in publics}
    try:
        signers = check_signatures(document, keys=keys)
    except PlatformError:
        raise NotAllowed("exchange.receipt_tampered") from None
    return keys[min(signers)]


# ── reading ─────────────────────────────────────────────────────────────────


def _words(node: Node, receipts: Sequence[records.Receipt], *, clock: Clock) -> list[_Word]:
    granted = granted_pairs({one.grant for one in receipts if one.grant}, clock=clock)
    words = []
    for one in receipts:
        pair = rules.pair_of(node=node.code, side=one.role.value, peer=one.peer)
        words.append(_Word(one, _fields(one), pair, granted=granted.get(one.grant or "") == pair))
    return words


def _sort(node: Node, words: Sequence[_Word]) -> _Sorted:
    """Compare a batch with what is held: the first word of a node on a record, and on an exchange, stands."""
    indexes = [one.told.index for one in words]
    numbered = list(Receipt.objects.filter(node=node, ledger=node.ledger, record__in=indexes))
    held = [*numbered, *Receipt.objects.filter(node=node, exchange__in=[one.told.exchange for one in words])]
    by_record: dict[object, dict[str, object]] = {one.record: _stored(one) for one in numbered}
    by_side: dict[object, dict[str, object]] = {(one.exchange, one.side, one.peer): _stored(one) for one in held}
    found = _Sorted()
    for one in words:
        side = (one.told.exchange, one.told.role.value, one.told.peer)
        earlier = by_record.get(one.told.index) or by_side.get(side)
        kind = rules.dispute_of(one.pair, outcome=one.told.outcome.value, granted=one.pair if one.granted else None)
        if earlier == one.fields:
            found.known += 1
        elif earlier is not None:
            against = (str(earlier["exchange"]), _pair(node, earlier))
            unlike = tuple(name for name in ("record", *_SAID) if earlier[name] != one.fields[name])
            found.disputed.append(_Disputed(one, Dispute.CONTRADICTS, against, unlike))
        elif kind is not None:
            found.disputed.append(_Disputed(one, kind))
        else:
            by_record[one.told.index] = by_side[side] = one.fields
            found.fresh.append(one)
    return found


def _unheard(node: Node, disputed: Sequence[_Disputed]) -> list[_Disputed]:
    """Those not kept before; a node that repeats itself fills no disk."""
    by_said = {one.said: one for one in disputed}
    kept = DisputedReceipt.objects.filter(node=node, said__in=list(by_said)).values_list("said", flat=True)
    for said in kept:
        del by_said[said]
    return list(by_said.values())


def _fields(one: records.Receipt) -> dict[str, object]:
    """What a receipt on the wire says, under the names it is stored by."""
    return {
        "record": one.index,
        "exchange": one.exchange,
        "side": one.role.value,
        "peer": one.peer,
        "grant": one.grant or "",
        "at": one.at,
        "outcome": one.outcome.value,
        "refusal": one.refusal or "",
        "rows": one.rows or 0,
        "request_digest": one.request_digest,
        "reply_digest": one.reply_digest or "",
    }


def _stored(row: Receipt) -> dict[str, object]:
    return {name: getattr(row, name) for name in ("record", *_SAID)}


def _pair(node: Node, fields: dict[str, object]) -> Pair:
    return rules.pair_of(node=node.code, side=str(fields["side"]), peer=str(fields["peer"]))


def _storable(one: _Word) -> bool:
    """Whether the ids are what nodes write; anything else is refused alone, not with the whole batch."""
    texts = {name: str(one.fields[name]) for name in _LONGEST}
    return all(len(text) <= _LONGEST[name] and text.isprintable() for name, text in texts.items())


def _refused(one: _Word, *, key: str) -> RefusedReceipt:
    refusal = RuleBroken(key)
    return RefusedReceipt(one.told.index, refusal.key, refusal.message())


# ── storing ─────────────────────────────────────────────────────────────────


def _keep(node: Node, found: _Sorted, *, number: int, document: SignedDocument, clock: Clock) -> None:
    now = clock.now()
    batch, _ = ReceiptBatch.objects.get_or_create(
        node=node,
        digest=document.digest,
        defaults={"id": new_id(now), "number": number, "body": document.to_bytes(), "received_at": now},
    )
    pairs = _pairs(found, now=now)
    Receipt.objects.bulk_create(
        Receipt(
            id=new_id(now),
            node=node,
            ledger=node.ledger,
            pair=pairs[one.key],
            received_at=now,
            batch=batch,
            **one.fields,
        )
        for one in found.fresh
    )
    _count([one for one in found.fresh if one.granted])
    _keep_disputed(node, found.disputed, pairs=pairs, batch=batch, clock=clock)
    compare_pairs(pairs=[row.id for row in pairs.values()], clock=clock)


def _pairs(found: _Sorted, *, now: datetime) -> dict[tuple[str, Pair], ExchangeRecord]:
    """The records these receipts belong to, made where missing, and locked until both sides are compared.

    In one order, so that two nodes reporting the same exchanges wait for, not on, each other.
    """
    first = {one.key: one for one in reversed(found.fresh)}
    wanted = sorted({*first, *(one.against for one in found.disputed if one.against)}, key=_order)
    ExchangeRecord.objects.bulk_create(
        (
            ExchangeRecord(
                id=new_id(now),
                exchange=exchange,
                provider=pair.provider,
                consumer=pair.consumer,
                grant=first[(exchange, pair)].fields["grant"],
                granted=first[(exchange, pair)].granted,
                at=first[(exchange, pair)].told.at,
                outcome=first[(exchange, pair)].fields["outcome"],
                match=Match.WAITING,
                compared_at=now,
            )
            for exchange, pair in wanted
            if (exchange, pair) in first
        ),
        ignore_conflicts=True,
    )
    rows = ExchangeRecord.objects.filter(exchange__in={exchange for exchange, _ in wanted})
    held = {
        (row.exchange, Pair(row.provider, row.consumer)): row
        for row in rows.select_for_update().order_by("exchange", "provider", "consumer")
    }
    return {key: held[key] for key in wanted}


def _order(key: tuple[str, Pair]) -> tuple[str, str, str]:
    exchange, pair = key
    return exchange, pair.provider, pair.consumer


def _keep_disputed(
    node: Node,
    disputed: Sequence[_Disputed],
    *,
    pairs: dict[tuple[str, Pair], ExchangeRecord],
    batch: ReceiptBatch,
    clock: Clock,
) -> None:
    now = clock.now()
    for one in disputed:
        row = DisputedReceipt.objects.create(
            id=new_id(now),
            node=node,
            kind=one.kind,
            pair=pairs[one.against] if one.against else None,
            unlike=list(one.unlike),
            said=one.said,
            received_at=now,
            batch=batch,
            **{name: value for name, value in one.word.fields.items() if name in _KEPT_OF_DISPUTED},
        )
        fact = ReceiptMismatched(
            subject=row.pair_id or row.id, exchange=row.exchange, kind=one.kind.value, fields=one.unlike
        )
        record(fact, actor=SYSTEM, clock=clock)


def _count(words: Iterable[_Word]) -> None:
    """Add receipts to the use of their grants: only those of the grant's own two parties, each of them once."""
    days: dict[tuple[str, str, object], list[records.Receipt]] = defaultdict(list)
    for one in words:
        days[(one.told.grant or "", one.told.role.value, legal_day(one.told.at))].append(one.told)
    for (grant, side, day), found in days.items():
        last_at = max(one.at for one in found)
        use, _ = DailyUse.objects.get_or_create(grant=grant, side=side, day=day, defaults={"last_at": last_at})
        counts = {name: sum(one.outcome.value == outcome for one in found) for outcome, name in _COUNTED.items()}
        DailyUse.objects.filter(pk=use.pk).update(
            answered=F("answered") + counts["answered"],
            refused=F("refused") + counts["refused"],
            failed=F("failed") + counts["failed"],
            rows=F("rows") + sum(one.rows or 0 for one in found),  # a run that failed may have sent some
            last_at=max(last_at, use.last_at),
        )
