"""The two clocks of an entry (目录期限): update within 10 working days, review within 2 (条例 17).

Article 17 speaks of updates; for a first filing the Decree sets no limit to the review, so
whether the two days bind there too is configuration (`policy.toml`, mark D).
"""

from dataclasses import dataclass
from datetime import date

from zhengtong.kernel.deadlines import ClockEvent, ClockEventKind

REVIEW, UPDATE = "CATALOG_REVIEW", "CATALOG_UPDATE"


@dataclass(frozen=True, slots=True)
class Dates:
    """The legal days in the life of a revision that its clocks are counted from."""

    submitted_on: date | None = None
    decided_on: date | None = None
    change_on: date | None = None
    change_extended_days: int = 0
    change_done_on: date | None = None


def review_clock(dates: Dates) -> tuple[ClockEvent, ...]:
    """What happened to the authority's clock: from receipt to publication or return."""
    if dates.submitted_on is None:
        return ()
    started = (ClockEvent(ClockEventKind.START, dates.submitted_on),)
    return started if dates.decided_on is None else (*started, ClockEvent(ClockEventKind.STOP, dates.decided_on))


def update_clock(dates: Dates) -> tuple[ClockEvent, ...]:
    """What happened to the department's clock: from the change to the report of the new revision."""
    if dates.change_on is None:
        return ()
    events = [ClockEvent(ClockEventKind.START, dates.change_on)]
    if dates.change_extended_days:
        events.append(ClockEvent(ClockEventKind.EXTEND, dates.change_on, days=dates.change_extended_days))
    if dates.change_done_on is not None:
        events.append(ClockEvent(ClockEventKind.STOP, dates.change_done_on))
    return tuple(events)
