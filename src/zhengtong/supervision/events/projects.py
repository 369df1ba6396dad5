"""What has happened to information projects (信息化项目事件)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("supervision.project.planned", version=1)
@dataclass(frozen=True, slots=True)
class ProjectPlanned(Event):
    """A department put an information project before the data authority (条例 第三十八条)."""

    number: str
    organization: UUID
    name: str
    entries: tuple[UUID, ...]
    planned_on: date


@event("supervision.project.decided", version=1)
@dataclass(frozen=True, slots=True)
class ProjectDecided(Event):
    """It was approved, refused, accepted or withdrawn."""

    number: str
    stage: str
    reason: str
    decided_on: date


@event("supervision.project.money-judged", version=1)
@dataclass(frozen=True, slots=True)
class ProjectMoneyJudged(Event):
    """The authority supports a year's money for operation, or does not."""

    number: str
    year: int
    money: str
    reason: str
    judged_on: date
