"""Values of supervision in the reader's language, and their tones: `{% load supervision_words %}`."""

from collections.abc import Mapping
from datetime import date

from django import template
from django.utils.formats import number_format

from zhengtong.supervision.rules import (
    FACT_WORDS,
    STATE_WORDS,
    VERB_WORDS,
    Breach,
    Figure,
    FindingKind,
    FindingState,
    Month,
    Unit,
    Words,
)
from zhengtong.supervision.rules.projects import MONEY_WORDS, PROJECT_VERBS, STAGE_WORDS, Money, ProjectStage
from zhengtong.supervision.rules.quality import CHECK_WORDS, PART_WORDS, Part, Score
from zhengtong.ui import dates
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


@register.filter
def check_name(check: str) -> str:
    """What a check of quality looks at."""
    return said(CHECK_WORDS[check][0])


@register.filter
def check_fix(check: str) -> str:
    """How to improve it."""
    return said(CHECK_WORDS[check][1])


@register.filter
def part_name(part: Part) -> str:
    """A part of the score."""
    return said(PART_WORDS[Part(part)])


@register.filter
def points(permille: int | None) -> str:
    """A score out of a hundred; a dash where nothing is known."""
    return "—" if permille is None else str(round(permille / 10))


@register.filter
def part_points(line: Score, part: Part) -> str:
    """The score of one part."""
    return points(line.part(Part(part)))


_PAGES = {
    FindingKind.REPLY: "sharing:request",
    FindingKind.DELIVERY: "sharing:grant",
    FindingKind.CORRECTION: "sharing:correction",
    FindingKind.CATALOG_UPDATE: "catalog:entry",
    FindingKind.REFUSAL: "sharing:request",
    FindingKind.SERVICE: "sharing:grant",
    FindingKind.MISUSE: "sharing:grant",
    FindingKind.MEDIATION: "sharing:dispute",
    FindingKind.DISPOSAL: "sharing:disposal",
    FindingKind.SOURCE_HELP: "sharing:correction",
    FindingKind.BACKFLOW: "sharing:demand",
    FindingKind.JOINING: "sharing:grant",
    FindingKind.USE_RECORD: "sharing:grant",
    FindingKind.INCIDENT: "sharing:stop",
    FindingKind.RECOLLECTION: "catalog:document",
    FindingKind.SOURCE: "catalog:document",
}
_OWED = {
    FindingKind.REPLY: Words("答复申请", "answer the request"),
    FindingKind.DELIVERY: Words("提供数据", "deliver the data"),
    FindingKind.CORRECTION: Words("核实校核", "verify the correction"),
    FindingKind.CATALOG_UPDATE: Words("更新目录", "update the entry"),
    FindingKind.REFUSAL: Words("不同意共享", "refusal"),
    FindingKind.SERVICE: Words("已提供的服务", "service provided"),
    FindingKind.MISUSE: Words("使用共享数据", "use of shared data"),
    FindingKind.MEDIATION: Words("协调争议", "mediate the dispute"),
    FindingKind.DISPOSAL: Words("处置数据", "dispose of the data"),
    FindingKind.SOURCE_HELP: Words("配合数源部门核实", "help the source department"),
    FindingKind.BACKFLOW: Words("回流数据", "give the data back"),
    FindingKind.JOINING: Words("接入一体化体系", "join the network"),
    FindingKind.USE_RECORD: Words("保存使用记录", "keep the records of use"),
    FindingKind.INCIDENT: Words("消除安全隐患", "put the security right"),
    FindingKind.RECOLLECTION: Words("不再收取材料", "stop asking for the material"),
    FindingKind.SOURCE: Words("明确数源部门", "name the source department"),
}
_EVENTS = {
    "supervision.finding.opened": Words("系统按规则发现", "found by rule"),
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
def owed(kind: FindingKind) -> str:
    """What was owed."""
    return said(_OWED[FindingKind(kind)])


@register.filter
def fact_name(name: str) -> str:
    """The name of a fact that a detector used."""
    return said(FACT_WORDS[name]) if name in FACT_WORDS else name


@register.filter
def fact_text(text: str) -> str:
    """A fact as people read it: a day as a day."""
    try:
        return dates.day(date.fromisoformat(text), lang=lang())
    except ValueError:
        return text


@register.filter
def page_of(kind: FindingKind) -> str:
    """The page of the thing a finding is about."""
    return _PAGES[FindingKind(kind)]


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


@register.filter
def stage_label(stage: ProjectStage) -> str:
    """A stage of a project in words."""
    return said(STAGE_WORDS[ProjectStage(stage)])


@register.filter
def stage_tone(stage: ProjectStage) -> str:
    """Its tone."""
    tones = {ProjectStage.PLANNED: Tone.WAIT, ProjectStage.APPROVED: Tone.WAIT, ProjectStage.ACCEPTED: Tone.GOOD}
    return tones.get(ProjectStage(stage), Tone.OFF).value


@register.filter
def project_verb(verb: str) -> str:
    """A verb of a project in words."""
    return said(PROJECT_VERBS[verb])


@register.filter
def money_label(money: Money) -> str:
    """What was said of a year's money."""
    return said(MONEY_WORDS[Money(money)])
