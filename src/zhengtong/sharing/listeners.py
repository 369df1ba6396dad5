"""What sharing does on its own (到期、重算): jobs of the worker and news from standards."""

from zhengtong.catalog import services as catalog
from zhengtong.catalog.events import EntryPublished, EntryWithdrawn
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.events import Event, JsonValue
from zhengtong.sharing import queries, services


def expire_job(payload: dict[str, JsonValue], *, clock: Clock) -> None:
    """End grants whose period of use is over, let filed changes and new grants take effect; safe to repeat."""
    del payload
    services.apply_changes(clock=clock)
    services.let_followers_take_over(clock=clock)
    services.expire_grants(clock=clock)


def recount(fact: Event, *, actor: Actor, clock: Clock) -> None:
    """Derive open clocks again when a calendar day or a limit changes."""
    del fact, actor
    services.recompute_clocks(clock=clock)


def entry_changed(fact: Event, *, actor: Actor, clock: Clock) -> None:
    """Tell who holds a grant for an entry of a new version or of its withdrawal (告知使用方)."""
    assert isinstance(fact, EntryPublished | EntryWithdrawn)
    holders = queries.holders_of(entry=fact.subject)
    if holders:
        catalog.tell_holders(entry=fact.subject, number=fact.number, organizations=holders, actor=actor, clock=clock)
