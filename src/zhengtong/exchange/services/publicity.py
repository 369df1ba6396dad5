"""Asking for a new directory (请求重新发布名录): one waiting job at a time."""

from zhengtong.journal.services import enqueue
from zhengtong.kernel.clock import Clock

PUBLISH_JOB = "exchange.publish"


def queue_publication(*, clock: Clock) -> None:
    """Have the worker publish soon; several asks in one moment become one publication."""
    enqueue(PUBLISH_JOB, {}, clock=clock, dedup="directory")
