"""Accounts: who is signed in, from which seat, and the cards of the demo (账号)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.db.models import Q

from zhengtong.journal import door
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.parties.models import Account, Officer, Organization
from zhengtong.parties.queries.records import (
    CardsOfOrganization,
    CardsOfPlace,
    Place,
    Recognized,
    SeatCard,
    SignInCard,
)
from zhengtong.parties.queries.seats import actor_of, officer_names, seat_card, seats_on, substitutions_on
from zhengtong.parties.rules import Level, OrgKind, Role, role_label

CARDS_MAX = 200


def account_seats(*, account: UUID, on: date) -> tuple[Place, ...]:
    """The seats an account may act from on a day: its officer's own, then those it stands in for."""
    found = recognize(account=account, seat=None, on=on)
    return found.places if found else ()


def recognize(*, account: UUID, seat: UUID | None, on: date) -> Recognized | None:
    """Who an account is on a day, in the seat asked for or else its first; None if it may act from none."""
    officer = Officer.objects.filter(accounts__id=account, accounts__is_active=True).first()
    if officer is None:
        return None
    own = [Place(seat_card(row), False, row.until_on) for row in seats_on(on).filter(officer=officer)]
    stands = {s.absent_id: s for s in substitutions_on(on).filter(substitute=officer)}
    rows = seats_on(on).filter(officer__in=list(stands)) if stands else ()
    periods = {absent: (held.until_on, held.from_on) for absent, held in stands.items()}
    places = (*own, *(Place(seat_card(row), True, *periods[row.officer_id]) for row in rows))
    if not places:
        return None
    place = next((p for p in places if p.seat.id == seat), places[0])
    absent = place.seat.officer_id if place.standing_in else None
    return Recognized(actor_of(officer.id, officer.name, place.seat, acting_for=absent), place, places)


def actor_for(*, account: UUID, seat: UUID, on: date) -> Actor:
    """The actor that an account is on a day in a seat; a substitute acts in its own name for the absent one.

    Raises:
        NotAllowed: the seat is neither the account's nor one it stands in for on that day.
    """
    found = recognize(account=account, seat=seat, on=on)
    if found is None or found.place.seat.id != seat:
        raise NotAllowed("parties.seat_not_yours")
    return found.actor


def actor_by_login(*, login: str, on: date) -> Actor:
    """The actor that an account is in its first seat, for commands and the demo.  Raises NotFound."""
    account = Account.objects.filter(login=login, is_active=True).first()
    found = recognize(account=account.id, seat=None, on=on) if account else None
    if found is None:
        raise NotFound("parties.no_account", login=login[:60])
    return found.actor


def is_held(*, role: Role, on: date) -> bool:
    """Whether somebody who can sign in holds a role on a day (有人在岗)."""
    holders = [row.officer_id for row in seats_on(on) if role in row.roles]
    return Account.objects.filter(officer__in=holders, is_active=True).exists()


def administrator(*, login: str, role: Role, on: date) -> Actor:
    """Who administers from the terminal of the center (管理员): the login's actor, or the installer.

    The installer, without a login, only until somebody holds the role and can sign in (首任管理员).

    Raises:
        NotFound: no such account, or it has no seat on that day.
        RuleBroken: somebody administers already, so the act must name who does it.
    """
    if login:
        return actor_by_login(login=login, on=on)
    if is_held(role=role, on=on):
        raise RuleBroken("parties.name_who_acts", role_zh=role_label(role), role_en=role_label(role, "en"))
    return SYSTEM


def sign_in_cards(*, on: date) -> tuple[SignInCard, ...]:
    """The cards of the sign-in page: demo accounts in every seat they may act from; none outside the demo."""
    if not door.is_demo():
        return ()
    accounts = {a.officer_id: a for a in Account.objects.filter(is_demo=True, is_active=True)[:CARDS_MAX]}
    stands = list(substitutions_on(on).filter(Q(absent__in=accounts) | Q(substitute__in=accounts)))
    names = officer_names([*(s.absent_id for s in stands), *(s.substitute_id for s in stands), *accounts])
    away = {s.absent_id: s.until_on for s in stands}
    cards: list[SignInCard] = []
    for row in seats_on(on).filter(Q(officer__in=accounts) | Q(officer__in=away)):
        card = seat_card(row)
        if row.officer_id in accounts:
            own = _sign_in_card(accounts[row.officer_id].id, card, card.officer_name)
            cards.append(replace(own, absent_until=away.get(row.officer_id)))
        for s in stands:
            if s.absent_id == row.officer_id and s.substitute_id in accounts:
                other = _sign_in_card(accounts[s.substitute_id].id, card, names[s.substitute_id])
                cards.append(replace(other, standing_in_for=names[s.absent_id], from_on=s.from_on, until_on=s.until_on))
    return tuple(cards[:CARDS_MAX])


def sign_in_places(*, on: date) -> tuple[CardsOfPlace, ...]:
    """The cards by place and organization: the city first, organizations in the order they were registered."""
    organs: dict[UUID, list[SignInCard]] = {}
    for card in sign_in_cards(on=on):
        organs.setdefault(card.organization.id, []).append(card)
    held = [CardsOfOrganization(cards[0].organization, tuple(cards)) for cards in organs.values()]
    held.sort(key=lambda group: group.organization.id.int)
    places: dict[tuple[int, str], list[CardsOfOrganization]] = {}
    for group in held:
        where = list(Level).index(group.organization.level), group.organization.jurisdiction
        places.setdefault(where, []).append(group)
    names = _government_names(place for _level, place in places)
    return tuple(
        CardsOfPlace(names.get(place, groups[0].organization.name), groups[0].organization.level, tuple(groups))
        for (_level, place), groups in sorted(places.items())
    )


def _government_names(jurisdictions: Iterable[str]) -> dict[str, str]:
    found = Organization.objects.filter(kind=str(OrgKind.GOVERNMENT), jurisdiction__in=list(jurisdictions), active=True)
    return dict(found.order_by("-id").values_list("jurisdiction", "name"))


def demo_account_count() -> int:
    """How many accounts of a demo are open here; outside the demo `center check` asks for none (演示账号)."""
    return Account.objects.filter(is_demo=True, is_active=True).count()


def _sign_in_card(account: UUID, seat: SeatCard, name: str) -> SignInCard:
    return SignInCard(account, seat.id, name, seat.organization, seat.title, seat.roles)
