"""Facts about data profiles (数据画像事件).  The subject is the profile."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("catalog.profile.filed", version=1)
@dataclass(frozen=True, slots=True)
class ProfileFiled(Event):
    """A provider filed what its node found in the table behind an entry: shares and counts, no values."""

    entry: UUID
    table: str
    rows: int
    filled: int
    valid: int
    items: int
    filed_on: date
