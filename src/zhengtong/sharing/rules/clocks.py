"""The clocks of sharing (期限): reply (第二十一条) and delivery (第二十二条).  Pure.

A clock is not kept, it is derived: from the few dated facts of a request or grant.  Rows cache
the view; a changed calendar or limit only means deriving it again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from statistics import median

from zhengtong.catalog.rules import ShareType
from zhengtong.kernel.calendar import WorkCalendar
from zhengtong.kernel.daystrip import DayStrip, day_strip
from zhengtong.kernel.deadlines import ClockEvent, ClockEventKind, ClockView, TimeLimit, deadline
from zhengtong.kernel.errors import RuleBroken

REPLY_UNCONDITIONAL = "REPLY_UNCONDITIONAL"
REPLY_CONDITIONAL = "REPLY_CONDITIONAL"
DELIVER = "DELIVER"
RECTIFICATION = "RECTIFICATION"
EXTENSION_REASON_CHARS_MIN = 4


@dataclass(frozen=True, slots=True)
class ReplyFacts:
    """What happened to a request that its clock depends on.  `answered_on` is also set by a withdrawal."""

    received_on: date | None = None
    supplement_asked_on: date | None = None
    supplemented_on: date | None = None
    extended_on: date | None = None
    extension_days: int = 0
    answered_on: date | None = None


def reply_limit_id(asked: Iterable[ShareType]) -> str:
    """Which limit binds the reply: one conditional item makes the whole request conditional."""
    return REPLY_CONDITIONAL if ShareType.CONDITIONAL in set(asked) else REPLY_UNCONDITIONAL


def reply_clock(facts: ReplyFacts, limit: TimeLimit, calendar: WorkCalendar, *, on: date) -> ClockView:
    """Where the reply clock stands.

    From the notice to the supplement nothing is due from the provider, and the supplement starts
    the clock afresh [D: the article is silent].  A waiting clock is one without a due date.
    A notice given once the reply is late changes nothing: it does not make the delay good.
    """
    facts = _without_late_notice(facts, limit, calendar)
    if _waits_for_supplement(facts):
        return ClockView(None, False, limit.cites, None, facts.supplement_asked_on, False)
    return deadline(_reply_events(facts), _as_extended(limit, facts), calendar, on=on)


def reply_days(facts: ReplyFacts, limit: TimeLimit, calendar: WorkCalendar, *, on: date) -> DayStrip | None:
    """The reply clock day by day (日历条); None while nothing is due."""
    facts = _without_late_notice(facts, limit, calendar)
    if _waits_for_supplement(facts):
        return None
    return day_strip(_reply_events(facts), _as_extended(limit, facts), calendar, on=on)


def _without_late_notice(facts: ReplyFacts, limit: TimeLimit, calendar: WorkCalendar) -> ReplyFacts:
    if facts.supplement_asked_on and _was_late(facts, limit, calendar, on=facts.supplement_asked_on):
        return replace(facts, supplement_asked_on=None, supplemented_on=None)
    return facts


def _waits_for_supplement(facts: ReplyFacts) -> bool:
    return bool(facts.supplement_asked_on and not facts.supplemented_on and not facts.answered_on)


def _as_extended(limit: TimeLimit, facts: ReplyFacts) -> TimeLimit:
    """An extension agreed under the limit of its day stays agreed when a place tightens the limit later."""
    return replace(limit, extension_days=max(limit.extension_days, facts.extension_days))


def _was_late(facts: ReplyFacts, limit: TimeLimit, calendar: WorkCalendar, *, on: date) -> bool:
    received = ReplyFacts(received_on=facts.received_on)
    return deadline(_reply_events(received), limit, calendar, on=on).late


def _reply_events(facts: ReplyFacts) -> tuple[ClockEvent, ...]:
    kind, happened = ClockEventKind, list[ClockEvent]()
    if facts.received_on:
        happened.append(ClockEvent(kind.START, facts.received_on))
    if facts.supplemented_on:
        happened.append(ClockEvent(kind.RESTART, facts.supplemented_on))
    if facts.extended_on:
        happened.append(ClockEvent(kind.EXTEND, facts.extended_on, days=facts.extension_days))
    if facts.answered_on and happened:
        happened.append(ClockEvent(kind.STOP, facts.answered_on))
    return tuple(happened)


def delivery_clock(
    *, consented_on: date, ended_on: date | None, limit: TimeLimit, calendar: WorkCalendar, on: date
) -> ClockView:
    """Where the delivery clock stands: it starts with the consent and stops with delivery (or the grant's end)."""
    return deadline(_delivery_events(consented_on, ended_on), limit, calendar, on=on)


def delivery_days(
    *, consented_on: date, ended_on: date | None, limit: TimeLimit, calendar: WorkCalendar, on: date
) -> DayStrip | None:
    """The delivery clock day by day (日历条)."""
    return day_strip(_delivery_events(consented_on, ended_on), limit, calendar, on=on)


def _delivery_events(consented_on: date, ended_on: date | None) -> tuple[ClockEvent, ...]:
    started = ClockEvent(ClockEventKind.START, consented_on)
    return (started, ClockEvent(ClockEventKind.STOP, ended_on)) if ended_on else (started,)


def median_days(taken: Iterable[int]) -> int:
    """The median of working days taken (用时中位数), at least one; between two it is rounded up, to nobody's favour."""
    return ceil(median(taken))


def check_agreed_in_time(*, due_on: date | None, provisional: bool, on: date) -> None:
    """Raise RuleBroken once the reply is late: consent to more days comes before they run (第二十一条)."""
    if due_on is not None and not provisional and on > due_on:
        raise RuleBroken("sharing.extension_agreed_too_late", due_on=due_on.isoformat())


def check_extension(
    *, days: int, reason: str, limit: TimeLimit, due_on: date | None, on: date, asked_before: bool
) -> None:
    """Raise RuleBroken unless this extension may be asked (第二十一条).

    At most the limit's own days, once, with a reason, and before the reply is late.
    """
    if asked_before:
        raise RuleBroken("sharing.extension_only_once")
    if not 1 <= days <= limit.extension_days:
        raise RuleBroken("sharing.extension_too_long", most=limit.extension_days, days=days)
    if len(reason.strip()) < EXTENSION_REASON_CHARS_MIN:
        raise RuleBroken("sharing.extension_needs_reason")
    if due_on is not None and on > due_on:
        raise RuleBroken("sharing.extension_too_late", due_on=due_on.isoformat())
