"""A month of sharing by department (月度数字): each figure is one named condition, so its number and its list agree.

No actor: control plane queries for supervision above, which scopes what it shows.  A reply or delivery counts
once: on time in the month it was made, late in the month its limit ran out.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, F, Q

from zhengtong.parties import queries as parties
from zhengtong.sharing.models import Correction, Grant, SharingRequest
from zhengtong.sharing.rules import CorrectionState, RequestState, median_days
from zhengtong.standards import queries as standards

LIST_ROWS_MAX = 500
MEDIAN_ROWS_MAX = 20_000


class MonthFigure(StrEnum):
    """A figure of a department's month; `…_filed`, `…_made` and `grants_used` are the consumer's."""

    REQUESTS_RECEIVED = "requests_received"  # 收到申请
    REPLIES = "replies"  # 答复
    REPLIES_ON_TIME = "replies_on_time"  # 按期答复
    REPLIES_LATE = "replies_late"  # 逾期
    DELIVERIES_ON_TIME = "deliveries_on_time"  # 按期提供
    DELIVERIES_LATE = "deliveries_late"
    CORRECTIONS_RECEIVED = "corrections_received"  # 收到校核
    CORRECTIONS_ANSWERED = "corrections_answered"
    CORRECTIONS_ON_TIME = "corrections_on_time"
    CORRECTIONS_LATE = "corrections_late"
    CORRECTIONS_MADE = "corrections_made"  # 更正
    REQUESTS_FILED = "requests_filed"  # 提出申请
    CORRECTIONS_FILED = "corrections_filed"  # 提出校核
    GRANTS_SUSPENDED = "grants_suspended"  # 被暂停的许可


@dataclass(frozen=True, slots=True)
class Span:
    """The days a month's figures are about; `on` is the day of reading."""

    first: date
    last: date
    on: date

    def has(self, field: str) -> Q:
        """A day of the span stands in the field."""
        return Q(**{f"{field}__gte": self.first, f"{field}__lte": min(self.last, self.on)})

    def ran_out(self, field: str) -> Q:
        """The limit in the field ran out in the span, and its last day is over."""
        return Q(**{f"{field}__gte": self.first, f"{field}__lte": self.last, f"{field}__lt": self.on})


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One thing behind a figure."""

    kind: str  # request, grant or correction: the page of sharing it has
    id: UUID
    number: str
    title: str
    provider: str
    consumer: str
    started_on: date
    due_on: date | None
    done_on: date | None
    late: bool


@dataclass(frozen=True, slots=True)
class _Figure:
    rows: type[SharingRequest | Grant | Correction]
    side: str
    where: Callable[[Span], Q]


def _unanswered() -> Q:
    return Q(decided_on__isnull=True) & ~Q(state=str(RequestState.WITHDRAWN))


_F = MonthFigure
_FIGURES: dict[MonthFigure, _Figure] = {
    _F.REQUESTS_RECEIVED: _Figure(SharingRequest, "provider", lambda s: s.has("received_on")),
    _F.REPLIES: _Figure(SharingRequest, "provider", lambda s: s.has("decided_on")),
    _F.REPLIES_ON_TIME: _Figure(SharingRequest, "provider", lambda s: s.has("decided_on") & Q(answered_late=False)),
    _F.REPLIES_LATE: _Figure(
        SharingRequest,
        "provider",
        lambda s: s.ran_out("due_on") & Q(due_provisional=False) & (Q(answered_late=True) | _unanswered()),
    ),
    _F.DELIVERIES_ON_TIME: _Figure(
        Grant, "provider", lambda s: s.has("delivered_on") & Q(delivered_on__lte=F("deliver_due_on"))
    ),
    _F.DELIVERIES_LATE: _Figure(
        Grant,
        "provider",
        lambda s: (
            s.ran_out("deliver_due_on")
            & Q(deliver_provisional=False)
            & (Q(delivered_on__gt=F("deliver_due_on")) | Q(delivered_on__isnull=True, ended_on__isnull=True))
        ),
    ),
    _F.CORRECTIONS_RECEIVED: _Figure(Correction, "provider", lambda s: s.has("filed_on")),
    _F.CORRECTIONS_ANSWERED: _Figure(Correction, "provider", lambda s: s.has("answered_on")),
    _F.CORRECTIONS_ON_TIME: _Figure(Correction, "provider", lambda s: s.has("answered_on") & Q(answered_late=False)),
    _F.CORRECTIONS_LATE: _Figure(
        Correction,
        "provider",
        lambda s: (
            s.ran_out("due_on") & Q(due_provisional=False) & (Q(answered_late=True) | Q(answered_on__isnull=True))
        ),
    ),
    _F.CORRECTIONS_MADE: _Figure(
        Correction, "provider", lambda s: s.has("answered_on") & Q(state=str(CorrectionState.CORRECTED))
    ),
    _F.REQUESTS_FILED: _Figure(SharingRequest, "consumer", lambda s: s.has("received_on")),
    _F.CORRECTIONS_FILED: _Figure(Correction, "consumer", lambda s: s.has("filed_on")),
    _F.GRANTS_SUSPENDED: _Figure(Grant, "consumer", lambda s: s.has("suspended_on")),
}


def month_counts(span: Span) -> dict[MonthFigure, dict[UUID, int]]:
    """Every figure of every department: one grouped count a figure."""
    found = dict[MonthFigure, dict[UUID, int]]()
    for figure, held in _FIGURES.items():
        rows = held.rows.objects.filter(held.where(span)).order_by()
        found[figure] = dict(rows.values_list(f"{held.side}_id").annotate(n=Count("id")))
    return found


def month_median_days(span: Span) -> dict[UUID, int]:
    """Median working days from receipt, or the supplement, to the replies of a month, by provider."""
    rows = list(
        SharingRequest.objects.filter(span.has("decided_on"), received_on__isnull=False)
        .order_by("-decided_on")
        .values_list("provider_id", "received_on", "supplement__answered_on", "decided_on", "jurisdiction")[
            :MEDIAN_ROWS_MAX
        ]
    )
    calendars = standards.calendars_for(row[4] for row in rows)
    days = dict[UUID, list[int]]()
    for provider, received, again, decided, place in rows:
        days.setdefault(provider, []).append(calendars[place].between(again or received, decided))
    return {provider: median_days(taken) for provider, taken in days.items()}


def month_list(figure: MonthFigure, span: Span, *, organization: UUID) -> tuple[MonthLine, ...]:
    """The things behind a figure of one department: the same condition as the count."""
    held = _FIGURES[figure]
    rows = held.rows.objects.filter(held.where(span), **{held.side: organization})
    if held.rows is Grant:
        rows = rows.select_related("request")
    return _lines(list(rows.order_by("number")[:LIST_ROWS_MAX]), on=span.on)


def _lines(rows: Iterable[SharingRequest | Grant | Correction], *, on: date) -> tuple[MonthLine, ...]:
    held = list(rows)
    cards = parties.organizations_by_id(o for row in held for o in (row.provider_id, row.consumer_id))
    names = {card.id: card.short_name or card.name for card in cards.values()}
    return tuple(_line(row, names, on=on) for row in held)


def _line(row: SharingRequest | Grant | Correction, names: dict[UUID, str], *, on: date) -> MonthLine:
    if isinstance(row, SharingRequest):
        kind, title, started, due, done = "request", row.entry_name, row.received_on, row.due_on, row.decided_on
        provisional = row.due_provisional
    elif isinstance(row, Grant):
        kind, title, started, due = "grant", row.request.entry_name, row.consented_on, row.deliver_due_on
        done, provisional = row.delivered_on, row.deliver_provisional
    else:
        kind, title, started, due = "correction", f"{row.entry_name} · {row.item_name}", row.filed_on, row.due_on
        done, provisional = row.answered_on, row.due_provisional
    late = due is not None and not provisional and (done or on) > due
    provider, consumer = names[row.provider_id], names[row.consumer_id]
    return MonthLine(kind, row.id, row.number, title, provider, consumer, started or on, due, done, late)
