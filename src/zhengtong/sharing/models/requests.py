"""Rows behind a request and its reply (共享申请、答复)."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from zhengtong.sharing.models.columns import who_and_when
from zhengtong.sharing.rules import (
    DECIDED_STATES,
    OPEN_STATES,
    Outcome,
    RequestState,
)

if TYPE_CHECKING:  # what Django adds: raw key columns and the way back from children
    from django.db.models import Manager

    from zhengtong.sharing.models.grants import Grant


class Register(models.Model):
    """The last number given (登记簿): one row, locked while a number is taken."""

    name = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.last}"


class SharingRequest(models.Model):
    """One department asks for one resource, for one purpose (共享申请)."""

    items: "Manager[RequestItem]"
    beneficiaries: "Manager[RequestBeneficiary]"
    extensions: "Manager[Extension]"
    grants: "Manager[Grant]"
    supplement: "Supplement"
    reply: "Reply"

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=20, unique=True)
    entry = models.ForeignKey("catalog.Entry", models.PROTECT, related_name="+")
    entry_id: UUID
    entry_version = models.PositiveIntegerField()
    entry_code = models.CharField(max_length=40)  # the 2017 guide's code, as people saw it
    entry_name = models.CharField(max_length=200)
    contract_digest = models.CharField(max_length=80, blank=True)
    follows = models.ForeignKey("sharing.Grant", models.PROTECT, null=True, related_name="followers")
    follows_id: UUID | None  # the grant it would renew or widen
    consumer = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    consumer_id: UUID
    provider = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    provider_id: UUID
    jurisdiction = models.CharField(max_length=6, blank=True)  # the provider's: its limits bind the reply

    legal_basis = models.TextField(blank=True)  # 使用依据
    scenario = models.TextField(blank=True)  # 使用场景
    scope = models.TextField(blank=True)  # 使用范围
    modes = models.JSONField(default=list)  # 共享方式
    period_from = models.DateField(null=True)  # 使用时限
    period_until = models.DateField(null=True)
    purpose = models.CharField(max_length=200, blank=True)  # 使用用途

    state = models.CharField(max_length=20, choices=[(s, s.name.title()) for s in RequestState])
    version = models.PositiveIntegerField(default=1)  # for If-Match
    hands = models.JSONField(default=dict)  # act → ids of the persons behind it: separation of duties
    return_reason = models.TextField(blank=True)
    drafted_at = models.DateTimeField()
    drafted_by = models.UUIDField(null=True)  # officer id: outlives the account
    approved_at = models.DateTimeField(null=True)
    approved_by = models.UUIDField(null=True)

    limit_id = models.CharField(max_length=40, blank=True)
    received_on = models.DateField(null=True)
    received_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)  # last lawful day to answer; null while a draft or waiting for a supplement
    due_provisional = models.BooleanField(default=False)
    answered_late = models.BooleanField(default=False)

    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_on = models.DateField(null=True)
    decision = models.TextField(blank=True)  # the canonical record, byte for byte
    decision_digest = models.CharField(max_length=80, blank=True)
    withdrawn_on = models.DateField(null=True)
    withdraw_reason = models.TextField(blank=True)

    class Meta:
        ordering = ("number",)
        constraints = (
            models.CheckConstraint(name="request_state_known", condition=Q(state__in=[str(s) for s in RequestState])),
            who_and_when("request_drafted_who_when", at="drafted_at", by="drafted_by"),
            who_and_when("request_approved_who_when", at="approved_at", by="approved_by"),
            who_and_when("request_decided_who_when", at="decided_at", by="decided_by"),
            models.CheckConstraint(
                name="request_decided_has_record",
                condition=~Q(state__in=[str(s) for s in DECIDED_STATES]) | (~Q(decision="") & ~Q(decision_digest="")),
            ),
            models.CheckConstraint(name="request_not_to_itself", condition=~Q(consumer=models.F("provider"))),
            models.UniqueConstraint(
                name="request_one_open",
                fields=["consumer", "entry", "purpose"],
                condition=Q(state__in=[str(s) for s in OPEN_STATES]) & ~Q(purpose=""),
            ),
        )
        indexes = (
            models.Index(fields=["provider", "state", "due_on"], name="request_inbox"),
            models.Index(fields=["consumer", "state"], name="request_mine"),
            models.Index(fields=["state", "due_on"], name="request_by_due"),
            models.Index(fields=["-decided_on"], name="request_by_decision"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class RequestItem(models.Model):
    """One item asked for, with its sharing terms as the catalogue showed them then (申请的信息项)."""

    request = models.ForeignKey(SharingRequest, models.CASCADE, related_name="items")
    request_id: UUID
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    share_type = models.CharField(max_length=1)

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(name="request_item_once", fields=["request", "code"]),)

    def __str__(self) -> str:
        return self.code


class RequestBeneficiary(models.Model):
    """One organ of the request and how it uses the data (使用机构)."""

    request = models.ForeignKey(SharingRequest, models.CASCADE, related_name="beneficiaries")
    request_id: UUID
    position = models.PositiveSmallIntegerField()  # 1 is the applying organ; the grant's suffix
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    organization_id: UUID
    uses = models.JSONField(default=list)  # [{system, purpose, matters}]

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(name="beneficiary_once", fields=["request", "organization"]),
            models.UniqueConstraint(name="beneficiary_position", fields=["request", "position"]),
        )

    def __str__(self) -> str:
        return f"{self.request_id}-{self.position}"


class Supplement(models.Model):
    """The one notice of what is missing, and its answer (一次性告知, 条例 第二十一条)."""

    request = models.OneToOneField(SharingRequest, models.CASCADE, related_name="supplement")
    request_id: UUID
    missing = models.JSONField(default=list)
    note = models.TextField(blank=True)
    asked_on = models.DateField()
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField()
    answer_note = models.TextField(blank=True)
    answered_on = models.DateField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)

    class Meta:
        constraints = (who_and_when("supplement_answered_who_when", at="answered_at", by="answered_by"),)

    def __str__(self) -> str:
        return f"{self.request_id} {self.asked_on}"


class Extension(models.Model):
    """More days for a reply, asked of the authority (延长答复期限, 条例 第二十一条)."""

    request = models.ForeignKey(SharingRequest, models.CASCADE, related_name="extensions")
    request_id: UUID
    days = models.PositiveSmallIntegerField()
    reason = models.TextField()
    asked_on = models.DateField()
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField()
    agreed = models.BooleanField(null=True)  # null: the authority has not answered
    answer_reason = models.TextField(blank=True)
    answered_on = models.DateField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)

    class Meta:
        ordering = ("asked_at",)
        constraints = (
            who_and_when("extension_answered_who_when", at="answered_at", by="answered_by"),
            models.UniqueConstraint(
                name="extension_once", fields=["request"], condition=Q(agreed__isnull=True) | Q(agreed=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.request_id} +{self.days}"


class Reply(models.Model):
    """What the provider answers: written by one person, signed by another (答复)."""

    items: "Manager[ReplyItem]"

    request = models.OneToOneField(SharingRequest, models.CASCADE, related_name="reply")
    request_id: UUID
    rows = models.JSONField(default=list)  # row conditions: go to the provider's bundle only
    rows_note = models.TextField(blank=True)
    filter_salt = models.CharField(max_length=32)  # hex; binds the row filter to its digest without telling it
    lookup = models.JSONField(default=list)
    modes = models.JSONField(default=list)
    quota = models.JSONField(default=dict)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    note = models.TextField(blank=True)
    prepared_at = models.DateTimeField()
    prepared_by = models.UUIDField()
    signed_at = models.DateTimeField(null=True)
    signed_by = models.UUIDField(null=True)
    countersigned_at = models.DateTimeField(null=True)
    countersigned_by = models.UUIDField(null=True)

    class Meta:
        constraints = (
            who_and_when("reply_signed_who_when", at="signed_at", by="signed_by"),
            who_and_when("reply_countersigned_who_when", at="countersigned_at", by="countersigned_by"),
            models.CheckConstraint(
                name="reply_signer_not_preparer",
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=models.F("prepared_by")),
            ),
        )

    def __str__(self) -> str:
        return str(self.request_id)


class ReplyItem(models.Model):
    """The answer to one item (逐项答复)."""

    reply = models.ForeignKey(Reply, models.CASCADE, related_name="items")
    reply_id: UUID
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=64)
    outcome = models.CharField(max_length=8, choices=[(o, o.name.title()) for o in Outcome])
    mask = models.CharField(max_length=80, blank=True)
    ground = models.CharField(max_length=24, blank=True)
    reason = models.TextField(blank=True)
    article = models.CharField(max_length=200, blank=True)
    alternative = models.TextField(blank=True)

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(name="reply_item_once", fields=["reply", "code"]),
            models.CheckConstraint(name="reply_outcome_known", condition=Q(outcome__in=[str(o) for o in Outcome])),
            models.CheckConstraint(
                name="reply_refusal_has_reason", condition=~Q(outcome=str(Outcome.REFUSE)) | ~Q(reason="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.outcome}"
