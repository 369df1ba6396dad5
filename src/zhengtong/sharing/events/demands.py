"""Facts about demands (需求事件)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("sharing.demand.raised", version=1)
@dataclass(frozen=True, slots=True)
class DemandRaised(Event):
    """A department needs data for which there may be no entry (共享需求, 条例 第二十条)."""

    number: str
    consumer: UUID
    holder: UUID | None
    raised_on: date


@event("sharing.demand.coordinated", version=1)
@dataclass(frozen=True, slots=True)
class DemandCoordinated(Event):
    """The data authority works on it (协调)."""

    number: str
    note: str


@event("sharing.demand.met", version=1)
@dataclass(frozen=True, slots=True)
class DemandMet(Event):
    """There is an entry or a service now (已满足)."""

    number: str
    entry: UUID | None
    note: str
    ended_on: date


@event("sharing.demand.withdrawn", version=1)
@dataclass(frozen=True, slots=True)
class DemandWithdrawn(Event):
    """It is no longer needed (撤回)."""

    number: str
    reason: str
    ended_on: date


@event("sharing.demand.source-named", version=1)
@dataclass(frozen=True, slots=True)
class DemandSourceNamed(Event):
    """The data authority named the source department, and until when it catalogues (明确数源部门, 条例 第十九条)."""

    number: str
    source: UUID
    catalog_by: date
    note: str
    named_on: date


@event("sharing.demand.linked", version=1)
@dataclass(frozen=True, slots=True)
class DemandLinked(Event):
    """A published entry offers what is needed; the demand stays open until it is used (对应到目录)."""

    number: str
    entry: UUID
    linked_on: date


@event("sharing.demand.help-offered", version=1)
@dataclass(frozen=True, slots=True)
class DemandHelpOffered(Event):
    """The data authority or a holder offered guidance and service (提供指导和服务)."""

    number: str
    organization: UUID
    day: date


@event("sharing.demand.help-read", version=1)
@dataclass(frozen=True, slots=True)
class DemandHelpRead(Event):
    """Whoever raised the demand has read the offers (已阅)."""

    number: str
    read_on: date
