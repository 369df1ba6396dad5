"""What has happened to joint meetings, directives and bulletins (联席会议、交办、通报事件)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("supervision.meeting.recorded", version=1)
@dataclass(frozen=True, slots=True)
class MeetingRecorded(Event):
    """The minutes of a joint meeting were recorded (联席会议纪要)."""

    number: str
    held_on: date
    title: str
    present: tuple[UUID, ...]
    conclusions: int


@event("supervision.directive.issued", version=1)
@dataclass(frozen=True, slots=True)
class DirectiveIssued(Event):
    """A department was asked to do something by a day (交办)."""

    number: str
    kind: str
    organization: UUID
    finding: UUID | None
    text: str
    due_on: date
    issued_on: date
    about_kind: str = ""  # request, demand; empty: neither
    about: UUID | None = None


@event("supervision.directive.reported", version=1)
@dataclass(frozen=True, slots=True)
class DirectiveReported(Event):
    """The department reported what it did (报告办理情况)."""

    number: str
    reported_on: date


@event("supervision.directive.answered", version=1)
@dataclass(frozen=True, slots=True)
class DirectiveAnswered(Event):
    """Whoever asked accepted it, sent it back with another day, or withdrew it (确认、退回、撤回)."""

    number: str
    state: str
    answer: str
    due_on: date
    answered_on: date


@event("supervision.bulletin.issued", version=1)
@dataclass(frozen=True, slots=True)
class BulletinIssued(Event):
    """The data authority issued the month's report to the departments (通报)."""

    number: str
    month: str
    digest: str
    told: int
    issued_on: date


@event("supervision.bulletin.read", version=1)
@dataclass(frozen=True, slots=True)
class BulletinRead(Event):
    """A department has read it (已阅)."""

    number: str
    organization: UUID
    read_on: date
