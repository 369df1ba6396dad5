"""Facts about persons' requests and flagged cases (个人更正请求事件).  Who asked and what stays in sealed columns."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("sharing.person.taken", version=1)
@dataclass(frozen=True, slots=True)
class PersonTaken(Event):
    """A person said that a value about him is wrong or incomplete (个人信息保护法 第四十六条)."""

    number: str
    organization: UUID
    provider: UUID
    entry: UUID
    item: str
    taken_on: date


@event("sharing.person.passed-on", version=1)
@dataclass(frozen=True, slots=True)
class PersonPassedOn(Event):
    """It went on to the department the value comes from, as a correction (条例 第二十六条)."""

    number: str
    correction: UUID
    passed_on: date


@event("sharing.person.verified", version=1)
@dataclass(frozen=True, slots=True)
class PersonVerified(Event):
    """The department looked into its own data; `told` are the organizations that read the item."""

    number: str
    outcome: str
    told: tuple[UUID, ...]
    verified_on: date


@event("sharing.person.told", version=1)
@dataclass(frozen=True, slots=True)
class PersonTold(Event):
    """The person was told what became of it (告知本人)."""

    number: str
    channel: str
    told_on: date
    due_on: date
    late: bool


@event("sharing.person.withdrawn", version=1)
@dataclass(frozen=True, slots=True)
class PersonWithdrawn(Event):
    """The person took it back."""

    number: str
    ended_on: date


@event("sharing.person.acknowledged", version=1)
@dataclass(frozen=True, slots=True)
class PersonAcknowledged(Event):
    """An organization that was told has read it (已知悉)."""

    number: str
    organization: UUID
    acknowledged_on: date


@event("sharing.person.cases-flagged", version=1)
@dataclass(frozen=True, slots=True)
class PersonCasesFlagged(Event):
    """Cases in which the doubted value was used, which go on all the same (标记办件，照常办理)."""

    organization: UUID
    cases: tuple[str, ...]
    flagged_on: date


@event("sharing.correction.cases-flagged", version=1)
@dataclass(frozen=True, slots=True)
class CorrectionCasesFlagged(Event):
    """Cases in which the doubted value was used, which go on all the same (标记办件，照常办理)."""

    organization: UUID
    cases: tuple[str, ...]
    flagged_on: date
