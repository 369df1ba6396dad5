"""What can be asked about disposals (数据处置查询)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from zhengtong.kernel.actors import Actor
from zhengtong.parties.rules import Role
from zhengtong.sharing.models import Disposal
from zhengtong.sharing.queries.clockwork import disposal_view
from zhengtong.sharing.queries.records import InboxCard
from zhengtong.sharing.queries.scope import organs, visible_grants
from zhengtong.sharing.rules import DISPOSAL, DisposalMethod, DisposalState

ARTICLE_DISPOSAL = "政务数据共享条例 第二十七条第一款"
CARDS_MAX = 200


@dataclass(frozen=True, slots=True)
class DisposalPage:
    """One disposal as its reader may see it; `verbs` are the reader's own."""

    grant: UUID
    state: DisposalState
    ended_on: date
    due_on: date
    late: bool
    provisional: bool
    method: DisposalMethod | None
    evidence: str
    legal_basis: str
    reported_on: date | None
    answer: str
    answered_on: date | None
    verbs: tuple[str, ...]


def disposal(*, grant: UUID, actor: Actor, on: date) -> DisposalPage | None:
    """The disposal of an ended grant; None where none is owed or the grant is not the actor's to see."""
    rows = Disposal.objects.select_related("grant__request").filter(pk=grant)
    visible = visible_grants(actor)
    row = rows.first()
    if row is None or not type(row.grant).objects.filter(visible, pk=grant).exists():
        return None
    view = disposal_view(
        ended_on=row.ended_on, reported_on=row.reported_on, jurisdiction=row.grant.request.jurisdiction, on=on
    )
    return DisposalPage(
        grant=row.grant_id, state=DisposalState(row.state), ended_on=row.ended_on, due_on=row.due_on,
        late=view.late and row.reported_on is None, provisional=row.due_provisional,
        method=DisposalMethod(row.method) if row.method else None, evidence=row.evidence,
        legal_basis=row.legal_basis, reported_on=row.reported_on, answer=row.answer, answered_on=row.answered_on,
        verbs=_verbs(row, actor),
    )  # fmt: skip


def _verbs(row: Disposal, actor: Actor) -> tuple[str, ...]:
    side = {row.grant.consumer_id: ("report",), row.grant.provider_id: ("accept", "ask_again")}
    own = side.get(actor.organization, ()) if actor.organization else ()
    return tuple(verb for verb in DISPOSAL.verbs(state=DisposalState(row.state), roles=actor.roles) if verb in own)


def disposal_cards(actor: Actor, *, on: date) -> list[InboxCard]:
    """Disposals that the actor's organization owes, and reports that wait for its word."""
    if not actor.has(Role.DATA_OFFICER):
        return []
    owed = Q(state=str(DisposalState.OWED), grant__consumer=actor.organization)
    told = Q(state=str(DisposalState.REPORTED), grant__provider=actor.organization)
    return owed_cards(
        Disposal.objects.filter(owed | told).select_related("grant__request").order_by("due_on")[:CARDS_MAX], on=on
    )


def owed_cards(found: Iterable[Disposal], *, on: date) -> list[InboxCard]:
    """Disposals as cards: to report on while they are owed, to accept once they are reported."""
    rows = list(found)
    known = organs(organ for row in rows for organ in (row.grant.consumer_id, row.grant.provider_id))
    return [
        InboxCard(
            kind="disposal", id=row.grant_id, number=row.grant.number, title=row.grant.request.entry_name,
            consumer=known[row.grant.consumer_id], provider=known[row.grant.provider_id],
            verb="report" if row.state == DisposalState.OWED else "accept",
            due_on=row.due_on if row.state == DisposalState.OWED else None, provisional=row.due_provisional,
            remaining=None, late=row.state == DisposalState.OWED and row.due_on < on and not row.due_provisional,
            article=ARTICLE_DISPOSAL,
        )
        for row in rows
    ]  # fmt: skip


def disposed_on(ids: Iterable[UUID]) -> dict[UUID, date]:
    """Of these ended grants, which were disposed of after all, and on which day."""
    rows = Disposal.objects.filter(pk__in=set(ids), reported_on__isnull=False)
    return {grant: day for grant, day in rows.values_list("grant", "reported_on") if day}
