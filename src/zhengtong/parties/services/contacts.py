"""How to reach an officer (联系方式): personal data; each read is on record, and they are blanked after one left."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast

from zhengtong.journal import retaining
from zhengtong.journal.services import audit_read
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import BEIJING, Clock
from zhengtong.kernel.errors import NotFound
from zhengtong.parties.models import Officer, Seat
from zhengtong.parties.queries import Contact


@transaction.atomic
def read_contact(*, officer: UUID, purpose: str, actor: Actor, clock: Clock) -> Contact:
    """Show telephone and mail of an officer to somebody who acts in a role, and record who read them for what.

    Raises:
        NotFound: no such officer, or the reader acts in no role.
        RuleBroken: no purpose is given.
    """
    found = Officer.objects.filter(pk=officer).first() if actor.roles else None
    if found is None:
        raise NotFound("parties.no_officer", which=str(officer))
    audit_read(
        actor=actor,
        clock=clock,
        subject_kind="officer",
        subject=str(officer),
        fields=("phone", "email"),
        purpose=purpose,
    )
    return Contact(found.name, found.phone, found.email)


class Contacts:
    """Phone and e-mail of people who have held no seat for the whole period (离任人员联系方式)."""

    def due(self, *, before: datetime, most: int) -> Sequence[str]:
        day = before.astimezone(BEIJING).date()
        later = Seat.objects.filter(Q(until_on=None) | Q(until_on__gte=day), officer=OuterRef("pk"))
        held = {"sealed_phone": Cast("phone", TextField()), "sealed_email": Cast("email", TextField())}
        rows = Officer.objects.annotate(**held).exclude(sealed_phone="", sealed_email="")
        rows = rows.filter(~Exists(later), added_at__lt=before).order_by("added_at")
        return [str(one) for one in rows.values_list("id", flat=True)[:most]]

    def dispose(self, ids: Sequence[str]) -> None:
        Officer.objects.filter(id__in=ids).update(phone="", email="")


def register() -> None:
    """Name what parties disposes of; called from the wiring."""
    retaining.register("contact", Contacts())
