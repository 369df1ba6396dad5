"""Points at which a node can be made to die (断点), so that tests prove what a crash leaves behind.

`ZHENGTONG_NODE_STOP_AT=point:nth` ends the process with SIGKILL when it reaches a point for the nth time.
Read once at the start, and only where ZHENGTONG_DEMO=1: a department's node cannot be made to die this way.
"""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass

PROVIDER_BEFORE_PERSIST = "provider.before_persist"  # a parcel is made, not yet written
PROVIDER_AFTER_SERVE = "provider.after_serve"  # a parcel has left, nothing was acknowledged
PROVIDER_AFTER_COMMIT = "provider.after_commit"  # the consumer has told its figures, the outcome is not written
CONSUMER_BEFORE_PERSIST = "consumer.before_persist"  # a parcel has come, not yet staged
CONSUMER_AFTER_SERVE = "consumer.after_serve"  # a parcel is staged, not yet acknowledged
CONSUMER_AFTER_COMMIT = "consumer.after_commit"  # the target has the rows, the ledger not yet the outcome

POINTS = (
    PROVIDER_BEFORE_PERSIST,
    PROVIDER_AFTER_SERVE,
    PROVIDER_AFTER_COMMIT,
    CONSUMER_BEFORE_PERSIST,
    CONSUMER_AFTER_SERVE,
    CONSUMER_AFTER_COMMIT,
)


@dataclass(slots=True)
class StopAt:
    """Where to stop, and how many times that point may still be passed."""

    point: str
    left: int


def wanted(environment: Mapping[str, str]) -> StopAt | None:
    """The point named in an environment; None outside the demo.  Raises ValueError for a point that does not exist."""
    said = environment.get("ZHENGTONG_NODE_STOP_AT", "")
    if not said or environment.get("ZHENGTONG_DEMO") != "1":
        return None
    point, _, nth = said.partition(":")
    if point not in POINTS:
        raise ValueError(f"no such point: {point}")
    return StopAt(point, int(nth or "1"))


_stop = wanted(os.environ)


def reached(point: str) -> None:
    """Pass a point, or die at it."""
    if _stop is None or _stop.point != point:
        return
    _stop.left -= 1
    if _stop.left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
