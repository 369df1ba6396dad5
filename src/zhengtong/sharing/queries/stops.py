"""What can be asked about emergency stops (紧急停用查询)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from zhengtong.journal import ordering
from zhengtong.kernel import paging
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role, region_chain
from zhengtong.sharing.models import EmergencyStop, Grant
from zhengtong.sharing.queries.lines import history
from zhengtong.sharing.queries.records import Happening, Organ
from zhengtong.sharing.queries.scope import NOBODY, OVERSIGHT_ROLES, OWN_ROLES, organs, region_prefix
from zhengtong.sharing.rules import MAY_LIFT, StopScope, StopState

_WATCH_ROLES = OVERSIGHT_ROLES | {str(Role.SECURITY_ADMIN)}


@dataclass(frozen=True, slots=True)
class StopLine:
    """An emergency stop in a list (紧急停用)."""

    id: UUID
    number: str
    scope: StopScope
    entry: UUID | None
    organ: Organ
    name: str
    reason: str
    state: StopState
    grants: int
    ordered_at: datetime
    ordered_by: str
    lifted_at: datetime | None
    lifted_by: str


@dataclass(frozen=True, slots=True)
class StopPage:
    """One emergency stop: the record of the incident."""

    line: StopLine
    told: tuple[Organ, ...]
    report: str
    may_lift: bool
    history: tuple[Happening, ...]


def covered(stop: EmergencyStop) -> Q:
    """The grants a stop covers."""
    if stop.scope == StopScope.RESOURCE:
        return Q(request__entry=stop.entry_id)
    if stop.scope == StopScope.CONSUMER:
        return Q(consumer=stop.organization_id)
    return Q(provider=stop.organization_id) | Q(consumer=stop.organization_id)


def is_stopped() -> Exists:
    """For a query of grants: whether an emergency stop in force covers one, so that it is not published as active."""
    consumer, provider = Q(organization=OuterRef("consumer")), Q(organization=OuterRef("provider"))
    covers = Q(scope=str(StopScope.RESOURCE), entry=OuterRef("request__entry"))
    covers |= Q(scope=str(StopScope.CONSUMER)) & consumer
    covers |= Q(scope=str(StopScope.NODE)) & (consumer | provider)
    return Exists(EmergencyStop.objects.filter(covers, state=str(StopState.IN_FORCE)))


def visible_stops(actor: Actor) -> Q:
    """Stops an actor may see: its department's, those it was told of, oversight's and security's region."""
    seen = NOBODY
    if actor.organization and actor.roles & OWN_ROLES:
        seen |= Q(organization=actor.organization)
        touched = Q(consumer=actor.organization) | Q(provider=actor.organization)
        if Grant.objects.filter(touched).exists():
            seen |= Q(pk__in=_told_of(actor.organization))
    if actor.organization and actor.roles & _WATCH_ROLES:
        seen |= Q(jurisdiction__startswith=region_prefix(actor.jurisdiction))
    return seen


def _told_of(organ: UUID) -> list[UUID]:
    """The stops whose record names an organization; read as it is, for stores search lists in JSON each its own way."""
    told = EmergencyStop.objects.order_by("-ordered_at").values_list("id", "told")[:STOPS_READ_MAX]
    return [stop for stop, organizations in told if str(organ) in organizations]


STOPS_READ_MAX = 2_000


SORTS = {"number": "number", "organization": "organization__short_name", "ordered": "ordered_on", "state": "state"}


def stops(
    *, actor: Actor, state: str = "", sort: str = "", after: str = "", rows: int | None = None
) -> paging.Page[StopLine]:
    """Emergency stops the actor may see, the newest number first; `state` is a StopState."""
    wanted = paging.size(rows)
    found = EmergencyStop.objects.filter(visible_stops(actor))
    if state:
        found = found.filter(state=state if state in set(StopState) else "none")
    if sort := ordering.known(SORTS, sort):
        held, following = ordering.cut(found, columns=SORTS, sort=sort, after=after, rows=wanted)
        return paging.Page(_lines(held), following)
    if after:
        found = found.filter(number__lt=after)
    lines = _lines(found.order_by("-number")[: wanted + 1])
    return paging.cut([(line.number, line) for line in lines], rows=wanted)


def stop(*, actor: Actor, id: UUID) -> StopPage:
    """One emergency stop.  Raises NotFound, also for one that does not concern the actor."""
    row = EmergencyStop.objects.filter(visible_stops(actor), pk=id).first()
    if row is None:
        raise NotFound("sharing.no_stop")
    known = organs(UUID(told) for told in row.told)
    return StopPage(
        line=_lines([row])[0],
        told=tuple(known[UUID(told)] for told in row.told if UUID(told) in known),
        report=row.report,
        may_lift=row.state == StopState.IN_FORCE and stands_over(row, actor) and actor.officer != row.ordered_by,
        history=history(row.id),
    )


def stop_over(*, grant: UUID) -> StopLine | None:
    """The stop in force that covers a grant, the latest; None if there is none (shown on the grant's page)."""
    held = Grant.objects.select_related("request").filter(pk=grant).first()
    if held is None:
        return None
    where = Q(scope="resource", entry=held.request.entry_id)
    where |= Q(scope__in=["consumer", "node"], organization=held.consumer_id)
    where |= Q(scope="node", organization=held.provider_id)
    row = EmergencyStop.objects.filter(where, state=str(StopState.IN_FORCE)).order_by("-ordered_at").first()
    return _lines([row])[0] if row else None


def stands_over(row: EmergencyStop, actor: Actor) -> bool:
    """Whether the actor may let a thing run again: its own department's, or security and authority of its place."""
    if actor.organization is None or not actor.roles & MAY_LIFT:
        return False
    if actor.has(Role.SECURITY_ADMIN) or actor.has(Role.AUTHORITY_LEADER):
        return actor.jurisdiction in region_chain(row.jurisdiction)
    return actor.organization == row.organization_id


def _lines(found: Iterable[EmergencyStop]) -> tuple[StopLine, ...]:
    held = list(found)
    known = organs(row.organization_id for row in held)
    names = parties.officer_names({who for row in held for who in (row.ordered_by, row.lifted_by) if who})
    return tuple(
        StopLine(
            id=row.id, number=row.number, scope=StopScope(row.scope), entry=row.entry_id,
            organ=known[row.organization_id], name=row.name, reason=row.reason, state=StopState(row.state),
            grants=row.grants, ordered_at=row.ordered_at, ordered_by=names.get(row.ordered_by, ""),
            lifted_at=row.lifted_at, lifted_by=names.get(row.lifted_by, "") if row.lifted_by else "",
        )
        for row in held
    )  # fmt: skip


def stop_columns() -> dict[str, dict[str, object]]:
    """What the rows hold of each stop, for the rebuild check."""
    return {
        f"stop {row.id}": {
            "state": row.state,
            "number": row.number,
            "scope": row.scope,
            "grants": row.grants,
            "told": sorted(row.told),
            "ordered_on": _text(row.ordered_on),
            "lifted_on": _text(row.lifted_on),
        }
        for row in EmergencyStop.objects.iterator(500)
    }


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
