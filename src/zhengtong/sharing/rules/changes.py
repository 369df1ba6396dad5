"""A provider that would end or change a service agrees it first (服务终止、变更).  Article 27 ¶3, as a table.  Pure.

Without a good reason it may do neither.  With one it negotiates with the consumer and files what was agreed with the
data authority of its level; until that day the service runs on.  Silence is no consent: what is not agreed goes the
way of disputes (第二十八条).  The Decree sets no limit for the consumer's answer; the authority may [D].
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from zhengtong.kernel.calendar import WorkCalendar
from zhengtong.kernel.deadlines import ClockEvent, ClockEventKind, ClockView, TimeLimit, deadline
from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.lifecycle import Lifecycle, Step
from zhengtong.parties.rules import ROLE_WORDS, Role
from zhengtong.sharing.rules.grants import REASON_CHARS_MIN
from zhengtong.sharing.rules.requests import TEXT_CHARS_MAX
from zhengtong.sharing.rules.words import Words

CHANGE_LIMIT = "SERVICE_CHANGE"


class ChangeKind(StrEnum):
    """What the provider would do."""

    STOP = "stop"  # 终止服务
    CHANGE = "change"  # 变更服务


class ChangeState(StrEnum):
    """Where the negotiation stands (协商状态)."""

    PROPOSED = "proposed"  # 待使用方答复
    OBJECTED = "objected"  # 使用方不同意
    AGREED = "agreed"  # 已协商一致，待备案
    FILED = "filed"  # 已备案，待生效
    EFFECTIVE = "effective"  # 已生效
    WITHDRAWN = "withdrawn"  # 已撤回
    LAPSED = "lapsed"  # 许可已先结束


@dataclass(frozen=True, slots=True)
class NewTerms:
    """What a changed service would still give; None and empty: as it was."""

    until: date | None = None  # the last day of the grant
    calls_per_day: int | None = None
    rows_per_day: int | None = None
    subjects_per_day: int | None = None
    dropped: tuple[str, ...] = ()  # codes of items no longer given

    def __bool__(self) -> bool:
        return self != NewTerms()


@dataclass(frozen=True, slots=True)
class HeldTerms:
    """What the grant gives today, as far as a change may touch it."""

    until: date
    calls_per_day: int | None
    rows_per_day: int | None
    subjects_per_day: int | None
    items: frozenset[str]
    lookup: frozenset[str]


_C = ChangeState
_HEAD = frozenset({Role.SHARING_OFFICE_HEAD.value})
_EITHER = _HEAD | {Role.DATA_OFFICER.value}
_AUTHORITY = frozenset({Role.AUTHORITY_REVIEWER.value, Role.AUTHORITY_LEADER.value})
_SYSTEM = frozenset({"system"})
_27, _28 = "第二十七条第三款", "第二十八条"

OPEN_CHANGES = (_C.PROPOSED, _C.OBJECTED, _C.AGREED, _C.FILED)
UNSETTLED_CHANGES = (_C.PROPOSED, _C.OBJECTED)

CHANGE_WORDS: dict[StrEnum, Words] = {
    _C.PROPOSED: Words("待使用方答复", "Awaiting the consumer's answer"),
    _C.OBJECTED: Words("使用方不同意", "Objected to by the consumer"),
    _C.AGREED: Words("已协商一致，待备案", "Agreed, to be filed"),
    _C.FILED: Words("已备案，待生效", "Filed, not yet in effect"),
    _C.EFFECTIVE: Words("已生效", "In effect"),
    _C.WITHDRAWN: Words("已撤回", "Withdrawn"),
    _C.LAPSED: Words("许可已先结束", "The grant ended before"),
}
CHANGE_KIND_WORDS: dict[StrEnum, Words] = {
    ChangeKind.STOP: Words("终止服务", "end the service"),
    ChangeKind.CHANGE: Words("变更服务", "change the service"),
}
CHANGE_VERBS: dict[str, Words] = {
    "agree": Words("同意", "agree"),
    "object": Words("不同意", "object"),
    "follow": Words("按协调意见或者政府决定办理", "follow the settlement or decision"),
    "file": Words("报主管部门备案", "file with the authority"),
    "note": Words("收到备案", "take note of the filing"),
    "take_effect": Words("生效", "take effect"),
    "withdraw": Words("撤回", "withdraw"),
    "lapse": Words("因许可结束而了结", "lapse with the grant"),
}
CHANGE_SIDES: dict[str, str] = {
    **dict.fromkeys(("agree", "object"), "consumer"),
    **dict.fromkeys(("follow", "file", "withdraw"), "provider"),
    "note": "authority",
}
SAYS_WHY = frozenset({"object", "withdraw"})

CHANGE = Lifecycle(
    name="服务变更",
    start=_C.PROPOSED,
    steps=(
        *(Step("agree", state, _C.AGREED, by=_HEAD, cites=_27) for state in UNSETTLED_CHANGES),
        Step("object", _C.PROPOSED, _C.OBJECTED, by=_HEAD, cites=_27, needs="理由"),
        *(
            Step("follow", state, _C.AGREED, by=_HEAD, cites=_28, needs="不要求继续提供的协调意见或者决定")
            for state in UNSETTLED_CHANGES
        ),
        Step("file", _C.AGREED, _C.FILED, by=_EITHER, cites=_27),
        Step("note", _C.FILED, _C.FILED, by=_AUTHORITY, cites=_27),
        Step("note", _C.EFFECTIVE, _C.EFFECTIVE, by=_AUTHORITY, cites=_27),
        Step("take_effect", _C.FILED, _C.EFFECTIVE, by=_SYSTEM, cites=_27),
        *(Step("withdraw", state, _C.WITHDRAWN, by=_EITHER, cites=_27, needs="理由") for state in OPEN_CHANGES),
        *(Step("lapse", state, _C.LAPSED, by=_SYSTEM, cites=_27) for state in OPEN_CHANGES),
    ),
    words={
        **{
            code: (said.zh, said.en)
            for code, said in {
                "服务变更": Words("服务变更", "change of service"),
                **CHANGE_WORDS,
                **CHANGE_VERBS,
            }.items()
        },
        **ROLE_WORDS,
    },
)


def change_clock(
    *, proposed_on: date, answered_on: date | None, limit: TimeLimit, calendar: WorkCalendar, on: date
) -> ClockView:
    """Where the time for the consumer's answer stands: it runs from the proposal."""
    happened = [ClockEvent(ClockEventKind.START, proposed_on)]
    if answered_on:
        happened.append(ClockEvent(ClockEventKind.STOP, answered_on))
    return deadline(happened, limit, calendar, on=on)


def check_proposal(*, kind: ChangeKind, reason: str, terms: NewTerms, effective_on: date, answer_due_on: date) -> None:
    """Raise RuleBroken unless there is a reason, a day after the consumer's time to answer, and something to change."""
    check_change_words(reason)
    if effective_on <= answer_due_on:
        raise RuleBroken("sharing.change_too_soon", due=answer_due_on.isoformat())
    if bool(terms) is not (kind is ChangeKind.CHANGE):
        raise RuleBroken("sharing.change_needs_terms")


def check_narrower(terms: NewTerms, held: HeldTerms, *, effective_on: date) -> None:
    """Raise RuleBroken where new terms give more than today's: more is for the consumer to ask (第二十五条)."""
    if effective_on > held.until:
        raise RuleBroken("sharing.change_after_end", until=held.until.isoformat())
    if terms.until is not None and not effective_on <= terms.until < held.until:
        raise RuleBroken("sharing.change_not_narrower")
    for new, old in (
        (terms.calls_per_day, held.calls_per_day),
        (terms.rows_per_day, held.rows_per_day),
        (terms.subjects_per_day, held.subjects_per_day),
    ):
        if new is not None and not (new >= 1 and (old is None or new < old)):
            raise RuleBroken("sharing.change_not_narrower")
    dropped = set(terms.dropped)
    if not dropped <= held.items or dropped & held.lookup or (held.items and dropped >= held.items):
        raise RuleBroken("sharing.change_drops_needed")


def check_change_words(text: str) -> None:
    """Raise RuleBroken unless it is said why."""
    if not REASON_CHARS_MIN <= len(text.strip()) <= TEXT_CHARS_MAX:
        raise RuleBroken("sharing.change_needs_reason", least=REASON_CHARS_MIN, most=TEXT_CHARS_MAX)
