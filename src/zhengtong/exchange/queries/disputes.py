"""Receipts the center did not believe (存疑回执查询)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from zhengtong.exchange import labels
from zhengtong.exchange.models import DisputedReceipt, ExchangeRecord
from zhengtong.exchange.queries.nodes import sees_all, visible_nodes
from zhengtong.exchange.rules import Dispute
from zhengtong.kernel.actors import Actor

DISPUTED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class DisputedLine:
    """A receipt that contradicts an earlier one, or that its node had no say in (存疑回执)."""

    id: UUID
    kind: str
    kind_label: str
    node: str
    side_label: str
    peer: str
    exchange: str
    record: int
    at: datetime
    received_at: datetime
    outcome_label: str
    outcome_tone: str
    rows: int
    batch: int
    pair: UUID | None  # the record it contradicts


def disputed(*, actor: Actor, rows: int = DISPUTED_SHOWN) -> tuple[DisputedLine, ...]:
    """Disputed receipts the actor may see, latest first: its own node's and those that contradict its exchanges."""
    return _lines(_concerns(actor), rows=rows)


def disputed_of(pair: ExchangeRecord, *, actor: Actor, rows: int = DISPUTED_SHOWN) -> tuple[DisputedLine, ...]:
    """Those that contradict one exchange, or claimed its id without being believed."""
    about = Q(pair=pair) | Q(pair=None, exchange=pair.exchange)
    return _lines(about & _concerns(actor), rows=rows)


def _concerns(actor: Actor) -> Q:
    if sees_all(actor):
        return Q()
    mine = visible_nodes(actor)
    codes = list(mine.values_list("code", flat=True))
    return Q(node__in=mine) | Q(pair__provider__in=codes) | Q(pair__consumer__in=codes)


def _lines(wanted: Q, *, rows: int) -> tuple[DisputedLine, ...]:
    found = DisputedReceipt.objects.filter(wanted).select_related("node", "batch").order_by("-received_at", "-id")
    return tuple(_line(row) for row in found[:rows])


def _line(row: DisputedReceipt) -> DisputedLine:
    label, tone = labels.OUTCOMES[row.outcome]
    return DisputedLine(
        id=row.id,
        kind=row.kind,
        kind_label=str(labels.DISPUTES[Dispute(row.kind)]),
        node=row.node.code,
        side_label=str(labels.SIDES[row.side]),
        peer=row.peer,
        exchange=row.exchange,
        record=row.record,
        at=row.at,
        received_at=row.received_at,
        outcome_label=str(label),
        outcome_tone=tone.value,
        rows=row.rows,
        batch=row.batch.number,
        pair=row.pair_id,
    )
