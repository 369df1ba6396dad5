"""Rows behind matters and their documents (政务服务事项)."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from zhengtong.catalog.rules import DocumentDirection


class Matter(models.Model):
    """A government service matter that a duty gives rise to (政务服务事项)."""

    id = models.UUIDField(primary_key=True)
    duty = models.ForeignKey("parties.Duty", models.PROTECT, related_name="+")
    duty_id: UUID
    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)

    class Meta:
        ordering = ("code",)
        constraints = (models.CheckConstraint(name="matter_named", condition=~Q(code="") & ~Q(name="")),)

    def __str__(self) -> str:
        return self.code


class MatterDocument(models.Model):
    """A material handed in for a matter, or a result handed out (申请材料、办理结果)."""

    id = models.UUIDField(primary_key=True)
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+")
    matter_id: UUID
    direction = models.CharField(max_length=10, choices=[(v, v.name.title()) for v in DocumentDirection])
    code = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ("matter", "direction", "name")
        constraints = (
            models.UniqueConstraint(fields=["matter", "direction", "name"], name="matter_document_once"),
            models.CheckConstraint(
                name="document_direction_known", condition=Q(direction__in=[str(v) for v in DocumentDirection])
            ),
        )

    def __str__(self) -> str:
        return self.name
