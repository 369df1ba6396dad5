"""What supervision does on its own (发现): the worker's job."""

from zhengtong.kernel.clock import Clock
from zhengtong.kernel.events import JsonValue
from zhengtong.supervision import services


def detect_job(payload: dict[str, JsonValue], *, clock: Clock) -> None:
    """Look for what is late; safe to repeat, so it also catches up after a pause or a jump of the clock."""
    del payload
    services.detect(clock=clock)
