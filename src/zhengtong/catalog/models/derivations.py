"""Rows behind data passed on by others than their source (二次共享)."""

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from zhengtong.catalog.models.entries import Entry
from zhengtong.catalog.rules.derivations import DerivationState

_LIVE = [str(s) for s in DerivationState if s is not DerivationState.ENDED]


class Derivation(models.Model):
    """That an entry's data come from another department's entry, and its consent (条例 第二十五条)."""

    id = models.UUIDField(primary_key=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="derivations")
    entry_id: UUID
    source = models.ForeignKey(Entry, models.PROTECT, related_name="derived")
    source_id: UUID
    text = models.TextField()  # which data, for what
    state = models.CharField(max_length=10, choices=[(s, s.name.title()) for s in DerivationState])
    asked_on = models.DateField()
    asked_by = models.UUIDField()
    answer = models.TextField(blank=True)
    answered_on = models.DateField(null=True)
    answered_by = models.UUIDField(null=True)
    ended_on = models.DateField(null=True)

    class Meta:
        ordering = ("-asked_on", "id")
        constraints = (
            models.UniqueConstraint(fields=["entry", "source"], condition=Q(state__in=_LIVE), name="derivation_once"),
            models.CheckConstraint(name="derivation_of_another", condition=~Q(entry=F("source"))),
            models.CheckConstraint(
                name="derivation_answered_says_what",
                condition=~Q(state__in=[str(DerivationState.CONSENTED), str(DerivationState.REFUSED)])
                | (~Q(answer="") & Q(answered_by__isnull=False)),
            ),
        )
        indexes = (models.Index(fields=["source", "state"], name="derivation_of_source"),)

    def __str__(self) -> str:
        return f"{self.entry_id} {self.source_id} {self.state}"
