"""Clocks of stored rows (期限计算): facts from rows, limits and calendars from standards, rules for the rest."""

from datetime import date, timedelta

from zhengtong.kernel.daystrip import DayStrip
from zhengtong.kernel.deadlines import ClockView, TimeLimit, Unit
from zhengtong.sharing.models import Grant, SharingRequest
from zhengtong.sharing.rules import (
    CHANGE_LIMIT,
    CORRECTION_LIMIT,
    DELIVER,
    DISPOSAL_LIMIT,
    MAINTENANCE_LIMIT,
    MEDIATION_LIMIT,
    RECTIFICATION,
    ReplyFacts,
    change_clock,
    correction_clock,
    delivery_clock,
    delivery_days,
    disposal_clock,
    mediation_clock,
    reply_clock,
    reply_days,
)
from zhengtong.sharing.rules.personal import PERSON_LIMIT, person_clock
from zhengtong.standards import queries as standards


def reply_facts(row: SharingRequest) -> ReplyFacts:
    """The dated facts a reply clock is derived from."""
    supplement = getattr(row, "supplement", None)
    agreed = next((e for e in row.extensions.all() if e.agreed), None)
    return ReplyFacts(
        received_on=row.received_on,
        supplement_asked_on=supplement.asked_on if supplement else None,
        supplemented_on=supplement.answered_on if supplement else None,
        extended_on=agreed.answered_on if agreed else None,
        extension_days=agreed.days if agreed else 0,
        answered_on=row.decided_on or row.withdrawn_on,
    )


def reply_limit(row: SharingRequest) -> TimeLimit:
    """The limit that binds the reply: in force on the day of receipt, in the provider's place."""
    assert row.received_on is not None
    return standards.limit_for(row.limit_id, on=row.received_on, jurisdiction=row.jurisdiction)


def request_clock(row: SharingRequest, *, on: date) -> ClockView:
    """Where the reply clock of a request stands; a draft's has not started."""
    if row.received_on is None:
        return ClockView(None, False, "", None, None, False)
    calendar = standards.calendar_for(row.jurisdiction)
    return reply_clock(reply_facts(row), reply_limit(row), calendar, on=on)


def request_days(row: SharingRequest, *, on: date) -> DayStrip | None:
    """The reply clock of a request day by day (日历条); None for a draft, a withdrawal, and while nothing is due."""
    if row.received_on is None or row.withdrawn_on is not None:
        return None
    calendar = standards.calendar_for(row.jurisdiction)
    return reply_days(reply_facts(row), reply_limit(row), calendar, on=on)


def grant_days(row: Grant, *, jurisdiction: str, on: date) -> DayStrip | None:
    """The delivery clock of a grant day by day."""
    return delivery_days(
        consented_on=row.consented_on,
        ended_on=row.delivered_on or row.ended_on,
        limit=standards.limit_for(DELIVER, on=row.consented_on, jurisdiction=jurisdiction),
        calendar=standards.calendar_for(jurisdiction),
        on=on,
    )


def grant_clock(row: Grant, *, jurisdiction: str, on: date) -> ClockView:
    """Where the delivery clock of a grant stands."""
    return delivery_view(
        consented_on=row.consented_on, ended_on=row.delivered_on or row.ended_on, jurisdiction=jurisdiction, on=on
    )


def delivery_view(*, consented_on: date, ended_on: date | None, jurisdiction: str, on: date) -> ClockView:
    """The delivery clock from its two days (条例 第二十二条)."""
    return delivery_clock(
        consented_on=consented_on,
        ended_on=ended_on,
        limit=standards.limit_for(DELIVER, on=consented_on, jurisdiction=jurisdiction),
        calendar=standards.calendar_for(jurisdiction),
        on=on,
    )


def rectify_day(*, suspended_on: date, jurisdiction: str) -> date:
    """The day by which misuse must be put right when nobody names one [D]."""
    limit = standards.limit_for(RECTIFICATION, on=suspended_on, jurisdiction=jurisdiction)
    return standards.calendar_for(jurisdiction).add(suspended_on, limit.days)


def correction_view(*, filed_on: date, answered_on: date | None, jurisdiction: str, on: date) -> ClockView:
    """The clock of a correction from its two days (条例 第二十六条)."""
    return correction_clock(
        filed_on=filed_on,
        answered_on=answered_on,
        limit=standards.limit_for(CORRECTION_LIMIT, on=filed_on, jurisdiction=jurisdiction),
        calendar=standards.calendar_for(jurisdiction),
        on=on,
    )


def person_view(*, taken_on: date, told_on: date | None, jurisdiction: str, on: date) -> ClockView:
    """The clock of a person's request from its two days (个人信息保护法 第四十六条); its length is [D]."""
    return person_clock(
        taken_on=taken_on,
        told_on=told_on,
        limit=standards.limit_for(PERSON_LIMIT, on=taken_on, jurisdiction=jurisdiction),
        calendar=standards.calendar_for(jurisdiction),
        on=on,
    )


def disposal_view(*, ended_on: date, reported_on: date | None, jurisdiction: str, on: date) -> ClockView:
    """The clock of a disposal from its two days (条例 第二十七条第一款); its length is the authority's own [D]."""
    return disposal_clock(
        ended_on=ended_on,
        reported_on=reported_on,
        limit=standards.limit_for(DISPOSAL_LIMIT, on=ended_on, jurisdiction=jurisdiction),
        calendar=standards.calendar_for(jurisdiction),
        on=on,
    )


def change_view(*, proposed_on: date, answered_on: date | None, jurisdiction: str, on: date) -> ClockView:
    """The time to answer a proposed end or change (条例 第二十七条第三款); its length is the authority's own [D]."""
    return change_clock(
        proposed_on=proposed_on,
        answered_on=answered_on,
        limit=standards.limit_for(CHANGE_LIMIT, on=proposed_on, jurisdiction=jurisdiction),
        calendar=standards.calendar_for(jurisdiction),
        on=on,
    )


def maintenance_day(*, jurisdiction: str, on: date) -> date:
    """The first day on which maintenance announced today may begin; the lead time is the authority's own [D]."""
    limit = standards.limit_for(MAINTENANCE_LIMIT, on=on, jurisdiction=jurisdiction)
    working = limit.unit is Unit.WORKING_DAY
    return standards.calendar_for(jurisdiction).add(on, limit.days) if working else on + timedelta(days=limit.days)


def mediation_view(*, asked_on: date, ended_on: date | None, jurisdiction: str, on: date) -> ClockView:
    """The clock of a mediation from its two days (条例 第二十八条); its length is the authority's own [D]."""
    return mediation_clock(
        asked_on=asked_on,
        ended_on=ended_on,
        limit=standards.limit_for(MEDIATION_LIMIT, on=asked_on, jurisdiction=jurisdiction),
        calendar=standards.calendar_for(jurisdiction),
        on=on,
    )
