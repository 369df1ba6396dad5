"""Rows of joint meetings, directives and bulletins (联席会议、交办事项、通报)."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from zhengtong.supervision.models.findings import Finding
from zhengtong.supervision.rules.directives import DirectiveAbout, DirectiveKind, DirectiveState

if TYPE_CHECKING:  # what Django adds: the way back from children
    from django.db.models import Manager

_ABOUT = [str(k) for k in DirectiveAbout]
_STATES = [str(s) for s in DirectiveState]


class PaperRegister(models.Model):
    """The last number given to a kind of paper in a year (文书登记簿): one row, locked while a number is taken."""

    id = models.CharField(max_length=20, primary_key=True)  # kind-year: order-2026
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.id} {self.last}"


class Meeting(models.Model):
    """The minutes of a joint meeting (联席会议纪要)."""

    directives: "Manager[Directive]"

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")  # who called it
    organization_id: UUID
    jurisdiction = models.CharField(max_length=6, blank=True)
    held_on = models.DateField()
    title = models.CharField(max_length=200)
    text = models.TextField()
    present = models.ManyToManyField("parties.Organization", related_name="+")
    recorded_on = models.DateField()
    recorded_by = models.UUIDField()

    class Meta:
        ordering = ("-held_on", "-number")

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Directive(models.Model):
    """Something a department was asked to do in writing, and its report (交办事项)."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=12, choices=[(k, k.name.title()) for k in DirectiveKind])
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, related_name="directives")
    meeting_id: UUID | None
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, related_name="+")
    finding_id: UUID | None
    about_kind = models.CharField(max_length=12, blank=True, choices=[(k, k.name.title()) for k in DirectiveAbout])
    about = models.UUIDField(null=True)  # the request or demand it is about
    about_number = models.CharField(max_length=64, blank=True)
    issuer = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    issuer_id: UUID
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    organization_id: UUID
    jurisdiction = models.CharField(max_length=6, blank=True)
    text = models.TextField()
    due_on = models.DateField()
    state = models.CharField(max_length=12, choices=[(s, s.name.title()) for s in DirectiveState])
    issued_on = models.DateField()
    issued_by = models.UUIDField()
    report = models.TextField(blank=True)
    reported_on = models.DateField(null=True)
    reported_by = models.UUIDField(null=True)
    answer = models.TextField(blank=True)
    ended_on = models.DateField(null=True)
    ended_by = models.UUIDField(null=True)

    class Meta:
        ordering = ("-issued_on", "-number")
        constraints = (
            models.CheckConstraint(name="directive_state_known", condition=Q(state__in=_STATES)),
            models.CheckConstraint(
                name="directive_reported_says_what", condition=~Q(state=str(DirectiveState.REPORTED)) | ~Q(report="")
            ),
            models.CheckConstraint(
                name="directive_about_what",
                condition=Q(about_kind="", about=None) | Q(about__isnull=False, about_kind__in=_ABOUT),
            ),
        )
        indexes = (
            models.Index(fields=["organization", "state"], name="directive_of_department"),
            models.Index(fields=["about"], name="directive_about"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class Bulletin(models.Model):
    """A month's report as it was issued (通报): the figures of that day, frozen."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    organization_id: UUID
    jurisdiction = models.CharField(max_length=6, blank=True)
    month = models.CharField(max_length=7)
    text = models.TextField(blank=True)
    content = models.JSONField()
    digest = models.CharField(max_length=64)  # SHA-256 of the canonical content
    issued_on = models.DateField()
    issued_by = models.UUIDField()

    class Meta:
        ordering = ("-month", "-number")
        constraints = (models.UniqueConstraint(fields=["jurisdiction", "month"], name="bulletin_once_a_month"),)

    def __str__(self) -> str:
        return f"{self.number} {self.month}"


class BulletinNotice(models.Model):
    """That a department was told of a bulletin, and read it (通报送达)."""

    id = models.BigAutoField(primary_key=True)
    bulletin = models.ForeignKey(Bulletin, models.PROTECT, related_name="notices")
    bulletin_id: UUID
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    organization_id: UUID
    read_on = models.DateField(null=True)
    read_by = models.UUIDField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["bulletin", "organization"], name="bulletin_told_once"),)

    def __str__(self) -> str:
        return f"{self.bulletin_id} {self.organization_id}"
