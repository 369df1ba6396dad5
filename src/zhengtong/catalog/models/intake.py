"""Rows behind the intake of files (目录导入)."""

from uuid import UUID

from django.db import models
from django.db.models import Q


class ColumnDecision(models.Model):
    """What a person said a column of a file is; it counts for the next file of that form (列映射记忆)."""

    id = models.UUIDField(primary_key=True)
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    organization_id: UUID
    signature = models.CharField(max_length=140)  # words of the heading, look of the values
    source = models.CharField(max_length=200)  # the heading as the file had it
    field = models.CharField(max_length=40, blank=True)  # "" where the column is none of ours
    decided_by = models.UUIDField()
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ("source",)
        constraints = (
            models.UniqueConstraint(fields=["organization", "signature"], name="column_decided_once"),
            models.CheckConstraint(name="column_decision_signed", condition=~Q(signature="")),
        )

    def __str__(self) -> str:
        return f"{self.source} = {self.field or '-'}"
