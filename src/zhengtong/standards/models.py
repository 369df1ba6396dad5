"""Rows that the data authority lays over the shipped tables.  Rows store, `rules` decide."""

from django.db import models
from django.db.models import F, Q

from zhengtong.standards.rules import DayKind, TableKind


class RegionExtension(models.Model):
    """A region that the shipped table does not have (区划扩充)."""

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=6)
    name = models.CharField(max_length=100)
    source = models.CharField(max_length=100)  # e.g. 演示
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)

    class Meta:
        ordering = ("code",)
        constraints = (
            models.UniqueConstraint(fields=["code"], name="region_extension_once"),
            models.CheckConstraint(
                name="region_ends_after_it_began",
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
            ),
        )

    def __str__(self) -> str:
        return self.code


class CalendarDay(models.Model):
    """A day that a place closes or opens besides the published plan (日历增补)."""

    id = models.UUIDField(primary_key=True)
    jurisdiction = models.CharField(max_length=6, blank=True)  # "" is the whole country
    day = models.DateField()
    kind = models.CharField(max_length=10, choices=[(v, v.name.title()) for v in DayKind])
    name = models.CharField(max_length=100)
    source = models.CharField(max_length=200)
    set_at = models.DateTimeField()

    class Meta:
        ordering = ("day", "jurisdiction")
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "day"], name="calendar_day_once"),
            models.CheckConstraint(name="calendar_day_kind_known", condition=Q(kind__in=[str(v) for v in DayKind])),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"


class PublishedYear(models.Model):
    """A calendar year whose plan the authority has loaded in full (已公布年度)."""

    id = models.UUIDField(primary_key=True)
    year = models.PositiveSmallIntegerField(unique=True)
    source = models.CharField(max_length=200)
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ("year",)

    def __str__(self) -> str:
        return str(self.year)


class LimitOverride(models.Model):
    """A place's own value of a limit, in the requester's favour (地方期限)."""

    id = models.UUIDField(primary_key=True)
    limit_id = models.CharField(max_length=40)
    jurisdiction = models.CharField(max_length=6)
    days = models.PositiveSmallIntegerField()
    extension_days = models.PositiveSmallIntegerField()
    in_force_from = models.DateField()
    cites = models.CharField(max_length=300)
    mark = models.CharField(max_length=4, default="D")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ("limit_id", "jurisdiction", "in_force_from")
        constraints = (
            models.UniqueConstraint(fields=["limit_id", "jurisdiction", "in_force_from"], name="limit_override_once"),
            models.CheckConstraint(name="limit_override_has_place", condition=~Q(jurisdiction="") & ~Q(cites="")),
        )

    def __str__(self) -> str:
        return f"{self.limit_id} {self.jurisdiction} {self.days}"


class TableEdition(models.Model):
    """A newer edition of a shipped table, as loaded (标准表新版本); the latest that is not withdrawn is in use."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=12, choices=[(k, k.name.title()) for k in TableKind])
    table = models.CharField(max_length=40)
    edition = models.CharField(max_length=60)
    source = models.CharField(max_length=300)
    mark = models.CharField(max_length=4)
    content = models.TextField()
    digest = models.CharField(max_length=64)  # SHA-256 of the content
    rows = models.PositiveIntegerField()
    loaded_by = models.UUIDField(null=True)  # officer; null for the console
    loaded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-loaded_at",)
        constraints = (
            models.UniqueConstraint(fields=["kind", "table", "edition"], name="table_edition_once"),
            models.CheckConstraint(name="table_edition_sourced", condition=~Q(source="") & ~Q(edition="")),
        )

    def __str__(self) -> str:
        return f"{self.table} {self.edition}"
