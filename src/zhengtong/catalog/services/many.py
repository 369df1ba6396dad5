"""The same change to many entries at once (批量修改): all of them or none."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from zhengtong.catalog.models import Revision
from zhengtong.catalog.queries import drafts
from zhengtong.catalog.queries.many import may_change_many
from zhengtong.catalog.rules import CURRENT_STATES, OPEN_STATES
from zhengtong.catalog.rules.many import ENTRIES_AT_ONCE, check_fields, edited
from zhengtong.catalog.services.drafting import edit, revise
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.parties.rules import Role, role_label


@transaction.atomic
def edit_many(
    *, versions: Mapping[UUID, int], fields: Mapping[str, str], actor: Actor, clock: Clock
) -> tuple[UUID, ...]:
    """Set some fields of entries of the own department; gives those that changed.

    A version in work is edited; of one in force a new version is begun, which goes the usual way of signing and
    review.  `versions` are the entries with the version their reader saw.  Each entry keeps its own events.

    Raises:
        NotAllowed: the actor is no data officer of a department.
        RuleBroken: none or too many entries, no field, or one that is not set for many.
        NotFound: an entry is not the own department's.
        WrongState: an entry was changed meanwhile or is under review; then none is changed.
    """
    if not may_change_many(actor):
        role = Role.DATA_OFFICER
        raise NotAllowed("parties.role_needed", role_zh=role_label(role), role_en=role_label(role, "en"))
    wanted = check_fields(fields)
    if not 0 < len(versions) <= ENTRIES_AT_ONCE:
        raise RuleBroken("catalog.many_count", most=ENTRIES_AT_ONCE)
    done = list[UUID]()
    for entry, version in versions.items():
        if _change(entry, version, wanted, actor=actor, clock=clock):
            done.append(entry)
    return tuple(done)


def _change(entry: UUID, version: int, wanted: Mapping[str, str], *, actor: Actor, clock: Clock) -> bool:
    rows = Revision.objects.select_related("entry").filter(
        entry=entry, entry__provider=actor.organization, state__in=sorted(OPEN_STATES | CURRENT_STATES)
    )
    row = rows.prefetch_related("items", "origins").order_by("-number").first()
    if row is None:
        raise NotFound("catalog.no_entry", which=str(entry))
    if row.number != version:
        raise WrongState("catalog.many_changed_meanwhile", name=row.name)
    made = edited(drafts.read(row), wanted)
    if not made.changes:
        return False
    if row.state in CURRENT_STATES:
        revise(entry=entry, actor=actor, clock=clock)
    edit(entry=entry, content=made.content, actor=actor, clock=clock)
    return True
