"""What can be asked about disputes (争议查询).  Every query takes the actor, denies by default."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from zhengtong.journal import ordering
from zhengtong.kernel import paging
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.sharing.models import Dispute
from zhengtong.sharing.queries.lines import history
from zhengtong.sharing.queries.records import Happening, InboxCard, Organ
from zhengtong.sharing.queries.scope import NOBODY, OVERSIGHT_ROLES, OWN_ROLES, organs, region_prefix
from zhengtong.sharing.rules import (
    DISPUTE,
    DISPUTE_SIDES,
    OPEN_DISPUTES,
    REGULATION,
    SETTLED_DISPUTES,
    DisputeKind,
    DisputeSide,
    DisputeState,
)

ARTICLE_DISPUTE = f"{REGULATION} 第二十八条"
INBOX_ROWS_MAX = 200
UNCOORDINATED_MAX = 1_000
_MEDIATED = (DisputeState.MEDIATION_ASKED, DisputeState.MEDIATING)
_ON_LIST = {"open": OPEN_DISPUTES, "settled": SETTLED_DISPUTES}


@dataclass(frozen=True, slots=True)
class DisputeLine:
    """A dispute in a list (争议)."""

    id: UUID
    number: str
    kind: DisputeKind
    about: UUID
    about_number: str
    entry_name: str
    consumer: Organ
    provider: Organ
    mediator: Organ
    same_level: bool
    state: DisputeState
    jurisdiction: str  # the mediator's
    opened_on: date
    asked_on: date | None
    due_on: date | None
    provisional: bool
    late: bool
    settled_on: date | None
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class DisputeStep:
    """What was said at a step (经过)."""

    verb: str
    text: str
    organ: Organ
    by: str
    on: date


@dataclass(frozen=True, slots=True)
class DisputePage:
    """One dispute with all that was said."""

    line: DisputeLine
    applicant: Organ
    claim: str
    outcome: str
    provides: bool
    do_by: date | None
    follow_up: UUID | None
    follow_up_number: str
    notes: tuple[DisputeStep, ...]
    verbs: tuple[str, ...]
    may_ask_again: bool
    turn: DisputeSide | None
    history: tuple[Happening, ...]


def visible_disputes(actor: Actor) -> Q:
    """Disputes an actor may see: its department's, those it mediates or decides, oversight's region."""
    seen = NOBODY
    if actor.organization and actor.roles & OWN_ROLES:
        organ = actor.organization
        seen |= Q(consumer=organ) | Q(provider=organ) | Q(mediator=organ)
    if actor.organization and actor.roles & OVERSIGHT_ROLES:
        seen |= Q(jurisdiction__startswith=region_prefix(actor.jurisdiction))
    if actor.organization and actor.has(Role.GOVERNMENT_LEADER):
        seen |= Q(jurisdiction=actor.jurisdiction)
    return seen


SORTS = {
    "number": "number",
    "about": "about_number",
    "consumer": "consumer__short_name",
    "provider": "provider__short_name",
    "mediator": "mediator__short_name",
    "state": "state",
    "due": "due_on",
}


def disputes(
    *, actor: Actor, on: date, state: str = "", sort: str = "", after: str = "", rows: int | None = None
) -> paging.Page[DisputeLine]:
    """Disputes the actor may see, newest number first; `state` is a DisputeState, `open` or `settled`."""
    return _listed(visible_disputes(actor), on=on, state=state, sort=sort, after=after, rows=rows)


def all_disputes(*, on: date, state: str = "", after: str = "", rows: int | None = None) -> paging.Page[DisputeLine]:
    """Every dispute, for who operates the center (全部争议)."""
    return _listed(Q(), on=on, state=state, after=after, rows=rows)


def _listed(
    where: Q, *, on: date, state: str, after: str, rows: int | None, sort: str = ""
) -> paging.Page[DisputeLine]:
    wanted = paging.size(rows)
    found = Dispute.objects.filter(where)
    if state in _ON_LIST:
        found = found.filter(state__in=[str(s) for s in _ON_LIST[state]])
    elif state:
        found = found.filter(state=state if state in set(DisputeState) else "none")
    if sort := ordering.known(SORTS, sort):
        held, following = ordering.cut(found, columns=SORTS, sort=sort, after=after, rows=wanted)
        return paging.Page(_lines(held, on=on), following)
    if after:
        found = found.filter(number__lt=after)
    lines = _lines(found.order_by("-number")[: wanted + 1], on=on)
    return paging.cut([(line.number, line) for line in lines], rows=wanted)


def dispute(*, actor: Actor, id: UUID, on: date) -> DisputePage:
    """One dispute.  Raises NotFound, also for one that does not concern the actor."""
    row = Dispute.objects.filter(visible_disputes(actor), pk=id).select_related("follow_up").first()
    if row is None:
        raise NotFound("sharing.no_dispute")
    notes = list(row.notes.all())
    known = organs([row.applicant_id, *(note.organization_id for note in notes)])
    names = parties.officer_names({note.noted_by for note in notes})
    state = DisputeState(row.state)
    settled = state in SETTLED_DISPUTES and row.kind == DisputeKind.REQUEST and row.provides
    works = actor.has(Role.DATA_OFFICER) or actor.has(Role.SHARING_OFFICE_HEAD)
    return DisputePage(
        line=_lines([row], on=on)[0],
        applicant=known[row.applicant_id],
        claim=row.claim,
        outcome=row.outcome,
        provides=row.provides,
        do_by=row.do_by,
        follow_up=row.follow_up_id,
        follow_up_number=row.follow_up.number if row.follow_up else "",
        notes=tuple(
            DisputeStep(n.verb, n.text, known[n.organization_id], names.get(n.noted_by, ""), n.noted_on) for n in notes
        ),
        verbs=tuple(v for v in DISPUTE.verbs(state=state, roles=actor.roles) if _stands(row, DISPUTE_SIDES[v], actor)),
        may_ask_again=settled and row.follow_up_id is None and works and actor.organization == row.consumer_id,
        turn=_turn(state),
        history=history(row.id),
    )


def dispute_about(*, actor: Actor, about: UUID, on: date) -> DisputeLine | None:
    """The newest dispute about a request, grant or correction; None if there is none the actor may see."""
    row = Dispute.objects.filter(visible_disputes(actor), about=about).order_by("-opened_at").first()
    return _lines([row], on=on)[0] if row else None


def dispute_cards(*, actor: Actor, on: date) -> list[InboxCard]:
    """Disputes in which it is this actor's turn (今天轮到我)."""
    organ, where = actor.organization, NOBODY
    if organ is None:
        return []
    if actor.has(Role.AUTHORITY_REVIEWER) or actor.has(Role.AUTHORITY_LEADER):
        where |= Q(mediator=organ, state__in=[str(s) for s in _MEDIATED])
    if actor.has(Role.GOVERNMENT_LEADER):
        where |= Q(jurisdiction=actor.jurisdiction, state=str(DisputeState.GOVERNMENT))
    if actor.has(Role.DATA_OFFICER):
        where |= Q(applicant=organ, state__in=[str(s) for s in SETTLED_DISPUTES])
    rows = Dispute.objects.filter(where).order_by("due_on", "number")[:INBOX_ROWS_MAX]
    return [_card(line, _verb(line.state)) for line in _lines(rows, on=on)]


def uncoordinated(*, on: date) -> tuple[DisputeLine, ...]:
    """Disputes whose mediation passed its limit (条例 第四十一条), for supervision above, which scopes them."""
    asked = Q(state__in=[str(s) for s in _MEDIATED], due_on__lt=on, due_provisional=False)
    return _lines(Dispute.objects.filter(asked).order_by("due_on", "number")[:UNCOORDINATED_MAX], on=on)


def mediated_after_all(ids: Iterable[UUID]) -> dict[UUID, date]:
    """Of these disputes, which are settled, referred or withdrawn since, and on which day."""
    over = Dispute.objects.filter(pk__in=set(ids)).exclude(state__in=[str(s) for s in _MEDIATED])
    days = over.values_list("id", "settled_on", "ended_on")
    return {dispute: settled or ended for dispute, settled, ended in days if settled or ended}


def _verb(state: DisputeState) -> str:
    verbs = {
        DisputeState.MEDIATION_ASKED: "take_up",
        DisputeState.MEDIATING: "settle",
        DisputeState.GOVERNMENT: "rule",
    }
    return verbs.get(state, "execute")


def _turn(state: DisputeState) -> DisputeSide | None:
    if state in _MEDIATED:
        return DisputeSide.MEDIATOR
    if state is DisputeState.GOVERNMENT:
        return DisputeSide.GOVERNMENT
    return DisputeSide.APPLICANT if state in (*SETTLED_DISPUTES, DisputeState.NEGOTIATING) else None


def _card(line: DisputeLine, verb: str) -> InboxCard:
    return InboxCard(
        kind="dispute", id=line.id, number=line.number, title=line.entry_name, consumer=line.consumer,
        provider=line.provider, verb=verb, due_on=line.due_on, provisional=line.provisional, remaining=None,
        late=line.late, article=ARTICLE_DISPUTE,
    )  # fmt: skip


def _stands(row: Dispute, side: DisputeSide, actor: Actor) -> bool:
    if side is DisputeSide.GOVERNMENT:
        return actor.has(Role.GOVERNMENT_LEADER) and actor.jurisdiction == row.jurisdiction
    return actor.organization == (row.applicant_id if side is DisputeSide.APPLICANT else row.mediator_id)


def _lines(found: Iterable[Dispute], *, on: date) -> tuple[DisputeLine, ...]:
    held = list(found)
    known = organs(organ for row in held for organ in (row.consumer_id, row.provider_id, row.mediator_id))
    return tuple(
        DisputeLine(
            id=row.id,
            number=row.number,
            kind=DisputeKind(row.kind),
            about=row.about,
            about_number=row.about_number,
            entry_name=row.entry_name,
            consumer=known[row.consumer_id],
            provider=known[row.provider_id],
            mediator=known[row.mediator_id],
            same_level=row.same_level,
            state=DisputeState(row.state),
            jurisdiction=row.jurisdiction,
            opened_on=row.opened_on,
            asked_on=row.asked_on,
            due_on=row.due_on if row.state in _MEDIATED else None,
            provisional=row.due_provisional,
            late=bool(row.state in _MEDIATED and row.due_on and row.due_on < on and not row.due_provisional),
            settled_on=row.settled_on,
            ended_on=row.ended_on,
        )
        for row in held
    )
