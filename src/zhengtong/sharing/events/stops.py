"""Facts about emergency stops (紧急停用事件)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("sharing.stop.ordered", version=1)
@dataclass(frozen=True, slots=True)
class StopOrdered(Event):
    """A resource, a node or a consumer was halted (紧急停用)."""

    number: str
    scope: str
    organization: UUID
    entry: UUID | None
    reason: str
    grants: int
    told: tuple[UUID, ...]
    ordered_on: date


@event("sharing.stop.lifted", version=1)
@dataclass(frozen=True, slots=True)
class StopLifted(Event):
    """Another person let it run again (恢复)."""

    number: str
    report: str
    lifted_on: date
