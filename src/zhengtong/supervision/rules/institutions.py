"""Institution documents (制度文件): what a department or the data authority has to lay down in writing.  Pure.

Required is what the Decree asks of everybody in so many words; anything else a department lays down is 其他.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from zhengtong.kernel.errors import RuleBroken
from zhengtong.supervision.rules.findings import Words

TITLE_CHARS_MIN, TITLE_CHARS_MAX = 4, 200
NUMBER_CHARS_MAX = 80
DIGEST_CHARS = 64


class InstitutionKind(StrEnum):
    """What a document lays down (制度类别)."""

    OFFICE = "office"  # 共享工作机构及其职责
    SECURITY = "security"  # 数据安全和个人信息保护制度
    CORRECTION = "correction"  # 校核纠错规则
    MATCHING = "matching"  # 供需对接机制和工作流程
    OTHER = "other"  # 其他


@dataclass(frozen=True, slots=True)
class Requirement:
    """A kind of document, the article that asks for it, and of whom."""

    kind: InstitutionKind
    words: Words
    cites: str  # empty: asked by nobody
    authority_only: bool = False


_K = InstitutionKind
INSTITUTIONS: tuple[Requirement, ...] = (
    Requirement(
        _K.OFFICE, Words("政务数据共享工作机构及其职责", "Sharing office and its duties"), "政务数据共享条例 第十一条"
    ),
    Requirement(
        _K.SECURITY,
        Words("共享中的数据安全和个人信息保护制度", "Data security and protection of persons in sharing"),
        "政务数据共享条例 第十一条第五项",
    ),
    Requirement(
        _K.CORRECTION, Words("校核纠错规则和纠错渠道", "Rules and ways of correction"), "政务数据共享条例 第二十六条"
    ),
    Requirement(
        _K.MATCHING, Words("供需对接机制和工作流程", "Matching of demand and supply, with its steps"),
        "政务数据共享条例 第二十条", authority_only=True,
    ),
    Requirement(_K.OTHER, Words("其他制度", "Other"), ""),
)  # fmt: skip
INSTITUTION_WORDS = {one.kind: one.words for one in INSTITUTIONS}


@dataclass(frozen=True, slots=True)
class Held:
    """A document as far as the question of what is missing needs it."""

    kind: InstitutionKind
    in_force_from: date
    review_on: date | None
    ended_on: date | None

    def in_force(self, on: date) -> bool:
        """Whether it is in force on a day."""
        return self.in_force_from <= on and (self.ended_on is None or on < self.ended_on)

    def review_passed(self, on: date) -> bool:
        """Whether the day of its review has passed."""
        return self.review_on is not None and self.review_on < on


def required(*, is_authority: bool) -> tuple[Requirement, ...]:
    """What has to be laid down by a department, or by the data authority."""
    return tuple(one for one in INSTITUTIONS if one.cites and (is_authority or not one.authority_only))


def missing(held: Iterable[Held], *, on: date, is_authority: bool) -> tuple[Requirement, ...]:
    """What is required and not in force on a day."""
    there = {one.kind for one in held if one.in_force(on)}
    return tuple(one for one in required(is_authority=is_authority) if one.kind not in there)


def check_document(
    *, title: str, number: str, issued_on: date, in_force_from: date, review_on: date | None, digest: str, today: date
) -> None:
    """Raise RuleBroken for a document without title, of a day to come, or with days in the wrong order."""
    if not TITLE_CHARS_MIN <= len(title.strip()) <= TITLE_CHARS_MAX or len(number) > NUMBER_CHARS_MAX:
        raise RuleBroken("supervision.document_title")
    if issued_on > today:
        raise RuleBroken("supervision.document_not_issued", day=issued_on.isoformat())
    if in_force_from < issued_on or (review_on is not None and review_on <= in_force_from):
        raise RuleBroken("supervision.document_days")
    if digest and (len(digest) != DIGEST_CHARS or not set(digest) <= set("0123456789abcdef")):
        raise RuleBroken("supervision.document_digest")
