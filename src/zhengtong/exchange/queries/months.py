"""A month of exchange by grant and department (月度数字): what was served and used, and which nodes are heard.

No actor: control plane queries for supervision above, which scopes what it shows.  Counts are the provider's
receipts; what the consumer's node refused by itself never reached the provider and is added.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate

from zhengtong.exchange.models import DailyUse, ExchangeRecord, Node
from zhengtong.exchange.queries.nodes import NODES_MAX
from zhengtong.exchange.rules import NODE_SILENT_AFTER, Match, NodeState
from zhengtong.kernel.clock import BEIJING, Clock

UNRECORDED_MAX = 5_000  # days of grants, a run


@dataclass(frozen=True, slots=True)
class MonthUse:
    """The use of one grant in a month."""

    answered: int
    refused: int
    failed: int
    rows: int


@dataclass(frozen=True, slots=True)
class NodeStanding:
    """The nodes of one department: how many are in service, and how many were heard lately."""

    active: int
    heard: int


def month_use(*, first: date, last: date) -> dict[UUID, MonthUse]:
    """The use of every grant in the days from first to last."""
    days = DailyUse.objects.filter(day__gte=first, day__lte=last).order_by()
    provider, consumer = Q(side="provider"), Q(side="consumer")
    sums = days.values("grant", "day").annotate(
        answered_p=Sum("answered", filter=provider),
        rows_p=Sum("rows", filter=provider),
        refused_p=Sum("refused", filter=provider),
        refused_c=Sum("refused", filter=consumer),
        failed_p=Sum("failed", filter=provider),
        failed_c=Sum("failed", filter=consumer),
    )
    found = dict[UUID, MonthUse]()
    for row in sums.iterator(2_000):
        try:
            grant = UUID(row["grant"])
        except ValueError:  # a node may name what was never granted
            continue
        held = found.get(grant, MonthUse(0, 0, 0, 0))
        found[grant] = MonthUse(
            answered=held.answered + (row["answered_p"] or 0),
            refused=held.refused + max(row["refused_p"] or 0, row["refused_c"] or 0),
            failed=held.failed + max(row["failed_p"] or 0, row["failed_c"] or 0),
            rows=held.rows + (row["rows_p"] or 0),
        )
    return found


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """Answers under one grant on one day of which the consumer's node has reported no receipt (使用记录)."""

    grant: UUID
    day: date
    exchanges: int
    rows: int


def unrecorded(*, before: date) -> tuple[Unrecorded, ...]:
    """Such days before a day, by grant, the oldest of each only: one finding names where it begins."""
    missing = ExchangeRecord.objects.filter(match=Match.CONSUMER_MISSING.value, granted=True, rows__gt=0)
    days = missing.annotate(day=TruncDate("at", tzinfo=BEIJING)).filter(day__lt=before).order_by("grant", "day")
    found = dict[UUID, Unrecorded]()
    for row in days.values("grant", "day").annotate(n=Count("id"), total=Sum("rows"))[:UNRECORDED_MAX]:
        grant = UUID(row["grant"])
        found.setdefault(grant, Unrecorded(grant, row["day"], row["n"], row["total"] or 0))
    return tuple(found.values())


def recorded_again(grants: Iterable[UUID]) -> frozenset[UUID]:
    """Of these grants, those of which every answer has the consumer's receipt by now."""
    wanted = set(grants)
    missing = ExchangeRecord.objects.filter(match=Match.CONSUMER_MISSING.value, grant__in=[str(g) for g in wanted])
    return frozenset(wanted - {UUID(one) for one in missing.values_list("grant", flat=True)})


def node_standings(*, clock: Clock) -> dict[UUID, NodeStanding]:
    """The nodes in service by department, and those heard now: a standing, not a history."""
    found = dict[UUID, NodeStanding]()
    for node in Node.objects.filter(state=NodeState.ACTIVE.value).order_by("code")[:NODES_MAX]:
        held = found.get(node.organization_id, NodeStanding(0, 0))
        heard = node.last_seen_at is not None and clock.now() - node.last_seen_at < NODE_SILENT_AFTER
        found[node.organization_id] = NodeStanding(held.active + 1, held.heard + heard)
    return found


def joined() -> dict[UUID, date]:
    """The departments that have a node in service, own or hosted, and since when (接入)."""
    rows = Node.objects.filter(state=NodeState.ACTIVE.value, decided_at__isnull=False).order_by("-decided_at")
    return {org: at.astimezone(BEIJING).date() for org, at in rows.values_list("organization", "decided_at")}
