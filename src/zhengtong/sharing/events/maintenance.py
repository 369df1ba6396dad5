"""Facts about planned maintenance (计划维护事件)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("sharing.maintenance.announced", version=1)
@dataclass(frozen=True, slots=True)
class MaintenanceAnnounced(Event):
    """A provider announced a time in which its service will not answer (计划维护通知)."""

    entry: UUID
    provider: UUID
    begins_at: datetime
    ends_at: datetime
    reason: str


@event("sharing.maintenance.cancelled", version=1)
@dataclass(frozen=True, slots=True)
class MaintenanceCancelled(Event):
    """The maintenance does not take place (取消维护)."""

    entry: UUID
    provider: UUID
