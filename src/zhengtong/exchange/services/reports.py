"""What a node says of itself (结点运行状态): caches for the pages, never evidence."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from zhengtong.exchange import rules
from zhengtong.exchange.events import NodeAddressAsked, NodeMoved
from zhengtong.exchange.models import Node
from zhengtong.exchange.services.nodes import locked, node_actor
from zhengtong.exchange.services.publicity import queue_publication
from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, RuleBroken
from zhengtong.parties.rules import Role


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
    """Hold a node's report; another address waits for approval (上报状态).  Raises RuleBroken for a strange address."""
    row = locked(node)
    for name in ("software", "directory", "queue", "ledger_size", "disk_free_bytes"):
        value = getattr(report, name)
        if value is not None:
            setattr(row, name, value)
    row.last_seen_at = clock.now()
    if report.address is not None:
        _ask_for_address(row, report.address, clock=clock)
    row.save()


def _ask_for_address(row: Node, address: str, *, clock: Clock) -> None:
    """A key proves who a node is, not where: whoever holds the key must not move its peers' requests alone."""
    if address == row.address:
        row.address_asked = ""
        return
    rules.check_address(address, loopback_too=rules.is_loopback(row.address))
    if address == row.address_asked:
        return
    row.address_asked = address
    actor = node_actor(node_code=row.code, organization=row.organization_id)
    record(NodeAddressAsked(subject=row.id, code=row.code, address=address), actor=actor, clock=clock)


@transaction.atomic
def approve_address(*, node: UUID, address: str, actor: Actor, clock: Clock) -> None:
    """Publish the address a node asked for, after asking its operator (批准变更地址).

    Raises:
        NotAllowed: not the security administrator.
        RuleBroken: the node asks for another address by now.
    """
    row = locked(node)
    if not actor.has(Role.SECURITY_ADMIN):
        raise NotAllowed("exchange.not_approver")
    if not row.address_asked or row.address_asked != address:
        raise RuleBroken("exchange.address_changed")
    old, row.address, row.address_asked = row.address, address, ""
    row.save(update_fields=["address", "address_asked"])
    record(NodeMoved(subject=row.id, code=row.code, old_address=old, address=address), actor=actor, clock=clock)
    queue_publication(clock=clock)
