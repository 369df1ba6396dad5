"""The calendar strip in words (日历条): what each day is, and the sentences that explain the due date.

Pure.  The days come from `kernel.daystrip`; here they get the reader's language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhengtong.kernel.daystrip import DayKind, DayMark, DayRecord, DayStrip
from zhengtong.kernel.deadlines import Unit
from zhengtong.ui import dates
from zhengtong.ui.language import lang

Words = str | Promise

KINDS: dict[DayKind, Words] = {
    DayKind.WORKING: gettext_lazy("工作日"),
    DayKind.WEEKEND: gettext_lazy("周末"),
    DayKind.HOLIDAY: gettext_lazy("放假"),
    DayKind.MAKE_UP: gettext_lazy("调休上班"),
}
_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day as the page shows it."""

    on: date
    weekday: str
    kind: Words
    count: str  # 第 3 日, 不计, 逾期第 1 日
    notes: tuple[Words, ...]
    styles: str


@dataclass(frozen=True, slots=True)
class StripView:
    """The strip with its sentences."""

    cells: tuple[DayCell, ...]
    sentences: tuple[str, ...]
    due_on: date
    late_days: int
    provisional: bool
    basis: str


def view(strip: DayStrip, *, started: Words, stopped: Words) -> StripView:
    """A strip in the reader's language; `started` and `stopped` name what set the clock going and what ended it."""
    return StripView(
        cells=tuple(_cell(record, started=started, stopped=stopped) for record in strip.days),
        sentences=tuple(_sentences(strip, started=started)),
        due_on=strip.due_on,
        late_days=sum(1 for d in strip.days if d.has(DayMark.LATE) and d.number),
        provisional=strip.provisional,
        basis=strip.basis,
    )


def _cell(record: DayRecord, *, started: Words, stopped: Words) -> DayCell:
    names: dict[DayMark, Words] = {
        DayMark.START: started,
        DayMark.RESTART: _("补齐，重新计算"),
        DayMark.PAUSED: _("停计"),
        DayMark.EXTENDED: _("同意延长"),
        DayMark.EXTRA: _("延长"),
        DayMark.STOP: stopped,
        DayMark.DUE: _("到期"),
        DayMark.TODAY: _("今天"),
    }
    return DayCell(
        on=record.on,
        weekday=_weekday(record.on),
        kind=KINDS[record.kind],
        count=_count(record),
        notes=tuple(names[mark] for mark in record.marks if mark in names),
        styles=" ".join(f"zt-day-{name}" for name in (record.kind, *record.marks)),
    )


def _weekday(on: date) -> str:
    return _WEEKDAYS_EN[on.weekday()] if lang() == "en" else f"周{_WEEKDAYS_ZH[on.weekday()]}"


def _count(record: DayRecord) -> str:
    if record.number is None:
        return _("不计")
    if record.has(DayMark.LATE):
        return _("逾期第 {n} 日").format(n=record.number)
    return _("第 {n} 日").format(n=record.number)


def _sentences(strip: DayStrip, *, started: Words) -> list[str]:
    restarted = strip.days[0].has(DayMark.RESTART)
    cause = _("补齐材料") if restarted else str(started)
    said = [
        _("{day}{cause}，当日不计，从次一工作日起算。").format(day=_on(strip.started_on), cause=cause)
        if strip.unit is Unit.WORKING_DAY
        else _("{day}{cause}，当日不计，从次日起算，节假日在内。").format(day=_on(strip.started_on), cause=cause)
    ]
    if days := strip.of_kind(DayKind.MAKE_UP):
        said.append(_("调休上班，计入：{days}。").format(days=_runs(days)))
    if days := strip.of_kind(DayKind.HOLIDAY):
        said.append(_("放假，不计：{days}。").format(days=_runs(days)))
    total = strip.allowed + strip.extension
    facts = {"allowed": strip.allowed, "more": strip.extension, "n": total, "day": dates.day(strip.due_on, lang=lang())}
    if strip.extension:
        said.append(_("期限 {allowed} 个工作日，经同意延长 {more} 个工作日，第 {n} 日是 {day}。").format_map(facts))
    elif strip.unit is Unit.WORKING_DAY:
        said.append(_("期限 {allowed} 个工作日，第 {n} 日是 {day}。").format_map(facts))
    else:
        said.append(_("期限 {allowed} 日，第 {n} 日是 {day}。").format_map(facts))
    return said


def _on(day: date) -> str:
    return f"{dates.short_day(day, lang=lang())} "


def _runs(days: Sequence[date]) -> str:
    """Days in words; those in a row as one span: 10月1日至10月7日."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    joiner = ", " if lang() == "en" else "、"
    return joiner.join(_run(run) for run in runs)


def _run(run: Sequence[date]) -> str:
    first = dates.short_day(run[0], lang=lang())
    if len(run) == 1:
        return f"{first} ({_weekday(run[0])})" if lang() == "en" else f"{first}（{_weekday(run[0])}）"
    return _("{first}至{last}").format(first=first, last=dates.short_day(run[-1], lang=lang()))
