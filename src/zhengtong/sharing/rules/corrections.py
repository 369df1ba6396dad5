"""Corrections and demands (校核、需求).  Articles 20 and 26.  Pure.

A correction is what a department says of a value it got: it looks wrong.  The provider verifies it,
corrects it or explains, and whoever reads the same item is told.  It never stops a case.
A demand is a need for data that may have no catalogue entry yet; the data authority coordinates it.
"""

from datetime import date
from enum import StrEnum

from zhengtong.kernel.calendar import WorkCalendar
from zhengtong.kernel.deadlines import ClockEvent, ClockEventKind, ClockView, TimeLimit, deadline
from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.lifecycle import Lifecycle, Step
from zhengtong.parties.rules import ROLE_WORDS, Role, citizen_id_is_valid, region_chain
from zhengtong.sharing.rules.words import Words

CORRECTION_LIMIT = "CORRECTION"
TEXT_CHARS_MIN = 4
KEY_TAIL_SHOWN = 4
OTHERS_MAX = 100_000_000


class CorrectionState(StrEnum):
    """Where a correction stands (校核状态)."""

    FILED = "filed"  # 待核实
    CORRECTED = "corrected"  # 已更正
    NOT_CORRECTED = "not_corrected"  # 核实无误


class CorrectionOutcome(StrEnum):
    """What the provider found (校核结果)."""

    CORRECTED = "corrected"  # 已更正
    NOT_CORRECTED = "not_corrected"  # 核实无误，说明理由


class DemandState(StrEnum):
    """Where a demand stands (需求状态)."""

    RAISED = "raised"  # 已提出
    COORDINATING = "coordinating"  # 协调中
    MET = "met"  # 已满足
    WITHDRAWN = "withdrawn"  # 已撤回


_C, _D = CorrectionState, DemandState
_OFFICER = frozenset({Role.DATA_OFFICER.value})
_EITHER = _OFFICER | {Role.SHARING_OFFICE_HEAD.value}
_AUTHORITY = frozenset({Role.AUTHORITY_REVIEWER.value, Role.AUTHORITY_LEADER.value})
_20, _26 = "第二十条", "第二十六条"
OPEN_DEMANDS = (_D.RAISED, _D.COORDINATING)

CORRECTION_WORDS: dict[StrEnum, Words] = {
    _C.FILED: Words("待核实", "Being verified"),
    _C.CORRECTED: Words("已更正", "Corrected"),
    _C.NOT_CORRECTED: Words("核实无误", "Verified as right"),
}
OUTCOME_OF_CORRECTION: dict[CorrectionOutcome, Words] = {
    CorrectionOutcome.CORRECTED: Words("已更正", "corrected"),
    CorrectionOutcome.NOT_CORRECTED: Words("核实无误，说明理由", "right as it stands, with the reason"),
}
DEMAND_WORDS: dict[StrEnum, Words] = {
    _D.RAISED: Words("已提出，待协调", "Raised"),
    _D.COORDINATING: Words("协调中", "Being coordinated"),
    _D.MET: Words("已满足", "Met"),
    _D.WITHDRAWN: Words("已撤回", "Withdrawn"),
}
CORRECTION_VERBS: dict[str, Words] = {
    "correct": Words("核实并更正", "correct"),
    "confirm": Words("核实无误并说明", "explain that it is right"),
    "coordinate": Words("协调", "coordinate"),
    "meet": Words("标记为已满足", "mark as met"),
    "withdraw": Words("撤回需求", "withdraw"),
}


def _said(thing: str, thing_en: str, states: dict[StrEnum, Words]) -> dict[str, tuple[str, str]]:
    words = {thing: Words(thing, thing_en), **states, **CORRECTION_VERBS}
    return {**{code: (said.zh, said.en) for code, said in words.items()}, **ROLE_WORDS}


CORRECTION = Lifecycle(
    name="校核申请",
    start=_C.FILED,
    steps=(
        Step("correct", _C.FILED, _C.CORRECTED, by=_EITHER, cites=_26, needs="原因、同类记录数"),
        Step("confirm", _C.FILED, _C.NOT_CORRECTED, by=_EITHER, cites=_26, needs="理由"),
    ),
    words=_said("校核申请", "correction", CORRECTION_WORDS),
)

DEMAND = Lifecycle(
    name="共享需求",
    start=_D.RAISED,
    steps=(
        Step("coordinate", _D.RAISED, _D.COORDINATING, by=_AUTHORITY, cites=_20, needs="协调情况"),
        Step("coordinate", _D.COORDINATING, _D.COORDINATING, by=_AUTHORITY, cites=_20, needs="协调情况"),
        Step("meet", _D.COORDINATING, _D.MET, by=_AUTHORITY, cites=_20, needs="怎样满足"),
        *(Step("withdraw", state, _D.WITHDRAWN, by=_EITHER, cites=_20, needs="理由") for state in OPEN_DEMANDS),
    ),
    words=_said("共享需求", "demand", DEMAND_WORDS),
)

VERB_OF_OUTCOME = {CorrectionOutcome.CORRECTED: "correct", CorrectionOutcome.NOT_CORRECTED: "confirm"}


def correction_clock(
    *, filed_on: date, answered_on: date | None, limit: TimeLimit, calendar: WorkCalendar, on: date
) -> ClockView:
    """Where the clock of a correction stands: ten working days to verify, correct and answer (第二十六条)."""
    happened = [ClockEvent(ClockEventKind.START, filed_on)]
    if answered_on:
        happened.append(ClockEvent(ClockEventKind.STOP, answered_on))
    return deadline(happened, limit, calendar, on=on)


def check_filing(*, record_key: str, value_seen: str, evidence: str) -> None:
    """Raise RuleBroken unless the record, the value seen and the evidence are named (第二十六条)."""
    if not record_key.strip() or not value_seen.strip():
        raise RuleBroken("sharing.correction_needs_record")
    if len(evidence.strip()) < TEXT_CHARS_MIN:
        raise RuleBroken("sharing.correction_needs_evidence")


def check_answer(*, outcome: CorrectionOutcome, cause: str, others_found: int) -> None:
    """Raise RuleBroken unless the result is explained; other records are counted only with a correction."""
    if len(cause.strip()) < TEXT_CHARS_MIN:
        raise RuleBroken("sharing.correction_needs_cause")
    most = OTHERS_MAX if outcome is CorrectionOutcome.CORRECTED else 0
    if not 0 <= others_found <= most:
        raise RuleBroken("sharing.correction_others", most=most)


def check_demand(*, what: str, legal_basis: str, matter: str, has_holder: bool) -> None:
    """Raise RuleBroken unless a demand says what, for which matter, on which ground, and who may hold it."""
    missing = [
        words
        for words, text in (("what", what), ("matter", matter), ("legal_basis", legal_basis))
        if len(text.strip()) < TEXT_CHARS_MIN
    ]
    if missing:
        raise RuleBroken("sharing.demand_incomplete", count=len(missing))
    if not has_holder:
        raise RuleBroken("sharing.demand_needs_holder")


def check_backflow(*, consumer: str, holder: str | None) -> None:
    """Raise RuleBroken unless the holder is a department of a level above the consumer's place (条例 第二十四条)."""
    if holder is None or holder == consumer or holder not in region_chain(consumer):
        raise RuleBroken("sharing.backflow_from_above")


def masked_key(text: str) -> str:
    """What identifies a record, as lists and pages show it (掩码): a citizen number 6-4, else the last four.

    Of a short one, which may be a name, no more than a third.
    """
    if citizen_id_is_valid(text):
        return text[:6] + "*" * 8 + text[-KEY_TAIL_SHOWN:]
    shown = min(KEY_TAIL_SHOWN, len(text) // 3)
    return "*" * min(len(text) - shown, 8) + text[len(text) - shown :]
