"""Rows of information projects (信息化项目).  Rows store, `rules` decide, `services` are the only writers."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from zhengtong.supervision.rules.projects import Money, ProjectStage


class ProjectRegister(models.Model):
    """The last project number given in a year (项目登记簿): one row, locked while a number is taken."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year} {self.last}"


class Project(models.Model):
    """An information project of a department, before the data authority (政务信息化项目)."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    organization_id: UUID
    jurisdiction = models.CharField(max_length=6, blank=True)
    name = models.CharField(max_length=200)
    system = models.CharField(max_length=200, blank=True)
    entries = models.ManyToManyField("catalog.Entry", related_name="+")
    stage = models.CharField(max_length=12, choices=[(s, s.name.title()) for s in ProjectStage])
    planned_on = models.DateField()
    planned_by = models.UUIDField()
    reason = models.TextField(blank=True)  # of the latest decision
    decided_on = models.DateField(null=True)
    decided_by = models.UUIDField(null=True)

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.CheckConstraint(name="project_stage_known", condition=Q(stage__in=[str(s) for s in ProjectStage])),
            models.CheckConstraint(
                name="project_decided_who_when",
                condition=Q(stage=str(ProjectStage.PLANNED)) | (~Q(reason="") & Q(decided_on__isnull=False)),
            ),
        )
        indexes = (models.Index(fields=["organization", "stage"], name="project_of_department"),)

    def __str__(self) -> str:
        return f"{self.number} {self.stage}"


class ProjectMoney(models.Model):
    """What the authority said of one year's money, with the facts of that day (运维经费意见)."""

    id = models.UUIDField(primary_key=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="money")
    project_id: UUID
    year = models.PositiveSmallIntegerField()
    money = models.CharField(max_length=8, choices=[(m, m.name.title()) for m in Money])
    reason = models.TextField()
    entries = models.PositiveIntegerField()
    unpublished = models.PositiveIntegerField()
    late_deliveries = models.PositiveIntegerField()
    upheld = models.PositiveIntegerField()
    judged_on = models.DateField()
    judged_by = models.UUIDField()

    class Meta:
        ordering = ("-year",)
        constraints = (models.UniqueConstraint(fields=["project", "year"], name="money_once_a_year"),)

    def __str__(self) -> str:
        return f"{self.project_id} {self.year} {self.money}"
