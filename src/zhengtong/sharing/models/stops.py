"""Rows behind emergency stops (紧急停用)."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from zhengtong.sharing.models.columns import who_and_when
from zhengtong.sharing.rules import StopScope, StopState


class EmergencyStop(models.Model):
    """The record of an incident and of what was halted for it (紧急停用记录)."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=20, unique=True)
    scope = models.CharField(max_length=12, choices=[(s, s.name.title()) for s in StopScope])
    entry = models.ForeignKey("catalog.Entry", models.PROTECT, null=True, related_name="+")
    entry_id: UUID | None
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")  # whose it is
    organization_id: UUID
    name = models.CharField(max_length=200)  # of the resource or the organization, as people saw it then
    jurisdiction = models.CharField(max_length=6, blank=True)
    reason = models.TextField()
    told = models.JSONField(default=list)  # ids of the organizations whose grants it covers
    grants = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=[(s, s.name.title()) for s in StopState])
    ordered_on = models.DateField()
    ordered_at = models.DateTimeField()
    ordered_by = models.UUIDField()
    ordered_for = models.UUIDField(null=True)  # whom a substitute acted for
    lifted_on = models.DateField(null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.UUIDField(null=True)
    report = models.TextField(blank=True)  # what was found and done

    class Meta:
        ordering = ("-ordered_at",)
        constraints = (
            models.CheckConstraint(name="stop_state_known", condition=Q(state__in=[str(s) for s in StopState])),
            models.CheckConstraint(
                name="stop_names_its_thing", condition=Q(scope="resource", entry__isnull=False) | Q(entry__isnull=True)
            ),
            models.CheckConstraint(
                name="stop_lifted_says_what",
                condition=Q(state="in_force", lifted_by__isnull=True) | (Q(lifted_by__isnull=False) & ~Q(report="")),
            ),
            models.CheckConstraint(
                name="stop_lifted_by_another",
                condition=Q(lifted_by__isnull=True) | ~Q(lifted_by=models.F("ordered_by")),
            ),
            who_and_when("stop_lifted_who_when", at="lifted_at", by="lifted_by"),
        )
        indexes = (models.Index(fields=["state", "scope"], name="stop_in_force"),)

    def __str__(self) -> str:
        return f"{self.number} {self.state}"
