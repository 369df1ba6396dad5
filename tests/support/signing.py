"""A browserless client that has signed in with an actor's card (needs Django)."""

from django.test import Client

from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock


def client_of(actor: Actor, *, clock: FixedClock) -> Client:
    """The client of an officer in a seat; the center's clock must stand on the same day."""
    from zhengtong.parties import queries, services

    assert actor.officer
    assert actor.organization
    account = services.open_account(
        login=f"u-{actor.officer}", officer=actor.officer, is_demo=True, actor=SYSTEM, clock=clock
    )
    seat = queries.seats(organization=actor.organization, officer=actor.officer, on=clock.today())[0]
    client = Client(headers={"accept-language": "zh-CN"})
    client.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
    return client
