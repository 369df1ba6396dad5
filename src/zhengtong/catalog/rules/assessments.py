"""Assessments before an entry is submitted (保密风险评估、个人信息保护影响评估).  条例 第十三条.  Pure.

An assessment is known by its document number.  It covers the items it was stated for when the entry was submitted; an
item that came later needs a new one.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from zhengtong.catalog.rules.terms import EntryDraft
from zhengtong.kernel.errors import RuleBroken


class AssessmentKind(StrEnum):
    """What is assessed."""

    SECRECY = "secrecy"  # 保密风险评估
    PERSONAL = "personal"  # 个人信息保护影响评估


KIND_LABELS: dict[AssessmentKind, tuple[str, str]] = {
    AssessmentKind.SECRECY: ("保密风险评估", "Secrecy review"),
    AssessmentKind.PERSONAL: ("个人信息保护影响评估", "Personal-information assessment"),
}


@dataclass(frozen=True, slots=True)
class Stated:
    """What an entry states: the document, and the items it must cover by code → name."""

    kind: AssessmentKind
    document: str
    items: Mapping[str, str]


def stated(content: EntryDraft) -> tuple[Stated, ...]:
    """What an entry states of both, blank ones apart.  Secrecy covers every item, the other the personal ones."""
    every = {item.code: item.name for item in content.items}
    personal = {item.code: item.name for item in content.items if item.is_personal}
    found = (
        Stated(AssessmentKind.SECRECY, content.secrecy_review.strip(), every),
        Stated(AssessmentKind.PERSONAL, content.pi_assessment.strip(), personal),
    )
    return tuple(one for one in found if one.document)


def check_covers(one: Stated, covered: Collection[str]) -> None:
    """Raise RuleBroken unless the items the document covered then are all there are now."""
    fresh = [name for code, name in one.items.items() if code not in covered]
    if fresh:
        zh, en = KIND_LABELS[one.kind]
        raise RuleBroken("catalog.assessment_outdated", kind=zh, kind_en=en, document=one.document, items=_some(fresh))


def _some(names: Iterable[str], *, most: int = 5) -> str:
    held = list(names)
    return "、".join(held[:most]) + ("…" if len(held) > most else "")
