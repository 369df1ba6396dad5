"""Rows behind findings (督办).  Rows store, `rules` decide, `services` are the only writers."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from zhengtong.supervision.rules import LIVE_FINDINGS, FindingState

_STATES = [str(s) for s in FindingState]


class FindingRegister(models.Model):
    """The last number given in a year (督办登记簿): one row, locked while a number is taken."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year} {self.last}"


class Finding(models.Model):
    """One breach of one rule by one department over one thing, with the facts that show it (督办)."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    rule = models.CharField(max_length=4)  # BREACHES
    kind = models.CharField(max_length=16)  # FindingKind
    about = models.UUIDField()  # the request, grant, correction, entry or dispute
    about_number = models.CharField(max_length=64)
    about_title = models.CharField(max_length=420)
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    organization_id: UUID
    counterpart = models.ForeignKey("parties.Organization", models.PROTECT, null=True, related_name="+")
    counterpart_id: UUID | None
    jurisdiction = models.CharField(max_length=6, blank=True)
    limit_id = models.CharField(max_length=40, blank=True)  # empty: no limit passed, something was done
    started_on = models.DateField()
    passed_on = models.DateField()  # the limit's last day, or the day it was done
    facts = models.JSONField(default=dict)  # what the detector used: FACT_WORDS → text
    done_on = models.DateField(null=True)  # done after all
    opened_on = models.DateField()

    state = models.CharField(max_length=20, choices=[(s, s.name.title()) for s in FindingState])
    asked_on = models.DateField(null=True)
    asked_by = models.UUIDField(null=True)
    note = models.TextField(blank=True)
    due_on = models.DateField(null=True)  # for the explanation [D]
    due_provisional = models.BooleanField(default=False)
    explanation = models.TextField(blank=True)
    explained_on = models.DateField(null=True)
    explained_by = models.UUIDField(null=True)
    reason = models.TextField(blank=True)
    ended_on = models.DateField(null=True)
    ended_by = models.UUIDField(null=True)

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(name="finding_once", fields=["rule", "about", "started_on"]),
            models.CheckConstraint(name="finding_state_known", condition=Q(state__in=_STATES)),
            models.CheckConstraint(
                name="finding_ended_says_why",
                condition=Q(state__in=[str(s) for s in LIVE_FINDINGS]) | (~Q(reason="") & Q(ended_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="finding_explained_says_what",
                condition=~Q(state=str(FindingState.EXPLAINED)) | (~Q(explanation="") & Q(explained_on__isnull=False)),
            ),
        )
        indexes = (models.Index(fields=["organization", "state"], name="finding_of_department"),)

    def __str__(self) -> str:
        return f"{self.number} {self.state}"
