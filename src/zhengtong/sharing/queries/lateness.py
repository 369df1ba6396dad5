"""What is or was late (逾期): replies, deliveries and corrections that passed their limit, for supervision above.

No actor: a control plane query for the area that watches limits; it scopes what it shows by itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from django.db.models import F, Q, QuerySet

from zhengtong.sharing.models import Correction, Grant, SharingRequest
from zhengtong.sharing.queries.disposals import disposed_on
from zhengtong.sharing.rules import (
    CORRECTION_LIMIT,
    DELIVER,
    DISPOSAL_LIMIT,
    REPLY_OWED,
    CorrectionState,
    DisposalState,
    GrantState,
)

LATE_AT_ONCE = 1_000
_Row = TypeVar("_Row", SharingRequest, Grant, Correction)
LOOK_BACK_DAYS = 31  # what was done late since then counts too, if nobody looked in between


class LateKind(StrEnum):
    """What was owed."""

    REPLY = "reply"  # 答复
    DELIVERY = "delivery"  # 提供
    CORRECTION = "correction"  # 校核
    DISPOSAL = "disposal"  # 处置


@dataclass(frozen=True, slots=True)
class LateThing:
    """Something that passed its limit, with the facts that show it."""

    kind: LateKind
    id: UUID
    number: str
    title: str
    organization: UUID  # who owed it
    counterpart: UUID
    jurisdiction: str
    limit_id: str
    started_on: date
    due_on: date
    done_on: date | None  # when it was done after all


def late_things(*, on: date) -> Iterator[tuple[LateThing, ...]]:
    """Everything whose limit has passed by a day and is not provisional, open or done late lately.

    Yields up to LATE_AT_ONCE at a time; nothing is left out, however much is late.
    """
    since = on - timedelta(days=LOOK_BACK_DAYS)
    owed = Q(state__in=[str(s) for s in REPLY_OWED], due_on__lt=on, due_provisional=False)
    replies = SharingRequest.objects.filter(owed | Q(answered_late=True, decided_on__gte=since))
    passed = Q(state=str(GrantState.DELIVERING), deliver_due_on__lt=on)
    after_all = Q(delivered_on__gt=F("deliver_due_on"), delivered_on__gte=since)
    grants = Grant.objects.filter(passed | after_all, deliver_provisional=False).select_related("request")
    filed = Q(state=str(CorrectionState.FILED), due_on__lt=on, due_provisional=False)
    corrections = Correction.objects.filter(filed | Q(answered_late=True, answered_on__gte=since))
    yield from (tuple(_replies(rows)) for rows in _parts(replies))
    yield from (tuple(_deliveries(rows)) for rows in _parts(grants))
    yield from (tuple(_corrections(rows)) for rows in _parts(corrections))
    owed_still = Q(disposal__state=str(DisposalState.OWED), disposal__due_on__lt=on, disposal__due_provisional=False)
    reported = Q(disposal__reported_on__gt=F("disposal__due_on"), disposal__reported_on__gte=since)
    ended = Grant.objects.filter(owed_still | reported).select_related("request", "disposal")
    yield from (tuple(_disposals(rows)) for rows in _parts(ended))


def _parts(found: QuerySet[_Row]) -> Iterator[QuerySet[_Row]]:
    """The rows in parts: ids first, so that no cursor stays open while somebody writes."""
    ids = list(found.order_by("number").values_list("pk", flat=True))
    for start in range(0, len(ids), LATE_AT_ONCE):
        yield found.filter(pk__in=ids[start : start + LATE_AT_ONCE]).order_by("number")


def done_on(*, kind: LateKind, ids: Iterable[UUID]) -> dict[UUID, date]:
    """Of these late things, which were done or became needless, and on which day."""
    wanted = set(ids)
    if kind is LateKind.REPLY:
        days = SharingRequest.objects.filter(pk__in=wanted).values_list("id", "decided_on", "withdrawn_on")
    elif kind is LateKind.DELIVERY:
        days = Grant.objects.filter(pk__in=wanted).values_list("id", "delivered_on", "ended_on")
    elif kind is LateKind.DISPOSAL:
        return disposed_on(wanted)
    else:
        days = Correction.objects.filter(pk__in=wanted).values_list("id", "answered_on", "answered_on")
    return {thing: first or second for thing, first, second in days if first or second}


def _replies(found: Iterable[SharingRequest]) -> list[LateThing]:
    return [
        LateThing(
            kind=LateKind.REPLY,
            id=row.id,
            number=row.number,
            title=row.entry_name,
            organization=row.provider_id,
            counterpart=row.consumer_id,
            jurisdiction=row.jurisdiction,
            limit_id=row.limit_id,
            started_on=row.received_on,
            due_on=row.due_on,
            done_on=row.decided_on,
        )
        for row in found
        if row.due_on and row.received_on
    ]


def _disposals(found: Iterable[Grant]) -> list[LateThing]:
    return [
        LateThing(
            kind=LateKind.DISPOSAL, id=row.id, number=row.number, title=row.request.entry_name,
            organization=row.consumer_id, counterpart=row.provider_id, jurisdiction=row.request.jurisdiction,
            limit_id=DISPOSAL_LIMIT, started_on=row.disposal.ended_on, due_on=row.disposal.due_on,
            done_on=row.disposal.reported_on,
        )
        for row in found
    ]  # fmt: skip


def _deliveries(found: Iterable[Grant]) -> list[LateThing]:
    return [
        LateThing(
            kind=LateKind.DELIVERY,
            id=row.id,
            number=row.number,
            title=row.request.entry_name,
            organization=row.provider_id,
            counterpart=row.consumer_id,
            jurisdiction=row.request.jurisdiction,
            limit_id=DELIVER,
            started_on=row.consented_on,
            due_on=row.deliver_due_on,
            done_on=row.delivered_on,
        )
        for row in found
    ]


def _corrections(found: Iterable[Correction]) -> list[LateThing]:
    return [
        LateThing(
            kind=LateKind.CORRECTION,
            id=row.id,
            number=row.number,
            title=f"{row.entry_name} · {row.item_name}",
            organization=row.provider_id,
            counterpart=row.consumer_id,
            jurisdiction=row.jurisdiction,
            limit_id=CORRECTION_LIMIT,
            started_on=row.filed_on,
            due_on=row.due_on,
            done_on=row.answered_on,
        )
        for row in found
    ]
