"""What a node says of itself (结点运行状态): caches for the pages, never evidence."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from zhengtong.exchange.models import Node
from zhengtong.exchange.rules import NodeState
from zhengtong.exchange.services.publicity import queue_publication
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import RuleBroken


@dataclass(frozen=True, slots=True)
class StatusReport:
    """A node's report; None leaves what is held."""

    software: str | None = None
    directory: str | None = None
    queue: int | None = None
    ledger_size: int | None = None
    disk_free_bytes: int | None = None
    address: str | None = None


def heard(*, node: UUID, clock: Clock, directory: str = "") -> None:
    """Note that a node was heard now, and which directory it was handed or holds (心跳)."""
    held = {"directory": directory} if directory else {}
    Node.objects.filter(id=node).update(last_seen_at=clock.now(), **held)


@transaction.atomic
def report_status(*, node: UUID, report: StatusReport, clock: Clock) -> None:
    """Hold a node's report; a new address is published (上报状态).  Raises RuleBroken for a strange address."""
    row = Node.objects.select_for_update().get(id=node)
    if report.address is not None and not report.address.startswith(("http://", "https://")):
        raise RuleBroken("exchange.body_malformed", field="address")
    moved = report.address is not None and report.address != row.address
    for name in ("software", "directory", "queue", "ledger_size", "disk_free_bytes", "address"):
        value = getattr(report, name)
        if value is not None:
            setattr(row, name, value)
    row.last_seen_at = clock.now()
    row.save()
    if moved and row.state == NodeState.ACTIVE:
        queue_publication(clock=clock)
