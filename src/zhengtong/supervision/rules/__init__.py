"""The rules of supervision (督查规则): pure, named after the articles they apply.

`breaches`  the breaches that articles 39 to 41 name, and what detects each
`findings`  the lifecycle of a finding
`figures`   what the monthly report counts
`months`    the month a report is about, and its ratios
"""

from zhengtong.supervision.rules.breaches import BREACHES, Breach, Detector, Party, breach_of_limit, with_detector
from zhengtong.supervision.rules.figures import FIGURES, SECTIONS, Figure, Section, Source, Unit, total, with_ratios
from zhengtong.supervision.rules.findings import (
    EXPLANATION,
    FINDING,
    LIVE_FINDINGS,
    STATE_WORDS,
    TEXT_CHARS_MAX,
    VERB_WORDS,
    FindingState,
    Words,
    check_explanation,
    check_reason,
    explanation_clock,
    finding_number,
)
from zhengtong.supervision.rules.months import Month, month_of, permille
from zhengtong.supervision.rules.suspects import FACT_WORDS, FindingKind, Suspect

__all__ = [
    "BREACHES",
    "EXPLANATION",
    "FACT_WORDS",
    "FIGURES",
    "FINDING",
    "LIVE_FINDINGS",
    "SECTIONS",
    "STATE_WORDS",
    "TEXT_CHARS_MAX",
    "VERB_WORDS",
    "Breach",
    "Detector",
    "Figure",
    "FindingKind",
    "FindingState",
    "Month",
    "Party",
    "Section",
    "Source",
    "Suspect",
    "Unit",
    "Words",
    "breach_of_limit",
    "check_explanation",
    "check_reason",
    "explanation_clock",
    "finding_number",
    "month_of",
    "permille",
    "total",
    "with_detector",
    "with_ratios",
]
