"""Rows behind disputes (争议)."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from zhengtong.sharing.models.requests import SharingRequest
from zhengtong.sharing.rules import OPEN_DISPUTES, DisputeKind, DisputeState

if TYPE_CHECKING:  # what Django adds: the way back from children
    from django.db.models import Manager

_STATES = [str(s) for s in DisputeState]
_OPEN = [str(s) for s in OPEN_DISPUTES]
_MEDIATED = [str(s) for s in (DisputeState.MEDIATION_ASKED, DisputeState.MEDIATING, DisputeState.GOVERNMENT)]


class Dispute(models.Model):
    """What two departments do not agree on, and how it is settled (共享争议, 条例 第二十八条)."""

    notes: "Manager[DisputeNote]"

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=12, choices=[(k, k.name.title()) for k in DisputeKind])
    about = models.UUIDField()  # the request, grant or correction
    about_number = models.CharField(max_length=24)
    entry_name = models.CharField(max_length=200)
    consumer = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    consumer_id: UUID
    provider = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    provider_id: UUID
    applicant = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    applicant_id: UUID
    mediator = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    mediator_id: UUID
    jurisdiction = models.CharField(max_length=6, blank=True)  # the mediator's
    same_level = models.BooleanField()
    claim = models.TextField()
    state = models.CharField(max_length=16, choices=[(s, s.name.title()) for s in DisputeState])
    opened_on = models.DateField()
    opened_at = models.DateTimeField()
    opened_by = models.UUIDField()
    asked_on = models.DateField(null=True)  # mediation
    due_on = models.DateField(null=True)
    due_provisional = models.BooleanField(default=False)
    settled_on = models.DateField(null=True)
    outcome = models.TextField(blank=True)
    provides = models.BooleanField(default=False)  # the provider answers anew and provides
    do_by = models.DateField(null=True)
    follow_up = models.ForeignKey(SharingRequest, models.PROTECT, null=True, related_name="+")
    follow_up_id: UUID | None
    ended_on = models.DateField(null=True)

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.CheckConstraint(name="dispute_state_known", condition=Q(state__in=_STATES)),
            models.UniqueConstraint(name="dispute_one_open", fields=["about"], condition=Q(state__in=_OPEN)),
            models.CheckConstraint(
                name="dispute_mediated_was_asked", condition=~Q(state__in=_MEDIATED) | Q(asked_on__isnull=False)
            ),
            models.CheckConstraint(
                name="dispute_settled_says_what",
                condition=Q(settled_on__isnull=True) | ~Q(outcome=""),
            ),
            models.CheckConstraint(
                name="dispute_between_two",
                condition=~Q(consumer=models.F("provider")) & ~Q(mediator=models.F("consumer")),
            ),
        )
        indexes = (models.Index(fields=["state", "due_on"], name="dispute_open"),)

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class DisputeNote(models.Model):
    """What was said or done at a step, by whom (协商、协调经过)."""

    id = models.UUIDField(primary_key=True)
    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="notes")
    dispute_id: UUID
    verb = models.CharField(max_length=12)
    text = models.TextField()
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    organization_id: UUID
    noted_on = models.DateField()
    noted_at = models.DateTimeField()
    noted_by = models.UUIDField()

    class Meta:
        ordering = ("noted_at", "id")

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.verb}"
