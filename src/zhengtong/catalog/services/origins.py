"""Where entries come from (目录来源): a duty has matters, a matter takes materials in and gives results out.

A material that an organ issued is found in the catalogue, and then no longer asked for (条例 第十九条).
"""

from uuid import UUID

from django.db import transaction

from zhengtong.catalog import events
from zhengtong.catalog.models import Matter, MatterDocument, Revision
from zhengtong.catalog.queries.rows import CURRENT, reviewed_by
from zhengtong.catalog.rules import DocumentDirection, ShareType
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
    *,
    matter: UUID,
    direction: DocumentDirection,
    name: str,
    actor: Actor,
    clock: Clock,
    code: str = "",
    official: bool = False,
) -> UUID:
    """Add a material or a result to a matter of the actor's own organization (申请材料、办理结果).

    `official`: an organ issued this material (机关出具的证照、证明); never said of a result.
    """
    held = Matter.objects.select_related("duty").filter(pk=matter).first()
    if held is None:
        raise NotFound("catalog.no_matter", which=str(matter))
    _ours(held.duty.organization_id, actor)
    _check(code=code or "-", name=name)
    if MatterDocument.objects.filter(matter=held, direction=direction, name=name.strip()).exists():
        raise RuleBroken("catalog.document_twice", name=name[:60])
    row = MatterDocument(
        id=new_id(clock.now()), matter=held, direction=direction, code=code.strip(), name=name.strip(),
        official=official and direction is DocumentDirection.MATERIAL, added_on=clock.today(),
    )  # fmt: skip
    row.save(force_insert=True)
    fact = events.DocumentAdded(row.id, matter, str(direction))
    record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)
    return row.id


@transaction.atomic
def share_document(*, document: UUID, entry: UUID, actor: Actor, clock: Clock) -> None:
    """Say that a published entry gives a material (认定材料可以共享获取), as its organ or as its authority.

    Raises:
        NotFound: no such material, or none of the actor's; nothing is published under `entry`.
        RuleBroken: it is no longer asked for, or the entry is withheld.
    """
    row = _material(document, actor)
    offered = Revision.objects.filter(entry=entry, state__in=CURRENT).first()
    if offered is None:
        raise NotFound("catalog.not_published")
    if offered.share_type == ShareType.WITHHELD:
        raise RuleBroken("catalog.material_from_withheld")
    row.entry_id, row.shared_since, row.official = entry, clock.today(), True
    row.save()
    fact = events.DocumentShared(row.id, row.matter_id, entry, clock.today())
    record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)


@transaction.atomic
def cut_document(*, document: UUID, actor: Actor, clock: Clock) -> None:
    """Stop asking applicants for a material (不再收取, 条例 第十九条): sharing gives it, or nothing needs it.

    Raises NotFound and RuleBroken as `share_document` does.
    """
    row = _material(document, actor)
    row.ended_on = clock.today()
    row.save()
    fact = events.DocumentCut(row.id, row.matter_id, row.entry_id, clock.today())
    record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)


def _material(document: UUID, actor: Actor) -> MatterDocument:
    """A material still asked for, of the actor's own organization or of one it reviews; locked."""
    found = MatterDocument.objects.select_for_update(of=("self",)).select_related("matter__duty")
    row = found.filter(pk=document, direction=DocumentDirection.MATERIAL).first()
    if row is None:
        raise NotFound("catalog.no_material")
    if row.matter.duty.organization_id not in reviewed_by(actor):
        _ours(row.matter.duty.organization_id, actor)
    if row.ended_on is not None:
        raise RuleBroken("catalog.material_cut_already")
    return row


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
