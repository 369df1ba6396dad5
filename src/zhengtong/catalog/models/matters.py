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
    official = models.BooleanField(default=False)  # a material that an organ issued (机关出具的证照、证明)
    added_on = models.DateField()
    entry = models.ForeignKey("catalog.Entry", models.PROTECT, null=True, related_name="+")  # what gives a material
    entry_id: UUID | None
    shared_since = models.DateField(null=True)
    ended_on = models.DateField(null=True)  # since when a material is no longer asked for

    class Meta:
        ordering = ("matter_id", "direction", "name")
        constraints = (
            models.UniqueConstraint(fields=["matter", "direction", "name"], name="matter_document_once"),
            models.CheckConstraint(
                name="document_direction_known", condition=Q(direction__in=[str(v) for v in DocumentDirection])
            ),
            models.CheckConstraint(
                name="document_shared_since_a_day", condition=Q(entry__isnull=True) | Q(shared_since__isnull=False)
            ),
            models.CheckConstraint(
                name="document_result_is_not_asked_for",
                condition=Q(direction=str(DocumentDirection.MATERIAL))
                | Q(entry__isnull=True, ended_on__isnull=True, official=False),
            ),
        )

    def __str__(self) -> str:
        return self.name
