"""Facts about entries and what surrounds them (目录事件)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("catalog.entry.drafted", version=1)
@dataclass(frozen=True, slots=True)
class EntryDrafted(Event):
    number: int
    guide_code: str
    provider: UUID


@event("catalog.entry.edited", version=1)
@dataclass(frozen=True, slots=True)
class EntryEdited(Event):
    number: int


@event("catalog.entry.submitted", version=1)
@dataclass(frozen=True, slots=True)
class EntrySubmitted(Event):
    """Sent to the department head."""

    number: int


@event("catalog.entry.signed", version=1)
@dataclass(frozen=True, slots=True)
class EntrySigned(Event):
    """Agreed by the department head and reported to the authority."""

    number: int
    on: date


@event("catalog.entry.returned", version=1)
@dataclass(frozen=True, slots=True)
class EntryReturned(Event):
    number: int
    on: date
    by_authority: bool
    reason: str


@event("catalog.entry.review-started", version=1)
@dataclass(frozen=True, slots=True)
class ReviewStarted(Event):
    number: int


@event("catalog.entry.published", version=1)
@dataclass(frozen=True, slots=True)
class EntryPublished(Event):
    number: int
    on: date
    guide_code: str
    share_type: str
    provider: UUID


@event("catalog.entry.superseded", version=1)
@dataclass(frozen=True, slots=True)
class EntrySuperseded(Event):
    number: int


@event("catalog.entry.change-reported", version=1)
@dataclass(frozen=True, slots=True)
class ChangeReported(Event):
    number: int
    happened_on: date
    reason: str


@event("catalog.entry.change-extended", version=1)
@dataclass(frozen=True, slots=True)
class ChangeExtended(Event):
    number: int
    days: int
    reason: str


@event("catalog.entry.change-filed", version=1)
@dataclass(frozen=True, slots=True)
class ChangeFiled(Event):
    """The new revision that answers a reported change was reported to the authority."""

    number: int
    on: date


@event("catalog.entry.change-owed-again", version=1)
@dataclass(frozen=True, slots=True)
class ChangeOwedAgain(Event):
    """The authority sent the new revision back, so that the reported change is unanswered again."""

    number: int
    on: date


@event("catalog.entry.revised", version=1)
@dataclass(frozen=True, slots=True)
class EntryRevised(Event):
    """A new revision was started from the current one."""

    number: int
    based_on: int


@event("catalog.entry.withdrawn", version=1)
@dataclass(frozen=True, slots=True)
class EntryWithdrawn(Event):
    number: int
    on: date
    reason: str


@event("catalog.source.named", version=1)
@dataclass(frozen=True, slots=True)
class SourceNamed(Event):
    item_name: str
    reason: str


@event("catalog.matter.added", version=1)
@dataclass(frozen=True, slots=True)
class MatterAdded(Event):
    code: str
    duty: UUID


@event("catalog.document.added", version=1)
@dataclass(frozen=True, slots=True)
class DocumentAdded(Event):
    matter: UUID
    direction: str


@event("catalog.document.shared", version=1)
@dataclass(frozen=True, slots=True)
class DocumentShared(Event):
    """An entry gives this material."""

    matter: UUID
    entry: UUID
    on: date


@event("catalog.document.cut", version=1)
@dataclass(frozen=True, slots=True)
class DocumentCut(Event):
    """Applicants are no longer asked for this material."""

    matter: UUID
    entry: UUID | None
    on: date


@event("catalog.column.decided", version=1)
@dataclass(frozen=True, slots=True)
class ColumnDecided(Event):
    """A person said what a column of a file is; the subject is the decision."""

    organization: UUID
    source: str
    field: str


@event("catalog.column.forgotten", version=1)
@dataclass(frozen=True, slots=True)
class ColumnForgotten(Event):
    """Such a decision counts no more."""

    organization: UUID
    source: str
