"""Rows behind the take-over of existing sharing (既有共享接管)."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from zhengtong.sharing.models.columns import who_and_when
from zhengtong.sharing.models.grants import Grant
from zhengtong.sharing.rules import TakeoverState


class Takeover(models.Model):
    """Sharing that existed before, as the authority filed it and the provider answered (既有共享接管)."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=20, unique=True)
    entry = models.ForeignKey("catalog.Entry", models.PROTECT, related_name="+")
    entry_id: UUID
    entry_name = models.CharField(max_length=200)
    provider = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    provider_id: UUID
    consumer = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    consumer_id: UUID
    jurisdiction = models.CharField(max_length=6, blank=True)
    items = models.JSONField(default=list)  # codes
    modes = models.JSONField(default=list)
    lookup = models.JSONField(default=list)
    system = models.CharField(max_length=60)
    purpose = models.CharField(max_length=200)
    legal_basis = models.TextField()
    calls_per_day = models.PositiveIntegerField()
    rows_per_day = models.PositiveIntegerField()
    until = models.DateField()
    review_on = models.DateField()
    state = models.CharField(max_length=10, choices=[(s, s.name.title()) for s in TakeoverState])
    filed_on = models.DateField()
    filed_at = models.DateTimeField()
    filed_by = models.UUIDField()
    reason = models.TextField(blank=True)  # why it is declined
    answered_on = models.DateField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    grant = models.OneToOneField(Grant, models.PROTECT, null=True, related_name="takeover")
    grant_id: UUID | None

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.CheckConstraint(name="takeover_state_known", condition=Q(state__in=[str(s) for s in TakeoverState])),
            models.CheckConstraint(
                name="takeover_confirmed_has_grant",
                condition=Q(state="confirmed", grant__isnull=False) | (~Q(state="confirmed") & Q(grant__isnull=True)),
            ),
            models.UniqueConstraint(
                name="takeover_one_open", fields=["consumer", "entry", "purpose"], condition=Q(state="filed")
            ),
            who_and_when("takeover_answered_who_when", at="answered_at", by="answered_by"),
        )
        indexes = (models.Index(fields=["state", "provider"], name="takeover_open"),)

    def __str__(self) -> str:
        return f"{self.number} {self.state}"
