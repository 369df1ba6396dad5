"""What the exchange does when others act, and its work in the background (监听与后台任务)."""

from zhengtong.exchange import services
from zhengtong.exchange.services.publicity import queue_publication
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.events import Event, JsonValue


def grant_changed(fact: Event, *, actor: Actor, clock: Clock) -> None:  # noqa: ARG001 -- the signature of a listener
    """A grant was issued, changed or ended: publish within the minute."""
    queue_publication(clock=clock)


def publish_job(payload: dict[str, JsonValue], *, clock: Clock) -> None:  # noqa: ARG001 -- the signature of a job
    """Publish what changed, and sign again what grows old.  Before the key ceremony there is nothing to do."""
    try:
        services.publish(clock=clock)
    except NotFound as missing:
        if missing.key != "exchange.keys_missing":
            raise


def compare_job(payload: dict[str, JsonValue], *, clock: Clock) -> None:  # noqa: ARG001 -- the signature of a job
    """Look again at exchanges of which only one side was heard."""
    services.compare_waiting(clock=clock)
