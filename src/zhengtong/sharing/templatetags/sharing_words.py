"""Values of sharing in the reader's language, and their tones (页面用词): `{% load sharing_words %}`."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from django import template

from zhengtong.catalog.rules import ShareType
from zhengtong.sharing.queries import Turn
from zhengtong.sharing.rules import (
    BREACH_WORDS,
    CHANGE_KIND_WORDS,
    CHANGE_VERBS,
    CHANGE_WORDS,
    CORRECTION_WORDS,
    DEMAND_VERBS,
    DEMAND_WORDS,
    DISPOSAL_VERBS,
    DISPOSAL_WORDS,
    DISPUTE_VERBS,
    DISPUTE_WORDS,
    END_WORDS,
    EVENT_WORDS,
    FIELD_WORDS,
    GROUND_WORDS,
    INBOX_WORDS,
    KIND_WORDS,
    MASK_WORDS,
    METHOD_WORDS,
    MODE_WORDS,
    ONBOARDING_WORDS,
    ORIGIN_WORDS,
    OUTCOME_WORDS,
    ROW_OPS,
    SCOPE_WORDS,
    SIDE_WORDS,
    STATE_WORDS,
    STOP_WORDS,
    TAKEOVER_WORDS,
    VERB_WORDS,
    WIDER_WORDS,
    ChangeState,
    CorrectionState,
    DemandState,
    DisposalState,
    DisputeState,
    Gap,
    GrantState,
    Outcome,
    RequestState,
    StopState,
    TakeoverState,
    Words,
)
from zhengtong.sharing.rules.personal import CHANNEL_WORDS, PERSON_VERBS, PERSON_WORDS, PersonState
from zhengtong.ui.language import lang, message
from zhengtong.ui.values import Tone

register = template.Library()

_BY_VALUE: dict[tuple[type, str], Words] = {  # enums of different kinds share text values, so the class decides too
    (type(key), str(key)): words
    for table in (
        STATE_WORDS,
        STOP_WORDS,
        WIDER_WORDS,
        TAKEOVER_WORDS,
        ORIGIN_WORDS,
        CHANGE_WORDS,
        CHANGE_KIND_WORDS,
        CORRECTION_WORDS,
        PERSON_WORDS,
        CHANNEL_WORDS,
        DEMAND_WORDS,
        ONBOARDING_WORDS,
        DISPOSAL_WORDS,
        METHOD_WORDS,
        DISPUTE_WORDS,
        KIND_WORDS,
        OUTCOME_WORDS,
        GROUND_WORDS,
        MODE_WORDS,
        SIDE_WORDS,
        SCOPE_WORDS,
        STOP_WORDS,
    )
    for key, words in table.items()
}
_BY_NAME: dict[str, Mapping[str, Words]] = {
    "inbox": {**VERB_WORDS, **INBOX_WORDS},
    "verb": VERB_WORDS,
    "demand": DEMAND_VERBS,
    "person": PERSON_VERBS,
    "change": CHANGE_VERBS,
    "dispute": DISPUTE_VERBS,
    "disposal": DISPOSAL_VERBS,
    "field": FIELD_WORDS,
    "mask": MASK_WORDS,
    "event": EVENT_WORDS,
    "op": ROW_OPS,
    "breach": BREACH_WORDS,
    "end": END_WORDS,
}
_TONES: dict[StrEnum, Tone] = {
    RequestState.DRAFT: Tone.QUIET,
    RequestState.OWN_REVIEW: Tone.WAIT,
    RequestState.RECEIVED: Tone.WAIT,
    RequestState.SUPPLEMENT_ASKED: Tone.WAIT,
    RequestState.EXTENDED: Tone.WAIT,
    RequestState.CONSENTED: Tone.GOOD,
    RequestState.PARTLY_CONSENTED: Tone.GOOD,
    RequestState.REFUSED: Tone.OFF,
    RequestState.WITHDRAWN: Tone.OFF,
    GrantState.DELIVERING: Tone.WAIT,
    GrantState.ACTIVE: Tone.GOOD,
    GrantState.SUSPENDED: Tone.LATE,
    GrantState.TERMINATED: Tone.LATE,
    GrantState.EXPIRED: Tone.OFF,
    CorrectionState.FILED: Tone.WAIT,
    CorrectionState.CORRECTED: Tone.GOOD,
    CorrectionState.NOT_CORRECTED: Tone.OFF,
    PersonState.TAKEN: Tone.WAIT,
    PersonState.PASSED: Tone.WAIT,
    PersonState.CORRECTED: Tone.WAIT,
    PersonState.NOT_CORRECTED: Tone.WAIT,
    PersonState.TOLD: Tone.GOOD,
    PersonState.WITHDRAWN: Tone.OFF,
    DemandState.RAISED: Tone.WAIT,
    DemandState.COORDINATING: Tone.WAIT,
    DemandState.MET: Tone.GOOD,
    DemandState.WITHDRAWN: Tone.OFF,
    StopState.IN_FORCE: Tone.LATE,
    StopState.LIFTED: Tone.GOOD,
    TakeoverState.FILED: Tone.WAIT,
    TakeoverState.CONFIRMED: Tone.GOOD,
    TakeoverState.DECLINED: Tone.OFF,
    ChangeState.PROPOSED: Tone.WAIT,
    ChangeState.OBJECTED: Tone.WAIT,
    ChangeState.AGREED: Tone.WAIT,
    ChangeState.FILED: Tone.WAIT,
    ChangeState.EFFECTIVE: Tone.GOOD,
    ChangeState.WITHDRAWN: Tone.OFF,
    ChangeState.LAPSED: Tone.OFF,
    DisposalState.OWED: Tone.WAIT,
    DisposalState.REPORTED: Tone.WAIT,
    DisposalState.ACCEPTED: Tone.GOOD,
    DisputeState.NEGOTIATING: Tone.WAIT,
    DisputeState.MEDIATION_ASKED: Tone.WAIT,
    DisputeState.MEDIATING: Tone.WAIT,
    DisputeState.GOVERNMENT: Tone.WAIT,
    DisputeState.AGREED: Tone.GOOD,
    DisputeState.RULED: Tone.GOOD,
    DisputeState.EXECUTED: Tone.GOOD,
    DisputeState.WITHDRAWN: Tone.OFF,
    Outcome.GRANT: Tone.GOOD,
    Outcome.VERIFY: Tone.PART,
    Outcome.REFUSE: Tone.OFF,
    ShareType.UNCONDITIONAL: Tone.OPEN,
    ShareType.CONDITIONAL: Tone.PART,
    ShareType.WITHHELD: Tone.SHUT,
}


def said(words: Words) -> str:
    """Words in the language of the page."""
    return words.en if lang() == "en" else words.zh


@register.filter
def label(value: StrEnum | None) -> str:
    """A state, outcome, ground, mode, side or sharing type in words; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, ShareType):
        return value.en if lang() == "en" else value.zh
    words = _BY_VALUE.get((type(value), str(value)))
    return said(words) if words else str(value)


@register.filter
def labels(values: Iterable[StrEnum]) -> str:
    """Several of them in one line."""
    return _joined(label(value) for value in values)


@register.filter
def field_names(names: Iterable[str]) -> str:
    """Fields of the request form in one line."""
    return _joined(name_of(name, "field") for name in names)


def _joined(parts: Iterable[str]) -> str:
    return (", " if lang() == "en" else "、").join(parts)


@register.filter
def name_of(value: str, kind: str) -> str:
    """A verb, field, mask, event, comparison, breach or ending in words."""
    words = _BY_NAME[kind].get(value)
    return said(words) if words else value


@register.filter
def tone(value: StrEnum) -> str:
    """The tone of a state, outcome or sharing type."""
    return _TONES.get(value, Tone.QUIET).value


@register.filter
def gap_text(gap: Gap) -> str:
    """What a form does not say yet."""
    return message(gap.key)


@register.filter
def turn_text(turn: Turn | None) -> str:
    """Whose turn it is and for what: 提供方 市自然资源和规划局：拟写答复."""
    if turn is None:
        return ""
    side, verb = said(SIDE_WORDS[turn.side]), said(VERB_WORDS[turn.verb])
    who = f"{side} {turn.organ}".strip()
    return f"{who}: {verb}" if lang() == "en" else f"{who}：{verb}"
