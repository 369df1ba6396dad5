"""Rows of the guarantees (保障机制): institution documents, training, money."""

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from zhengtong.supervision.models.projects import Project
from zhengtong.supervision.rules.budget import BudgetKind, BudgetState, Rating
from zhengtong.supervision.rules.institutions import InstitutionKind

_WAITING = [str(BudgetState.ASKED), str(BudgetState.LEFT_OUT), str(BudgetState.WITHDRAWN)]


class InstitutionDocument(models.Model):
    """A document by which an organization lays something down (制度文件): what it is called, not the file."""

    id = models.UUIDField(primary_key=True)
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    organization_id: UUID
    jurisdiction = models.CharField(max_length=6, blank=True)
    kind = models.CharField(max_length=12, choices=[(k, k.name.title()) for k in InstitutionKind])
    title = models.CharField(max_length=200)
    document_number = models.CharField(max_length=80, blank=True)
    issued_on = models.DateField()
    in_force_from = models.DateField()
    review_on = models.DateField(null=True)
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 of the file in the organization's archive
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    replaces_id: UUID | None
    filed_on = models.DateField()
    filed_by = models.UUIDField()
    ended_on = models.DateField(null=True)
    ended_by = models.UUIDField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("-issued_on", "id")
        constraints = (
            models.CheckConstraint(
                name="institution_ended_says_why", condition=Q(ended_on__isnull=True) | ~Q(reason="")
            ),
        )
        indexes = (models.Index(fields=["organization", "kind"], name="institution_of_department"),)

    def __str__(self) -> str:
        return f"{self.organization_id} {self.kind}"


class TrainingPlan(models.Model):
    """What a place asks of its people in one year (年度培训计划); the newest serial holds."""

    id = models.UUIDField(primary_key=True)
    jurisdiction = models.CharField(max_length=6, blank=True)
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveSmallIntegerField()
    roles = models.JSONField()  # Role values
    hours = models.DecimalField(max_digits=5, decimal_places=1)
    reason = models.TextField()
    set_on = models.DateField()
    set_by = models.UUIDField()

    class Meta:
        ordering = ("-year", "-serial")
        constraints = (models.UniqueConstraint(fields=["jurisdiction", "year", "serial"], name="plan_serial_once"),)

    def __str__(self) -> str:
        return f"{self.jurisdiction} {self.year} {self.serial}"


class Training(models.Model):
    """A training that was held (培训)."""

    id = models.UUIDField(primary_key=True)
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")  # who held it
    organization_id: UUID
    jurisdiction = models.CharField(max_length=6, blank=True)
    topic = models.CharField(max_length=200)
    held_on = models.DateField()
    hours = models.DecimalField(max_digits=5, decimal_places=1)
    recorded_on = models.DateField()
    recorded_by = models.UUIDField()

    class Meta:
        ordering = ("-held_on", "id")
        indexes = (models.Index(fields=["organization", "held_on"], name="training_of_department"),)

    def __str__(self) -> str:
        return f"{self.held_on} {self.topic}"


class TrainingAttendance(models.Model):
    """That somebody took part and passed (参训)."""

    id = models.BigAutoField(primary_key=True)
    training = models.ForeignKey(Training, models.PROTECT, related_name="attendances")
    training_id: UUID
    officer = models.ForeignKey("parties.Officer", models.PROTECT, related_name="+")
    officer_id: UUID

    class Meta:
        constraints = (models.UniqueConstraint(fields=["training", "officer"], name="attended_once"),)

    def __str__(self) -> str:
        return f"{self.training_id} {self.officer_id}"


class BudgetRegister(models.Model):
    """The last number given in a budget year (经费登记簿): one row, locked while a number is taken."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year} {self.last}"


class BudgetLine(models.Model):
    """Money for sharing in one year (共享经费): asked, listed, spent, evaluated.  Yuan."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    organization_id: UUID
    jurisdiction = models.CharField(max_length=6, blank=True)
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=[(k, k.name.title()) for k in BudgetKind])
    project = models.ForeignKey(Project, models.PROTECT, null=True, related_name="+")
    project_id: UUID | None
    purpose = models.TextField()
    goal = models.TextField()
    asked = models.DecimalField(max_digits=13, decimal_places=2)
    asked_on = models.DateField()
    asked_by = models.UUIDField()
    state = models.CharField(max_length=12, choices=[(s, s.name.title()) for s in BudgetState])
    listed = models.DecimalField(max_digits=13, decimal_places=2, null=True)
    reason = models.TextField(blank=True)  # of listing or leaving out
    decided_on = models.DateField(null=True)
    decided_by = models.UUIDField(null=True)
    spent = models.DecimalField(max_digits=13, decimal_places=2, null=True)
    result = models.TextField(blank=True)
    reported_on = models.DateField(null=True)
    reported_by = models.UUIDField(null=True)
    rating = models.CharField(max_length=8, blank=True, choices=[(r, r.name.title()) for r in Rating])
    judgement = models.TextField(blank=True)
    evaluated_on = models.DateField(null=True)
    evaluated_by = models.UUIDField(null=True)

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.CheckConstraint(name="budget_state_known", condition=Q(state__in=[str(s) for s in BudgetState])),
            models.CheckConstraint(
                name="budget_listed_how_much", condition=Q(state__in=_WAITING) | Q(listed__gt=0, listed__lte=F("asked"))
            ),
            models.CheckConstraint(
                name="budget_spent_within", condition=Q(spent__isnull=True) | Q(spent__gte=0, spent__lte=F("listed"))
            ),
        )
        indexes = (
            models.Index(fields=["organization", "year"], name="budget_of_department"),
            models.Index(fields=["year", "state"], name="budget_of_year"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.state}"
