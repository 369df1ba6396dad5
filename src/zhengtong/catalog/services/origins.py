"""Where entries come from (目录来源): a duty has matters, a matter takes materials in and gives results out."""

from uuid import UUID

from django.db import transaction

from zhengtong.catalog import events
from zhengtong.catalog.models import Matter, MatterDocument
from zhengtong.catalog.rules import DocumentDirection
from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.kernel.ids import new_id
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role, role_label


@transaction.atomic
def add_matter(*, duty: UUID, code: str, name: str, kind: str, actor: Actor, clock: Clock) -> UUID:
    """Add a service matter under a duty of the actor's own organization (政务服务事项)."""
    held = parties.duty(id=duty)
    _ours(held.organization, actor)
    _check(code=code, name=name)
    if Matter.objects.filter(code=code).exists():
        raise RuleBroken("catalog.matter_code_taken", code=code)
    row = Matter(id=new_id(clock.now()), duty_id=duty, code=code.strip(), name=name.strip(), kind=kind.strip()[:40])
    row.save(force_insert=True)
    record(events.MatterAdded(row.id, row.code, duty), actor=actor, clock=clock, jurisdiction=actor.jurisdiction)
    return row.id


@transaction.atomic
def add_document(
    *, matter: UUID, direction: DocumentDirection, name: str, actor: Actor, clock: Clock, code: str = ""
) -> UUID:
    """Add a material or a result to a matter of the actor's own organization (申请材料、办理结果)."""
    held = Matter.objects.select_related("duty").filter(pk=matter).first()
    if held is None:
        raise NotFound("catalog.no_matter", which=str(matter))
    _ours(held.duty.organization_id, actor)
    _check(code=code or "-", name=name)
    if MatterDocument.objects.filter(matter=held, direction=direction, name=name.strip()).exists():
        raise RuleBroken("catalog.document_twice", name=name[:60])
    row = MatterDocument(id=new_id(clock.now()), matter=held, direction=direction, code=code.strip(), name=name.strip())
    row.save(force_insert=True)
    fact = events.DocumentAdded(row.id, matter, str(direction))
    record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)
    return row.id


def _ours(organization: UUID, actor: Actor) -> None:
    if actor.has("system") or (actor.organization == organization and actor.has(Role.DATA_OFFICER)):
        return
    role = Role.DATA_OFFICER
    raise NotAllowed("parties.role_needed", role_zh=role_label(role), role_en=role_label(role, "en"))


def _check(*, code: str, name: str) -> None:
    if not code.strip() or not name.strip():
        raise RuleBroken("catalog.name_missing")
    if len(code) > 60 or len(name) > 200:
        raise RuleBroken(
            "catalog.text_too_long", field="code" if len(code) > 60 else "name", most=60 if len(code) > 60 else 200
        )
