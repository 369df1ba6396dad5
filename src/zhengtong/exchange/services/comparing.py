"""Comparing what the two sides of an exchange reported (比对)."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from zhengtong.exchange import rules
from zhengtong.exchange.events import ReceiptMismatched
from zhengtong.exchange.models import DisputedReceipt, ExchangeRecord, Receipt
from zhengtong.exchange.rules import WRONG, Match, Pair, Side
from zhengtong.exchange.services.parties import granted_pairs
from zhengtong.journal.services import record
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import Clock

COMPARED_A_RUN = 2_000  # silent sides looked at in one run of the job


def compare_pairs(*, pairs: Sequence[UUID], clock: Clock) -> int:
    """Compare both sides of these exchanges and keep the result; counts those that are wrong (比对).

    A pair is the provider's word about the consumer with the consumer's about the provider; nobody else's.
    """
    sides: dict[UUID, dict[str, Receipt]] = defaultdict(dict)
    for receipt in Receipt.objects.filter(pair__in=pairs):
        sides[receipt.pair_id][receipt.side] = receipt
    contradicted = set(DisputedReceipt.objects.filter(pair__in=pairs).values_list("pair_id", flat=True))
    granted = granted_pairs({one.grant for found in sides.values() for one in found.values()}, clock=clock)
    rows = ExchangeRecord.objects.filter(id__in=list(sides)).order_by("exchange", "provider", "consumer")
    return sum(
        _compare_one(row, sides[row.id], contradicted=row.id in contradicted, granted=granted, clock=clock)
        for row in rows.select_for_update()
    )


def _compare_one(
    row: ExchangeRecord, found: dict[str, Receipt], *, contradicted: bool, granted: dict[str, Pair], clock: Clock
) -> bool:
    now, before = clock.now(), Match(row.match)
    provider, consumer = found.get(rules.PROVIDER), found.get(rules.CONSUMER)
    match, unlike = rules.compare(provider=_side(provider), consumer=_side(consumer), now=now)
    match = Match.CONTRADICTS if contradicted else match
    told = provider or consumer  # what left the provider's house is the provider's to say
    if told is None:
        return False
    row.grant, row.outcome, row.refusal, row.rows = told.grant, told.outcome, told.refusal, told.rows
    row.granted = granted.get(told.grant) == Pair(row.provider, row.consumer)
    row.at = min(one.at for one in found.values())
    row.match, row.unlike, row.compared_at = match, list(unlike), now
    row.save()
    if match in WRONG and match not in (before, Match.CONTRADICTS):  # a contradiction is told when it comes in
        record(
            ReceiptMismatched(subject=row.id, exchange=row.exchange, kind=match, fields=unlike),
            actor=SYSTEM,
            clock=clock,
        )
    return match in WRONG


@transaction.atomic
def compare_waiting(*, clock: Clock) -> int:
    """Look again at exchanges whose other side has been silent too long (逾期未报)."""
    lone = Receipt.objects.filter(pair=OuterRef("pk"), received_at__lte=clock.now() - rules.RECEIPT_GRACE)
    waiting = ExchangeRecord.objects.filter(Exists(lone), match=Match.WAITING)
    pairs = list(waiting.order_by("at").values_list("id", flat=True)[:COMPARED_A_RUN])
    return compare_pairs(pairs=pairs, clock=clock)


def _side(receipt: Receipt | None) -> Side | None:
    if receipt is None:
        return None
    return Side(
        at=receipt.received_at,
        grant=receipt.grant,
        outcome=receipt.outcome,
        refusal=receipt.refusal,
        rows=receipt.rows,
        request_digest=receipt.request_digest,
        reply_digest=receipt.reply_digest,
    )
