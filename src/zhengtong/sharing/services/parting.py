"""Making several drafts one, and one draft two (申请的合并、拆分), before they leave the department."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import RuleBroken
from zhengtong.sharing.events import RequestMerged, RequestParted
from zhengtong.sharing.models import SharingRequest
from zhengtong.sharing.queries.forms_of import form_of
from zhengtong.sharing.rules.parting import merged, parted
from zhengtong.sharing.services.drafting import draft_request, update_draft, withdraw
from zhengtong.sharing.services.finding import keep, request_for


@transaction.atomic
def merge_drafts(*, request: UUID, others: Collection[UUID], actor: Actor, clock: Clock) -> None:
    """Take other drafts for the same entry into one (合并申请); they are withdrawn and say where they went.

    Whoever had a hand in any of them has a hand in the one.

    Raises:
        NotFound, NotAllowed, WrongState: one of them is not the actor's organization's own draft.
        RuleBroken: not for one entry, too many, or one of them renews a grant.
    """
    rows = [request_for("submit", request=request, actor=actor)]
    taken = [request_for("submit", request=one, actor=actor) for one in set(others) - {request}]
    rows += sorted(taken, key=lambda row: row.number)
    if any(row.follows_id for row in rows):
        raise RuleBroken("sharing.merge_renewal")
    form = merged([form_of(row) for row in rows])
    for row in rows[1:]:
        withdraw(request=row.id, reason=f"并入 {rows[0].number}", actor=actor, clock=clock)
    update_draft(request=request, form=form, actor=actor, clock=clock)
    _inherit(SharingRequest.objects.select_for_update().get(pk=request), rows[1:])
    fact = RequestMerged(rows[0].id, number=rows[0].number, merged=tuple(row.id for row in rows[1:]))
    record(fact, actor=actor, clock=clock, jurisdiction=rows[0].jurisdiction)


@transaction.atomic
def part_draft(
    *, request: UUID, items: Collection[str], organs: Collection[UUID], purpose: str, actor: Actor, clock: Clock
) -> UUID:
    """Ask for some items, or for some organs, in a draft of its own (拆分申请); gives the new draft.

    Raises:
        NotFound, NotAllowed, WrongState: not the actor's organization's own draft.
        RuleBroken: nothing would stay or go, no purpose of its own, or it renews a grant.
    """
    row = request_for("submit", request=request, actor=actor)
    if row.follows_id:
        raise RuleBroken("sharing.merge_renewal")
    stays, goes = parted(form_of(row), items=items, organs=organs, purpose=purpose)
    update_draft(request=request, form=stays, actor=actor, clock=clock)
    made = draft_request(form=goes, actor=actor, clock=clock)
    _inherit(SharingRequest.objects.select_for_update().get(pk=made), [row])
    fact = RequestParted(row.id, number=row.number, parted=made)
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return made


def _inherit(row: SharingRequest, earlier: Collection[SharingRequest]) -> None:
    """Who wrote any of the drafts may not approve what came of them."""
    people = {person for one in (row, *earlier) for person in one.hands.get("draft", ())}
    row.hands = {**row.hands, "draft": sorted(people)}
    keep(row)
