"""Facts about assessments (评估事件).  The subject is the assessment."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("catalog.assessment.stated", version=1)
@dataclass(frozen=True, slots=True)
class AssessmentStated(Event):
    """A department stated, on submitting an entry, by which document it was assessed and for which items."""

    entry: UUID
    number: int  # version of the entry
    kind: str
    document: str
    items: tuple[str, ...]
    stated_on: date
