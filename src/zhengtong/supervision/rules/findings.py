"""The lifecycle of a finding (督办): opened by a detector, explained by the department, closed or upheld.  Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from zhengtong.kernel.calendar import WorkCalendar
from zhengtong.kernel.deadlines import ClockEvent, ClockEventKind, ClockView, TimeLimit, deadline
from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.lifecycle import Lifecycle, Step
from zhengtong.parties.rules import ROLE_WORDS, Role

EXPLANATION = "EXPLANATION"  # the limit [D]
TEXT_CHARS_MIN = 4
TEXT_CHARS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Words:
    """A name in Chinese and English."""

    zh: str
    en: str


class FindingState(StrEnum):
    """Where a finding stands (督办状态)."""

    OPEN = "open"  # 待督办
    EXPLANATION_ASKED = "explanation_asked"  # 待部门说明
    EXPLAINED = "explained"  # 已说明，待认定
    CLOSED = "closed"  # 已办结
    UPHELD = "upheld"  # 认定属实


_S = FindingState
_SUPERVISOR = frozenset({Role.SUPERVISOR.value})
_DEPARTMENT = frozenset({Role.DATA_OFFICER.value, Role.SHARING_OFFICE_HEAD.value, Role.DEPARTMENT_HEAD.value})
_29 = "第二十九条"
LIVE_FINDINGS = (_S.OPEN, _S.EXPLANATION_ASKED, _S.EXPLAINED)

STATE_WORDS: dict[FindingState, Words] = {
    _S.OPEN: Words("待督办", "Open"),
    _S.EXPLANATION_ASKED: Words("待部门说明", "Explanation asked"),
    _S.EXPLAINED: Words("已说明，待认定", "Explained"),
    _S.CLOSED: Words("已办结", "Closed"),
    _S.UPHELD: Words("认定属实", "Upheld"),
}
VERB_WORDS: dict[str, Words] = {
    "ask": Words("要求说明", "ask for an explanation"),
    "explain": Words("说明情况", "explain"),
    "close": Words("办结", "close"),
    "uphold": Words("认定属实", "uphold"),
}


def _words() -> dict[str, tuple[str, str]]:
    named = {"督办": Words("督办", "finding"), **STATE_WORDS, **VERB_WORDS}
    return {**{str(code): (said.zh, said.en) for code, said in named.items()}, **ROLE_WORDS}


FINDING = Lifecycle(
    name="督办",
    start=_S.OPEN,
    steps=(
        Step("ask", _S.OPEN, _S.EXPLANATION_ASKED, by=_SUPERVISOR, cites=_29),
        Step("explain", _S.EXPLANATION_ASKED, _S.EXPLAINED, by=_DEPARTMENT, cites=_29, needs="情况和理由"),
        Step("close", _S.OPEN, _S.CLOSED, by=_SUPERVISOR, cites=_29, needs="理由"),
        Step("close", _S.EXPLAINED, _S.CLOSED, by=_SUPERVISOR, cites=_29, needs="理由"),
        Step("uphold", _S.EXPLANATION_ASKED, _S.UPHELD, by=_SUPERVISOR, cites=_29, needs="理由；逾期未说明"),
        Step("uphold", _S.EXPLAINED, _S.UPHELD, by=_SUPERVISOR, cites=_29, needs="理由"),
    ),
    words=_words(),
)


def explanation_clock(
    *, asked_on: date, explained_on: date | None, limit: TimeLimit, calendar: WorkCalendar, on: date
) -> ClockView:
    """Where the time to explain stands; the limit is the supervisor's own [D]."""
    happened = [ClockEvent(ClockEventKind.START, asked_on)]
    if explained_on:
        happened.append(ClockEvent(ClockEventKind.STOP, explained_on))
    return deadline(happened, limit, calendar, on=on)


def check_explanation(text: str) -> None:
    """Raise RuleBroken unless something is explained."""
    if len(text.strip()) < TEXT_CHARS_MIN:
        raise RuleBroken("supervision.explanation_empty")


def check_reason(reason: str, *, state: FindingState, verb: str, due_on: date | None, on: date) -> None:
    """Raise RuleBroken unless a reason is given, and a silent department was given its time."""
    if len(reason.strip()) < TEXT_CHARS_MIN:
        raise RuleBroken("supervision.reason_empty")
    if verb == "uphold" and state is _S.EXPLANATION_ASKED and due_on is not None and on <= due_on:
        raise RuleBroken("supervision.explanation_runs", until=due_on.isoformat())


def finding_number(*, year: int, sequence: int) -> str:
    """The number people see: 督办〔2026〕0001号; four digits, so that numbers sort as texts."""
    return f"督办〔{year}〕{sequence:04d}号"
