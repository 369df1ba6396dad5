"""Facts about the journal itself (日志事件): how long records are kept, and what was disposed of."""

from dataclasses import dataclass
from datetime import date, datetime

from zhengtong.kernel.events import Event, event


@event("journal.retention.set", version=1)
@dataclass(frozen=True, slots=True)
class RetentionSet(Event):
    """The data authority set how long a kind of record is kept (保存期限)."""

    kind: str
    days: int
    days_before: int
    ground: str


@event("journal.records.disposed", version=1)
@dataclass(frozen=True, slots=True)
class RecordsDisposed(Event):
    """Records past their period were deleted or blanked; the ids stand only as a digest (处置)."""

    kind: str
    then: str
    before: datetime
    count: int
    digest: str
    days: int


@event("journal.drill.recorded", version=1)
@dataclass(frozen=True, slots=True)
class DrillRecorded(Event):
    """A protection was tried out: a restore, a change of keys, an emergency stop (演练)."""

    what: str
    outcome: str
    held_on: date
