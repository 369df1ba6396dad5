"""Information projects (信息化项目): no catalogue, no approval; not registered, no acceptance; no sharing, no money.

Article 38 of the Decree makes sharing the basis for what is invested and paid for operation.  The three gates follow
国发〔2016〕51号 第二十条; its article numbers are from memory [M].  The program shows facts; people decide.  Pure.
"""

from dataclasses import dataclass
from enum import StrEnum

from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.lifecycle import Lifecycle, Step
from zhengtong.parties.rules import ROLE_WORDS, Role
from zhengtong.supervision.rules.findings import Words

TEXT_CHARS_MIN, TEXT_CHARS_MAX = 4, 2_000
_38 = "政务数据共享条例 第三十八条"
_20 = "国发〔2016〕51号 第二十条（条号凭记忆）"


class ProjectStage(StrEnum):
    """Where a project stands (项目阶段)."""

    PLANNED = "planned"  # 申报
    APPROVED = "approved"  # 已立项
    REFUSED = "refused"  # 不予立项
    ACCEPTED = "accepted"  # 已验收，运行
    WITHDRAWN = "withdrawn"  # 已撤回


class Money(StrEnum):
    """What the data authority says of a year's money for operation (运维经费意见)."""

    SUPPORT = "support"  # 支持安排
    DECLINE = "decline"  # 不支持安排


_P = ProjectStage
_OFFICER = frozenset({Role.DATA_OFFICER.value})
_LEADER = frozenset({Role.AUTHORITY_LEADER.value})

STAGE_WORDS: dict[ProjectStage, Words] = {
    _P.PLANNED: Words("申报", "Planned"),
    _P.APPROVED: Words("同意立项", "Approved"),
    _P.REFUSED: Words("不同意立项", "Refused"),
    _P.ACCEPTED: Words("通过验收", "Accepted"),
    _P.WITHDRAWN: Words("已撤回", "Withdrawn"),
}
PROJECT_VERBS: dict[str, Words] = {
    "approve": Words("同意立项", "approve"),
    "refuse": Words("不同意立项", "refuse"),
    "accept": Words("同意验收", "accept"),
    "judge_money": Words("提出运维经费意见", "judge the year's money"),
    "withdraw": Words("撤回", "withdraw"),
}
MONEY_WORDS: dict[Money, Words] = {
    Money.SUPPORT: Words("支持安排运维经费", "money for operation supported"),
    Money.DECLINE: Words("不支持安排运维经费", "money for operation not supported"),
}

PROJECT = Lifecycle(
    name="信息化项目",
    start=_P.PLANNED,
    steps=(
        Step("approve", _P.PLANNED, _P.APPROVED, by=_LEADER, cites=_20, needs="已编制的目录"),
        Step("refuse", _P.PLANNED, _P.REFUSED, by=_LEADER, cites=_38, needs="理由"),
        Step("withdraw", _P.PLANNED, _P.WITHDRAWN, by=_OFFICER, cites=_38, needs="理由"),
        Step("accept", _P.APPROVED, _P.ACCEPTED, by=_LEADER, cites=_20, needs="目录已发布"),
        Step("judge_money", _P.ACCEPTED, _P.ACCEPTED, by=_LEADER, cites=_38, needs="共享情况"),
    ),
    words={
        **{
            code: (said.zh, said.en)
            for code, said in {
                "信息化项目": Words("信息化项目", "project"),
                **{str(stage): words for stage, words in STAGE_WORDS.items()},
                **PROJECT_VERBS,
            }.items()
        },
        **ROLE_WORDS,
    },
)


@dataclass(frozen=True, slots=True)
class SharingFacts:
    """What is known of how a project's data are shared: numbers, each with a list behind it."""

    entries: int  # catalogue entries named for the project
    unpublished: int  # of these: not in force
    late_deliveries: int  # grants for them not delivered in time
    upheld: int  # findings against the department, upheld by people in the last year, as a provider

    @property
    def compiled(self) -> bool:
        """Gate 1: there is a catalogue."""
        return self.entries > 0

    @property
    def registered(self) -> bool:
        """Gate 2: every entry is in force."""
        return self.entries > 0 and self.unpublished == 0

    @property
    def sharing(self) -> bool:
        """Gate 3: registered, nothing owed, nothing upheld."""
        return self.registered and self.late_deliveries == 0 and self.upheld == 0


def check_gate(verb: str, facts: SharingFacts, *, money: Money | None = None) -> None:
    """Raise RuleBroken where a gate is shut: approval, acceptance, support with money."""
    if verb == "approve" and not facts.compiled:
        raise RuleBroken("supervision.project_no_catalogue")
    if verb == "accept" and not facts.registered:
        raise RuleBroken("supervision.project_not_registered", count=facts.unpublished or 1)
    if verb == "judge_money" and money is Money.SUPPORT and not facts.sharing:
        raise RuleBroken(
            "supervision.project_not_sharing", unpublished=facts.unpublished, late=facts.late_deliveries,
            upheld=facts.upheld,
        )  # fmt: skip


def check_words(text: str) -> None:
    """Raise RuleBroken unless a decision says why."""
    if not TEXT_CHARS_MIN <= len(text.strip()) <= TEXT_CHARS_MAX:
        raise RuleBroken("supervision.reason_empty")


def project_number(*, year: int, sequence: int) -> str:
    """The number people see: 项目〔2026〕0001号."""
    return f"项目〔{year}〕{sequence:04d}号"
