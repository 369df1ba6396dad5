"""What can be asked about demands and how far they are (需求、供需对接查询).  Denies by default."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Count, Min, Q

from zhengtong.catalog import queries as catalog
from zhengtong.journal import ordering
from zhengtong.kernel import paging
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.parties import queries as parties
from zhengtong.sharing.models import Demand, Grant, SharingRequest
from zhengtong.sharing.queries.lines import history
from zhengtong.sharing.queries.records import Happening, Organ
from zhengtong.sharing.queries.scope import NOBODY, OVERSIGHT_ROLES, OWN_ROLES, organs, region_prefix
from zhengtong.sharing.rules import (
    DEMAND,
    OPEN_DEMANDS,
    REGULATION,
    DemandState,
    GrantState,
    Onboarding,
    OnboardingStage,
    OnboardingTurn,
    RequestState,
)
from zhengtong.standards import queries as standards

ARTICLE_DEMAND = f"{REGULATION} 第二十条"
ARTICLE_SOURCE = f"{REGULATION} 第十九条"
HOLDER_VERBS = frozenset({"link", "offer_help"})  # also of whoever holds the data
BOARD_MAX = 500
ASKED_MAX = 20_000  # requests read for one board
SUGGESTIONS_MAX = 8
ITEMS_TRIED = 5
WORDS_MAX = 60
_Pair = tuple[UUID, UUID | None]  # consumer and entry
_ASKED_COLUMNS = (
    "consumer", "entry", "number", "state", "received_on", "due_on", "due_provisional", "decided_on", "withdrawn_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemandLine:
    """A demand in the list (需求清单)."""

    id: UUID
    number: str
    what: str
    matter: str
    consumer: Organ
    holder: str
    state: DemandState
    raised_on: date
    open_days: int  # working days since it was raised, up to its end
    note: str
    ended_on: date | None
    source: str  # the source department that was named; empty: none yet
    catalog_by: date | None
    late: bool  # that day has passed and nothing is linked


@dataclass(frozen=True, slots=True)
class HelpLine:
    """An offer of guidance and service (指导和服务)."""

    organization: Organ
    contact: str
    day: date
    text: str
    offered_on: date
    read_on: date | None


@dataclass(frozen=True, slots=True)
class DemandPage:
    """One demand."""

    line: DemandLine
    items: tuple[str, ...]
    legal_basis: str
    backflow: bool
    met_by: UUID | None
    met_by_name: str
    linked_on: date | None
    helps: tuple[HelpLine, ...]
    may_read_help: bool
    onboarding: Onboarding
    turn: str  # whose turn, by name; empty: nobody's
    late: bool
    steps: tuple[tuple[OnboardingStage, date | None], ...]  # with the day each was done
    verbs: tuple[str, ...]
    history: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request under a demand says of how far it is."""

    received_on: date
    state: str
    due_on: date | None
    provisional: bool
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One demand on the board: how far it is, and whose turn (供需对接进度)."""

    id: UUID
    number: str
    what: str
    consumer: Organ
    source: str
    onboarding: Onboarding
    turn: str  # whose turn, by name; empty: nobody's
    due_on: date | None
    late: bool
    days: int  # working days since the turn began


@dataclass(frozen=True, slots=True)
class Board:
    """The demands the reader may see, the longest waiting first, and how many stand at each step."""

    lines: tuple[BoardLine, ...]
    counts: dict[OnboardingStage, int]
    is_cut: bool  # there are more than `BOARD_MAX`


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An entry in force that may offer what a demand asks for (匹配建议)."""

    id: UUID
    code: str
    name: str
    provider: str


SORTS = {
    "number": "number",
    "what": "what",
    "consumer": "consumer__short_name",
    "state": "state",
    "raised": "raised_on",
}


def visible_demands(actor: Actor) -> Q:
    """Demands an actor may see: its own, those on data it is thought to hold, oversight's region."""
    seen = NOBODY
    if actor.organization and actor.roles & OWN_ROLES:
        own = actor.organization
        seen |= Q(consumer=own) | Q(holder=own) | Q(source=own)
    if actor.organization and actor.roles & OVERSIGHT_ROLES:
        seen |= Q(jurisdiction__startswith=region_prefix(actor.jurisdiction))
    return seen


def demands(
    *, actor: Actor, on: date, state: str = "", sort: str = "", after: str = "", rows: int | None = None
) -> paging.Page[DemandLine]:
    """The demands the actor may see (需求清单), newest number first; `state` is a DemandState or `open`."""
    wanted = paging.size(rows)
    found = Demand.objects.filter(visible_demands(actor))
    if state == "open":
        found = found.filter(state__in=[str(s) for s in OPEN_DEMANDS])
    elif state:
        found = found.filter(state=state if state in set(DemandState) else "none")
    if sort := ordering.known(SORTS, sort):
        held, following = ordering.cut(found, columns=SORTS, sort=sort, after=after, rows=wanted)
        return paging.Page(demand_lines(held, on=on), following)
    if after:
        found = found.filter(number__lt=after)
    lines = demand_lines(found.order_by("-number")[: wanted + 1], on=on)
    return paging.cut([(line.number, line) for line in lines], rows=wanted)


def demand(*, actor: Actor, id: UUID, on: date) -> DemandPage:
    """One demand.  Raises NotFound, also for one that does not concern the actor."""
    row = Demand.objects.filter(visible_demands(actor), pk=id).first()
    if row is None:
        raise NotFound("sharing.no_demand")
    own = actor.organization == row.consumer_id
    helps = tuple(row.helps.all())
    known = organs(one.organization_id for one in helps)
    standing = catalog.standings(entries={row.met_by_id}) if row.met_by_id else {}
    (onboarding,) = _onboarding([row]).values()
    return DemandPage(
        line=demand_lines([row], on=on)[0],
        items=tuple(row.items),
        legal_basis=row.legal_basis,
        backflow=row.backflow,
        met_by=row.met_by_id,
        met_by_name=next((held.name for held in standing.values()), ""),
        linked_on=row.linked_on,
        helps=tuple(
            HelpLine(known[one.organization_id], one.contact, one.day, one.text, one.offered_on, one.read_on)
            for one in helps
        ),
        may_read_help=own and bool(actor.roles & OWN_ROLES) and any(one.read_on is None for one in helps),
        onboarding=onboarding,
        turn=_turn_of(row, onboarding),
        late=onboarding.late(on),
        steps=tuple(zip(OnboardingStage, onboarding.done, strict=False)),
        verbs=_verbs(row, actor),
        history=history(row.id),
    )


def _turn_of(row: Demand, way: Onboarding) -> str:
    """Whose turn it is, by name."""
    if way.turn is OnboardingTurn.AUTHORITY:
        authority = parties.authority_of(jurisdiction=row.jurisdiction)
        return authority.short_name if authority else ""
    holder = row.source_id or row.holder_id
    organ = {OnboardingTurn.SOURCE: holder, OnboardingTurn.CONSUMER: row.consumer_id}.get(way.turn)
    if organ is None:
        return row.holder_name if way.turn is OnboardingTurn.SOURCE else ""
    return organs([organ])[organ].short_name


def _verbs(row: Demand, actor: Actor) -> tuple[str, ...]:
    authority = parties.authority_of(jurisdiction=row.jurisdiction)
    coordinates = authority is not None and authority.id == actor.organization
    own = actor.organization == row.consumer_id
    holds = actor.organization is not None and actor.organization in (row.holder_id, row.source_id)
    return tuple(
        verb
        for verb in DEMAND.verbs(state=DemandState(row.state), roles=actor.roles)
        if (own if verb == "withdraw" else coordinates or (holds and verb in HOLDER_VERBS))
    )


def suggestions(*, actor: Actor, page: DemandPage) -> tuple[Suggestion, ...]:
    """Entries in force whose name or items are like what is asked for: first as it is said, then item by item."""
    found = dict[UUID, Suggestion]()
    for text in (page.line.what, *page.items[:ITEMS_TRIED]):
        filters = catalog.EntryFilters(text=text[:WORDS_MAX])
        for row in catalog.entries(actor=actor, filters=filters, rows=SUGGESTIONS_MAX).rows:
            found.setdefault(row.id, Suggestion(row.id, row.guide_code, row.name, row.provider_short))
        if len(found) >= SUGGESTIONS_MAX:
            break
    return tuple(found.values())[:SUGGESTIONS_MAX]


def board(*, actor: Actor, on: date) -> Board:
    """How far each demand is that the actor may see, withdrawn ones apart (供需对接进度)."""
    return _board(visible_demands(actor), on=on)


def whole_board(*, on: date) -> Board:
    """The board of every place, for who operates the center."""
    return _board(Q(), on=on)


def _board(where: Q, *, on: date) -> Board:
    rows = Demand.objects.filter(where).exclude(state=str(DemandState.WITHDRAWN))
    held = list(rows.order_by("raised_on", "number")[: BOARD_MAX + 1])
    ways = _onboarding(held[:BOARD_MAX])
    known = organs(organ for row in held for organ in (row.consumer_id, row.holder_id, row.source_id))
    authorities = {place: parties.authority_of(jurisdiction=place) for place in {row.jurisdiction for row in held}}
    calendars = standards.calendars_for(row.jurisdiction for row in held)
    lines = list[BoardLine]()
    for row in held[:BOARD_MAX]:
        way, source = ways[row.id], row.source_id or row.holder_id
        authority = authorities[row.jurisdiction]
        who = {
            OnboardingTurn.AUTHORITY: authority.short_name if authority else "",
            OnboardingTurn.SOURCE: known[source].short_name if source else row.holder_name,
            OnboardingTurn.CONSUMER: known[row.consumer_id].short_name,
            OnboardingTurn.NOBODY: "",
        }
        lines.append(
            BoardLine(
                id=row.id, number=row.number, what=row.what, consumer=known[row.consumer_id],
                source=known[row.source_id].short_name if row.source_id else "", onboarding=way, turn=who[way.turn],
                due_on=way.due_on, late=way.late(on),
                days=calendars[row.jurisdiction].between(way.since, on),
            )
        )  # fmt: skip
    lines.sort(key=lambda line: (line.onboarding.stage is OnboardingStage.DONE, line.onboarding.since, line.number))
    counts = Counter(line.onboarding.stage for line in lines)
    return Board(tuple(lines), {stage: counts[stage] for stage in OnboardingStage}, len(held) > BOARD_MAX)


def _onboarding(rows: Iterable[Demand]) -> dict[UUID, Onboarding]:
    """The days of the steps of some demands, in three statements for all of them."""
    held = list(rows)
    pairs: set[_Pair] = {(row.consumer_id, row.met_by_id) for row in held if row.met_by_id}
    gone = catalog.not_in_force({entry for _, entry in pairs if entry})
    asked, given = _asked(pairs), _given(pairs)
    found = dict[UUID, Onboarding]()
    for row in held:
        key = (row.consumer_id, row.met_by_id)
        granted, delivered, deliver_by, moves = given.get(key, (None, None, None, 0))
        way = Onboarding(
            raised_on=row.raised_on, source_on=row.source_on, granted_on=granted, delivered_on=delivered,
            linked_on=None if row.met_by_id in gone else row.linked_on, catalog_by=row.catalog_by,
            met_on=row.ended_on if row.state == DemandState.MET else None, deliver_by=deliver_by, provisional=moves > 0,
        )  # fmt: skip
        if requests := asked.get(key, []):
            way = replace(way, requested_on=requests[-1].received_on) if granted else _last_asked(way, requests[0])
        found[row.id] = way
    return found


def _last_asked(way: Onboarding, last: _Asked) -> Onboarding:
    """Where the last request has brought a demand under which nothing is given yet."""
    if last.state in (RequestState.REFUSED, RequestState.WITHDRAWN):
        return replace(way, refused_on=last.ended_on)
    return replace(
        way, requested_on=last.received_on, reply_by=last.due_on, provisional=last.provisional,
        supplementing=last.state == RequestState.SUPPLEMENT_ASKED,
    )  # fmt: skip


def _asked(pairs: set[_Pair]) -> dict[_Pair, list[_Asked]]:
    """The requests received by consumer and entry, newest first."""
    consumers, entries = {one for one, _ in pairs}, {entry for _, entry in pairs}
    rows = SharingRequest.objects.filter(consumer__in=consumers, entry__in=entries, received_on__isnull=False)
    found = defaultdict[_Pair, list[_Asked]](list)
    for row in rows.order_by("-received_on", "-number").only(*_ASKED_COLUMNS)[:ASKED_MAX]:
        key = (row.consumer_id, row.entry_id)
        if key in pairs and row.received_on:
            one = _Asked(
                row.received_on, row.state, row.due_on, row.due_provisional, row.decided_on or row.withdrawn_on
            )
            found[key].append(one)
    return found


def _given(
    pairs: set[_Pair],
) -> dict[_Pair, tuple[date, date | None, date | None, int]]:
    """By consumer and entry: first consent, first delivery, the day of delivery, how many such days may still move."""
    consumers, entries = {one for one, _ in pairs}, {entry for _, entry in pairs}
    grants = Grant.objects.filter(consumer__in=consumers, request__entry__in=entries)
    owed = Q(state=str(GrantState.DELIVERING))
    rows = grants.values_list("consumer", "request__entry").annotate(
        first=Min("consented_on"), delivered=Min("delivered_on"), due=Min("deliver_due_on", filter=owed),
        moves=Count("pk", filter=owed & Q(deliver_provisional=True)),
    ).order_by()  # fmt: skip
    return {(who, what): (first, done, due, moves) for who, what, first, done, due, moves in rows}


def demand_lines(found: Iterable[Demand], *, on: date) -> tuple[DemandLine, ...]:
    """Demands as list lines, with organizations and calendars read once for all."""
    held = list(found)
    known = organs(organ for row in held for organ in (row.consumer_id, row.holder_id, row.source_id))
    calendars = standards.calendars_for(row.jurisdiction for row in held)
    return tuple(
        DemandLine(
            id=row.id,
            number=row.number,
            what=row.what,
            matter=row.matter,
            consumer=known[row.consumer_id],
            holder=known[row.holder_id].short_name if row.holder_id else row.holder_name,
            state=DemandState(row.state),
            raised_on=row.raised_on,
            open_days=calendars[row.jurisdiction].between(row.raised_on, row.ended_on or on),
            note=row.note,
            ended_on=row.ended_on,
            source=known[row.source_id].short_name if row.source_id else "",
            catalog_by=row.catalog_by,
            late=row.ended_on is None and row.met_by_id is None and row.catalog_by is not None and row.catalog_by < on,
        )
        for row in held
    )
