"""Planned maintenance (计划停机维护): announced ahead, with an end; longer is a change of the service.  Pure."""

from datetime import date, datetime, timedelta

from zhengtong.kernel.clock import BEIJING
from zhengtong.kernel.errors import RuleBroken

TEXT_CHARS_MIN = 4
MAINTENANCE_LIMIT = "MAINTENANCE_NOTICE"
WINDOW_MAX = timedelta(days=14)  # of one maintenance; longer has to be negotiated (条例 第二十七条第三款)


def check_window(*, begins_at: datetime, ends_at: datetime, reason: str, now: datetime, earliest: date) -> None:
    """Raise RuleBroken unless a planned maintenance lies far enough ahead, has an end, and says why (计划停机维护).

    `earliest` is the first day on which one announced now may begin, by the authority's lead time [D].
    """
    if len(reason.strip()) < TEXT_CHARS_MIN:
        raise RuleBroken("sharing.maintenance_reason")
    if not now < begins_at < ends_at:
        raise RuleBroken("sharing.maintenance_times")
    if begins_at.astimezone(BEIJING).date() < earliest:
        raise RuleBroken("sharing.maintenance_too_soon", earliest=earliest.isoformat())
    if ends_at - begins_at > WINDOW_MAX:
        raise RuleBroken("sharing.maintenance_too_long", days=WINDOW_MAX.days)
