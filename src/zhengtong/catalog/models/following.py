"""Rows behind subscriptions and notices of change (订阅、变更告知)."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from zhengtong.catalog.models.entries import Entry
from zhengtong.catalog.rules.diffs import ChangeClass


class Subscription(models.Model):
    """A department that wants to be told of every new version of an entry (订阅)."""

    id = models.UUIDField(primary_key=True)
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="+")
    entry_id: UUID
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    organization_id: UUID
    since = models.DateField()
    by = models.UUIDField()

    class Meta:
        ordering = ("since",)
        constraints = (models.UniqueConstraint(fields=["entry", "organization"], name="subscribed_once"),)

    def __str__(self) -> str:
        return f"{self.entry_id} {self.organization_id}"


class ChangeNotice(models.Model):
    """One department told of one new version, or of a withdrawal (变更告知)."""

    id = models.UUIDField(primary_key=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    entry_id: UUID
    version = models.PositiveIntegerField()
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    organization_id: UUID
    kind = models.CharField(max_length=12, choices=[(k, k.name.title()) for k in ChangeClass])
    name = models.CharField(max_length=200)
    effective_on = models.DateField(null=True)  # from when what stopped working stops
    told_on = models.DateField()
    read_on = models.DateField(null=True)
    read_by = models.UUIDField(null=True)

    class Meta:
        ordering = ("-told_on",)
        constraints = (
            models.UniqueConstraint(fields=["entry", "version", "kind", "organization"], name="told_once"),
            models.CheckConstraint(
                name="notice_read_who_when",
                condition=Q(read_on__isnull=True, read_by__isnull=True)
                | Q(read_on__isnull=False, read_by__isnull=False),
            ),
        )
        indexes = (models.Index(fields=["organization", "read_on"], name="notice_unread"),)

    def __str__(self) -> str:
        return f"{self.entry_id} {self.version} {self.kind}"
