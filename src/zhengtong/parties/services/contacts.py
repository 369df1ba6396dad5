"""Reading how to reach an officer (联系方式): personal data, so each read is on record with its purpose."""

from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import audit_read
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotFound
from zhengtong.parties.models import Officer
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
