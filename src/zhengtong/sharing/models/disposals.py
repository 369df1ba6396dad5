"""Rows behind disposals (数据处置)."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from zhengtong.sharing.models.columns import who_and_when
from zhengtong.sharing.models.grants import Grant
from zhengtong.sharing.rules import DisposalMethod, DisposalState


class Disposal(models.Model):
    """What the consumer of an ended grant did with the data, and what the provider says of it (数据处置)."""

    grant = models.OneToOneField(Grant, models.PROTECT, primary_key=True, related_name="disposal")
    grant_id: UUID
    state = models.CharField(max_length=10, choices=[(s, s.name.title()) for s in DisposalState])
    ended_on = models.DateField()  # of the grant
    due_on = models.DateField()
    due_provisional = models.BooleanField(default=False)
    method = models.CharField(max_length=12, blank=True, choices=[(m, m.name.title()) for m in DisposalMethod])
    evidence = models.TextField(blank=True)
    legal_basis = models.TextField(blank=True)  # of what is kept
    reported_on = models.DateField(null=True)
    reported_at = models.DateTimeField(null=True)
    reported_by = models.UUIDField(null=True)
    answer = models.TextField(blank=True)  # the provider's latest
    answered_on = models.DateField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)

    class Meta:
        ordering = ("due_on",)
        constraints = (
            models.CheckConstraint(name="disposal_state_known", condition=Q(state__in=[str(s) for s in DisposalState])),
            who_and_when("disposal_reported_who_when", at="reported_at", by="reported_by"),
            who_and_when("disposal_answered_who_when", at="answered_at", by="answered_by"),
            models.CheckConstraint(
                name="disposal_reported_says_how",
                condition=Q(state=str(DisposalState.OWED)) | (~Q(method="") & ~Q(evidence="")),
            ),
        )
        indexes = (models.Index(fields=["state", "due_on"], name="disposal_owed"),)

    def __str__(self) -> str:
        return f"{self.grant_id} {self.state}"
