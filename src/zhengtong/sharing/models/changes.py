"""Rows behind the negotiation of an end or change of service (服务终止、变更)."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from zhengtong.sharing.models.columns import who_and_when
from zhengtong.sharing.models.grants import Grant
from zhengtong.sharing.rules import OPEN_CHANGES, ChangeKind, ChangeState

_OPEN = [str(s) for s in OPEN_CHANGES]


class ServiceChange(models.Model):
    """What a provider would end or change, what the consumer says, and its filing (服务变更, 条例 第二十七条第三款)."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=20, unique=True)
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="changes")
    grant_id: UUID
    kind = models.CharField(max_length=8, choices=[(k, k.name.title()) for k in ChangeKind])
    reason = models.TextField()
    terms = models.JSONField(default=dict)  # the new ones, those that change
    state = models.CharField(max_length=10, choices=[(s, s.name.title()) for s in ChangeState])
    effective_on = models.DateField()
    proposed_on = models.DateField()
    proposed_at = models.DateTimeField()
    proposed_by = models.UUIDField()
    due_on = models.DateField()  # of the consumer's answer
    due_provisional = models.BooleanField(default=False)
    answer = models.TextField(blank=True)
    answered_on = models.DateField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    agreed_on = models.DateField(null=True)
    dispute_number = models.CharField(max_length=20, blank=True)  # where a settlement or decision took its place
    filed_number = models.CharField(max_length=60, blank=True)
    filed_on = models.DateField(null=True)
    filed_at = models.DateTimeField(null=True)
    filed_by = models.UUIDField(null=True)
    noted_on = models.DateField(null=True)
    noted_at = models.DateTimeField(null=True)
    noted_by = models.UUIDField(null=True)
    ended_on = models.DateField(null=True)  # in effect, withdrawn or lapsed
    end_reason = models.TextField(blank=True)

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.CheckConstraint(name="change_state_known", condition=Q(state__in=[str(s) for s in ChangeState])),
            models.UniqueConstraint(name="change_one_open", fields=["grant"], condition=Q(state__in=_OPEN)),
            models.CheckConstraint(
                name="change_effective_was_agreed_and_filed",
                condition=~Q(state__in=["filed", "effective"])
                | (Q(agreed_on__isnull=False, filed_on__isnull=False) & ~Q(filed_number="")),
            ),
            who_and_when("change_answered_who_when", at="answered_at", by="answered_by"),
            who_and_when("change_filed_who_when", at="filed_at", by="filed_by"),
            who_and_when("change_noted_who_when", at="noted_at", by="noted_by"),
        )
        indexes = (models.Index(fields=["state", "effective_on"], name="change_due"),)

    def __str__(self) -> str:
        return f"{self.number} {self.state}"
