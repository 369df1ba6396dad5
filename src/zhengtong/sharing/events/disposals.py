"""Facts about disposals (数据处置事件).  The subject is the grant."""

from dataclasses import dataclass
from datetime import date

from zhengtong.kernel.events import Event, event


@event("sharing.disposal.owed", version=1)
@dataclass(frozen=True, slots=True)
class DisposalOwed(Event):
    """A delivered grant ended: what was shared under it is to be disposed of (条例 第二十七条第一款)."""

    number: str
    ended_on: date
    due_on: date


@event("sharing.disposal.reported", version=1)
@dataclass(frozen=True, slots=True)
class DisposalReported(Event):
    """The consumer said how."""

    number: str
    method: str
    evidence: str
    legal_basis: str
    reported_on: date


@event("sharing.disposal.accepted", version=1)
@dataclass(frozen=True, slots=True)
class DisposalAccepted(Event):
    """The provider is content."""

    number: str
    answered_on: date


@event("sharing.disposal.asked-again", version=1)
@dataclass(frozen=True, slots=True)
class DisposalAskedAgain(Event):
    """The provider is not, and says why."""

    number: str
    reason: str
    answered_on: date
