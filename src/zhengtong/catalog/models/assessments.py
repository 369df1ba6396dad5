"""Rows behind assessments (评估记录)."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from zhengtong.catalog.models.entries import Entry
from zhengtong.catalog.rules.assessments import AssessmentKind


class Assessment(models.Model):
    """That an entry was assessed: by which document, for which items, stated by whom and when (评估记录)."""

    id = models.UUIDField(primary_key=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="assessments")
    entry_id: UUID
    kind = models.CharField(max_length=10, choices=[(k, k.name.title()) for k in AssessmentKind])
    document = models.CharField(max_length=200)
    version = models.PositiveIntegerField()  # of the entry, when it was first stated
    items = models.JSONField(default=list)  # codes it covers
    stated_on = models.DateField()
    stated_at = models.DateTimeField()
    stated_by = models.UUIDField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="assessment_kind_known", condition=Q(kind__in=[str(k) for k in AssessmentKind])
            ),
            models.UniqueConstraint(name="assessment_once", fields=["entry", "kind", "document"]),
        )

    def __str__(self) -> str:
        return f"{self.entry_id} {self.kind} {self.document}"
