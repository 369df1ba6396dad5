"""What sharing does on its own (到期、重算): jobs of the worker and news from standards."""

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.events import Event, JsonValue
from zhengtong.sharing import services


def expire_job(payload: dict[str, JsonValue], *, clock: Clock) -> None:
    """End grants whose period of use is over; safe to repeat."""
    del payload
    services.expire_grants(clock=clock)


def recount(fact: Event, *, actor: Actor, clock: Clock) -> None:
    """Derive open clocks again when a calendar day or a limit changes."""
    del fact, actor
    services.recompute_clocks(clock=clock)
