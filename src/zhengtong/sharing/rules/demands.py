"""Demands (共享需求, 供需对接).  Articles 19, 20 and 24.  Pure.

A demand is a need for data that may have no catalogue entry yet.  The data authority coordinates it: it names the
source department, which catalogues the data; the demand is linked to the entry, from which the consumer asks.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.lifecycle import Lifecycle, Step
from zhengtong.parties.rules import ROLE_WORDS, Role, region_chain
from zhengtong.sharing.rules.words import Words

TEXT_CHARS_MIN = 4


class DemandState(StrEnum):
    """Where a demand stands (需求状态)."""

    RAISED = "raised"  # 已提出
    COORDINATING = "coordinating"  # 协调中
    MET = "met"  # 已满足
    WITHDRAWN = "withdrawn"  # 已撤回


_D = DemandState
_OFFICER = frozenset({Role.DATA_OFFICER.value})
_EITHER = _OFFICER | {Role.SHARING_OFFICE_HEAD.value}
_AUTHORITY = frozenset({Role.AUTHORITY_REVIEWER.value, Role.AUTHORITY_LEADER.value})
_19, _20 = "第十九条", "第二十条"
OPEN_DEMANDS = (_D.RAISED, _D.COORDINATING)

DEMAND_WORDS: dict[StrEnum, Words] = {
    _D.RAISED: Words("已提出，待协调", "Raised"),
    _D.COORDINATING: Words("协调中", "Being coordinated"),
    _D.MET: Words("已满足", "Met"),
    _D.WITHDRAWN: Words("已撤回", "Withdrawn"),
}
DEMAND_VERBS: dict[str, Words] = {
    "coordinate": Words("协调", "coordinate"),
    "name_source": Words("明确数源部门", "name the source department"),
    "link": Words("对应到目录条目", "link to an entry"),
    "offer_help": Words("提供指导和服务", "offer help"),
    "meet": Words("标记为已满足", "mark as met"),
    "withdraw": Words("撤回需求", "withdraw"),
}

DEMAND = Lifecycle(
    name="共享需求",
    start=_D.RAISED,
    steps=(
        *(
            Step(verb, state, _D.COORDINATING, by=by, cites=cites, needs=needs)
            for state in OPEN_DEMANDS
            for verb, by, cites, needs in (
                ("coordinate", _AUTHORITY, _20, "协调情况"),
                ("name_source", _AUTHORITY, _19, "数源部门、编目日期"),
                ("link", _AUTHORITY | _OFFICER, _20, "已发布的目录条目"),
                ("offer_help", _AUTHORITY | _EITHER, _20, "怎样帮助、联系人、日期"),
            )
        ),
        Step("meet", _D.COORDINATING, _D.MET, by=_AUTHORITY, cites=_20, needs="怎样满足"),
        *(Step("withdraw", state, _D.WITHDRAWN, by=_EITHER, cites=_20, needs="理由") for state in OPEN_DEMANDS),
    ),
    words={
        **{
            code: (said.zh, said.en)
            for code, said in {
                "共享需求": Words("共享需求", "demand"),
                **{str(state): words for state, words in DEMAND_WORDS.items()},
                **DEMAND_VERBS,
            }.items()
        },
        **ROLE_WORDS,
    },
)


class OnboardingStage(StrEnum):
    """A step of the way from need to data (对接步骤)."""

    SOURCE = "source"  # 明确数源部门
    CATALOGUE = "catalogue"  # 编制并发布目录
    REQUEST = "request"  # 提出共享申请
    GRANT = "grant"  # 答复申请
    DELIVERY = "delivery"  # 提供数据
    DONE = "done"  # 已用上


class OnboardingTurn(StrEnum):
    """Whose turn a step is (轮到谁)."""

    AUTHORITY = "authority"
    SOURCE = "source"
    CONSUMER = "consumer"
    NOBODY = "nobody"


ONBOARDING_WORDS: dict[OnboardingStage, Words] = {
    OnboardingStage.SOURCE: Words("明确数源部门", "Name the source"),
    OnboardingStage.CATALOGUE: Words("编制并发布目录", "Catalogue"),
    OnboardingStage.REQUEST: Words("提出共享申请", "Request"),
    OnboardingStage.GRANT: Words("答复申请", "Answer"),
    OnboardingStage.DELIVERY: Words("提供数据", "Deliver"),
    OnboardingStage.DONE: Words("已用上", "In use"),
}
_TURNS: dict[OnboardingStage, OnboardingTurn] = {
    OnboardingStage.SOURCE: OnboardingTurn.AUTHORITY,
    OnboardingStage.CATALOGUE: OnboardingTurn.SOURCE,
    OnboardingStage.REQUEST: OnboardingTurn.CONSUMER,
    OnboardingStage.GRANT: OnboardingTurn.SOURCE,
    OnboardingStage.DELIVERY: OnboardingTurn.SOURCE,
    OnboardingStage.DONE: OnboardingTurn.NOBODY,
}


@dataclass(frozen=True, slots=True)
class Onboarding:
    """The days on which the steps of one demand were done; None: not yet (对接进度)."""

    raised_on: date
    source_on: date | None = None
    linked_on: date | None = None  # linked to an entry in force
    requested_on: date | None = None
    granted_on: date | None = None
    delivered_on: date | None = None
    refused_on: date | None = None  # the last request was refused or taken back, and nothing was asked since
    met_on: date | None = None  # closed as met, in whatever way
    supplementing: bool = False  # the request waits for what the consumer has to add (第二十一条)
    catalog_by: date | None = None  # 第十九条
    reply_by: date | None = None  # 第二十一条
    deliver_by: date | None = None  # 第二十二条
    provisional: bool = False  # that the due day of this stage may still move

    @property
    def done(self) -> tuple[date | None, ...]:
        """The days of the five steps that somebody has to take, in their order."""
        return (self.source_on, self.linked_on, self.requested_on, self.granted_on, self.delivered_on)

    @property
    def stage(self) -> OnboardingStage:
        """The first step after the last one done: a later step shows that the earlier ones are no longer needed."""
        if self.met_on:
            return OnboardingStage.DONE
        last = max((number for number, day in enumerate(self.done, 1) if day), default=0)
        return tuple(OnboardingStage)[last]

    @property
    def turn(self) -> OnboardingTurn:
        """Whose turn it is; a request with gaps is the consumer's."""
        if self.stage is OnboardingStage.GRANT and self.supplementing:
            return OnboardingTurn.CONSUMER
        return _TURNS[self.stage]

    @property
    def since(self) -> date:
        """Since when it is: the day of the latest step done, or of the refusal that sent it back."""
        return max(day for day in (self.raised_on, *self.done, self.refused_on, self.met_on) if day)

    @property
    def due_on(self) -> date | None:
        """The day by which the next step is owed; None where the law and the authority set none."""
        days = {
            OnboardingStage.CATALOGUE: self.catalog_by,
            OnboardingStage.GRANT: None if self.supplementing else self.reply_by,
            OnboardingStage.DELIVERY: self.deliver_by,
        }
        return days.get(self.stage)

    def late(self, on: date) -> bool:
        """Whether that day has passed; never on a provisional day."""
        return self.due_on is not None and self.due_on < on and not self.provisional


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


def check_source(*, catalog_by: date, today: date) -> None:
    """Raise RuleBroken unless the day by which the source catalogues is to come (第十九条)."""
    if catalog_by <= today:
        raise RuleBroken("sharing.demand_day_passed")


def check_help(*, text: str, contact: str, day: date, today: date) -> None:
    """Raise RuleBroken unless an offer says how, by whom, and on a day that is not over."""
    if len(text.strip()) < TEXT_CHARS_MIN or not contact.strip():
        raise RuleBroken("sharing.help_incomplete")
    if day < today:
        raise RuleBroken("sharing.demand_day_passed")


def check_backflow(*, consumer: str, holder: str | None) -> None:
    """Raise RuleBroken unless the holder is a department of a level above the consumer's place (条例 第二十四条)."""
    if holder is None or holder == consumer or holder not in region_chain(consumer):
        raise RuleBroken("sharing.backflow_from_above")
