"""What can be asked about the take-over of existing sharing (既有共享接管查询)."""

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
from zhengtong.sharing.models import Grant, Takeover
from zhengtong.sharing.offers import known_items
from zhengtong.sharing.queries.lines import grant_lines, history
from zhengtong.sharing.queries.records import Happening, InboxCard, Organ
from zhengtong.sharing.queries.scope import NOBODY, OVERSIGHT_ROLES, OWN_ROLES, organs, region_prefix
from zhengtong.sharing.rules import (
    LIVE_GRANTS,
    REVIEW_AHEAD,
    TAKEOVER,
    Beneficiary,
    ItemAnswer,
    Mode,
    Outcome,
    Quota,
    ReplyForm,
    RequestForm,
    TakeoverState,
    UseTerm,
)

ARTICLE_TAKEOVER = ""  # the Decree does not speak of it
SCENARIO = "接管本系统启用前已有的共享"
SORTS = {
    "number": "number",
    "entry": "entry_name",
    "consumer": "consumer__short_name",
    "provider": "provider__short_name",
    "review": "review_on",
    "state": "state",
}
MAX_ROWS = 10  # in one answer, as replies propose
CARDS_MAX = 200


@dataclass(frozen=True, slots=True)
class TakeoverLine:
    """A take-over in a list."""

    id: UUID
    number: str
    entry: UUID
    entry_name: str
    provider: Organ
    consumer: Organ
    purpose: str
    state: TakeoverState
    filed_on: date
    until: date
    review_on: date
    grant: UUID | None


@dataclass(frozen=True, slots=True)
class TakeoverPage:
    """One take-over; `verbs` are the reader's own."""

    line: TakeoverLine
    items: tuple[str, ...]
    modes: tuple[Mode, ...]
    lookup: tuple[str, ...]
    system: str
    legal_basis: str
    calls_per_day: int
    rows_per_day: int
    reason: str
    answered_on: date | None
    verbs: tuple[str, ...]
    history: tuple[Happening, ...]


def form_and_reply(row: Takeover, *, on: date) -> tuple[RequestForm, ReplyForm]:
    """What a take-over says, as the request and the reply that make its grant."""
    use = UseTerm(row.system, row.purpose, ())
    modes = tuple(Mode(mode) for mode in row.modes)
    form = RequestForm(
        entry=row.entry_id, items=tuple(row.items), legal_basis=row.legal_basis, scenario=SCENARIO, scope=SCENARIO,
        modes=modes, period_from=on, period_until=row.until, purpose=row.purpose,
        beneficiaries=(Beneficiary(row.consumer_id, (use,)),),
    )  # fmt: skip
    quota = Quota(row.calls_per_day, row.rows_per_day, row.rows_per_day, MAX_ROWS)
    outcome = Outcome.VERIFY if modes == (Mode.VERIFY,) else Outcome.GRANT
    answers = tuple(ItemAnswer(code, outcome) for code in row.items)
    return form, ReplyForm(answers=answers, lookup=tuple(row.lookup), quota=quota)


def visible_takeovers(actor: Actor) -> Q:
    """Take-overs an actor may see: its organization's on either side, and oversight's region."""
    seen = NOBODY
    if actor.organization and actor.roles & OWN_ROLES:
        seen |= Q(consumer=actor.organization) | Q(provider=actor.organization)
    if actor.organization and actor.roles & OVERSIGHT_ROLES:
        seen |= Q(jurisdiction__startswith=region_prefix(actor.jurisdiction))
    return seen


def may_take_over(actor: Actor) -> bool:
    """Whether the actor files existing sharing: for a data authority."""
    acts = actor.has(Role.AUTHORITY_REVIEWER) or actor.has(Role.AUTHORITY_LEADER)
    return acts and actor.organization is not None and parties.organization(id=actor.organization).is_authority


def takeovers(
    *, actor: Actor, state: str = "", sort: str = "", after: str = "", rows: int | None = None
) -> paging.Page[TakeoverLine]:
    """Take-overs the actor may see, the newest number first."""
    wanted = paging.size(rows)
    found = Takeover.objects.filter(visible_takeovers(actor)).filter(Q(state=state) if state else Q())
    if sort := ordering.known(SORTS, sort):
        held, following = ordering.cut(found, columns=SORTS, sort=sort, after=after, rows=wanted)
        return paging.Page(_lines(held), following)
    if after:
        found = found.filter(number__lt=after)
    held = _lines(found.order_by("-number")[: wanted + 1])
    return paging.cut([(line.number, line) for line in held], rows=wanted)


def takeover(*, id: UUID, actor: Actor) -> TakeoverPage:
    """One take-over.  Raises NotFound."""
    row = Takeover.objects.filter(visible_takeovers(actor), pk=id).first()
    if row is None:
        raise NotFound("sharing.no_takeover")
    names: dict[str, str] = {code: item.name for code, item in known_items(entry=row.entry_id, asked={}).items()}
    own = actor.organization == row.provider_id
    return TakeoverPage(
        line=_lines([row])[0],
        items=tuple(names.get(code, code) for code in map(str, row.items)),
        modes=tuple(Mode(mode) for mode in row.modes),
        lookup=tuple(names.get(code, code) for code in map(str, row.lookup)),
        system=row.system,
        legal_basis=row.legal_basis,
        calls_per_day=row.calls_per_day,
        rows_per_day=row.rows_per_day,
        reason=row.reason,
        answered_on=row.answered_on,
        verbs=TAKEOVER.verbs(state=TakeoverState(row.state), roles=actor.roles) if own else (),
        history=history(row.id),
    )


def _lines(found: Iterable[Takeover]) -> tuple[TakeoverLine, ...]:
    rows = list(found)
    known = organs(organ for row in rows for organ in (row.consumer_id, row.provider_id))
    return tuple(
        TakeoverLine(
            id=row.id, number=row.number, entry=row.entry_id, entry_name=row.entry_name,
            provider=known[row.provider_id], consumer=known[row.consumer_id], purpose=row.purpose,
            state=TakeoverState(row.state), filed_on=row.filed_on, until=row.until, review_on=row.review_on,
            grant=row.grant_id,
        )
        for row in rows
    )  # fmt: skip


def takeover_cards(actor: Actor, *, on: date) -> list[InboxCard]:
    """What waits: to confirm, to review in time, and, past its day, for the authority to urge."""
    organ, cards = actor.organization, list[InboxCard]()
    if organ is None:
        return cards
    if actor.has(Role.SHARING_OFFICE_HEAD):
        filed = Takeover.objects.filter(provider=organ, state=str(TakeoverState.FILED)).order_by("number")
        cards += [_filed_card(line) for line in _lines(filed[:CARDS_MAX])]
        cards += _review_cards("review", Q(provider=organ, review_on__lte=on + REVIEW_AHEAD), on=on)
    if actor.has(Role.AUTHORITY_REVIEWER):
        under = parties.organizations_under(authority=organ)
        cards += _review_cards("urge_review", Q(provider__in=under, review_on__lt=on), on=on)
    return cards


def _filed_card(line: TakeoverLine) -> InboxCard:
    return InboxCard(
        kind="takeover", id=line.id, number=line.number, title=line.entry_name, consumer=line.consumer,
        provider=line.provider, verb="confirm_takeover", due_on=None, provisional=False, remaining=None, late=False,
        article=ARTICLE_TAKEOVER,
    )  # fmt: skip


def _review_cards(verb: str, where: Q, *, on: date) -> list[InboxCard]:
    live = Q(state__in=[str(s) for s in LIVE_GRANTS])
    rows = list(Grant.objects.filter(where, live).select_related("request").order_by("review_on", "number")[:CARDS_MAX])
    days = {row.id: row.review_on for row in rows}
    return [
        InboxCard(
            kind="grant", id=line.id, number=line.number, title=line.entry_name, consumer=line.consumer,
            provider=line.provider, verb=verb, due_on=days[line.id], provisional=False, remaining=None,
            late=(days[line.id] or on) < on, article=ARTICLE_TAKEOVER,
        )
        for line in grant_lines(rows, on=on)
    ]  # fmt: skip
