"""What the catalogue does when others report news (目录监听)."""

from zhengtong.catalog import services
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.events import Event


def recount(fact: Event, *, actor: Actor, clock: Clock) -> None:  # noqa: ARG001  the signature of a listener
    """A calendar or a limit changed: all open due dates are counted again."""
    services.recount(clock=clock)
