"""Corrections (校核).  Article 26.  Pure.

A correction is what a department says of a value it got: it looks wrong.  The provider verifies it,
corrects it or explains, and whoever reads the same item is told.  It never stops a case.
"""

from datetime import date
from enum import StrEnum

from zhengtong.kernel.calendar import WorkCalendar
from zhengtong.kernel.deadlines import ClockEvent, ClockEventKind, ClockView, TimeLimit, deadline
from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.lifecycle import Lifecycle, Step
from zhengtong.parties.rules import ROLE_WORDS, Role, citizen_id_is_valid
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


_C = CorrectionState
_OFFICER = frozenset({Role.DATA_OFFICER.value})
_EITHER = _OFFICER | {Role.SHARING_OFFICE_HEAD.value}
_26 = "第二十六条"

CORRECTION_WORDS: dict[StrEnum, Words] = {
    _C.FILED: Words("待核实", "Being verified"),
    _C.CORRECTED: Words("已更正", "Corrected"),
    _C.NOT_CORRECTED: Words("核实无误", "Verified as right"),
}
OUTCOME_OF_CORRECTION: dict[CorrectionOutcome, Words] = {
    CorrectionOutcome.CORRECTED: Words("已更正", "corrected"),
    CorrectionOutcome.NOT_CORRECTED: Words("核实无误，说明理由", "right as it stands, with the reason"),
}
CORRECTION_VERBS: dict[str, Words] = {
    "correct": Words("核实并更正", "correct"),
    "confirm": Words("核实无误并说明", "explain that it is right"),
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


def masked_key(text: str) -> str:
    """What identifies a record, as lists and pages show it (掩码): a citizen number 6-4, else the last four.

    Of a short one, which may be a name, no more than a third.
    """
    if citizen_id_is_valid(text):
        return text[:6] + "*" * 8 + text[-KEY_TAIL_SHOWN:]
    shown = min(KEY_TAIL_SHOWN, len(text) // 3)
    return "*" * min(len(text) - shown, 8) + text[len(text) - shown :]
