"""Values of supervision in the reader's language, and their tones: `{% load supervision_words %}`."""

from collections.abc import Mapping

from django import template
from django.utils.formats import number_format

from zhengtong.sharing.queries import LateKind
from zhengtong.supervision.rules import (
    STATE_WORDS,
    VERB_WORDS,
    Breach,
    Figure,
    FindingState,
    Month,
    Unit,
    Words,
)
from zhengtong.ui.language import lang
from zhengtong.ui.values import Tone

register = template.Library()

_TONES = {
    FindingState.OPEN: Tone.WAIT,
    FindingState.EXPLANATION_ASKED: Tone.WAIT,
    FindingState.EXPLAINED: Tone.WAIT,
    FindingState.CLOSED: Tone.GOOD,
    FindingState.UPHELD: Tone.LATE,
}
_PAGES = {
    LateKind.REPLY: "sharing:request",
    LateKind.DELIVERY: "sharing:grant",
    LateKind.CORRECTION: "sharing:correction",
}
_OWED = {
    LateKind.REPLY: Words("答复申请", "answer the request"),
    LateKind.DELIVERY: Words("提供数据", "deliver the data"),
    LateKind.CORRECTION: Words("核实校核", "verify the correction"),
}
_EVENTS = {
    "supervision.finding.opened": Words("期限已过，系统发现", "found: the limit had passed"),
    "supervision.finding.mended": Words("逾期后已办", "done after the limit"),
    "supervision.finding.explanation-asked": Words("要求部门说明", "explanation asked"),
    "supervision.finding.explained": Words("部门说明情况", "explained"),
    "supervision.finding.closed": Words("办结", "closed"),
    "supervision.finding.upheld": Words("认定属实", "upheld"),
}


@register.filter
def said(words: Words) -> str:
    """Words in the language of the page."""
    return words.en if lang() == "en" else words.zh


@register.filter
def state_label(state: FindingState) -> str:
    """A state in words."""
    return said(STATE_WORDS[FindingState(state)])


@register.filter
def state_tone(state: FindingState) -> str:
    """Red only for what a person found to be a breach."""
    return _TONES[FindingState(state)].value


@register.filter
def verb_label(verb: str) -> str:
    """A verb in words."""
    return said(VERB_WORDS[verb])


@register.filter
def breach_name(breach: Breach) -> str:
    """The breach in words."""
    return breach.name(lang())


@register.filter
def breach_cites(breach: Breach) -> str:
    """The item of the Decree."""
    return breach.cites(lang())


@register.filter
def owed(kind: LateKind) -> str:
    """What was owed."""
    return said(_OWED[LateKind(kind)])


@register.filter
def page_of(kind: LateKind) -> str:
    """The page of the thing a finding is about."""
    return _PAGES[LateKind(kind)]


@register.filter
def event_label(name: str) -> str:
    """What happened, in words."""
    return said(_EVENTS[name]) if name in _EVENTS else name


@register.filter
def value_of(values: Mapping[str, int | None], figure: Figure) -> str:
    """A figure as people write it: 1,234 · 97.5% · —."""
    return shown(values.get(figure.key), figure)


@register.filter
def raw_of(values: Mapping[str, int | None], figure: Figure) -> int:
    """A figure as a number, nothing as zero: to decide whether there is a list behind it."""
    return values.get(figure.key) or 0


@register.filter
def month_text(month: Month) -> str:
    """A month as people say it: 2026年10月 / October 2026."""
    return f"{month.first:%B %Y}" if lang() == "en" else f"{month.first.year}年{month.first.month}月"


def shown(value: int | None, figure: Figure) -> str:
    """A figure as people write it."""
    if value is None:
        return "—"
    if figure.unit is Unit.PERMILLE:
        return f"{value // 10}%" if value % 10 == 0 else f"{value / 10:.1f}%"
    return str(number_format(value, use_l10n=True, force_grouping=True))
