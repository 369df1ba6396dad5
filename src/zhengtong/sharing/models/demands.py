"""Rows behind demands (共享需求)."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from zhengtong.sharing.rules import (
    OPEN_DEMANDS,
    DemandState,
)

if TYPE_CHECKING:  # what Django adds: raw key columns and the way back from children
    from django.db.models import Manager


class Demand(models.Model):
    """Data a department needs that may have no entry yet (共享需求); together they are the 需求清单."""

    helps: "Manager[DemandHelp]"

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=20, unique=True)
    consumer = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    consumer_id: UUID
    holder = models.ForeignKey("parties.Organization", models.PROTECT, null=True, related_name="+")
    holder_id: UUID | None
    holder_name = models.CharField(max_length=100, blank=True)  # a holder that is no department: a utility
    jurisdiction = models.CharField(max_length=6, blank=True)  # the consumer's: its authority coordinates
    backflow = models.BooleanField(default=False)  # the holder is above and holds the consumer's own area's data (回流)
    what = models.CharField(max_length=200)
    items = models.JSONField(default=list)
    matter = models.CharField(max_length=200)
    legal_basis = models.TextField()
    state = models.CharField(max_length=16, choices=[(s, s.name.title()) for s in DemandState])
    raised_on = models.DateField()
    raised_at = models.DateTimeField()
    raised_by = models.UUIDField()
    note = models.TextField(blank=True)  # the authority's latest
    source = models.ForeignKey("parties.Organization", models.PROTECT, null=True, related_name="+")  # 第十九条
    source_id: UUID | None
    source_on = models.DateField(null=True)
    catalog_by = models.DateField(null=True)  # the day by which the source catalogues
    linked_on = models.DateField(null=True)
    met_by = models.ForeignKey("catalog.Entry", models.PROTECT, null=True, related_name="+")  # also while open
    met_by_id: UUID | None
    ended_on = models.DateField(null=True)

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.CheckConstraint(name="demand_state_known", condition=Q(state__in=[str(s) for s in DemandState])),
            models.CheckConstraint(
                name="demand_ended_says_when",
                condition=Q(state__in=[str(s) for s in OPEN_DEMANDS]) | Q(ended_on__isnull=False),
            ),
            models.CheckConstraint(
                name="demand_source_says_until_when",
                condition=Q(source__isnull=True) | Q(source_on__isnull=False, catalog_by__isnull=False),
            ),
            models.CheckConstraint(
                name="demand_names_a_holder", condition=Q(holder__isnull=False) | ~Q(holder_name="")
            ),
        )
        indexes = (models.Index(fields=["state", "raised_on"], name="demand_open"),)

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class DemandHelp(models.Model):
    """An offer of guidance and service to whoever raised a demand (指导和服务)."""

    id = models.UUIDField(primary_key=True)
    demand = models.ForeignKey(Demand, models.PROTECT, related_name="helps")
    demand_id: UUID
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    organization_id: UUID
    contact = models.CharField(max_length=100)  # an office and its line, no person's number
    day = models.DateField()
    text = models.TextField()
    offered_on = models.DateField()
    offered_by = models.UUIDField()
    read_on = models.DateField(null=True)
    read_by = models.UUIDField(null=True)

    class Meta:
        ordering = ("day", "id")

    def __str__(self) -> str:
        return f"{self.demand_id} {self.day}"
