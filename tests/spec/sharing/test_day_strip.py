"""日历条: every due date of the demo board, explained day by day (条例 第二十一、二十二条)."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.spec.sharing.case import Case, named
from zhengtong.kernel.daystrip import DayKind, DayMark, DayStrip, kind_of_day
from zhengtong.regulations.limits import limit
from zhengtong.regulations.workdays import national
from zhengtong.sharing.rules import ReplyFacts, delivery_days, reply_clock, reply_days

SHORT, LONG = "REPLY_UNCONDITIONAL", "REPLY_CONDITIONAL"


def _day(month: int, day: int) -> date:
    return date(2026, month, day)


def _strip(facts: ReplyFacts, which: str, on: date) -> DayStrip:
    assert facts.received_on is not None
    held = limit(which, on=facts.received_on)
    found = reply_days(facts, held, national(), on=on)
    assert found is not None
    assert found.due_on == reply_clock(facts, held, national(), on=on).due_on
    return found


def _numbered(strip: DayStrip) -> list[tuple[int, int, int]]:
    return [(d.on.month, d.on.day, d.number) for d in strip.days if d.number and d.on <= strip.due_on]


def _ends(strip: DayStrip) -> tuple[date, int | None]:
    last = next(d for d in strip.days if d.has(DayMark.DUE))
    return last.on, last.number


def _0001() -> DayStrip:
    return _strip(ReplyFacts(received_on=_day(8, 24), answered_on=_day(8, 24)), SHORT, _day(8, 24))


def _0002() -> DayStrip:
    facts = ReplyFacts(
        received_on=_day(8, 25), supplement_asked_on=_day(8, 27), supplemented_on=_day(8, 28), answered_on=_day(9, 9)
    )
    return _strip(facts, LONG, _day(10, 16))


def _0003() -> DayStrip:
    facts = ReplyFacts(received_on=_day(9, 2), extended_on=_day(9, 15), extension_days=5, answered_on=_day(9, 21))
    return _strip(facts, LONG, _day(10, 16))


def _0004() -> DayStrip:
    return _strip(ReplyFacts(received_on=_day(9, 7), answered_on=_day(9, 16)), LONG, _day(10, 16))


def _0007() -> DayStrip:
    return _strip(ReplyFacts(received_on=_day(9, 21)), LONG, _day(10, 16))


def _0012() -> DayStrip:
    return _strip(ReplyFacts(received_on=_day(10, 15)), SHORT, _day(10, 16))


def _marks(strip: Callable[[], DayStrip], on: date) -> tuple[DayMark, ...]:
    return next(d.marks for d in strip().days if d.on == on)


CASES = (
    Case("0001", "8 月 24 日收到，无条件", "次日是第 1 日，到期", lambda: _ends(_0001()), (_day(8, 25), 1)),
    Case("0002", "8 月 28 日补齐后重新计算", "第 10 日 9 月 11 日到期", lambda: _ends(_0002()), (_day(9, 11), 10)),
    Case("0003", "9 月 2 日收到，同意延长 5 日", "第 15 日 9 月 22 日到期", lambda: _ends(_0003()), (_day(9, 22), 15)),
    Case("0004", "9 月 7 日收到", "星期日 9 月 20 日（调休上班）到期", lambda: _ends(_0004()), (_day(9, 20), 10)),
    Case("0007", "9 月 21 日收到，跨两个假期", "10 月 12 日到期", lambda: _ends(_0007()), (_day(10, 12), 10)),
    Case("0012", "10 月 15 日 16:40 收到", "10 月 16 日到期", lambda: _ends(_0012()), (_day(10, 16), 1)),
    Case(
        "0004-days", "9 月 7 日收到", "周六不计，星期日 9 月 20 日计入",
        lambda: _numbered(_0004())[3:],
        [(9, 11, 4), (9, 14, 5), (9, 15, 6), (9, 16, 7), (9, 17, 8), (9, 18, 9), (9, 20, 10)],
    ),
    Case(
        "0007-days", "9 月 21 日收到", "放假 9-25 至 27、10-1 至 7 不计，星期六 10-10 计入",
        lambda: _numbered(_0007()),
        [(9, 22, 1), (9, 23, 2), (9, 24, 3), (9, 28, 4), (9, 29, 5), (9, 30, 6), (10, 8, 7), (10, 9, 8), (10, 10, 9),
         (10, 12, 10)],
    ),
    Case(
        "0007-late", "到 10 月 16 日没有答复", "逾期 4 个工作日",
        lambda: [d.number for d in _0007().days if d.has(DayMark.LATE)], [1, 2, 3, 4],
    ),
    Case(
        "0003-extra", "同意延长 5 日", "9 月 17 日至 22 日为延长的日子",
        lambda: [d.on.day for d in _0003().days if d.has(DayMark.EXTRA)], [17, 18, 20, 21, 22],
    ),
    Case("0002-restart", "补齐的当日", "标明重新计算", lambda: _marks(_0002, _day(8, 28)), (DayMark.RESTART,)),
    Case("0004-stop", "9 月 16 日答复", "标明办结", lambda: _marks(_0004, _day(9, 16)), (DayMark.STOP,)),
    Case("make-up", "2026 年 10 月 10 日（星期六）", "调休上班", lambda: _kind(10, 10), DayKind.MAKE_UP),
    Case("weekend-in-holiday", "2026 年 10 月 4 日（星期日）", "属国庆放假", lambda: _kind(10, 4), DayKind.HOLIDAY),
    Case("plain-weekend", "2026 年 10 月 11 日（星期日）", "普通周末", lambda: _kind(10, 11), DayKind.WEEKEND),
    Case("plain-day", "2026 年 10 月 12 日（星期一）", "工作日", lambda: _kind(10, 12), DayKind.WORKING),
    Case("waiting", "已一次性告知，未补齐", "没有到期日，不画", lambda: _waiting(), None),
    Case("delivery", "9 月 9 日同意", "10 月 13 日前交付", lambda: _ends(_delivery()), (_day(10, 13), 20)),
)  # fmt: skip


def _kind(month: int, day: int) -> DayKind:
    return kind_of_day(_day(month, day), national())


def _waiting() -> DayStrip | None:
    facts = ReplyFacts(received_on=_day(8, 25), supplement_asked_on=_day(8, 27))
    return reply_days(facts, limit(LONG, on=_day(8, 25)), national(), on=_day(8, 27))


def _delivery() -> DayStrip:
    held = limit("DELIVER", on=_day(9, 9))
    found = delivery_days(consented_on=_day(9, 9), ended_on=None, limit=held, calendar=national(), on=_day(10, 16))
    assert found is not None
    return found


@pytest.mark.parametrize("case", CASES, ids=named)
def test_every_due_date_is_explained_day_by_day(case: Case) -> None:
    case.holds()
