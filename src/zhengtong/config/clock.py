"""The clock of this deployment (时钟): the machine's, or the demo's story clock."""

from functools import cache

from zhengtong.config import env
from zhengtong.kernel.clock import Clock, StoryClock, SystemClock


@cache
def current_clock() -> Clock:
    """The clock that doors pass to use cases.

    The story clock needs both ZHENGTONG_DEMO=1 and ZHENGTONG_DEMO_CLOCK: a deployment that
    is no demo cannot be told a false date.
    """
    given = env.settings()
    if given.demo and given.demo_clock is not None and given.demo_clock.exists():
        return StoryClock(given.demo_clock)
    return SystemClock()
