"""Rows behind demands (共享需求)."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from zhengtong.sharing.rules import (
    OPEN_DEMANDS,
    DemandState,
)


class Demand(models.Model):
    """Data a department needs that may have no entry yet (共享需求); together they are the 需求清单."""

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
    met_by = models.ForeignKey("catalog.Entry", models.PROTECT, null=True, related_name="+")
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
                name="demand_names_a_holder", condition=Q(holder__isnull=False) | ~Q(holder_name="")
            ),
        )
        indexes = (models.Index(fields=["state", "raised_on"], name="demand_open"),)

    def __str__(self) -> str:
        return f"{self.number} {self.state}"
