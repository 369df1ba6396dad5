"""What can be asked about proposed ends and changes of service (服务终止、变更查询)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from zhengtong.kernel import paging
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.sharing.models import Grant, ServiceChange
from zhengtong.sharing.queries.clockwork import change_view
from zhengtong.sharing.queries.lines import history
from zhengtong.sharing.queries.records import GrantLine, Happening, InboxCard, Organ
from zhengtong.sharing.queries.scope import organs, visible_grants
from zhengtong.sharing.queries.terms import held_names
from zhengtong.sharing.rules import CHANGE, CHANGE_SIDES, ChangeKind, ChangeState, NewTerms

ARTICLE_CHANGE = "政务数据共享条例 第二十七条第三款"
CARDS_MAX = 200
OF_GRANT_MAX = 50


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A proposed end or change of service in a list."""

    id: UUID
    number: str
    grant: UUID
    grant_number: str
    entry_name: str
    consumer: Organ
    provider: Organ
    kind: ChangeKind
    state: ChangeState
    effective_on: date
    proposed_on: date
    due_on: date | None  # of the answer, while it is awaited
    provisional: bool
    late: bool


@dataclass(frozen=True, slots=True)
class ChangePage:
    """One proposal as its reader may see it; `verbs` are the reader's own."""

    line: ChangeLine
    reason: str
    terms: NewTerms
    dropped: tuple[str, ...]  # the items no longer given, by name
    answer: str
    answered_on: date | None
    agreed_on: date | None
    dispute_number: str
    filed_number: str
    filed_on: date | None
    noted_on: date | None
    ended_on: date | None
    end_reason: str
    turn: str  # consumer, provider, both, authority, clockwork or nothing
    verbs: tuple[str, ...]
    history: tuple[Happening, ...]


def changes_of(*, grant: UUID, actor: Actor, on: date) -> tuple[ChangeLine, ...]:
    """What was proposed about a grant that the actor may see, the newest first."""
    if not Grant.objects.filter(visible_grants(actor), pk=grant).exists():
        return ()
    return _lines(_rows().filter(grant=grant).order_by("-number")[:OF_GRANT_MAX], on=on)


def change(*, id: UUID, actor: Actor, on: date) -> ChangePage:
    """One proposal.  Raises NotFound, also for a grant the actor may not see."""
    row = _rows().filter(pk=id).first()
    if row is None or not Grant.objects.filter(visible_grants(actor), pk=row.grant_id).exists():
        raise NotFound("sharing.no_change")
    names, terms = held_names(row.grant), terms_of(row)
    return ChangePage(
        line=_lines([row], on=on)[0],
        reason=row.reason,
        terms=terms,
        dropped=tuple(names.get(code, code) for code in terms.dropped),
        answer=row.answer,
        answered_on=row.answered_on,
        agreed_on=row.agreed_on,
        dispute_number=row.dispute_number,
        filed_number=row.filed_number,
        filed_on=row.filed_on,
        noted_on=row.noted_on,
        ended_on=row.ended_on,
        end_reason=row.end_reason,
        turn=_turn(row),
        verbs=_verbs(row, actor),
        history=history(row.id),
    )


def all_changes(*, on: date, state: str = "", after: str = "", rows: int | None = None) -> paging.Page[ChangeLine]:
    """All proposals, the newest number first, for the operator at the console."""
    wanted = paging.size(rows)
    found = _rows().filter(Q(state=state) if state else Q())
    if after:
        found = found.filter(number__lt=after)
    held = _lines(found.order_by("-number")[: wanted + 1], on=on)
    return paging.cut([(line.number, line) for line in held], rows=wanted)


def change_contested(grant: UUID, *, on: date) -> bool:
    """Whether a proposal about a grant was objected to, or not answered in time: then a dispute may be raised."""
    silent = Q(state=str(ChangeState.PROPOSED), due_on__lt=on, due_provisional=False)
    found = ServiceChange.objects.filter(Q(state=str(ChangeState.OBJECTED)) | silent, grant=grant)
    return found.exists()


def answer_day(line: GrantLine, *, on: date) -> date | None:
    """By when the consumer would have to answer a proposal of a day."""
    place = Grant.objects.select_related("request").get(pk=line.id).request.jurisdiction
    return change_view(proposed_on=on, answered_on=None, jurisdiction=place, on=on).due_on


def terms_of(row: ServiceChange) -> NewTerms:
    """The new terms as they were proposed."""
    held = row.terms
    return NewTerms(
        until=date.fromisoformat(held["until"]) if held.get("until") else None,
        calls_per_day=held.get("calls_per_day"),
        rows_per_day=held.get("rows_per_day"),
        subjects_per_day=held.get("subjects_per_day"),
        dropped=tuple(held.get("dropped", ())),
    )


def change_cards(actor: Actor, *, on: date) -> list[InboxCard]:
    """Proposals that wait for the actor: to answer, to negotiate or file, to take note of."""
    organ, found = actor.organization, list[tuple[str, Q]]()
    if organ is None:
        return []
    if actor.has(Role.SHARING_OFFICE_HEAD):
        found.append(("answer_change", Q(state=str(ChangeState.PROPOSED), grant__consumer=organ)))
        found.append(("settle_change", Q(state=str(ChangeState.OBJECTED), grant__provider=organ)))
    if actor.has(Role.DATA_OFFICER) or actor.has(Role.SHARING_OFFICE_HEAD):
        found.append(("file_change", Q(state=str(ChangeState.AGREED), grant__provider=organ)))
    if actor.has(Role.AUTHORITY_REVIEWER):
        filed = Q(filed_on__isnull=False, noted_on__isnull=True, state__in=["filed", "effective"])
        under = parties.organizations_under(authority=organ)  # a place without an authority of its own files above
        found.append(("note_change", filed & Q(grant__provider__in=under)))
    return [
        _card(verb, line)
        for verb, where in found
        for line in _lines(_rows().filter(where).order_by("due_on", "number")[:CARDS_MAX], on=on)
    ]


def _card(verb: str, line: ChangeLine) -> InboxCard:
    due = {"answer_change": line.due_on, "file_change": line.effective_on}.get(verb)
    return InboxCard(
        kind="change", id=line.id, number=line.number, title=line.entry_name, consumer=line.consumer,
        provider=line.provider, verb=verb, due_on=due, provisional=verb == "answer_change" and line.provisional,
        remaining=None, late=verb == "answer_change" and line.late, article=ARTICLE_CHANGE,
    )  # fmt: skip


def _rows() -> QuerySet[ServiceChange]:
    return ServiceChange.objects.select_related("grant__request")


def _lines(found: Iterable[ServiceChange], *, on: date) -> tuple[ChangeLine, ...]:
    rows = list(found)
    known = organs(organ for row in rows for organ in (row.grant.consumer_id, row.grant.provider_id))
    return tuple(_line(row, known, on=on) for row in rows)


def _line(row: ServiceChange, known: dict[UUID, Organ], *, on: date) -> ChangeLine:
    waits = row.state == ChangeState.PROPOSED
    return ChangeLine(
        id=row.id, number=row.number, grant=row.grant_id, grant_number=row.grant.number,
        entry_name=row.grant.request.entry_name, consumer=known[row.grant.consumer_id],
        provider=known[row.grant.provider_id], kind=ChangeKind(row.kind), state=ChangeState(row.state),
        effective_on=row.effective_on, proposed_on=row.proposed_on, due_on=row.due_on if waits else None,
        provisional=waits and row.due_provisional, late=waits and row.due_on < on and not row.due_provisional,
    )  # fmt: skip


def _turn(row: ServiceChange) -> str:
    if row.state == ChangeState.EFFECTIVE and row.noted_on is None:
        return "authority"
    turns = {"proposed": "consumer", "objected": "provider", "agreed": "file", "filed": "clockwork"}
    return turns.get(row.state, "")


def _verbs(row: ServiceChange, actor: Actor) -> tuple[str, ...]:
    authority = parties.authority_of(jurisdiction=row.grant.request.jurisdiction)
    sides = {"consumer": row.grant.consumer_id, "provider": row.grant.provider_id}
    sides["authority"] = authority.id if authority else row.grant_id
    done = {"note"} if row.noted_on else set[str]()
    return tuple(
        verb
        for verb in CHANGE.verbs(state=ChangeState(row.state), roles=actor.roles)
        if verb in CHANGE_SIDES and verb not in done and sides[CHANGE_SIDES[verb]] == actor.organization
    )
