"""How much a grant is used, and how flows run (使用与流程查询)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, Q, Sum

from zhengtong.exchange.models import DailyUse, ExchangeRecord
from zhengtong.exchange.queries.exchanges import ExchangeLine, Why, briefs_of, exchanges, why
from zhengtong.exchange.queries.nodes import visible_records
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock, legal_day
from zhengtong.kernel.errors import NotFound
from zhengtong.sharing.queries import GrantLine, grant_brief, grants_of_entry, may_see_grant
from zhengtong.sharing.rules import GrantState

DAYS_SHOWN = 14
ENTRY_DAYS = 30
LATEST_SHOWN = 5
FLOWS_MAX = 200
SAMPLE_MAX = 100


@dataclass(frozen=True, slots=True)
class DayUse:
    """One day of one grant, as the provider's node counted it."""

    day: date
    answered: int
    refused: int
    failed: int
    rows: int


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """How often one reason refused."""

    why: Why
    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class GrantUse:
    """The live use of a grant (使用情况)."""

    grant: UUID
    today: DayUse
    answered: int
    refused: int
    rows: int
    last_at: datetime | None
    days: tuple[DayUse, ...]
    refusals: tuple[RefusalCount, ...]
    latest: tuple[ExchangeLine, ...]
    unconfirmed: bool  # rows flow, though nobody has confirmed the delivery yet


@dataclass(frozen=True, slots=True)
class Flow:
    """One grant as a flow of exchange (交换流程): is it alive, how fresh, how much."""

    grant: UUID | None
    grant_number: str
    resource: str
    provider: str
    consumer: str
    last_success_at: datetime | None
    last_at: datetime
    quiet_days: int  # legal days since the last success
    answered: int
    refused: int
    failed: int
    rows: int


@dataclass(frozen=True, slots=True)
class CaseSample:
    """An exchange whose case number the center asks back from the consumer's node (办件号抽查)."""

    exchange: str
    at: datetime
    consumer: str


def grant_use(*, grant: UUID, actor: Actor, clock: Clock) -> GrantUse:
    """How a grant was used, as the provider counts it; the consumer's own refusals are added to the refusals.

    Raises:
        NotFound: no such grant, or not the actor's to see.
    """
    if not may_see_grant(actor=actor, id=grant):
        raise NotFound("exchange.no_grant", grant=str(grant))
    wire_id = str(grant)
    today = legal_day(clock.now())
    rows = DailyUse.objects.filter(grant=wire_id).order_by("-day")
    days = _by_day(list(rows.filter(day__gt=today - timedelta(days=DAYS_SHOWN))))
    everything = _by_day(list(rows))
    latest = exchanges(actor=actor, clock=clock, grant=wire_id, rows=LATEST_SHOWN).rows
    brief = grant_brief(id=grant, on=today)
    answered = sum(one.answered for one in everything.values())
    return GrantUse(
        grant=grant,
        today=days.get(today, DayUse(today, 0, 0, 0, 0)),
        answered=answered,
        refused=sum(one.refused for one in everything.values()),
        rows=sum(one.rows for one in everything.values()),
        last_at=max((row.last_at for row in rows), default=None),
        days=tuple(days.values()),
        refusals=_refusals(wire_id),
        latest=latest,
        unconfirmed=bool(brief and brief.state is GrantState.DELIVERING and answered),
    )


@dataclass(frozen=True, slots=True)
class EntryUseLine:
    """What one department got of an entry (数据去向)."""

    grant: UUID
    number: str
    consumer: str
    state: GrantState
    answered: int
    rows: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class EntryUse:
    """Where the data of an entry went in the last days, as far as the reader may see (资源使用情况)."""

    since: date
    answered: int
    rows: int
    lines: tuple[EntryUseLine, ...]


def entry_use(*, entry: UUID, actor: Actor, clock: Clock) -> EntryUse:
    """Who uses an entry and how much, by the provider's receipts: the grants the actor may see, most used first."""
    today = legal_day(clock.now())
    since = today - timedelta(days=ENTRY_DAYS - 1)
    grants = grants_of_entry(entry=entry, actor=actor, on=today)
    wanted = DailyUse.objects.filter(grant__in=[str(line.id) for line in grants], day__gte=since, side="provider")
    sums = wanted.order_by().values("grant").annotate(n=Sum("answered"), total=Sum("rows"), last=Max("last_at"))
    used = {row["grant"]: row for row in sums}
    lines = [_entry_line(line, used.get(str(line.id), {})) for line in grants]
    lines.sort(key=lambda line: (-line.rows, -line.answered, line.number))
    return EntryUse(since, sum(line.answered for line in lines), sum(line.rows for line in lines), tuple(lines))


def _entry_line(line: GrantLine, used: Mapping[str, Any]) -> EntryUseLine:
    """One grant with its sums; Any: what `values` gives."""
    return EntryUseLine(
        line.id, line.number, line.consumer.short_name, line.state, used.get("n") or 0, used.get("total") or 0,
        used.get("last"),
    )  # fmt: skip


def flows(*, actor: Actor, clock: Clock) -> tuple[Flow, ...]:
    """Each grant that was ever used, the stalest first (交换流程监测)."""
    used = list(
        visible_records(actor)
        .filter(granted=True)
        .values("grant", "provider", "consumer")  # of one grant there is one pair
        .annotate(last=Max("at"), success=Max("at", filter=Q(outcome="answered")))
        .order_by("grant")[:FLOWS_MAX]
    )
    grants = [row["grant"] for row in used]
    briefs = briefs_of(grants, clock=clock)
    days: dict[str, list[DailyUse]] = {}
    for day in DailyUse.objects.filter(grant__in=grants):
        days.setdefault(day.grant, []).append(day)
    today = legal_day(clock.now())
    found = [_flow(row, briefs.get(row["grant"]), days.get(row["grant"], []), today=today) for row in used]
    return tuple(sorted(found, key=lambda flow: (-flow.quiet_days, flow.grant_number)))


def sample_case_numbers(*, grant: UUID, count: int, actor: Actor) -> tuple[CaseSample, ...]:
    """Answered exchanges of a grant whose case numbers the consumer's node is to be asked for (抽查).

    The numbers themselves stay with the node; asking and judging belong to supervision.
    """
    if not may_see_grant(actor=actor, id=grant):
        raise NotFound("exchange.no_grant", grant=str(grant))
    answered = ExchangeRecord.objects.filter(grant=str(grant), granted=True, outcome="answered")
    found = answered.order_by("?")[: min(count, SAMPLE_MAX)]
    return tuple(CaseSample(exchange=row.exchange, at=row.at, consumer=row.consumer) for row in found)


def _by_day(rows: list[DailyUse]) -> dict[date, DayUse]:
    """The provider's counts; what the consumer's node refused by itself never reached the provider and is added."""
    found: dict[date, DayUse] = {}
    for day in sorted({row.day for row in rows}, reverse=True):
        provider = next((row for row in rows if row.day == day and row.side == "provider"), None)
        consumer = next((row for row in rows if row.day == day and row.side == "consumer"), None)
        refused = max(provider.refused if provider else 0, consumer.refused if consumer else 0)
        found[day] = DayUse(
            day=day,
            answered=provider.answered if provider else 0,
            refused=refused,
            failed=max(provider.failed if provider else 0, consumer.failed if consumer else 0),
            rows=provider.rows if provider else 0,
        )
    return found


def _refusals(wire_id: str) -> tuple[RefusalCount, ...]:
    counts: dict[str, list[datetime]] = {}
    rows = ExchangeRecord.objects.filter(grant=wire_id, granted=True, outcome="refused").order_by("-at")
    for key, at in rows.values_list("refusal", "at")[:1000]:
        counts.setdefault(key, []).append(at)
    return tuple(
        RefusalCount(why=why(key), count=len(found), last_at=found[0])
        for key, found in sorted(counts.items(), key=lambda item: -len(item[1]))
        if key
    )


def _flow(row: Mapping[str, Any], brief: GrantLine | None, used: list[DailyUse], *, today: date) -> Flow:
    """A flow from a line of use; Any: what `values` gives."""
    days = _by_day(used).values()
    return Flow(
        grant=brief.id if brief else None,
        grant_number=brief.number if brief else row["grant"][:12],
        resource=brief.entry_name if brief else "",
        provider=row["provider"],
        consumer=row["consumer"],
        last_success_at=row["success"],
        last_at=row["last"],
        quiet_days=(today - legal_day(row["success"] or row["last"])).days,
        answered=sum(day.answered for day in days),
        refused=sum(day.refused for day in days),
        failed=sum(day.failed for day in days),
        rows=sum(day.rows for day in days),
    )


__all__ = [
    "CaseSample",
    "DayUse",
    "EntryUse",
    "EntryUseLine",
    "Flow",
    "GrantUse",
    "RefusalCount",
    "entry_use",
    "flows",
    "grant_use",
    "sample_case_numbers",
]
