"""今天轮到我 (inbox): what waits for an actor's own act, most urgent first, each with its article."""

from dataclasses import replace
from datetime import date

from django.db.models import Exists, OuterRef, Q

from zhengtong.kernel.actors import Actor
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.sharing.models import Correction, Demand, Grant, SharingRequest
from zhengtong.sharing.queries.changes import change_cards
from zhengtong.sharing.queries.corrections import correction_lines
from zhengtong.sharing.queries.demands import ARTICLE_DEMAND, ARTICLE_SOURCE, demand_lines
from zhengtong.sharing.queries.disposals import disposal_cards
from zhengtong.sharing.queries.disputes import dispute_cards
from zhengtong.sharing.queries.lines import grant_lines, listed_requests, request_lines
from zhengtong.sharing.queries.personal import person_cards
from zhengtong.sharing.queries.records import GrantLine, InboxCard, Organ, RequestLine
from zhengtong.sharing.queries.scope import organs
from zhengtong.sharing.queries.silence import correction_card, silent_cards
from zhengtong.sharing.queries.takeovers import takeover_cards
from zhengtong.sharing.queries.turns import article_of_verb
from zhengtong.sharing.rules import ANSWERABLE, OPEN_DEMANDS, CorrectionState, DemandState, GrantState, RequestState

INBOX_ROWS_MAX = 200
ARTICLE_URGE = "政务数据共享条例 第二十一条"

_OPEN = Q(state__in=[str(s) for s in ANSWERABLE])
_ASKED = Q(extensions__agreed__isnull=True, extensions__asked_on__isnull=False)
_PREPARED = Q(reply__isnull=False, reply__signed_by__isnull=True)


def inbox(*, actor: Actor, on: date) -> tuple[InboxCard, ...]:
    """What waits for this actor on a day.  Nothing for an actor without an organization or such a role."""
    if actor.organization is None:
        return ()
    cards = _request_cards(actor, on=on)
    cards += (
        _grant_cards(actor, on=on)
        + _late_deliveries(actor, on=on)
        + _correction_cards(actor, on=on)
        + _demand_cards(actor, on=on)
    )
    cards += dispute_cards(actor=actor, on=on) + disposal_cards(actor, on=on) + change_cards(actor, on=on)
    cards += silent_cards(actor, on=on)
    cards += takeover_cards(actor, on=on) + person_cards(actor, on=on)
    cards.sort(key=lambda card: (card.due_on is None, card.due_on or on, card.number))
    return tuple(cards[:INBOX_ROWS_MAX])


def told(*, actor: Actor, on: date) -> tuple[RequestLine, ...]:
    """What the actor is told and need not act on: its requests whose reply was given more time (第二十一条)."""
    if actor.organization is None or not (actor.has(Role.DATA_OFFICER) or actor.has(Role.SHARING_OFFICE_HEAD)):
        return ()
    where = Q(consumer=actor.organization, state=str(RequestState.EXTENDED))
    return request_lines(listed_requests().filter(where).order_by("due_on", "number")[:INBOX_ROWS_MAX], on=on)


def _waiting(actor: Actor, *, on: date) -> list[tuple[str, Q]]:
    """Per verb: which requests wait for it, for the roles the actor holds.

    Silence escalates: a request past its day that nobody has begun to answer comes to the provider's head and to
    the data authority (第二十一条、第二十九条).
    """
    organ, found = actor.organization, list[tuple[str, Q]]()
    silent = _OPEN & Q(due_on__lt=on, due_provisional=False, reply__isnull=True)
    if actor.has(Role.DATA_OFFICER):
        found += [
            ("prepare_reply", _OPEN & Q(provider=organ, reply__isnull=True)),
            ("answer_supplement", Q(state=str(RequestState.SUPPLEMENT_ASKED), consumer=organ)),
            ("submit", Q(state=str(RequestState.DRAFT), consumer=organ)),
        ]
    if actor.has(Role.SHARING_OFFICE_HEAD):
        found += [
            ("consent", _OPEN & Q(provider=organ) & _PREPARED),
            ("urge", silent & Q(provider=organ)),
            ("approve", Q(state=str(RequestState.OWN_REVIEW), consumer=organ)),
        ]
    if organ and actor.has(Role.AUTHORITY_REVIEWER):
        found.append(("urge", silent & Q(provider__in=parties.organizations_under(authority=organ))))
    if organ and actor.has(Role.AUTHORITY_LEADER) and parties.organization(id=organ).is_authority:
        under = Q(provider__in=parties.organizations_under(authority=organ))
        found += [
            ("agree_extension", Q(state=str(RequestState.RECEIVED)) & _ASKED & under),
            ("countersign", _OPEN & Q(provider=organ, reply__signed_by__isnull=False)),
        ]
    return found


def _request_cards(actor: Actor, *, on: date) -> list[InboxCard]:
    rows = listed_requests().order_by("due_on", "number")
    found = [(verb, row) for verb, where in _waiting(actor, on=on) for row in rows.filter(where)[:INBOX_ROWS_MAX]]
    lines = request_lines((row for _, row in found), on=on)
    return [_request_card(verb, line) for (verb, _), line in zip(found, lines, strict=True)]


def _request_card(verb: str, line: RequestLine) -> InboxCard:
    return InboxCard(
        kind="request",
        id=line.id,
        number=line.number,
        title=line.entry_name,
        consumer=line.consumer,
        provider=line.provider,
        verb=verb,
        due_on=line.due_on,
        provisional=line.provisional,
        remaining=line.remaining,
        late=line.late,
        article=ARTICLE_URGE if verb == "urge" else article_of_verb(verb),
    )


def _grant_cards(actor: Actor, *, on: date) -> list[InboxCard]:
    if not actor.has(Role.DATA_OFFICER):
        return []
    deliver = Q(state=str(GrantState.DELIVERING), provider=actor.organization)
    rectify = Q(state=str(GrantState.SUSPENDED), consumer=actor.organization)
    found = Grant.objects.filter(deliver | rectify).select_related("request").order_by("number")[:INBOX_ROWS_MAX]
    return [_grant_card(line) for line in grant_lines(found, on=on)]


def _grant_card(line: GrantLine) -> InboxCard:
    suspended = line.state is GrantState.SUSPENDED
    return InboxCard(
        kind="grant",
        id=line.id,
        number=line.number,
        title=line.entry_name,
        consumer=line.consumer,
        provider=line.provider,
        verb="rectify" if suspended else "deliver",
        due_on=line.due_on,
        provisional=line.provisional,
        remaining=None,
        late=line.late,
        article=article_of_verb("lift" if suspended else "deliver"),
    )


def _late_deliveries(actor: Actor, *, on: date) -> list[InboxCard]:
    """Grants of the own department whose day of delivery has passed, for its head (第二十二条)."""
    if not actor.has(Role.SHARING_OFFICE_HEAD):
        return []
    owed = Q(state=str(GrantState.DELIVERING), provider=actor.organization)
    late = owed & Q(deliver_due_on__lt=on, deliver_provisional=False)
    found = Grant.objects.filter(late).select_related("request").order_by("deliver_due_on", "number")[:INBOX_ROWS_MAX]
    return [replace(_grant_card(line), verb="urge_delivery") for line in grant_lines(found, on=on)]


def _correction_cards(actor: Actor, *, on: date) -> list[InboxCard]:
    """Corrections to answer, and results that the organization was told of and has not read."""
    if not actor.has(Role.DATA_OFFICER):
        return []
    owed = Q(state=str(CorrectionState.FILED), provider=actor.organization)
    told = Q(notices__organization=actor.organization, notices__read_on__isnull=True)
    found = Correction.objects.filter(owed | told).distinct().order_by("due_on", "number")[:INBOX_ROWS_MAX]
    lines = correction_lines(found, on=on)
    return [correction_card(line, verb="acknowledge" if line.answered_on else "answer_correction") for line in lines]


def _demand_cards(actor: Actor, *, on: date) -> list[InboxCard]:
    """Demands to take up, for the authority; to catalogue for, to ask by or help to read, for the departments."""
    found = list[tuple[str, Demand]]()
    for verb, where in _demands_waiting(actor):
        rows = Demand.objects.filter(where, state__in=[str(state) for state in OPEN_DEMANDS])
        found += [(verb, row) for row in rows.distinct().order_by("raised_on", "number")[:INBOX_ROWS_MAX]]
    lines = demand_lines((row for _, row in found), on=on)
    known = organs(row.source_id or row.holder_id for _, row in found)
    return [
        InboxCard(
            kind="demand",
            id=line.id,
            number=line.number,
            title=line.what,
            consumer=line.consumer,
            provider=known[holder]
            if (holder := row.source_id or row.holder_id)
            else Organ(row.id, "", row.holder_name, row.holder_name, False),
            verb=verb,
            due_on=line.catalog_by if verb == "catalogue" else None,
            provisional=False,
            remaining=None,
            late=verb == "catalogue" and line.late,
            article=ARTICLE_SOURCE if verb == "catalogue" else ARTICLE_DEMAND,
        )
        for (verb, row), line in zip(found, lines, strict=True)
    ]


def _demands_waiting(actor: Actor) -> list[tuple[str, Q]]:
    """Per verb: which demands wait for it."""
    organ, found = actor.organization, list[tuple[str, Q]]()
    if organ and actor.has(Role.AUTHORITY_REVIEWER):
        under = parties.organizations_under(authority=organ)
        found.append(("coordinate", Q(state=str(DemandState.RAISED), consumer__in=under)))
    if organ and actor.has(Role.DATA_OFFICER):
        asked = SharingRequest.objects.filter(consumer=organ, entry=OuterRef("met_by"))
        found += [
            ("catalogue", Q(source=organ, met_by__isnull=True)),
            ("request", Q(consumer=organ, met_by__isnull=False) & ~Exists(asked)),
            ("read_help", Q(consumer=organ, helps__isnull=False, helps__read_on__isnull=True)),
        ]
    return found
