"""Rows behind a grant (共享许可)."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from zhengtong.sharing.models.columns import who_and_when
from zhengtong.sharing.models.requests import SharingRequest
from zhengtong.sharing.rules import GrantOrigin, GrantState

if TYPE_CHECKING:  # the way back from what hangs on a grant
    from zhengtong.sharing.models.disposals import Disposal


class Grant(models.Model):
    """What one organ may get, by a signed decision (共享许可)."""

    disposal: "Disposal"  # what became of the data once it ended
    stopped: bool  # only on rows of a query that asks for it: an emergency stop covers it

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    request = models.ForeignKey(SharingRequest, models.PROTECT, related_name="grants")
    request_id: UUID
    provider = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    provider_id: UUID
    consumer = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    consumer_id: UUID
    terms = models.TextField()  # canonical JSON of wire.grant.Grant
    terms_digest = models.CharField(max_length=80)
    row_filter = models.JSONField(null=True)  # the provider's private part: never in the signed terms
    filter_salt = models.CharField(max_length=64, blank=True)
    decision_digest = models.CharField(max_length=80)

    state = models.CharField(max_length=12, choices=[(s, s.name.title()) for s in GrantState])
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    issued_at = models.DateTimeField()
    consented_on = models.DateField()
    valid_from = models.DateField()
    valid_until = models.DateField()
    deliver_due_on = models.DateField()
    deliver_provisional = models.BooleanField(default=False)
    delivered_on = models.DateField(null=True)
    delivered_at = models.DateTimeField(null=True)
    delivered_by = models.UUIDField(null=True)

    origin = models.CharField(max_length=8, default=GrantOrigin.REQUEST)
    review_on = models.DateField(null=True)  # of sharing taken over: by when the provider reviews it

    breach = models.CharField(max_length=4, blank=True)
    suspension_reason = models.TextField(blank=True)
    rectify_by = models.DateField(null=True)
    suspended_on = models.DateField(null=True)
    suspended_at = models.DateTimeField(null=True)
    suspended_by = models.UUIDField(null=True)
    lift_evidence = models.TextField(blank=True)
    end_how = models.CharField(max_length=12, blank=True)
    end_reason = models.TextField(blank=True)
    filed_number = models.CharField(max_length=60, blank=True)
    ended_on = models.DateField(null=True)

    class Meta:
        ordering = ("number",)
        constraints = (
            models.CheckConstraint(name="grant_state_known", condition=Q(state__in=[str(s) for s in GrantState])),
            who_and_when("grant_delivered_who_when", at="delivered_at", by="delivered_by"),
            who_and_when("grant_suspended_who_when", at="suspended_at", by="suspended_by"),
            models.CheckConstraint(name="grant_period", condition=Q(valid_until__gte=models.F("valid_from"))),
            models.CheckConstraint(
                name="grant_review_of_legacy", condition=Q(review_on__isnull=True) | Q(origin=str(GrantOrigin.LEGACY))
            ),
            models.CheckConstraint(
                name="grant_suspended_says_why",
                condition=~Q(state=str(GrantState.SUSPENDED))
                | (~Q(suspension_reason="") & Q(suspended_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="grant_ended_says_when",
                condition=~Q(state__in=["terminated", "expired"]) | Q(ended_on__isnull=False),
            ),
        )
        indexes = (models.Index(fields=["state", "valid_until"], name="grant_expiry"),)

    def __str__(self) -> str:
        return f"{self.number} {self.state}"
