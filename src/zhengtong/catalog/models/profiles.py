"""Rows behind data profiles (数据画像)."""

from uuid import UUID

from django.db import models

from zhengtong.catalog.models.entries import Entry


class DataProfile(models.Model):
    """What a node found in the table behind an entry, on one day; the latest counts (数据画像)."""

    id = models.UUIDField(primary_key=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="profiles")
    entry_id: UUID
    table = models.CharField(max_length=100)
    rows = models.BigIntegerField()
    filled = models.PositiveSmallIntegerField()  # permille, mean over the items
    valid = models.PositiveSmallIntegerField()
    columns = models.JSONField(default=list)  # {item, filled, valid}
    filed_on = models.DateField()
    filed_at = models.DateTimeField()
    filed_by = models.UUIDField()

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=["entry", "-filed_on"], name="profile_latest"),)

    def __str__(self) -> str:
        return f"{self.entry_id} {self.filed_on}"
