"""What people say about columns of files, kept for the next one (列映射记忆)."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from zhengtong.catalog import events
from zhengtong.catalog.models import ColumnDecision
from zhengtong.catalog.queries.listings import DEPARTMENT
from zhengtong.catalog.rules.mapping import FIELDS
from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.kernel.ids import new_id
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role, role_label

MAY_DECIDE = frozenset({str(Role.DATA_OFFICER), str(Role.AUTHORITY_REVIEWER)})


@transaction.atomic
def remember(*, said: Mapping[str, tuple[str, str | None]], actor: Actor, clock: Clock) -> None:
    """Keep decisions for the actor's organization (记住列映射): signature → (heading, field or None).

    A department's name is remembered the same way, with the code of its organization for the field.

    Raises:
        NotAllowed: the actor takes in no files.
        RuleBroken, NotFound: there is no such field, no such organization.
    """
    organization = _organization(actor)
    held = {row.signature: row for row in ColumnDecision.objects.filter(organization=organization)}
    for signature, (source, field) in said.items():
        if signature.startswith(DEPARTMENT):
            parties.organization_by_code(code=field or "")
        elif field is not None and field not in FIELDS:
            raise RuleBroken("catalog.import_no_such_field", field=field[:40])
        row = held.get(signature) or ColumnDecision(
            id=new_id(clock.now()), organization_id=organization, signature=signature
        )
        if signature in held and row.field == (field or ""):
            continue
        row.source, row.field = source[:200], field or ""
        row.decided_by, row.decided_at = actor.officer or organization, clock.now()
        row.save()
        record(events.ColumnDecided(row.id, organization, row.source, row.field), actor=actor, clock=clock)


@transaction.atomic
def forget(*, decision: UUID, actor: Actor, clock: Clock) -> None:
    """Let a decision of the actor's own organization count no more (忘记列映射).  Raises NotFound, NotAllowed."""
    organization = _organization(actor)
    row = ColumnDecision.objects.filter(pk=decision, organization=organization).first()
    if row is None:
        raise NotFound("catalog.no_column_decision")
    record(events.ColumnForgotten(row.id, organization, row.source), actor=actor, clock=clock)
    row.delete()


def _organization(actor: Actor) -> UUID:
    if not actor.roles & MAY_DECIDE or actor.organization is None:
        role = Role.DATA_OFFICER
        raise NotAllowed("parties.role_needed", role_zh=role_label(role), role_en=role_label(role, "en"))
    return actor.organization
