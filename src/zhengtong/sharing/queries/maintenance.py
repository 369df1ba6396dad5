"""What can be asked about planned maintenance (计划维护查询)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from zhengtong.kernel.actors import Actor
from zhengtong.parties.rules import Role
from zhengtong.sharing.models import Grant, Maintenance
from zhengtong.sharing.queries.records import Organ
from zhengtong.sharing.queries.scope import OVERSIGHT_ROLES, OWN_ROLES, organs, region_prefix

WINDOWS_SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class MaintenanceLine:
    """A planned maintenance (计划维护)."""

    id: UUID
    entry: UUID
    entry_name: str
    provider: Organ
    begins_at: datetime
    ends_at: datetime
    reason: str
    cancelled: bool
    running: bool
    may_cancel: bool


def maintenance(*, actor: Actor, now: datetime, entry: UUID | None = None) -> tuple[MaintenanceLine, ...]:
    """Maintenance that is not over, of the own entries, of those one has a grant for, of the region; next first."""
    rows = Maintenance.objects.filter(_seen(actor), ends_at__gt=now)
    rows = rows.filter(entry=entry, cancelled_at__isnull=True) if entry else rows
    held = list(rows.order_by("begins_at", "id")[:WINDOWS_SHOWN_MAX])
    known = organs(row.provider_id for row in held)
    works = bool(actor.roles & OWN_ROLES)
    return tuple(
        MaintenanceLine(
            row.id, row.entry_id, row.entry_name, known[row.provider_id], row.begins_at, row.ends_at, row.reason,
            row.cancelled_at is not None, row.cancelled_at is None and row.begins_at <= now,
            works and row.cancelled_at is None and row.provider_id == actor.organization,
        )
        for row in held
    )  # fmt: skip


def _seen(actor: Actor) -> Q:
    seen = Q(pk__in=())
    if actor.organization and actor.roles & OWN_ROLES:
        granted = Grant.objects.filter(consumer=actor.organization, ended_on__isnull=True).values("request__entry")
        seen |= Q(provider=actor.organization) | Q(entry__in=granted)
    if actor.organization and actor.roles & OVERSIGHT_ROLES:
        seen |= Q(jurisdiction__startswith=region_prefix(actor.jurisdiction))
    return seen


def may_announce(actor: Actor) -> bool:
    """Whether the actor may announce maintenance of an entry of its organization."""
    return actor.organization is not None and bool(actor.roles & {str(Role.DATA_OFFICER), str(Role.ENGINEER)})
