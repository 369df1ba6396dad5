"""Rows of the journal.  Only `services` writes them; the database refuses to change what is append-only."""

from django.db import models
from django.db.models import Q

from zhengtong.kernel.jobs import JobState


class Event(models.Model):
    """One fact (事件).  Never changed; `seq` and `digest` are filled once, after commit, by the sequencer."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    actor = models.UUIDField(null=True)  # officer; null: the system itself
    acting_for = models.UUIDField(null=True)  # officer stood in for (AB角)
    organization = models.UUIDField(null=True)
    jurisdiction = models.CharField(max_length=12, blank=True)  # GB/T 2260; empty: the nation
    name = models.CharField(max_length=100)  # area.thing.past-verb
    schema_version = models.PositiveSmallIntegerField()
    request_id = models.CharField(max_length=64, blank=True)
    subject = models.UUIDField()
    payload = models.TextField()  # JSON as written; text, so that both stores keep the very bytes
    seq = models.PositiveBigIntegerField(null=True, unique=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("at", "id")
        indexes = (
            models.Index(name="event_subject", fields=["subject", "at"]),
            models.Index(name="event_name", fields=["name", "at"]),
            models.Index(name="event_unsealed", fields=["id"], condition=Q(seq=None)),
        )
        constraints = (
            models.CheckConstraint(
                name="event_seal_whole", condition=Q(seq=None, digest="") | (Q(seq__isnull=False) & ~Q(digest=""))
            ),
        )


class ReadRecord(models.Model):
    """Who read whose personal data, which fields, for what (查阅记录).  Never changed."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    actor = models.UUIDField(null=True)
    acting_for = models.UUIDField(null=True)
    organization = models.UUIDField(null=True)
    jurisdiction = models.CharField(max_length=12, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    subject_kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=100)
    fields = models.JSONField()  # names of fields, in the order read
    purpose = models.CharField(max_length=500)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (models.Index(name="read_subject", fields=["subject_kind", "subject", "-id"]),)
        constraints = (models.CheckConstraint(name="read_purpose_given", condition=~Q(purpose="")),)


class Job(models.Model):
    """Work to do after commit (任务): outbox and clockwork in one table; see `kernel.jobs` for the algorithm."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=100)
    dedup = models.CharField(max_length=200, blank=True)
    payload = models.JSONField()
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in JobState])
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    run_after = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    leased_by = models.CharField(max_length=64, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    every_s = models.PositiveIntegerField(null=True)  # clockwork: seconds between runs; null: once

    class Meta:
        ordering = ("run_after", "id")
        indexes = (models.Index(name="job_due", fields=["state", "run_after"]),)
        constraints = (
            models.CheckConstraint(name="job_state_known", condition=Q(state__in=[s.value for s in JobState])),
            models.CheckConstraint(
                name="job_lease_whole",
                condition=Q(state="leased", lease_until__isnull=False) & ~Q(leased_by="")
                | (~Q(state="leased") & Q(lease_until=None, leased_by="")),
            ),
            models.UniqueConstraint(
                name="job_waits_once", fields=["kind", "dedup"], condition=Q(state="waiting") & ~Q(dedup="")
            ),
            models.UniqueConstraint(name="job_recurs_once", fields=["kind"], condition=Q(every_s__isnull=False)),
        )


class OnceKey(models.Model):
    """An idempotency key with the answer that was given (幂等键)."""

    id = models.BigAutoField(primary_key=True)
    scope = models.CharField(max_length=80)  # whose key: officer or organization
    key = models.CharField(max_length=64)
    body_digest = models.CharField(max_length=128)
    status = models.PositiveSmallIntegerField(null=True)  # null while the first call runs
    body = models.JSONField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(name="once_key_per_scope", fields=["scope", "key"]),)


class RetentionPeriod(models.Model):
    """How long this deployment keeps one kind of record, where it is not the shipped table's value (保存期限)."""

    kind = models.CharField(max_length=40, primary_key=True)
    days = models.PositiveIntegerField()
    ground = models.CharField(max_length=300)
    set_at = models.DateTimeField()
    set_by = models.UUIDField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(name="retention_ground_given", condition=~Q(ground="")),)


class DisposalRecord(models.Model):
    """What was disposed of at the end of its period (处置记录).  Never changed, never deleted."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=40)
    before = models.DateTimeField()  # everything disposed of had ended before this
    count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)  # SHA-256 of the ids, sorted, one a line
    days = models.PositiveIntegerField()  # the period that was in force
    ground = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(name="disposal_by_kind", fields=["kind", "before"]),)
        constraints = (models.CheckConstraint(name="disposal_of_something", condition=Q(count__gt=0)),)
