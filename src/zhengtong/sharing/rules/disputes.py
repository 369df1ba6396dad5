"""Disputes about sharing (争议).  Article 28, as a table.  Pure.

First the two departments negotiate.  If that fails the data authority of the same level mediates, across levels or
areas the common superior one; if that fails too, the government of that authority decides.  A dispute changes no
reply: what is agreed or decided is carried out by the ordinary means, as a request answered anew.
"""

from datetime import date
from enum import StrEnum

from zhengtong.kernel.calendar import WorkCalendar
from zhengtong.kernel.deadlines import ClockEvent, ClockEventKind, ClockView, TimeLimit, deadline
from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.lifecycle import Lifecycle, Step
from zhengtong.parties.rules import ROLE_WORDS, Role, region_chain
from zhengtong.sharing.rules.requests import TEXT_CHARS_MAX
from zhengtong.sharing.rules.words import Words

MEDIATION_LIMIT = "DISPUTE_MEDIATION"
TEXT_CHARS_MIN = 4


class DisputeKind(StrEnum):
    """What a dispute is about."""

    REQUEST = "request"  # 答复或者逾期不答复
    GRANT = "grant"  # 暂停、变更、终止共享
    CORRECTION = "correction"  # 校核结果


class DisputeState(StrEnum):
    """Where a dispute stands (争议状态)."""

    NEGOTIATING = "negotiating"  # 协商中
    MEDIATION_ASKED = "mediation_asked"  # 已申请协调
    MEDIATING = "mediating"  # 协调中
    GOVERNMENT = "government"  # 报本级人民政府决定
    AGREED = "agreed"  # 达成一致，待执行
    RULED = "ruled"  # 政府已决定，待执行
    EXECUTED = "executed"  # 已执行
    WITHDRAWN = "withdrawn"  # 已撤回


class DisputeSide(StrEnum):
    """Whose act it is."""

    APPLICANT = "applicant"  # 提出争议的部门
    MEDIATOR = "mediator"  # 协调的主管部门
    GOVERNMENT = "government"  # 主管部门的本级人民政府


_D, _S = DisputeState, DisputeSide
_HEAD = frozenset({Role.SHARING_OFFICE_HEAD.value})
_EITHER = _HEAD | {Role.DATA_OFFICER.value}
_LEADER = frozenset({Role.AUTHORITY_LEADER.value})
_AUTHORITY = _LEADER | {Role.AUTHORITY_REVIEWER.value}
_GOVERNMENT = frozenset({Role.GOVERNMENT_LEADER.value})
_28 = "第二十八条"

OPEN_DISPUTES = (_D.NEGOTIATING, _D.MEDIATION_ASKED, _D.MEDIATING, _D.GOVERNMENT)
SETTLED_DISPUTES = (_D.AGREED, _D.RULED)

DISPUTE_WORDS: dict[StrEnum, Words] = {
    _D.NEGOTIATING: Words("协商中", "Being negotiated"),
    _D.MEDIATION_ASKED: Words("已申请协调", "Mediation asked"),
    _D.MEDIATING: Words("协调中", "Being mediated"),
    _D.GOVERNMENT: Words("报请政府决定", "Before the government"),
    _D.AGREED: Words("达成一致，待执行", "Agreed, to be carried out"),
    _D.RULED: Words("政府已决定，待执行", "Decided, to be carried out"),
    _D.EXECUTED: Words("已执行", "Carried out"),
    _D.WITHDRAWN: Words("已撤回", "Withdrawn"),
}
DISPUTE_VERBS: dict[str, Words] = {
    "agree": Words("协商一致", "agree"),
    "fail": Words("协商不成，申请协调", "negotiation failed: ask for mediation"),
    "take_up": Words("受理协调", "take up the mediation"),
    "minute": Words("记录协调经过", "put the mediation on record"),
    "settle": Words("达成一致意见", "record the settlement"),
    "refer": Words("未达成一致，报请政府决定", "refer to the government"),
    "rule": Words("作出决定", "decide"),
    "execute": Words("确认已执行", "confirm that it is carried out"),
    "withdraw": Words("撤回争议", "withdraw the dispute"),
}
KIND_WORDS: dict[DisputeKind, Words] = {
    DisputeKind.REQUEST: Words("申请的答复", "the answer to a request"),
    DisputeKind.GRANT: Words("共享的暂停、变更或者终止", "the suspension, change or end of a grant"),
    DisputeKind.CORRECTION: Words("校核的结果", "the result of a correction"),
}
DISPUTE_SIDES: dict[str, DisputeSide] = {
    **dict.fromkeys(("agree", "fail", "execute", "withdraw"), _S.APPLICANT),
    **dict.fromkeys(("take_up", "minute", "settle", "refer"), _S.MEDIATOR),
    "rule": _S.GOVERNMENT,
}
ENDS_WITH_OUTCOME = frozenset({"agree", "settle", "rule"})  # these say what is to be done

DISPUTE = Lifecycle(
    name="共享争议",
    start=_D.NEGOTIATING,
    steps=(
        Step("agree", _D.NEGOTIATING, _D.AGREED, by=_HEAD, cites=_28, needs="一致意见"),
        Step("fail", _D.NEGOTIATING, _D.MEDIATION_ASKED, by=_EITHER, cites=_28, needs="协商经过"),
        Step("take_up", _D.MEDIATION_ASKED, _D.MEDIATING, by=_AUTHORITY, cites=_28),
        Step("minute", _D.MEDIATING, _D.MEDIATING, by=_AUTHORITY, cites=_28, needs="协调经过"),
        Step("settle", _D.MEDIATING, _D.AGREED, by=_AUTHORITY, cites=_28, needs="一致意见"),
        Step("refer", _D.MEDIATING, _D.GOVERNMENT, by=_LEADER, cites=_28, needs="分歧和建议"),
        Step("rule", _D.GOVERNMENT, _D.RULED, by=_GOVERNMENT, cites=_28, needs="决定"),
        *(Step("execute", state, _D.EXECUTED, by=_EITHER, cites=_28, needs="执行情况") for state in SETTLED_DISPUTES),
        *(Step("withdraw", state, _D.WITHDRAWN, by=_EITHER, cites=_28, needs="理由") for state in OPEN_DISPUTES),
    ),
    words={
        **{
            code: (said.zh, said.en)
            for code, said in {"共享争议": Words("共享争议", "dispute"), **DISPUTE_WORDS, **DISPUTE_VERBS}.items()
        },
        **ROLE_WORDS,
    },
)


def common_places(consumer: str, provider: str) -> tuple[str, ...]:
    """The places whose data authority stands above both departments, the nearest first (第二十八条).

    The same place gives itself, 同级; else what is common: 990102 and 990103 → 990100, 990000, the country ("").
    """
    above_provider = set(region_chain(provider))
    return tuple(place for place in region_chain(consumer) if place in above_provider)


def is_same_level(consumer: str, provider: str, *, mediator: str) -> bool:
    """Whether both departments belong to one place and its own authority mediates (同级主管部门).

    Not where that place has no authority, or its authority is a party itself: then one above mediates.
    """
    return consumer == provider == mediator


def mediation_clock(
    *, asked_on: date, ended_on: date | None, limit: TimeLimit, calendar: WorkCalendar, on: date
) -> ClockView:
    """Where the clock of a mediation stands; the Decree sets no limit, the authority may [D]."""
    happened = [ClockEvent(ClockEventKind.START, asked_on)]
    if ended_on:
        happened.append(ClockEvent(ClockEventKind.STOP, ended_on))
    return deadline(happened, limit, calendar, on=on)


def check_claim(text: str) -> None:
    """Raise RuleBroken unless a dispute says what is contested and why."""
    _check_text(text, "sharing.dispute_needs_claim")


def check_step(verb: str, text: str, *, do_by: date | None, on: date) -> None:
    """Raise RuleBroken unless a step says what happened, and names no day that is past."""
    if verb != "take_up":
        _check_text(text, "sharing.dispute_needs_words")
    if do_by is not None and do_by < on:
        raise RuleBroken("sharing.dispute_day_past")


def _check_text(text: str, key: str) -> None:
    if not TEXT_CHARS_MIN <= len(text.strip()) <= TEXT_CHARS_MAX:
        raise RuleBroken(key, least=TEXT_CHARS_MIN, most=TEXT_CHARS_MAX)
