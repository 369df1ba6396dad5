"""Planned maintenance (计划停机维护): announced ahead, with an end; longer is a change of the service.  Pure."""

from datetime import datetime, timedelta

from zhengtong.kernel.errors import RuleBroken

TEXT_CHARS_MIN = 4
WINDOW_MAX = timedelta(days=14)  # of one maintenance; longer has to be negotiated (条例 第二十七条第三款)


def check_window(*, begins_at: datetime, ends_at: datetime, reason: str, now: datetime) -> None:
    """Raise RuleBroken unless a planned maintenance lies ahead, has an end, and says why (计划停机维护)."""
    if len(reason.strip()) < TEXT_CHARS_MIN:
        raise RuleBroken("sharing.maintenance_reason")
    if not now < begins_at < ends_at:
        raise RuleBroken("sharing.maintenance_times")
    if ends_at - begins_at > WINDOW_MAX:
        raise RuleBroken("sharing.maintenance_too_long", days=WINDOW_MAX.days)
