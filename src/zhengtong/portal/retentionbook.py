"""The retention table and what was disposed of, in the reader's language (保存期限表)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from zhengtong.journal import queries as journal
from zhengtong.journal.queries import DisposalView, PeriodView
from zhengtong.journal.retaining import Then
from zhengtong.kernel.clock import BEIJING
from zhengtong.kernel.paging import Page
from zhengtong.parties import queries as parties
from zhengtong.portal.rulebook import certainty
from zhengtong.ui.language import lang


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """One kind of record (记录种类)."""

    key: str
    name: str
    days: int
    least: int
    kept: str
    then: str
    ground: str
    certain: str
    note: str
    set_by: str
    may_change: bool  # a kind with a period at all


@dataclass(frozen=True, slots=True)
class DisposalLine:
    """One disposal (处置记录)."""

    at: datetime
    name: str
    last_day: date
    count: int
    days: int
    digest: str


def periods(*, on: date) -> tuple[PeriodLine, ...]:
    """The table as it holds on a day."""
    found = journal.periods(on=on)
    people = parties.officer_names(one.set_by for one in found if one.set_by)
    return tuple(_period(one, people.get(one.set_by, "") if one.set_by else "") for one in found)


def disposals(*, after: str = "", rows: int | None = None) -> Page[DisposalLine]:
    """What was disposed of, newest first."""
    page = journal.disposals(after=after, rows=rows)
    return Page(tuple(_disposal(one) for one in page.rows), page.next_after)


def _period(one: PeriodView, who: str) -> PeriodLine:
    kind, english = one.kind, lang() == "en"
    ends = {
        Then.DELETE: _("删除"),
        Then.BLANK: _("抹去内容"),
        Then.KEEP: _("不处置"),
    }
    return PeriodLine(
        key=kind.key, name=kind.en if english else kind.zh, days=one.days, least=one.least, kept=_kept(one),
        then=ends[kind.then], ground=one.ground or kind.cites, certain=certainty("D" if one.ground else kind.mark),
        note=kind.note_en if english else kind.note_zh, set_by=who, may_change=kind.then is not Then.KEEP,
    )  # fmt: skip


def _kept(one: PeriodView) -> str:
    if one.kind.then is Then.KEEP:
        return _("不少于 {days} 日").format(days=one.days) if one.days else _("长期")
    return _("{days} 日").format(days=one.days) if one.days else _("到期当日")


def _disposal(one: DisposalView) -> DisposalLine:
    name = one.kind.en if lang() == "en" else one.kind.zh
    return DisposalLine(one.at, name, one.before.astimezone(BEIJING).date(), one.count, one.days, one.digest)
