"""What can be asked about requests (申请查询).  Every query takes the actor and denies by default."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from zhengtong.journal import ordering
from zhengtong.kernel import paging
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.parties import queries as parties
from zhengtong.sharing.models import Grant, SharingRequest
from zhengtong.sharing.queries.lines import listed_requests, request_lines
from zhengtong.sharing.queries.records import Counts, Figures, RequestLine
from zhengtong.sharing.queries.scope import NOBODY, visible_grants, visible_requests
from zhengtong.sharing.rules import ANSWERABLE, DECIDED_STATES, REPLY_OWED, GrantState, RequestState, median_days
from zhengtong.standards import queries as standards

OVERDUE_ROWS_MAX = 1_000
MEDIAN_ROWS_MAX = 2_000


SORTS = {
    "number": "number",
    "entry": "entry_name",
    "consumer": "consumer__short_name",
    "provider": "provider__short_name",
    "state": "state",
    "due": "due_on",
}


def requests(
    *,
    actor: Actor,
    on: date,
    state: str = "",
    role: str = "any",
    sort: str = "",
    after: str = "",
    rows: int | None = None,
) -> paging.Page[RequestLine]:
    """Requests the actor may see, newest number first.

    `role` narrows to those the actor's organization asks (`consumer`) or answers (`provider`);
    `state` is a RequestState, `open`, `answered`, `late` or `due_today`; `after` is the number with which the
    page before ended.
    """
    wanted = paging.size(rows)
    columns = ("supplement__answered_on",) if state == "answered" else ()
    found = listed_requests(*columns).filter(visible_requests(actor)).filter(_narrowed(actor, role, state, on))
    if state == "answered":
        found = found.select_related("supplement")
    if sort := ordering.known(SORTS, sort):
        held, following = ordering.cut(found, columns=SORTS, sort=sort, after=after, rows=wanted)
        return paging.Page(_listed(held, state, on=on), following)
    held = list((found.filter(number__lt=after) if after else found).order_by("-number")[: wanted + 1])
    return paging.cut([(line.number, line) for line in _listed(held, state, on=on)], rows=wanted)


def _listed(held: list[SharingRequest], state: str, *, on: date) -> tuple[RequestLine, ...]:
    """Lines of a list; the list behind the median says what it is the median of."""
    lines = request_lines(held, on=on)
    if state != "answered":
        return lines
    return tuple(replace(line, reply_days=took) for line, took in zip(lines, _reply_days(held), strict=True))


def _narrowed(actor: Actor, role: str, state: str, on: date) -> Q:
    asked = Q()
    if role == "consumer":
        asked &= Q(consumer=actor.organization)
    elif role == "provider":
        asked &= Q(provider=actor.organization, received_on__isnull=False)
    if state == "open":
        asked &= ~Q(state__in=[str(s) for s in (*DECIDED_STATES, RequestState.WITHDRAWN)])
    elif state == "answered":
        asked &= Q(decided_on__isnull=False)
    elif state == "late":
        asked &= _late(on)
    elif state == "due_today":
        asked &= _due_today(on)
    elif state:
        asked &= Q(state=state) if state in set(RequestState) else NOBODY
    return asked


def _due_today(on: date) -> Q:
    return Q(state__in=[str(s) for s in ANSWERABLE], due_on=on)


def _late(on: date) -> Q:
    """Nothing is deemed late on a provisional date (暂定)."""
    return Q(state__in=[str(s) for s in REPLY_OWED], due_on__lt=on, due_provisional=False)


def overdue(*, actor: Actor | None, on: date, provider: str = "") -> tuple[RequestLine, ...]:
    """Requests whose answer is late on a day, the longest first.  `actor` None is the operator at the console."""
    found = SharingRequest.objects.filter(_late(on))
    if actor is not None:
        found = found.filter(visible_requests(actor))
    if provider:
        found = found.filter(provider=parties.organization_by_code(code=provider).id)
    return request_lines(found.order_by("due_on", "number")[:OVERDUE_ROWS_MAX], on=on)


def everything(*, on: date, state: str = "", after: str = "", rows: int | None = None) -> paging.Page[RequestLine]:
    """All received requests, for the operator at the console (no actor: whoever runs it owns the database)."""
    wanted = paging.size(rows)
    found = SharingRequest.objects.filter(_late(on) if state == "late" else Q(state=state) if state else Q())
    if after:
        found = found.filter(number__gt=after)
    lines = request_lines(found.order_by("number")[: wanted + 1], on=on)
    return paging.cut([(line.number, line) for line in lines], rows=wanted)


def decision_record(*, actor: Actor, request: UUID) -> bytes:
    """The canonical record of a decision; its digest stands in every grant (决定记录).  Raises NotFound."""
    row = SharingRequest.objects.filter(visible_requests(actor), pk=request).first()
    if row is None or not row.decision:
        raise NotFound("sharing.no_decision", id=str(request))
    return row.decision.encode()


def figures(*, actor: Actor, on: date) -> Figures:
    """The numbers of the home page over what the actor may see, each equal to its list."""
    seen = SharingRequest.objects.filter(visible_requests(actor))
    owed = seen.filter(state__in=[str(s) for s in REPLY_OWED], due_on__lte=on)  # one index, no look at what is answered
    counted = owed.aggregate(due_today=Count("id", filter=_due_today(on)), late=Count("id", filter=_late(on)))
    return Figures(**counted, active_grants=_active_grants(visible_grants(actor)), median_reply_days=_median_of(seen))


def counts(*, actor: Actor | None, on: date) -> Counts:
    """Numbers over what the actor may see; `actor` None: over everything (home page, console)."""
    scope, seen_grants = (Q(), Q()) if actor is None else (visible_requests(actor), visible_grants(actor))
    found = SharingRequest.objects.filter(scope)
    unanswered = Q(received_on__isnull=False, decided_on__isnull=True, withdrawn_on__isnull=True)
    counted = found.aggregate(  # one pass over the rows for all of them
        open=Count("id", filter=unanswered),
        due_today=Count("id", filter=_due_today(on)),
        late=Count("id", filter=_late(on)),
        consented=Count("id", filter=Q(state=str(RequestState.CONSENTED))),
        partial=Count("id", filter=Q(state=str(RequestState.PARTLY_CONSENTED))),
        refused=Count("id", filter=Q(state=str(RequestState.REFUSED))),
    )
    return Counts(
        **counted,
        active_grants=_active_grants(seen_grants),
        median_reply_days=_median_of(found),
    )


def _active_grants(seen: Q) -> int:
    return Grant.objects.filter(seen, state=str(GrantState.ACTIVE)).count()


def _median_of(seen: QuerySet[SharingRequest]) -> int | None:
    columns = ("received_on", "supplement__answered_on", "decided_on", "jurisdiction")
    decided = seen.filter(decided_on__isnull=False).order_by("-decided_on")
    return _median_days(decided.values_list(*columns)[:MEDIAN_ROWS_MAX])


def _median_days(answered: Iterable[tuple[date, date | None, date, str]]) -> int | None:
    """Median working days from receipt (or the supplement, which restarts the clock) to the answer."""
    found = list(answered)
    return median_days(_spans(found)) if found else None


def _spans(answered: list[tuple[date, date | None, date, str]]) -> list[int]:
    calendars = standards.calendars_for(row[3] for row in answered)
    return [calendars[place].between(again or received, decided) for received, again, decided, place in answered]


def _reply_days(rows: list[SharingRequest]) -> list[int]:
    found: list[tuple[date, date | None, date, str]] = []
    for row in rows:
        assert row.received_on is not None and row.decided_on is not None  # noqa: PT018 -- both hold of an answered one
        again = row.supplement.answered_on if hasattr(row, "supplement") else None
        found.append((row.received_on, again, row.decided_on, row.jurisdiction))
    return _spans(found)
