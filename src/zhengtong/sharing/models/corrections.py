"""Rows behind corrections (校核)."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from zhengtong.journal.fields import EncryptedTextField
from zhengtong.sharing.models.columns import who_and_when
from zhengtong.sharing.models.grants import Grant
from zhengtong.sharing.rules import (
    CorrectionState,
)

if TYPE_CHECKING:  # what Django adds: raw key columns and the way back from children
    from django.db.models import Manager

    from zhengtong.sharing.models.personal import FlaggedCase


class Correction(models.Model):
    """What a department says of a value it got, and what the provider found (校核申请, 条例 第二十六条)."""

    notices: "Manager[CorrectionNotice]"
    cases: "Manager[FlaggedCase]"

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=20, unique=True)
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="+")
    grant_id: UUID
    entry = models.ForeignKey("catalog.Entry", models.PROTECT, related_name="+")
    entry_id: UUID
    entry_name = models.CharField(max_length=200)
    item = models.CharField(max_length=64)
    item_name = models.CharField(max_length=200)
    consumer = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    consumer_id: UUID
    provider = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    provider_id: UUID
    jurisdiction = models.CharField(max_length=6, blank=True)  # the provider's
    record_key = EncryptedTextField()  # which record; may be a person's number
    value_seen = EncryptedTextField()
    value_claimed = EncryptedTextField(blank=True)
    evidence = models.TextField()

    state = models.CharField(max_length=16, choices=[(s, s.name.title()) for s in CorrectionState])
    filed_on = models.DateField()
    filed_at = models.DateTimeField()
    filed_by = models.UUIDField()
    due_on = models.DateField()
    due_provisional = models.BooleanField(default=False)
    cause = models.TextField(blank=True)
    others_found = models.PositiveIntegerField(default=0)
    answered_on = models.DateField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    answered_late = models.BooleanField(default=False)

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.CheckConstraint(
                name="correction_state_known", condition=Q(state__in=[str(s) for s in CorrectionState])
            ),
            who_and_when("correction_answered_who_when", at="answered_at", by="answered_by"),
            models.CheckConstraint(
                name="correction_answer_explained",
                condition=Q(state=str(CorrectionState.FILED)) | (~Q(cause="") & Q(answered_on__isnull=False)),
            ),
        )
        indexes = (models.Index(fields=["provider", "state", "due_on"], name="correction_inbox"),)

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class CorrectionNotice(models.Model):
    """One organization that reads the item and is told of the correction (告知)."""

    correction = models.ForeignKey(Correction, models.CASCADE, related_name="notices")
    correction_id: UUID
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    organization_id: UUID
    told_on = models.DateField()
    read_on = models.DateField(null=True)
    read_by = models.UUIDField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(name="correction_told_once", fields=["correction", "organization"]),)

    def __str__(self) -> str:
        return f"{self.correction_id} {self.organization_id}"
