"""The audit of reads (查阅审计): whoever opens personal data leaves who, whose, which fields, and what for."""

from collections.abc import Sequence

from django.db import transaction

from zhengtong.journal import door
from zhengtong.journal.models import ReadRecord
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.ids import new_id

PURPOSE_CHARS_MAX = 500
FIELDS_MAX = 200


@transaction.atomic
def audit_read(
    *, actor: Actor, clock: Clock, subject_kind: str, subject: str, fields: Sequence[str], purpose: str
) -> None:
    """Put one read of personal data on record before it is shown (查阅留痕).

    `fields` are the names of what is shown, never the values.

    Raises:
        RuleBroken: the purpose is empty.
    """
    if not purpose.strip():
        raise RuleBroken("journal.purpose_missing")
    at = clock.now()
    ReadRecord.objects.create(
        id=new_id(at),
        at=at,
        actor=actor.officer,
        acting_for=actor.acting_for,
        organization=actor.organization,
        jurisdiction=actor.jurisdiction,
        request_id=door.request_id(),
        subject_kind=subject_kind,
        subject=subject,
        fields=list(fields[:FIELDS_MAX]),
        purpose=purpose.strip()[:PURPOSE_CHARS_MAX],
    )
