"""Facts that may be breaches (线索): refusals without a ground, misuse that led to a suspension, services dropped.

No actor: control plane queries for the area that watches; it scopes what it shows by itself.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from zhengtong.catalog import queries as catalog
from zhengtong.catalog.rules import ShareType
from zhengtong.sharing.models import Dispute, Grant, ReplyItem, SharingRequest
from zhengtong.sharing.rules import DECIDED_STATES, DisputeKind, GrantState, Ground, Outcome

FACTS_MAX = 1_000  # a run; the next run goes on, for what was found is not found again
LOOK_BACK_DAYS = 62


@dataclass(frozen=True, slots=True)
class BreachFact:
    """One thing with what is wrong about it."""

    about: UUID
    number: str
    title: str
    organization: UUID
    counterpart: UUID
    jurisdiction: str
    started_on: date
    on: date
    said: tuple[tuple[str, str], ...]  # name of a fact, its text


def refused_without_ground(*, on: date) -> tuple[BreachFact, ...]:
    """Replies of late that refuse shareable data for “another reason”: no law, need or range (条例 第十五条)."""
    since = on - timedelta(days=LOOK_BACK_DAYS)
    rows = ReplyItem.objects.filter(
        outcome=str(Outcome.REFUSE),
        ground=str(Ground.OTHER),
        reply__request__state__in=[str(s) for s in DECIDED_STATES],
        reply__request__decided_on__gte=since,
        reply__request__decided_on__lte=on,
    ).select_related("reply__request")
    found = dict[UUID, tuple[SharingRequest, list[ReplyItem]]]()
    for row in rows.order_by("reply__request__number", "position")[:FACTS_MAX]:
        found.setdefault(row.reply.request_id, (row.reply.request, []))[1].append(row)
    return tuple(_refusal(request, items) for request, items in found.values() if _shareable(request, items))


def _shareable(request: SharingRequest, items: Iterable[ReplyItem]) -> bool:
    held = {item.code for item in request.items.all() if item.share_type != ShareType.WITHHELD}
    return any(item.code in held for item in items)


def _refusal(request: SharingRequest, items: list[ReplyItem]) -> BreachFact:
    names = {item.code: item.name for item in request.items.all()}
    assert request.decided_on is not None
    return BreachFact(
        about=request.id, number=request.number, title=request.entry_name, organization=request.provider_id,
        counterpart=request.consumer_id, jurisdiction=request.jurisdiction,
        started_on=request.received_on or request.decided_on, on=request.decided_on,
        said=(
            ("items", "、".join(names.get(item.code, item.code) for item in items)),
            ("reason", "；".join(dict.fromkeys(item.reason for item in items))),
        ),
    )  # fmt: skip


def answered_after_all(ids: Iterable[UUID]) -> dict[UUID, date]:
    """Of these refusals, which a dispute has settled since, and on which day."""
    wanted = Dispute.objects.filter(kind=str(DisputeKind.REQUEST), about__in=set(ids), settled_on__isnull=False)
    return {about: day for about, day in wanted.values_list("about", "settled_on") if day}


def suspended_for_misuse(*, on: date) -> tuple[tuple[str, BreachFact], ...]:
    """Grants that the authority or the provider suspended, with the item of article 40 they named (第二十七条)."""
    since = on - timedelta(days=LOOK_BACK_DAYS)
    rows = Grant.objects.filter(suspended_on__gte=since, suspended_on__lte=on).exclude(breach="")
    found = rows.select_related("request").order_by("number")[:FACTS_MAX]
    return tuple((row.breach, _misuse(row, row.suspended_on)) for row in found if row.suspended_on)


def _misuse(row: Grant, suspended_on: date) -> BreachFact:
    return BreachFact(
        about=row.id, number=row.number, title=row.request.entry_name, organization=row.consumer_id,
        counterpart=row.provider_id, jurisdiction=row.request.jurisdiction, started_on=suspended_on, on=suspended_on,
        said=(("suspended", suspended_on.isoformat()), ("reason", row.suspension_reason)),
    )  # fmt: skip


def put_right(ids: Iterable[UUID], *, on: date) -> dict[UUID, date]:
    """Of these suspended grants, which run again or have ended."""
    rows = Grant.objects.filter(pk__in=set(ids)).exclude(state=str(GrantState.SUSPENDED))
    return {grant: ended or on for grant, ended in rows.values_list("id", "ended_on")}


def delivered_since(wanted: Collection[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], date]:
    """Of these pairs of consumer and entry, which a delivered grant in force covers, and since when."""
    entries = {entry for _, entry in wanted}
    rows = Grant.objects.filter(state=str(GrantState.ACTIVE), delivered_on__isnull=False, request__entry__in=entries)
    held = rows.order_by("-delivered_on").values_list("consumer", "request__entry", "delivered_on")
    return {(consumer, entry): day for consumer, entry, day in held if day and (consumer, entry) in wanted}


def services_dropped(*, on: date) -> tuple[BreachFact, ...]:
    """Delivered grants in force whose entry is no longer in the catalogue (条例 第二十七条第三款)."""
    rows = Grant.objects.filter(state=str(GrantState.ACTIVE), delivered_on__isnull=False).select_related("request")
    gone = catalog.not_in_force(set(rows.order_by().values_list("request__entry", flat=True)))
    dropped = rows.filter(request__entry__in=gone).order_by("number")[:FACTS_MAX]
    return tuple(
        BreachFact(
            about=row.id, number=row.number, title=row.request.entry_name, organization=row.provider_id,
            counterpart=row.consumer_id, jurisdiction=row.request.jurisdiction, started_on=row.consented_on,
            on=gone[row.request.entry_id] or on,
            said=(("grant", row.number), ("withdrawn", row.request.entry_code)),
        )
        for row in dropped
    )  # fmt: skip
