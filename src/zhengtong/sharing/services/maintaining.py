"""What can be done with planned maintenance (计划维护办理)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.catalog import queries as catalog
from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.kernel.ids import new_id
from zhengtong.sharing.events import MaintenanceAnnounced, MaintenanceCancelled
from zhengtong.sharing.models import Maintenance
from zhengtong.sharing.queries.clockwork import maintenance_day
from zhengtong.sharing.queries.maintenance import may_announce
from zhengtong.sharing.rules import check_window
from zhengtong.sharing.services.finding import officer_of

WINDOWS_MAX = 50  # of one entry, announced and not over


@transaction.atomic
def announce_maintenance(
    *, entry: UUID, begins_at: datetime, ends_at: datetime, reason: str, actor: Actor, clock: Clock
) -> UUID:
    """Announce, as the provider, when a service will not answer (计划维护通知); holders of grants see it.

    Raises:
        NotAllowed: neither data officer nor engineer.
        NotFound: the entry is not published by the actor's organization.
        RuleBroken: not far enough ahead, without end, too long, without reason; too many announced.
    """
    if not may_announce(actor):
        raise NotAllowed("sharing.maintenance_by_office")
    page = catalog.published(id=entry)
    if page.row.provider_id != actor.organization:
        raise NotFound("sharing.no_maintenance")
    earliest = maintenance_day(jurisdiction=actor.jurisdiction, on=clock.today())
    check_window(begins_at=begins_at, ends_at=ends_at, reason=reason, now=clock.now(), earliest=earliest)
    open_now = Maintenance.objects.filter(entry=entry, cancelled_at__isnull=True, ends_at__gt=clock.now())
    if open_now.count() >= WINDOWS_MAX:
        raise RuleBroken("sharing.maintenance_too_many", most=WINDOWS_MAX)
    row = Maintenance.objects.create(
        id=new_id(clock.now()), entry_id=entry, entry_name=page.row.name, provider_id=page.row.provider_id,
        jurisdiction=actor.jurisdiction, begins_at=begins_at, ends_at=ends_at, reason=reason.strip(),
        announced_at=clock.now(), announced_by=officer_of(actor),
    )  # fmt: skip
    fact = MaintenanceAnnounced(
        row.id, entry=entry, provider=row.provider_id, begins_at=begins_at, ends_at=ends_at, reason=row.reason
    )
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return row.id


@transaction.atomic
def cancel_maintenance(*, maintenance: UUID, actor: Actor, clock: Clock) -> None:
    """Say that a maintenance does not take place (取消维护).  Raises NotFound: none ahead, or another's."""
    rows = Maintenance.objects.select_for_update().filter(cancelled_at__isnull=True, ends_at__gt=clock.now())
    row = rows.filter(pk=maintenance, provider=actor.organization).first()
    if row is None or not may_announce(actor):
        raise NotFound("sharing.no_maintenance")
    row.cancelled_at, row.cancelled_by = clock.now(), officer_of(actor)
    row.save()
    fact = MaintenanceCancelled(row.id, entry=row.entry_id, provider=row.provider_id)
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
