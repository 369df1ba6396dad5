"""Rows behind search (检索)."""

from uuid import UUID

from django.db import models

from zhengtong.catalog.models.entries import Revision


class FacetGroup(models.Model):
    """One combination of values to narrow by, as documents have it (分面组).  Only `held` ever changes."""

    id = models.AutoField(primary_key=True)
    provider = models.CharField(max_length=40)  # code
    jurisdiction = models.CharField(max_length=6, blank=True)
    level = models.CharField(max_length=12)
    share_type = models.CharField(max_length=1, blank=True)
    theme = models.CharField(max_length=10, blank=True)
    cycle = models.CharField(max_length=20, blank=True)
    open_flag = models.BooleanField()
    held = models.PositiveIntegerField(default=0)  # documents in force, counted in the transaction that changes them

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="facet_group_once",
                fields=["provider", "jurisdiction", "level", "share_type", "theme", "cycle", "open_flag"],
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.share_type} {self.theme}"


class SearchDocument(models.Model):
    """One revision as search finds it (检索文档): in force or in work, filed under its place."""

    id = models.BigAutoField(primary_key=True)
    revision = models.OneToOneField(Revision, models.PROTECT, related_name="document")
    revision_id: UUID
    group = models.ForeignKey(FacetGroup, models.PROTECT, related_name="+")
    group_id: int
    in_force = models.BooleanField()
    length = models.PositiveSmallIntegerField()  # characters of the name
    guide_code = models.CharField(max_length=64)  # the entry's, to list in its order

    class Meta:
        indexes = (
            models.Index(fields=["in_force", "group"], name="document_by_group"),
            models.Index(fields=["in_force", "guide_code", "group"], name="document_by_code"),
        )

    def __str__(self) -> str:
        return f"{self.revision_id}"


class SearchText(models.Model):
    """The tokens of a document, by place; the store keeps its index of them by itself (检索词表)."""

    place = models.BigIntegerField(primary_key=True)  # see search.places
    title = models.TextField(blank=True)  # name, codes, pinyin
    items = models.TextField(blank=True)
    body = models.TextField(blank=True)

    def __str__(self) -> str:
        return str(self.place)
