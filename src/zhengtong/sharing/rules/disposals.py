"""What becomes of data once sharing ends (数据处置).  Article 27 ¶1, as a table.  Pure.

The purpose is reached, cannot be reached or needs the data no longer: the consumer disposes of them as the provider
asks and says how.  The Decree sets no limit; the authority may [D].
"""

from datetime import date
from enum import StrEnum

from zhengtong.kernel.calendar import WorkCalendar
from zhengtong.kernel.deadlines import ClockEvent, ClockEventKind, ClockView, TimeLimit, deadline
from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.lifecycle import Lifecycle, Step
from zhengtong.parties.rules import ROLE_WORDS, Role
from zhengtong.sharing.rules.requests import TEXT_CHARS_MAX
from zhengtong.sharing.rules.words import Words

DISPOSAL_LIMIT = "DISPOSAL"
TEXT_CHARS_MIN = 4


class DisposalState(StrEnum):
    """Where a disposal stands (处置状态)."""

    OWED = "owed"  # 待处置
    REPORTED = "reported"  # 已报告，待确认
    ACCEPTED = "accepted"  # 已确认


class DisposalMethod(StrEnum):
    """How the data were disposed of (处置方式)."""

    DESTROYED = "destroyed"  # 销毁
    RETURNED = "returned"  # 退还
    ANONYMISED = "anonymised"  # 匿名化
    KEPT = "kept"  # 依法留存


_D = DisposalState
_OFFICER = frozenset({Role.DATA_OFFICER.value})
_EITHER = _OFFICER | {Role.SHARING_OFFICE_HEAD.value}
_27 = "第二十七条第一款"

DISPOSAL_WORDS: dict[StrEnum, Words] = {
    _D.OWED: Words("待处置", "Disposal owed"),
    _D.REPORTED: Words("已报告，待提供方确认", "Reported, awaiting the provider"),
    _D.ACCEPTED: Words("处置已确认", "Disposal accepted"),
}
METHOD_WORDS: dict[StrEnum, Words] = {
    DisposalMethod.DESTROYED: Words("销毁", "destroyed"),
    DisposalMethod.RETURNED: Words("退还提供方", "returned to the provider"),
    DisposalMethod.ANONYMISED: Words("匿名化处理，不能复原", "made anonymous beyond recovery"),
    DisposalMethod.KEPT: Words("依法留存", "kept by law"),
}
DISPOSAL_VERBS: dict[str, Words] = {
    "report": Words("报告处置情况", "report the disposal"),
    "accept": Words("确认处置", "accept the disposal"),
    "ask_again": Words("要求重新处置", "ask for it again"),
}

DISPOSAL = Lifecycle(
    name="数据处置",
    start=_D.OWED,
    steps=(
        Step("report", _D.OWED, _D.REPORTED, by=_OFFICER, cites=_27, needs="处置方式和证据"),
        Step("accept", _D.REPORTED, _D.ACCEPTED, by=_EITHER, cites=_27),
        Step("ask_again", _D.REPORTED, _D.OWED, by=_EITHER, cites=_27, needs="理由"),
    ),
    words={
        **{
            code: (said.zh, said.en)
            for code, said in {"数据处置": Words("数据处置", "disposal"), **DISPOSAL_WORDS, **DISPOSAL_VERBS}.items()
        },
        **ROLE_WORDS,
    },
)


def disposal_clock(
    *, ended_on: date, reported_on: date | None, limit: TimeLimit, calendar: WorkCalendar, on: date
) -> ClockView:
    """Where the time to dispose stands: it runs from the end of the grant."""
    happened = [ClockEvent(ClockEventKind.START, ended_on)]
    if reported_on:
        happened.append(ClockEvent(ClockEventKind.STOP, reported_on))
    return deadline(happened, limit, calendar, on=on)


def check_report(*, method: DisposalMethod, evidence: str, legal_basis: str) -> None:
    """Raise RuleBroken unless the evidence is described, and a law is named for what is kept."""
    if not TEXT_CHARS_MIN <= len(evidence.strip()) <= TEXT_CHARS_MAX:
        raise RuleBroken("sharing.disposal_needs_evidence", least=TEXT_CHARS_MIN, most=TEXT_CHARS_MAX)
    if method is DisposalMethod.KEPT and len(legal_basis.strip()) < TEXT_CHARS_MIN:
        raise RuleBroken("sharing.disposal_kept_needs_law")


def check_again(reason: str) -> None:
    """Raise RuleBroken unless the provider says what is missing."""
    if not TEXT_CHARS_MIN <= len(reason.strip()) <= TEXT_CHARS_MAX:
        raise RuleBroken("sharing.disposal_again_needs_reason", least=TEXT_CHARS_MIN, most=TEXT_CHARS_MAX)
