"""Rows behind planned maintenance (计划维护)."""

from uuid import UUID

from django.db import models
from django.db.models import F, Q


class Maintenance(models.Model):
    """A time in which a provider's service for an entry will not answer, announced before (计划停机维护)."""

    id = models.UUIDField(primary_key=True)
    entry = models.ForeignKey("catalog.Entry", models.PROTECT, related_name="+")
    entry_id: UUID
    entry_name = models.CharField(max_length=200)
    provider = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    provider_id: UUID
    jurisdiction = models.CharField(max_length=6, blank=True)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.TextField()
    announced_at = models.DateTimeField()
    announced_by = models.UUIDField()
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.UUIDField(null=True)

    class Meta:
        ordering = ("begins_at", "id")
        constraints = (models.CheckConstraint(name="maintenance_has_end", condition=Q(ends_at__gt=F("begins_at"))),)
        indexes = (models.Index(fields=["entry", "ends_at"], name="maintenance_of_entry"),)

    def __str__(self) -> str:
        return f"{self.entry_name} {self.begins_at}"
