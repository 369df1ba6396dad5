"""Rows behind persons' requests (个人更正请求) and the cases that corrections flag (标记的办件)."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from zhengtong.journal.fields import EncryptedTextField
from zhengtong.sharing.models.columns import who_and_when
from zhengtong.sharing.models.corrections import Correction
from zhengtong.sharing.rules.personal import CASE_CHARS_MAX, Channel, PersonState

if TYPE_CHECKING:  # what Django adds: the way back from children
    from django.db.models import Manager

PERSONAL_FIELDS = ("name", "identifier", "contact", "record_key", "value_seen", "value_claimed", "answer")  # sealed


class PersonRequest(models.Model):
    """What a person says of his own data, and what became of it (个人信息保护法 第四十六条)."""

    notices: "Manager[PersonNotice]"
    cases: "Manager[FlaggedCase]"

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=20, unique=True)
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")  # where he asked
    organization_id: UUID
    provider = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")  # whose data they are
    provider_id: UUID
    jurisdiction = models.CharField(max_length=6, blank=True)  # of the organization where he asked
    entry = models.ForeignKey("catalog.Entry", models.PROTECT, related_name="+")
    entry_id: UUID
    entry_name = models.CharField(max_length=200)
    item = models.CharField(max_length=64)
    item_name = models.CharField(max_length=200)
    name = EncryptedTextField()
    identifier = EncryptedTextField()
    contact = EncryptedTextField()
    record_key = EncryptedTextField()
    value_seen = EncryptedTextField()
    value_claimed = EncryptedTextField(blank=True)
    evidence = models.TextField()
    correction = models.OneToOneField(Correction, models.PROTECT, null=True, related_name="person")
    correction_id: UUID | None

    state = models.CharField(max_length=16, choices=[(s, s.name.title()) for s in PersonState])
    taken_on = models.DateField()
    taken_at = models.DateTimeField()
    taken_by = models.UUIDField()
    due_on = models.DateField()
    due_provisional = models.BooleanField(default=False)
    is_corrected = models.BooleanField(null=True)  # None: not verified here
    cause = models.TextField(blank=True)  # what was found, where the own data are concerned
    verified_on = models.DateField(null=True)
    verified_at = models.DateTimeField(null=True)
    verified_by = models.UUIDField(null=True)
    channel = models.CharField(max_length=12, blank=True, choices=[(s, s.name.title()) for s in Channel])
    answer = EncryptedTextField(blank=True)  # what the person was told
    told_on = models.DateField(null=True)
    told_at = models.DateTimeField(null=True)
    told_by = models.UUIDField(null=True)
    ended_on = models.DateField(null=True)  # withdrawn

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.CheckConstraint(name="person_state_known", condition=Q(state__in=[str(s) for s in PersonState])),
            models.CheckConstraint(
                name="person_passed_has_correction",
                condition=~Q(state=str(PersonState.PASSED)) | Q(correction__isnull=False),
            ),
            who_and_when("person_verified_who_when", at="verified_at", by="verified_by"),
            who_and_when("person_told_who_when", at="told_at", by="told_by"),
        )
        indexes = (models.Index(fields=["organization", "state", "due_on"], name="person_inbox"),)

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class PersonNotice(models.Model):
    """One organization that reads the item and is told that values in it were put right (告知)."""

    request = models.ForeignKey(PersonRequest, models.CASCADE, related_name="notices")
    request_id: UUID
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    organization_id: UUID
    told_on = models.DateField()
    read_on = models.DateField(null=True)
    read_by = models.UUIDField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(name="person_told_once", fields=["request", "organization"]),)

    def __str__(self) -> str:
        return f"{self.request_id} {self.organization_id}"


class FlaggedCase(models.Model):
    """A case in which a value that is doubted was used (标记的办件): it goes on, and is looked at again."""

    number = models.CharField(max_length=CASE_CHARS_MAX)  # as its office numbers it
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")  # whose case it is
    organization_id: UUID
    correction = models.ForeignKey(Correction, models.CASCADE, null=True, related_name="cases")
    correction_id: UUID | None
    person = models.ForeignKey(PersonRequest, models.CASCADE, null=True, related_name="cases")
    person_id: UUID | None
    flagged_on = models.DateField()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="flagged_by_one_thing",
                condition=Q(correction__isnull=False, person__isnull=True)
                | Q(correction__isnull=True, person__isnull=False),
            ),
            models.UniqueConstraint(
                name="flagged_once_by_correction", fields=["correction", "organization", "number"],
                condition=Q(correction__isnull=False),
            ),
            models.UniqueConstraint(
                name="flagged_once_by_person", fields=["person", "organization", "number"],
                condition=Q(person__isnull=False),
            ),
        )  # fmt: skip
        indexes = (models.Index(fields=["number"], name="flagged_number"),)

    def __str__(self) -> str:
        return f"{self.number} {self.organization_id}"
