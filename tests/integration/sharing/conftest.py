"""The city's departments on the first story day, and a clock that is moved from act to act."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from pytest_django import Settings

from tests.support.sharing_hall import Hall
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock

On = Callable[..., FixedClock]
SignIn = Callable[[Actor], Client]


@pytest.fixture
def hall(departments: Hall, db: None) -> Hall:
    return departments


@pytest.fixture
def on() -> On:
    """A clock that stands on a day of 2026: `on(8, 25)`."""

    def standing(month: int, day: int, *, hour: int = 9, minute: int = 0) -> FixedClock:
        return FixedClock.on(date(2026, month, day), hour=hour, minute=minute)

    return standing


@pytest.fixture
def today(settings: Settings) -> FixedClock:
    """The center's clock: 16 September 2026."""
    clock = FixedClock.on(date(2026, 9, 16))
    settings.ZHENGTONG_CLOCK = clock
    return clock


@pytest.fixture
def sign_in(hall: Hall, today: FixedClock) -> SignIn:
    """A browser in Chinese, signed in to the first seat of an actor."""

    from zhengtong.parties import queries as parties
    from zhengtong.parties import services as party_services

    def signed(actor: Actor) -> Client:
        assert actor.officer
        assert actor.organization
        account = party_services.open_account(
            login=f"u-{actor.officer}", officer=actor.officer, is_demo=True, actor=SYSTEM, clock=today
        )
        seat = parties.seats(organization=actor.organization, officer=actor.officer, on=today.today())[0]
        client = Client(headers={"accept-language": "zh-CN"})
        client.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
        return client

    return signed
