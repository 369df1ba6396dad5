"""A department that let a reply pass its limit, and the office that watches limits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import Settings

from tests.support.sharing_hall import CITY, Hall
from tests.support.sharing_story import received
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties.rules import Level, OrgKind, Role

SignIn = Callable[[Actor], Client]


@dataclass(frozen=True, slots=True)
class Late:
    """The hall, a supervisor, and a request received 21 September whose reply was due 12 October 2026."""

    hall: Hall
    supervisor: Actor
    request: UUID


@pytest.fixture
def hall(departments: Hall, db: None) -> Hall:
    return departments


@pytest.fixture
def supervisor(hall: Hall) -> Actor:
    from zhengtong.parties import services

    clock = FixedClock.on(date(2026, 6, 1))
    office = services.register_organization(
        code="wl-watch",
        name="市政府督查室",
        short_name="市政府督查室",
        level=Level.CITY,
        kind=OrgKind.INSTITUTION,
        jurisdiction=CITY,
        actor=SYSTEM,
        clock=clock,
    )
    officer = services.add_officer(name="闻一诺", actor=SYSTEM, clock=clock)
    services.give_seat(
        officer=officer,
        organization=office,
        roles=[Role.SUPERVISOR],
        title="督查人员",
        from_on=date(2026, 1, 1),
        actor=SYSTEM,
        clock=clock,
    )
    return Actor(officer, "闻一诺", office, frozenset({str(Role.SUPERVISOR)}), CITY)


@pytest.fixture
def late(hall: Hall, supervisor: Actor) -> Late:
    return Late(hall, supervisor, received(hall, FixedClock.on(date(2026, 9, 21))))


@pytest.fixture
def today(settings: Settings) -> FixedClock:
    """The center's clock: the story's day, 16 October 2026, moved by the tests."""
    clock = FixedClock.on(date(2026, 10, 16))
    settings.ZHENGTONG_CLOCK = clock
    return clock


@pytest.fixture
def sign_in(today: FixedClock) -> SignIn:
    from zhengtong.parties import queries, services

    def signed(actor: Actor) -> Client:
        assert actor.officer
        assert actor.organization
        account = services.open_account(
            login=f"u-{actor.officer}", officer=actor.officer, is_demo=True, actor=SYSTEM, clock=today
        )
        seat = queries.seats(organization=actor.organization, officer=actor.officer, on=today.today())[0]
        client = Client(headers={"accept-language": "zh-CN"})
        client.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
        return client

    return signed
