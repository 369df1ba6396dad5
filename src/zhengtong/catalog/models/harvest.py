"""Rows behind catalogues of others (目录汇聚) and what is reported upward (目录上报)."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from zhengtong.catalog.rules.harvest import Relation, Standing

_RELATIONS, _STANDINGS = [str(r) for r in Relation], [str(s) for s in Standing]


class HarvestSource(models.Model):
    """Another catalogue whose entries are taken in (目录来源)."""

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    relation = models.CharField(max_length=8)
    jurisdiction = models.CharField(max_length=6, blank=True)  # of the authority that takes it in
    added_by = models.UUIDField()
    added_at = models.DateTimeField()

    class Meta:
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(name="harvest_relation_known", condition=Q(relation__in=_RELATIONS)),
            models.CheckConstraint(name="harvest_source_named", condition=~Q(code="") & ~Q(name="")),
        )

    def __str__(self) -> str:
        return self.code


class HarvestRun(models.Model):
    """One file of a source, compared with what was known (汇聚批次)."""

    id = models.UUIDField(primary_key=True)
    source = models.ForeignKey(HarvestSource, models.PROTECT, related_name="runs")
    source_id: UUID
    number = models.PositiveIntegerField()
    form = models.CharField(max_length=10)
    digest = models.CharField(max_length=64)  # SHA-256 of the file, hex
    size = models.PositiveIntegerField()  # bytes
    counts = models.JSONField()  # Move → how many
    findings = models.JSONField()  # what was wrong, each with place, severity, key and facts
    taken_by = models.UUIDField()
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ("source", "-number")
        constraints = (models.UniqueConstraint(fields=["source", "number"], name="harvest_run_once"),)

    def __str__(self) -> str:
        return f"{self.source_id} {self.number}"


class HarvestedEntry(models.Model):
    """One entry of another catalogue as it was last seen (汇聚条目); what is gone stays as a tombstone."""

    id = models.UUIDField(primary_key=True)
    source = models.ForeignKey(HarvestSource, models.PROTECT, related_name="entries")
    source_id: UUID
    remote_id = models.CharField(max_length=300)
    title = models.CharField(max_length=300)
    publisher = models.CharField(max_length=300, blank=True)
    content = models.JSONField()  # what was understood of it
    digest = models.CharField(max_length=64)
    standing = models.CharField(max_length=8)
    absences = models.PositiveSmallIntegerField(default=0)
    first_run = models.PositiveIntegerField()
    changed_run = models.PositiveIntegerField()
    ended_run = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ("source", "remote_id")
        constraints = (
            models.UniqueConstraint(fields=["source", "remote_id"], name="harvested_once"),
            models.CheckConstraint(name="harvested_standing_known", condition=Q(standing__in=_STANDINGS)),
            models.CheckConstraint(
                name="harvested_gone_has_its_run",
                condition=Q(standing=str(Standing.GONE), ended_run__isnull=False)
                | (~Q(standing=str(Standing.GONE)) & Q(ended_run=None)),
            ),
        )
        indexes = (models.Index(fields=["source", "standing", "remote_id"], name="harvested_by_standing"),)

    def __str__(self) -> str:
        return self.remote_id


class UpwardReport(models.Model):
    """What of the own catalogue was reported to the level above (目录上报), by content digests."""

    id = models.UUIDField(primary_key=True)
    receiver = models.CharField(max_length=100)
    serial = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)  # SHA-256 of the snapshot, hex
    counts = models.JSONField()  # Move → how many, against the report before
    entries = models.JSONField()  # guide code → digest of its content
    reported_by = models.UUIDField()
    reported_at = models.DateTimeField()

    class Meta:
        ordering = ("receiver", "-serial")
        constraints = (models.UniqueConstraint(fields=["receiver", "serial"], name="upward_report_once"),)

    def __str__(self) -> str:
        return f"{self.receiver} {self.serial}"
