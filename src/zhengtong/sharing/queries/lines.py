"""Rows as list lines (列表行), shared by the queries here."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from zhengtong.journal import queries as journal
from zhengtong.parties import queries as parties
from zhengtong.sharing.models import Grant, SharingRequest
from zhengtong.sharing.queries.records import GrantLine, Happening, Organ, RequestLine
from zhengtong.sharing.queries.scope import organs
from zhengtong.sharing.rules import REGULATION, REPLY_OWED, GrantState, RequestState
from zhengtong.standards import queries as standards

HISTORY_ROWS_MAX = 200
_LISTED = (  # what a line shows: not the decision with its reasons, which may be long
    "number", "entry_id", "entry_code", "entry_name", "consumer_id", "provider_id", "jurisdiction", "purpose", "state",
    "received_on", "due_on", "due_provisional", "answered_late", "decided_on", "limit_id",
)  # fmt: skip


def listed_requests(*more: str) -> QuerySet[SharingRequest]:
    """All requests, with the columns that a list line needs and some more; not yet narrowed to what one may see."""
    return SharingRequest.objects.only(*_LISTED, *more)


def request_lines(found: Iterable[SharingRequest], *, on: date) -> tuple[RequestLine, ...]:
    """Requests as list lines, with organizations and calendars read once for all."""
    held: Sequence[SharingRequest] = list(found)
    known = organs(organ for row in held for organ in (row.consumer_id, row.provider_id))
    calendars = standards.calendars_for(row.jurisdiction for row in held)
    lines = []
    for row in held:
        waits = row.due_on is not None and RequestState(row.state) in REPLY_OWED
        remaining = calendars[row.jurisdiction].between(on, row.due_on) if waits and row.due_on else None
        lines.append(request_line(row, known, on=on, remaining=remaining))
    return tuple(lines)


def request_line(row: SharingRequest, known: dict[UUID, Organ], *, on: date, remaining: int | None) -> RequestLine:
    """A request as a list line; `remaining` as its clock says."""
    state = RequestState(row.state)
    waits = state in REPLY_OWED and row.due_on is not None
    return RequestLine(
        id=row.id,
        number=row.number,
        entry=row.entry_id,
        entry_code=row.entry_code,
        entry_name=row.entry_name,
        consumer=known[row.consumer_id],
        provider=known[row.provider_id],
        purpose=row.purpose,
        state=state,
        received_on=row.received_on,
        due_on=row.due_on,
        provisional=row.due_provisional,
        remaining=remaining,
        late=row.answered_late or bool(waits and row.due_on and row.due_on < on and not row.due_provisional),
        decided_on=row.decided_on,
        limit_id=row.limit_id,
        article=f"{REGULATION} 第二十一条",
    )


def grant_lines(found: Iterable[Grant], *, on: date) -> tuple[GrantLine, ...]:
    """Grants as list lines; rows must come with their request."""
    held = list(found)
    known = organs(organ for row in held for organ in (row.consumer_id, row.provider_id))
    return tuple(_grant_line(row, known, on=on) for row in held)


def _grant_line(row: Grant, known: dict[UUID, Organ], *, on: date) -> GrantLine:
    state = GrantState(row.state)
    due = {GrantState.DELIVERING: row.deliver_due_on, GrantState.SUSPENDED: row.rectify_by}.get(state)
    provisional = row.deliver_provisional and state is GrantState.DELIVERING
    return GrantLine(
        id=row.id,
        number=row.number,
        request=row.request_id,
        request_number=row.request.number,
        entry=row.request.entry_id,
        entry_code=row.request.entry_code,
        entry_name=row.request.entry_name,
        provider=known[row.provider_id],
        consumer=known[row.consumer_id],
        purpose=row.request.purpose,
        state=state,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        due_on=due,
        provisional=provisional,
        late=bool(due and due < on and not provisional),
        delivered_on=row.delivered_on,
        ended_on=row.ended_on,
    )


def history(subject: UUID) -> tuple[Happening, ...]:
    """What the event log says happened, oldest first, with names."""
    facts = journal.events_of(subject)[:HISTORY_ROWS_MAX]
    people = {who for fact in facts for who in (fact.actor, fact.acting_for) if who}
    names = {**parties.officer_names(people), None: ""}
    return tuple(
        Happening(fact.at, fact.name, names.get(fact.actor, ""), names.get(fact.acting_for, "")) for fact in facts
    )
