"""Facts that may be breaches (线索): refusals without a ground, misuse that led to a suspension, services dropped.

No actor: control plane queries for the area that watches; it scopes what it shows by itself.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from zhengtong.catalog import queries as catalog
from zhengtong.catalog.rules import ShareType
from zhengtong.kernel.deadlines import ClockEvent, ClockEventKind, ClockView, deadline
from zhengtong.sharing.models import Correction, Demand, Dispute, EmergencyStop, Grant, ReplyItem, SharingRequest
from zhengtong.sharing.rules import (
    CORRECTION_LIMIT,
    DECIDED_STATES,
    DELIVER,
    LIVE_GRANTS,
    OPEN_DEMANDS,
    CorrectionState,
    DisputeKind,
    GrantState,
    Ground,
    Outcome,
    StopScope,
    StopState,
)
from zhengtong.standards import queries as standards

BACKFLOW, INCIDENT = "BACKFLOW", "INCIDENT"

FACTS_MAX = 1_000  # a run; the next run goes on, for what was found is not found again
LOOK_BACK_DAYS = 62


@dataclass(frozen=True, slots=True)
class BreachFact:
    """One thing with what is wrong about it."""

    about: UUID
    number: str
    title: str
    organization: UUID
    counterpart: UUID | None
    jurisdiction: str
    started_on: date
    on: date
    said: tuple[tuple[str, str], ...]  # name of a fact, its text
    limit_id: str = ""  # where a limit passed


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


def backflow_owed(*, on: date) -> tuple[BreachFact, ...]:
    """Demands for data of the own area that a level above has not met in time (回流, 条例 第二十四条)."""
    rows = Demand.objects.filter(backflow=True, state__in=[str(s) for s in OPEN_DEMANDS], holder__isnull=False)
    found = list[BreachFact]()
    for row in rows.select_related("holder").order_by("number")[:FACTS_MAX]:
        view = _clock(BACKFLOW, row.raised_on, row.jurisdiction, on)
        if row.holder_id and row.holder and view.due_on and view.late:
            found.append(
                BreachFact(
                    about=row.id, number=row.number, title=row.what, organization=row.holder_id,
                    counterpart=row.consumer_id, jurisdiction=row.holder.jurisdiction, started_on=row.raised_on,
                    on=view.due_on, said=(("matter", row.matter), ("ground", row.legal_basis)), limit_id=BACKFLOW,
                )
            )  # fmt: skip
    return tuple(found)


def flowed_back(ids: Iterable[UUID]) -> dict[UUID, date]:
    """Of these demands, which are met or withdrawn by now, and since when."""
    rows = Demand.objects.filter(pk__in=set(ids), ended_on__isnull=False)
    return {demand: day for demand, day in rows.values_list("id", "ended_on") if day}


def incidents_open(*, on: date) -> tuple[BreachFact, ...]:
    """Consumers halted in an emergency whose danger is not removed in time (条例 第四十条第（六）项)."""
    rows = EmergencyStop.objects.filter(scope=str(StopScope.CONSUMER), state=str(StopState.IN_FORCE))
    found = list[BreachFact]()
    for row in rows.order_by("number")[:FACTS_MAX]:
        view = _clock(INCIDENT, row.ordered_on, row.jurisdiction, on)
        if view.due_on and view.late:
            found.append(
                BreachFact(
                    about=row.id, number=row.number, title=row.name, organization=row.organization_id,
                    counterpart=None, jurisdiction=row.jurisdiction, started_on=row.ordered_on, on=view.due_on,
                    said=(("reason", row.reason),), limit_id=INCIDENT,
                )
            )  # fmt: skip
    return tuple(found)


def incidents_ended(ids: Iterable[UUID]) -> dict[UUID, date]:
    """Of these emergency stops, which were lifted, and when."""
    rows = EmergencyStop.objects.filter(pk__in=set(ids), lifted_on__isnull=False)
    return {stop: day for stop, day in rows.values_list("id", "lifted_on") if day}


def source_not_helped(*, on: date) -> tuple[BreachFact, ...]:
    """Corrections that the named source of an item asked for and that are late (条例 第三十九条第（三）项)."""
    late = Correction.objects.filter(state=str(CorrectionState.FILED), due_on__lt=on, due_provisional=False)
    rows = list(late.order_by("number")[:FACTS_MAX])
    sources = catalog.sources_named({row.item_name for row in rows})
    return tuple(
        BreachFact(
            about=row.id, number=row.number, title=f"{row.entry_name} · {row.item_name}",
            organization=row.provider_id, counterpart=row.consumer_id, jurisdiction=row.jurisdiction,
            started_on=row.filed_on, on=row.due_on, said=(("items", row.item_name),),
            limit_id=CORRECTION_LIMIT,
        )
        for row in rows
        if (row.item_name, row.consumer_id) in sources
    )  # fmt: skip


def helped_after_all(ids: Iterable[UUID]) -> dict[UUID, date]:
    """Of these corrections, which were answered, and when."""
    rows = Correction.objects.filter(pk__in=set(ids), answered_on__isnull=False)
    return {one: day for one, day in rows.values_list("id", "answered_on") if day}


def grants_late(*, on: date) -> tuple[BreachFact, ...]:
    """The first undelivered grant past its limit of every provider; whether it has a node is for others to say."""
    rows = Grant.objects.filter(
        state=str(GrantState.DELIVERING), deliver_due_on__lt=on, deliver_provisional=False
    ).select_related("request")
    first = dict[UUID, Grant]()
    for row in rows.order_by("consented_on", "number")[:FACTS_MAX]:
        first.setdefault(row.provider_id, row)
    return tuple(
        BreachFact(
            about=row.id, number=row.number, title=row.request.entry_name, organization=row.provider_id,
            counterpart=row.consumer_id, jurisdiction=row.request.jurisdiction, started_on=row.consented_on,
            on=row.deliver_due_on, said=(("grant", row.number),), limit_id=DELIVER,
        )
        for row in first.values()
    )  # fmt: skip


def late_deliveries(*, entries: Collection[UUID], on: date) -> int:
    """How many grants for these entries are not delivered though their limit has passed."""
    owed = Grant.objects.filter(
        request__entry__in=set(entries), state=str(GrantState.DELIVERING), deliver_due_on__lt=on,
        deliver_provisional=False,
    )  # fmt: skip
    return owed.count()


def providers_of(grants: Iterable[UUID]) -> dict[UUID, UUID]:
    """The providers of these grants."""
    return dict(Grant.objects.filter(pk__in=set(grants)).values_list("id", "provider"))


def grant_facts(ids: Collection[UUID]) -> dict[UUID, BreachFact]:
    """Who is behind these grants, as a fact about the consumer that others complete."""
    rows = Grant.objects.filter(pk__in=ids).select_related("request", "consumer")
    return {
        row.id: BreachFact(
            about=row.id, number=row.number, title=row.request.entry_name, organization=row.consumer_id,
            counterpart=row.provider_id, jurisdiction=row.consumer.jurisdiction, started_on=row.consented_on,
            on=row.consented_on, said=(),
        )
        for row in rows
    }  # fmt: skip


def _clock(limit_id: str, started: date, jurisdiction: str, on: date) -> ClockView:
    limit = standards.limit_for(limit_id, on=started, jurisdiction=jurisdiction)
    return deadline([ClockEvent(ClockEventKind.START, started)], limit, standards.calendar_for(jurisdiction), on=on)


def holders_of(*, entry: UUID) -> frozenset[UUID]:
    """The departments that hold a live grant for an entry."""
    live = Grant.objects.filter(request__entry=entry, state__in=[str(s) for s in LIVE_GRANTS])
    return frozenset(live.values_list("consumer", flat=True))


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
