"""What has happened to institution documents, training and money (保障机制事件).  Amounts are yuan as texts."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("supervision.document.filed", version=1)
@dataclass(frozen=True, slots=True)
class DocumentFiled(Event):
    """An organization filed a document by which it lays something down (制度文件登记)."""

    organization: UUID
    kind: str
    title: str
    document_number: str
    issued_on: date
    in_force_from: date
    review_on: date | None
    digest: str
    replaces: UUID | None
    filed_on: date


@event("supervision.document.ended", version=1)
@dataclass(frozen=True, slots=True)
class DocumentEnded(Event):
    """A document is no longer in force: repealed, or replaced by another (制度文件废止)."""

    reason: str
    ended_on: date


@event("supervision.training.plan-set", version=1)
@dataclass(frozen=True, slots=True)
class TrainingPlanSet(Event):
    """The data authority set what a year asks of whom (年度培训计划)."""

    year: int
    serial: int
    roles: tuple[str, ...]
    hours: str
    reason: str


@event("supervision.training.recorded", version=1)
@dataclass(frozen=True, slots=True)
class TrainingRecorded(Event):
    """A training was held; who took part is counted here and named in its rows (培训记录)."""

    organization: UUID
    topic: str
    held_on: date
    hours: str
    attendees: int


@event("supervision.budget.asked", version=1)
@dataclass(frozen=True, slots=True)
class MoneyAsked(Event):
    """A department asked for money for sharing in a year (经费申报)."""

    number: str
    organization: UUID
    year: int
    kind: str
    project: UUID | None
    asked: str
    asked_on: date


@event("supervision.budget.decided", version=1)
@dataclass(frozen=True, slots=True)
class MoneyDecided(Event):
    """It was listed, left out or withdrawn (列入意见)."""

    number: str
    state: str
    listed: str  # empty: nothing
    reason: str
    decided_on: date


@event("supervision.budget.reported", version=1)
@dataclass(frozen=True, slots=True)
class SpendingReported(Event):
    """The department reported what was spent and what came of it (执行报告)."""

    number: str
    spent: str
    reported_on: date


@event("supervision.budget.evaluated", version=1)
@dataclass(frozen=True, slots=True)
class MoneyEvaluated(Event):
    """The authority evaluated what came of it (绩效评价)."""

    number: str
    rating: str
    evaluated_on: date
