"""Facts about data passed on (二次共享事件).  The subject is the derivation."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("catalog.derivation.asked", version=1)
@dataclass(frozen=True, slots=True)
class DerivationAsked(Event):
    """A department says that an entry's data come from another's, and asks for consent."""

    entry: UUID
    source: UUID
    text: str
    asked_on: date


@event("catalog.derivation.answered", version=1)
@dataclass(frozen=True, slots=True)
class DerivationAnswered(Event):
    """The provider consented, refused, or took its consent back."""

    entry: UUID
    source: UUID
    state: str
    answer: str
    answered_on: date


@event("catalog.derivation.ended", version=1)
@dataclass(frozen=True, slots=True)
class DerivationEnded(Event):
    """The entry no longer uses these data."""

    entry: UUID
    source: UUID
    answer: str
    ended_on: date
