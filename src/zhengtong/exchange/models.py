"""Rows behind the exchange's control plane.  Rows store, `rules` decide, `services` are the only writers."""

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from zhengtong.exchange.rules import Dispute, KeyState, Match, NodeState
from zhengtong.exchange.rules.notice import NoticeGround
from zhengtong.journal.fields import EncryptedTextField


class Node(models.Model):
    """A department's end node, its own or a hosted one (结点)."""

    id = models.UUIDField(primary_key=True, editable=False)
    code = models.CharField(max_length=40, unique=True)  # on the wire; the organization's own code unless hosted apart
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    organization_id: UUID
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in NodeState])
    hosted = models.BooleanField(default=False)  # 托管: on a machine shared with other departments
    address = models.CharField(max_length=200, blank=True)
    address_asked = models.CharField(max_length=200, blank=True)  # waits for the security administrator
    tls_pin = models.CharField(max_length=128, blank=True)  # SHA-256 of the public key of its TLS; blank on loopback
    invited_by = models.UUIDField(null=True)  # officer; null only for the installation itself
    invited_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)  # officer who approved or rejected
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)  # of the last rejection, suspension or retirement
    # What the node says of itself (交换管理·监测); caches, never evidence.
    last_seen_at = models.DateTimeField(null=True)
    software = models.CharField(max_length=80, blank=True)
    directory = models.CharField(max_length=40, blank=True)  # "<epoch>.<serial>" it decides by
    queue = models.IntegerField(default=0)
    ledger_size = models.BigIntegerField(default=0)
    ledger = models.PositiveIntegerField(default=0)  # which ledger it keeps: one that lost its own starts the next
    disk_free_bytes = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="node_state_known", condition=Q(state__in=[s.value for s in NodeState])),
            models.CheckConstraint(
                name="node_decided_who_and_when",
                condition=Q(decided_by=None, decided_at=None) | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="node_active_was_decided", condition=~Q(state=NodeState.ACTIVE.value) | Q(decided_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.state}"


class Invitation(models.Model):
    """A one-time code for one node (一次性接入码).

    The code never travels: the node proves with an HMAC that it knows it, so the center must be
    able to compute the same.  It lies encrypted until it is used, then it is erased.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    node = models.ForeignKey(Node, models.PROTECT, related_name="+")
    node_id: UUID
    code_id = models.CharField(max_length=16)  # what the node names it by; says nothing about the code
    secret = EncryptedTextField(blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="invitation_expires_later", condition=Q(expires_at__gt=F("created_at"))),
        ]

    def __str__(self) -> str:
        return f"invitation of {self.node_id}"


class NodeKey(models.Model):
    """A pair of keys a node uses or used (结点密钥).  Former keys still verify what they signed then."""

    id = models.UUIDField(primary_key=True, editable=False)
    node = models.ForeignKey(Node, models.PROTECT, related_name="+")
    node_id: UUID
    state = models.CharField(max_length=8, choices=[(s.value, s.value) for s in KeyState])
    suite = models.CharField(max_length=10)
    key_id = models.CharField(max_length=32)  # how a signature names it
    public = models.CharField(max_length=200)  # signs
    sealing = models.CharField(max_length=200)  # batches for the node are encrypted to it
    fingerprint = models.CharField(max_length=80)  # of both, as two people compare it
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="node_key_state_known", condition=Q(state__in=[s.value for s in KeyState])),
            models.UniqueConstraint(
                name="node_key_one_current", fields=["node"], condition=Q(state=KeyState.CURRENT.value)
            ),
            models.UniqueConstraint(name="node_key_once", fields=["public"]),
        ]

    def __str__(self) -> str:
        return f"{self.fingerprint[:12]} {self.state}"


class System(models.Model):
    """A consumer's system with its own key (业务系统)."""

    id = models.UUIDField(primary_key=True, editable=False)
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")
    organization_id: UUID
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    suite = models.CharField(max_length=10)
    public = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=80)
    registered_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="system_code_live_once", fields=["code"], condition=Q(retired_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.organization_id}"


class Document(models.Model):
    """A signed document exactly as it was signed (签名文件).  Written once, never changed."""

    kind = models.CharField(max_length=8)
    epoch = models.PositiveIntegerField()
    serial = models.BigIntegerField()  # for roots: its version
    node = models.CharField(max_length=40, blank=True)  # whose bundle; blank for all others
    digest = models.CharField(max_length=80)
    content = models.CharField(max_length=64, blank=True)  # digest of what was signed without serial and dates
    body = models.BinaryField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="document_kind_known", condition=Q(kind__in=["roots", "members", "grants"])),
            models.UniqueConstraint(name="document_once", fields=["kind", "epoch", "serial", "node"]),
        ]
        indexes = [models.Index(name="document_latest", fields=["kind", "node", "-epoch", "-serial"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.epoch}.{self.serial} {self.node}"


class ReceiptBatch(models.Model):
    """A batch of receipts exactly as the node signed it (回执批次).  Written once, never changed."""

    id = models.UUIDField(primary_key=True, editable=False)
    node = models.ForeignKey(Node, models.PROTECT, related_name="+")
    node_id: UUID
    number = models.BigIntegerField()
    digest = models.CharField(max_length=80)
    body = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="receipt_batch_once", fields=["node", "digest"])]

    def __str__(self) -> str:
        return f"batch {self.number} of {self.node_id}"


class Receipt(models.Model):
    """One side's signed word on one exchange (回执)."""

    id = models.UUIDField(primary_key=True, editable=False)
    node = models.ForeignKey(Node, models.PROTECT, related_name="+")
    node_id: UUID
    ledger = models.PositiveIntegerField(default=0)  # which of the node's ledgers
    record = models.BigIntegerField()  # index of the outcome in that ledger
    pair = models.ForeignKey("ExchangeRecord", models.PROTECT, related_name="+")  # what it is one side of
    pair_id: UUID
    exchange = models.CharField(max_length=64)  # id of the envelope that asked
    side = models.CharField(max_length=8)  # provider | consumer
    peer = models.CharField(max_length=40)
    grant = models.CharField(max_length=64)  # as on the wire
    outcome = models.CharField(max_length=10)
    refusal = models.CharField(max_length=80, blank=True)  # message key
    rows = models.BigIntegerField(default=0)
    request_digest = models.CharField(max_length=80, blank=True)
    reply_digest = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    batch = models.ForeignKey("ReceiptBatch", models.PROTECT, related_name="+")
    batch_id: UUID

    class Meta:
        constraints = [
            models.CheckConstraint(name="receipt_side_known", condition=Q(side__in=["provider", "consumer"])),
            models.UniqueConstraint(name="receipt_once", fields=["node", "ledger", "record"]),
            models.UniqueConstraint(name="receipt_one_a_side", fields=["exchange", "side", "node", "peer"]),
        ]
        indexes = [
            models.Index(name="receipt_by_grant", fields=["grant", "-at"]),
            models.Index(name="receipt_by_time", fields=["-at"]),
        ]

    def __str__(self) -> str:
        return f"{self.exchange} {self.side} {self.outcome}"


class DisputedReceipt(models.Model):
    """A signed receipt the center does not believe, kept as evidence with its batch (存疑回执)."""

    id = models.UUIDField(primary_key=True, editable=False)
    node = models.ForeignKey(Node, models.PROTECT, related_name="+")
    node_id: UUID
    kind = models.CharField(max_length=16, choices=[(k.value, k.value) for k in Dispute])
    pair = models.ForeignKey("ExchangeRecord", models.PROTECT, null=True, related_name="+")  # what it contradicts
    pair_id: UUID | None
    unlike = models.JSONField(default=list)  # names of the fields that contradict the receipt held
    said = models.CharField(max_length=80)  # digest of its content: the same word in another batch is one finding
    record = models.BigIntegerField()
    exchange = models.CharField(max_length=64)
    side = models.CharField(max_length=8)
    peer = models.CharField(max_length=40)
    grant = models.CharField(max_length=64)
    outcome = models.CharField(max_length=10)
    rows = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    batch = models.ForeignKey("ReceiptBatch", models.PROTECT, related_name="+")
    batch_id: UUID

    class Meta:
        constraints = [
            models.CheckConstraint(name="disputed_kind_known", condition=Q(kind__in=[k.value for k in Dispute])),
            models.CheckConstraint(
                name="disputed_contradicts_something",
                condition=~Q(kind=Dispute.CONTRADICTS.value) | Q(pair__isnull=False),
            ),
            models.UniqueConstraint(name="disputed_once", fields=["node", "said"]),
        ]
        indexes = [
            models.Index(name="disputed_by_time", fields=["-received_at"]),
            models.Index(name="disputed_by_exchange", fields=["exchange"]),
        ]

    def __str__(self) -> str:
        return f"{self.exchange} {self.kind}"


class DailyUse(models.Model):
    """Counts of one grant on one legal day, as one side reported them (使用统计)."""

    grant = models.CharField(max_length=64)
    side = models.CharField(max_length=8)
    day = models.DateField()  # Beijing
    answered = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="daily_use_once", fields=["grant", "side", "day"])]

    def __str__(self) -> str:
        return f"{self.grant} {self.day} {self.side}"


class ExchangeRecord(models.Model):
    """What the receipts of both sides say together of one exchange (交换记录).

    One for each pair that names the exchange: an id is chosen by whoever asks, so it says nothing of who took part.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    exchange = models.CharField(max_length=64)
    grant = models.CharField(max_length=64)
    granted = models.BooleanField(default=False)  # the pair is provider and consumer of the grant
    provider = models.CharField(max_length=40)  # node codes
    consumer = models.CharField(max_length=40)
    at = models.DateTimeField()  # of the side heard first
    outcome = models.CharField(max_length=10)
    refusal = models.CharField(max_length=80, blank=True)
    rows = models.BigIntegerField(default=0)
    match = models.CharField(max_length=20, choices=[(m.value, m.value) for m in Match])
    unlike = models.JSONField(default=list)  # names of the fields that differ
    compared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="exchange_one_a_pair", fields=["exchange", "provider", "consumer"]),
            models.CheckConstraint(name="exchange_match_known", condition=Q(match__in=[m.value for m in Match])),
        ]
        indexes = [
            models.Index(name="exchange_by_time", fields=["-at", "-id"]),
            models.Index(name="exchange_by_grant", fields=["grant", "-at"]),
            models.Index(name="exchange_by_match", fields=["match", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.exchange} {self.match}"


class LedgerHead(models.Model):
    """A ledger head of a node, co-signed by the center, or the alarm that it could not be (账本首部)."""

    id = models.UUIDField(primary_key=True, editable=False)
    node = models.ForeignKey(Node, models.PROTECT, related_name="+")
    node_id: UUID
    ledger = models.PositiveIntegerField(default=0)  # which of the node's ledgers
    size = models.BigIntegerField()
    root = models.CharField(max_length=80)
    forked = models.BooleanField(default=False)
    body = models.BinaryField()
    cosignature = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="ledger_head_once", fields=["node", "ledger", "size", "root"]),
            models.CheckConstraint(
                name="ledger_head_cosigned_or_forked", condition=Q(forked=True) | Q(cosignature__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} {self.size}"


class NoticeExemption(models.Model):
    """From when to when queries under a grant are kept from the person, on what article of law (免予告知)."""

    id = models.UUIDField(primary_key=True, editable=False)
    grant = models.CharField(max_length=64)  # as on the wire
    organization = models.ForeignKey("parties.Organization", models.PROTECT, related_name="+")  # the consumer
    organization_id: UUID
    jurisdiction = models.CharField(max_length=6, blank=True)
    ground = models.CharField(max_length=10, choices=[(g.value, g.value) for g in NoticeGround])
    legal_basis = models.CharField(max_length=300)
    reason = models.CharField(max_length=500)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    set_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="notice_ground_known", condition=Q(ground__in=[g.value for g in NoticeGround])),
            models.CheckConstraint(name="notice_on_a_ground", condition=~Q(legal_basis="") & ~Q(reason="")),
            models.CheckConstraint(name="notice_ends_later", condition=Q(until=None) | Q(until__gte=F("since"))),
            models.UniqueConstraint(name="notice_exempt_once", fields=["grant"], condition=Q(until=None)),
        ]

    def __str__(self) -> str:
        return f"{self.grant} {self.ground}"
