"""What can be asked about grants (许可查询).  Every query for people takes the actor and denies by default."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from zhengtong.journal import ordering
from zhengtong.journal import queries as journal
from zhengtong.kernel import paging
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.deadlines import ClockView
from zhengtong.kernel.errors import NotFound
from zhengtong.parties import queries as parties
from zhengtong.sharing.documents import rows_from_json
from zhengtong.sharing.events import GrantSuspended
from zhengtong.sharing.models import Grant
from zhengtong.sharing.offers import known_items
from zhengtong.sharing.queries.clockwork import grant_clock, grant_days
from zhengtong.sharing.queries.forms_of import asked_of
from zhengtong.sharing.queries.lines import grant_lines, history
from zhengtong.sharing.queries.records import FieldLine, GrantLine, GrantPage, PublishedGrant
from zhengtong.sharing.queries.scope import visible_grants
from zhengtong.sharing.queries.stops import is_stopped
from zhengtong.sharing.queries.terms import published
from zhengtong.sharing.queries.turns import grant_turn, sides_of
from zhengtong.sharing.rules import (
    GRANT,
    LIFT_UNDELIVERED,
    SIDES,
    GrantOrigin,
    GrantState,
    Mode,
    Quota,
    RowCondition,
    Side,
    UseTerm,
)
from zhengtong.standards import queries as standards
from zhengtong.wire import grant as wire

PUBLISHED_MAX = 20_000
SORTS = {
    "number": "number",
    "entry": "request__entry_name",
    "consumer": "consumer__short_name",
    "provider": "provider__short_name",
    "state": "state",
    "until": "valid_until",
}
ENTRY_GRANTS_MAX = 200
ENDED_KEPT_DAYS = 365  # how long an ended grant stays in the bundle, so that a node can say why it refuses


def grants(
    *,
    actor: Actor,
    on: date,
    state: str = "",
    role: str = "any",
    sort: str = "",
    after: str = "",
    rows: int | None = None,
) -> paging.Page[GrantLine]:
    """Grants the actor may see, newest number first."""
    wanted = paging.size(rows)
    found = Grant.objects.filter(visible_grants(actor)).filter(Q(state=state) if state else Q())
    if role == "consumer":
        found = found.filter(consumer=actor.organization)
    elif role == "provider":
        found = found.filter(provider=actor.organization)
    if sort := ordering.known(SORTS, sort):
        held, following = ordering.cut(
            found.select_related("request"), columns=SORTS, sort=sort, after=after, rows=wanted
        )
        return paging.Page(grant_lines(held, on=on), following)
    if after:
        found = found.filter(number__lt=after)
    held = grant_lines(found.select_related("request").order_by("-number")[: wanted + 1], on=on)
    return paging.cut([(line.number, line) for line in held], rows=wanted)


def grants_of_entry(*, entry: UUID, actor: Actor, on: date) -> tuple[GrantLine, ...]:
    """The grants for an entry that the actor may see, the newest number first (数据去向)."""
    found = Grant.objects.filter(visible_grants(actor), request__entry=entry, delivered_on__isnull=False)
    return grant_lines(found.select_related("request").order_by("-number")[:ENTRY_GRANTS_MAX], on=on)


def all_grants(*, on: date, state: str = "", after: str = "", rows: int | None = None) -> paging.Page[GrantLine]:
    """All grants, for the operator at the console."""
    wanted = paging.size(rows)
    found = Grant.objects.filter(Q(state=state) if state else Q())
    if after:
        found = found.filter(number__gt=after)
    held = grant_lines(found.select_related("request").order_by("number")[: wanted + 1], on=on)
    return paging.cut([(line.number, line) for line in held], rows=wanted)


def grant(*, actor: Actor, id: UUID, on: date) -> GrantPage:
    """One grant with all the actor may see of it.  Raises NotFound."""
    row = Grant.objects.filter(visible_grants(actor), pk=id).select_related("request").first()
    if row is None:
        raise NotFound("sharing.no_grant", id=str(id))
    return _page(row, actor=actor, on=on)


def may_see_grant(*, actor: Actor, id: UUID) -> bool:
    """Whether the actor may see a grant: for areas above that show something about it."""
    return Grant.objects.filter(visible_grants(actor), pk=id).exists()


def grant_brief(*, id: UUID | None = None, number: str = "", on: date) -> GrantLine | None:
    """A grant by id or number, for areas above; no actor: they scope by themselves."""
    found = Grant.objects.filter(Q(pk=id) if id else Q(number=number)).select_related("request").first()
    return grant_lines([found], on=on)[0] if found else None


def grant_briefs(*, ids: Iterable[UUID], on: date) -> dict[UUID, GrantLine]:
    """Grants by id, those that exist, read at once; for areas above, which scope by themselves."""
    found = Grant.objects.filter(pk__in=set(ids)).select_related("request")
    return {line.id: line for line in grant_lines(found, on=on)}


def grants_for_publication(*, at: datetime) -> tuple[PublishedGrant, ...]:
    """Every grant the directory must carry at an instant, by number (for exchange to sign).

    Ended grants stay for ENDED_KEPT_DAYS so that nodes refuse with the true reason; what an emergency stop covers
    goes out as suspended.
    """
    today = at.date()
    found = Grant.objects.select_related("provider", "consumer").annotate(stopped=is_stopped()).order_by("number")
    return tuple(
        PublishedGrant(
            grant=published(row, stopped=bool(row.stopped)),
            state=GrantState(row.state),
            provider=row.provider.code,
            consumer=row.consumer.code,
            changed_at=row.changed_at,
        )
        for row in found[:PUBLISHED_MAX]
        if row.ended_on is None or (today - row.ended_on).days <= ENDED_KEPT_DAYS
    )


def lifts(row: Grant, *, organization: UUID | None) -> bool:
    """Whether an organization may lift a suspension: the provider not one that the authority ordered (第二十七条)."""
    ordered = [fact for fact in journal.events_of(row.id) if fact.name == GrantSuspended.NAME]
    return not ordered or organization == ordered[-1].organization or organization != row.provider_id


def _page(row: Grant, *, actor: Actor, on: date) -> GrantPage:
    terms = wire.parse_grant(row.terms.encode())
    line = grant_lines([row], on=on)[0]
    clock = _clock(row, on=on)
    authority = parties.authority_of(jurisdiction=row.request.jurisdiction)
    is_authority = bool(authority and authority.id == actor.organization)
    sides = sides_of(actor, consumer=line.consumer, provider=line.provider, is_authority=is_authority)
    open_verbs = GRANT.verbs(state=GrantState(row.state), roles=actor.roles)
    reply = getattr(row.request, "reply", None)
    sees_rows = actor.organization == row.provider_id and reply is not None
    return GrantPage(
        line=line,
        version=row.version,
        fields=_fields(terms),
        modes=tuple(mode for mode in Mode if str(mode) in {str(m) for m in terms.modes}),
        uses=tuple(UseTerm(u.system, u.purpose, u.matters) for u in terms.uses),
        rows=_rows(row) if sees_rows else (),
        rows_note=terms.filter_description,
        filter_digest=terms.filter_digest,
        quota=_quota(terms.limits),
        max_rows_stated=terms.limits.max_rows is not None,
        legal_basis=terms.legal_basis,
        terms_digest=row.terms_digest,
        decision_digest=row.decision_digest,
        consented_on=row.consented_on,
        clock=clock,
        days=grant_days(row, jurisdiction=row.request.jurisdiction, on=on),
        turn=grant_turn(line.state, consumer=line.consumer, provider=line.provider, clock=clock),
        verbs=_verbs(row, open_verbs, sides, organization=actor.organization),
        breach=row.breach,
        suspension_reason=row.suspension_reason,
        suspended_on=row.suspended_on,
        rectify_by=row.rectify_by,
        lift_evidence=row.lift_evidence,
        end_how=row.end_how,
        end_reason=row.end_reason,
        filed_number=row.filed_number,
        origin=GrantOrigin(row.origin),
        review_on=row.review_on,
        history=history(row.id),
    )


def _verbs(
    row: Grant, open_verbs: tuple[str, ...], sides: frozenset[Side], *, organization: UUID | None
) -> tuple[str, ...]:
    never = {LIFT_UNDELIVERED} | (set() if row.review_on else {"review"})
    held = tuple(verb for verb in open_verbs if SIDES[verb] in sides and verb not in never)
    return (
        held if "lift" not in held or lifts(row, organization=organization) else tuple(v for v in held if v != "lift")
    )


def _clock(row: Grant, *, on: date) -> ClockView:
    """Delivery; or, while suspended, the time to put things right."""
    place = row.request.jurisdiction
    if row.state == GrantState.SUSPENDED and row.rectify_by and row.suspended_on:
        calendar = standards.calendar_for(place)
        due, provisional = row.rectify_by, calendar.is_provisional(row.rectify_by)
        late = on > due and not provisional
        return ClockView(due, provisional, "", calendar.between(on, due), None, late)
    return grant_clock(row, jurisdiction=place, on=on)


def _fields(terms: wire.Grant) -> tuple[FieldLine, ...]:
    """One line for each item, whether its value is given, compared or both."""
    given, compared = {f.name for f in terms.fields}, {f.name for f in terms.verify_fields}
    items = {f.name: f for f in (*terms.verify_fields, *terms.fields)}  # the given one carries the mask
    return tuple(
        FieldLine(code, f.title, str(f.mask or ""), code in terms.lookup, code in given, code in compared)
        for code, f in sorted(items.items(), key=lambda item: item[0] not in given)
    )


def _rows(row: Grant) -> tuple[RowCondition, ...]:
    """The row filter in the words of the catalogue."""
    items = known_items(entry=row.request.entry_id, asked=asked_of(row.request))
    rows = rows_from_json(row.request.reply.rows)
    return tuple(replace(r, item=items[r.item].name if r.item in items else r.item) for r in rows)


def _quota(limits: wire.Limits) -> Quota:
    return Quota(
        calls_per_day=limits.calls_per_day or 0,
        rows_per_day=limits.rows_per_day or 0,
        subjects_per_day=limits.subjects_per_day or 0,
        max_rows=limits.max_rows or 0,
    )
