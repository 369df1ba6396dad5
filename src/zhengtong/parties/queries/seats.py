"""Officers, the seats they hold, and who stands in for them (人员、岗位、替班)."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.parties.models import Officer, Seat, Substitution
from zhengtong.parties.queries.organizations import card_of, organization_by_code
from zhengtong.parties.queries.records import Absence, OfficerRow, SeatCard, SubstitutionLine
from zhengtong.parties.rules import Role, role_label

SEATS_MAX = 10_000
SUBSTITUTIONS_SHOWN_MAX = 500


def officer_name(*, id: UUID) -> str:
    """The name of an officer.  Raises NotFound."""
    if found := Officer.objects.filter(pk=id).first():
        return found.name
    raise NotFound("parties.no_officer", which=str(id))


def officer_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of some officers by id; unknown ids are left out."""
    return dict(Officer.objects.filter(pk__in=set(ids)).values_list("id", "name"))


def officers(*, actor: Actor, on: date) -> tuple[OfficerRow, ...]:
    """Officers with their seats on a day: all for administrators and auditors, else those of one's organization."""
    rows = seats_on(on)
    if not actor.roles & {"system", Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR}:
        rows = rows.filter(organization=actor.organization)
    held: dict[UUID, list[SeatCard]] = {}
    for row in rows[:SEATS_MAX]:
        held.setdefault(row.officer_id, []).append(seat_card(row))
    return tuple(OfficerRow(who, cards[0].officer_name, tuple(cards)) for who, cards in held.items())


def seats(
    *, on: date, organization: UUID | None = None, officer: UUID | None = None, role: Role | None = None
) -> tuple[SeatCard, ...]:
    """Seats held on a day, in the order they were given."""
    rows = seats_on(on)
    if organization is not None:
        rows = rows.filter(organization=organization)
    if officer is not None:
        rows = rows.filter(officer=officer)
    cards = (seat_card(row) for row in rows[:SEATS_MAX])
    return tuple(card for card in cards if role is None or role in card.roles)


def absence(*, officer: UUID, on: date) -> Absence | None:
    """Who stands in for an officer on a day; None if the officer is not away."""
    found = substitutions_on(on).filter(absent=officer).select_related("substitute").first()
    if found is None:
        return None
    return Absence(found.substitute_id, found.substitute.name, found.from_on, found.until_on)


def seat_holder(*, organization_code: str, role: Role, on: date) -> Actor:
    """The actor who holds a role in an organization on a day, for commands and the demo.  Raises NotFound."""
    org = organization_by_code(code=organization_code)
    found = seats(on=on, organization=org.id, role=role)
    if not found:
        raise NotFound(
            "parties.nobody_in_role", role_zh=role_label(role), role_en=role_label(role, "en"), code=org.code
        )
    return actor_of(found[0].officer_id, found[0].officer_name, found[0], acting_for=None)


def seats_on(on: date) -> QuerySet[Seat]:
    """Rows of the seats held on a day, in the order they were given."""
    open_ended = Q(until_on=None) | Q(until_on__gte=on)
    rows = Seat.objects.filter(open_ended, from_on__lte=on, organization__active=True)
    return rows.select_related("officer", "organization").order_by("given_at", "id")


def substitutions_on(on: date) -> QuerySet[Substitution]:
    """Rows of the substitutions of a day."""
    rows = Substitution.objects.filter(from_on__lte=on, until_on__gte=on)
    return rows.filter(Q(ended_on=None) | Q(ended_on__gt=on)).order_by("from_on", "id")


def substitutions(*, actor: Actor, on: date) -> tuple[SubstitutionLine, ...]:
    """Who of the actor's organization is or will be away, and who stands in, soonest first (AB角)."""
    if actor.organization is None:
        return ()
    own = {seat.officer_id for seat in seats(on=on, organization=actor.organization)}
    rows = Substitution.objects.filter(absent__in=own, until_on__gte=on)
    rows = rows.filter(Q(ended_on=None) | Q(ended_on__gt=on)).select_related("absent", "substitute")
    return tuple(
        SubstitutionLine(
            row.id, row.absent_id, row.absent.name, row.substitute.name, row.from_on, row.until_on, row.reason,
            row.from_on <= on, may_stand_in_for(actor, row.absent_id),
        )
        for row in rows.order_by("from_on", "id")[:SUBSTITUTIONS_SHOWN_MAX]
    )  # fmt: skip


def may_stand_in_for(actor: Actor, absent: UUID) -> bool:
    """Whether the actor may say on a page who stands in for an officer of the own organization."""
    heads = {str(Role.SHARING_OFFICE_HEAD), str(Role.DEPARTMENT_HEAD), str(Role.SECURITY_ADMIN)}
    return actor.officer == absent or bool(actor.roles & heads)


def actor_of(officer: UUID, name: str, seat: SeatCard, *, acting_for: UUID | None) -> Actor:
    """The actor that an officer is in a seat."""
    org = seat.organization
    return Actor(officer, name, org.id, frozenset(str(r) for r in seat.roles), org.jurisdiction, acting_for)


def actor_of_seat(seat: SeatCard) -> Actor:
    """The actor that a seat's own holder is in it, for reading what waits for the seat."""
    return actor_of(seat.officer_id, seat.officer_name, seat, acting_for=None)


def seat_card(row: Seat) -> SeatCard:
    """A row as a record."""
    roles = tuple(Role(r) for r in row.roles)
    return SeatCard(
        row.id, row.officer_id, row.officer.name, card_of(row.organization), roles, row.title, row.from_on, row.until_on
    )
