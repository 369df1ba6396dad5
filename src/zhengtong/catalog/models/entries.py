"""Rows behind entries, their revisions and items (目录条目)."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from zhengtong.catalog.models.matters import MatterDocument
from zhengtong.catalog.rules import CURRENT_STATES, OPEN_STATES, EntryState, ShareType

_STATES = [str(s) for s in EntryState]
_OPEN, _CURRENT = sorted(OPEN_STATES), sorted(CURRENT_STATES)
_TYPES = [str(t) for t in ShareType]


class Entry(models.Model):
    """One information resource of one provider; its code is never used again (目录条目)."""

    id = models.UUIDField(primary_key=True)
    guide_code = models.CharField(max_length=64, unique=True)  # the code people see, 2017 guide
    short_code = models.CharField(max_length=20, blank=True)  # e.g. R03
    provider = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    provider_id: UUID
    is_source = models.BooleanField(default=False)  # 数源, named by the authority (条例 19)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("guide_code",)
        constraints = (
            models.UniqueConstraint(fields=["short_code"], condition=~Q(short_code=""), name="entry_short_code_once"),
            models.CheckConstraint(name="entry_coded", condition=~Q(guide_code="")),
        )

    def __str__(self) -> str:
        return self.guide_code


class Revision(models.Model):
    """One version of an entry's content; once published it is replaced, never edited (目录版本)."""

    id = models.UUIDField(primary_key=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="revisions")
    entry_id: UUID
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=[(s, s.name.title()) for s in EntryState])

    name = models.CharField(max_length=200)
    abstract = models.TextField(blank=True)
    provider_office = models.CharField(max_length=100, blank=True)
    theme = models.CharField(max_length=10, blank=True)
    industry = models.CharField(max_length=10, blank=True)  # GB/T 21063.4: four schemes side by side
    service_class = models.CharField(max_length=20, blank=True)
    form_class = models.CharField(max_length=20, blank=True)
    format = models.CharField(max_length=20, blank=True)
    update_cycle = models.CharField(max_length=20, blank=True)
    share_type = models.CharField(max_length=1, blank=True)
    share_modes = models.JSONField(default=list)
    conditions = models.TextField(blank=True)
    range = models.TextField(blank=True)
    purpose = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    legal_basis = models.TextField(blank=True)
    basis_kind = models.CharField(max_length=12, blank=True)
    breaking_on = models.DateField(null=True)  # from when what this revision stops no longer works
    review_on = models.DateField(null=True)
    open_flag = models.BooleanField(default=False)
    open_conditions = models.CharField(max_length=500, blank=True)
    data_class = models.CharField(max_length=20, blank=True)
    data_grade = models.CharField(max_length=20, blank=True)
    secrecy_review = models.CharField(max_length=200, blank=True)
    pi_assessment = models.CharField(max_length=200, blank=True)
    contains_personal = models.BooleanField(default=False)
    source_system = models.CharField(max_length=100, blank=True)
    origins = models.ManyToManyField(MatterDocument, related_name="+")

    drafted_by = models.UUIDField()
    drafted_for = models.UUIDField(null=True)  # the absent officer a substitute drafted for
    signed_by = models.UUIDField(null=True)
    signed_for = models.UUIDField(null=True)
    published_by = models.UUIDField(null=True)
    submitted_on = models.DateField(null=True)
    decided_on = models.DateField(null=True)
    published_on = models.DateField(null=True)
    return_reason = models.TextField(blank=True)
    change_reason = models.TextField(blank=True)
    change_on = models.DateField(null=True)
    change_extended_days = models.PositiveSmallIntegerField(default=0)
    change_done_on = models.DateField(null=True)
    due_on = models.DateField(null=True)  # cached by `services.clocks`
    due_provisional = models.BooleanField(default=False)
    updated_at = models.DateTimeField()
    items: "models.Manager[Item]"

    class Meta:
        ordering = ("entry_id", "number")
        constraints = (
            models.UniqueConstraint(fields=["entry", "number"], name="revision_number_once"),
            models.UniqueConstraint(fields=["entry"], condition=Q(state__in=_OPEN), name="revision_one_open"),
            models.UniqueConstraint(fields=["entry"], condition=Q(state__in=_CURRENT), name="revision_one_current"),
            models.CheckConstraint(name="revision_state_known", condition=Q(state__in=_STATES)),
            models.CheckConstraint(name="revision_share_type_known", condition=Q(share_type__in=["", *_TYPES])),
            models.CheckConstraint(
                name="revision_published_who_and_when",
                condition=Q(published_on=None, published_by=None)
                | Q(published_on__isnull=False, published_by__isnull=False),
            ),
            models.CheckConstraint(
                name="revision_current_is_signed",
                condition=~Q(state__in=_CURRENT) | Q(signed_by__isnull=False, published_on__isnull=False),
            ),
            models.CheckConstraint(
                name="revision_conditional_has_terms",
                condition=~Q(state__in=_CURRENT, share_type="K") | (~Q(range="") & ~Q(purpose="")),
            ),
            models.CheckConstraint(
                name="revision_withheld_has_basis",
                condition=~Q(state__in=_CURRENT, share_type="W") | (~Q(reason="") & ~Q(legal_basis="")),
            ),
        )
        indexes = (models.Index(fields=["state", "due_on"], name="revision_by_due"),)

    def __str__(self) -> str:
        return f"{self.entry_id} v{self.number} {self.state}"


class Item(models.Model):
    """One item of a revision with its own sharing terms (信息项)."""

    id = models.UUIDField(primary_key=True)
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="items")
    revision_id: UUID
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=63)
    name = models.CharField(max_length=100)
    data_type = models.CharField(max_length=1)
    length = models.CharField(max_length=12, blank=True)
    share_type = models.CharField(max_length=1)
    condition = models.TextField(blank=True)
    range = models.TextField(blank=True)
    purpose = models.TextField(blank=True)
    legal_basis = models.TextField(blank=True)
    basis_kind = models.CharField(max_length=12, blank=True)
    reason = models.TextField(blank=True)
    is_personal = models.BooleanField(default=False)
    is_lookup = models.BooleanField(default=False)
    code_list = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("revision_id", "position")
        constraints = (
            models.UniqueConstraint(fields=["revision", "position"], name="item_position_once"),
            models.CheckConstraint(name="item_share_type_known", condition=Q(share_type__in=_TYPES)),
        )

    def __str__(self) -> str:
        return self.code


class SourceNaming(models.Model):
    """The authority's word on which entry is the source of an item (数源认定, 条例 19)."""

    id = models.UUIDField(primary_key=True)
    jurisdiction = models.CharField(max_length=6, blank=True)  # of the authority that named it: it holds there
    item_name = models.CharField(max_length=100)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    entry_id: UUID
    reason = models.CharField(max_length=500)
    named_by = models.UUIDField()
    named_at = models.DateTimeField()

    class Meta:
        ordering = ("item_name",)
        constraints = (models.UniqueConstraint(fields=["jurisdiction", "item_name"], name="source_named_once"),)

    def __str__(self) -> str:
        return self.item_name
