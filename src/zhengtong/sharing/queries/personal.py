"""What can be asked about persons' requests (个人更正请求查询).  Every query takes the actor, denies by default.

Who asked and what he said is nowhere here: it is opened apart, on record.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from zhengtong.catalog import queries as catalog
from zhengtong.journal import ordering
from zhengtong.kernel import paging
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.sharing.models import Grant, PersonNotice, PersonRequest
from zhengtong.sharing.offers import offer
from zhengtong.sharing.queries.corrections import ToldLine
from zhengtong.sharing.queries.lines import history
from zhengtong.sharing.queries.records import Happening, InboxCard, Organ
from zhengtong.sharing.queries.scope import NOBODY, OVERSIGHT_ROLES, OWN_ROLES, organs, region_prefix
from zhengtong.sharing.rules import CorrectionState, masked_key
from zhengtong.sharing.rules.personal import (
    ARTICLE_PERSON,
    OPEN_PERSONS,
    PERSON,
    TAKES_DOWN,
    TO_BE_TOLD,
    Channel,
    PersonState,
)
from zhengtong.standards import queries as standards
from zhengtong.wire import grant as wire

SORTS = {
    "number": "number",
    "entry": "entry_name",
    "organization": "organization__short_name",
    "provider": "provider__short_name",
    "state": "state",
    "due": "due_on",
}
SOURCES_MAX = 500
CARDS_MAX = 200
_OWN = OWN_ROLES | TAKES_DOWN
_VERIFIES = frozenset({"correct", "confirm"})


@dataclass(frozen=True, slots=True)
class PersonSource:
    """An item a department holds itself or reads under a grant, as a person may ask about it."""

    entry: UUID
    entry_name: str
    item: str
    item_name: str
    provider: UUID


@dataclass(frozen=True, slots=True)
class HeldEntry:
    """An entry a department holds or reads, and its items by code."""

    entry: UUID
    name: str
    provider: Organ
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person's request in a list; nothing of the person."""

    id: UUID
    number: str
    entry: UUID
    entry_name: str
    item: str
    item_name: str
    organization: Organ
    provider: Organ
    state: PersonState
    taken_on: date
    due_on: date
    provisional: bool
    remaining: int | None
    late: bool
    told_on: date | None
    correction: UUID | None
    correction_number: str
    waits_for_provider: bool  # passed on and not answered yet
    article: str


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One request.  The record is masked; who asked and what is opened apart, on record."""

    line: PersonLine
    record_masked: str
    evidence: str  # where he asked, and for oversight
    cause: str  # what was found, by the own department or by the provider
    is_corrected: bool | None  # None: nothing found yet
    taken_by: str
    verified_by: str
    verified_on: date | None
    channel: Channel | None
    told_by: str
    ended_on: date | None
    told: tuple[ToldLine, ...]
    cases: tuple[str, ...]  # of the reader's own organization
    verbs: tuple[str, ...]
    may_open: bool
    may_acknowledge: bool
    history: tuple[Happening, ...]


def source_of(*, entry: UUID, item: str, organization: UUID) -> PersonSource:
    """Whose an item is that an organization holds or reads.  Raises NotFound."""
    for held in _held_entries(organization, entry=entry):
        for code, name in held.items:
            if code == item:
                return PersonSource(entry, held.name, code, name, held.provider.id)
    raise NotFound("sharing.person_no_source")


def held_entries(*, actor: Actor) -> tuple[HeldEntry, ...]:
    """What a person may ask the actor's department about: its own entries and those it reads, by name.

    Nothing for an actor who does not take requests down.
    """
    if actor.organization is None or not actor.roles & TAKES_DOWN:
        return ()
    return tuple(sorted(_held_entries(actor.organization), key=lambda one: one.name))[:SOURCES_MAX]


def _held_entries(organization: UUID, *, entry: UUID | None = None) -> list[HeldEntry]:
    own = [
        one for one, standing in catalog.standings_of(provider=organization).items()
        if standing.in_force and entry in (None, one)
    ]  # fmt: skip
    found = dict[UUID, tuple[str, UUID, dict[str, str]]]()
    for one in own[:SOURCES_MAX]:
        offered = offer(entry=one)
        found[one] = (offered.name, organization, {code: item.name for code, item in offered.asked().items()})
    grants = Grant.objects.filter(consumer=organization, delivered_on__isnull=False).select_related("request")
    grants = grants.filter(request__entry=entry) if entry else grants
    for row in grants.order_by("-delivered_on")[:SOURCES_MAX]:
        terms = wire.parse_grant(row.terms.encode())
        items = {one.name: one.title for one in (*terms.fields, *terms.verify_fields)}
        _name, provider, known = found.setdefault(
            row.request.entry_id, (row.request.entry_name, row.provider_id, dict[str, str]())
        )
        if provider == row.provider_id:
            known.update({code: title for code, title in items.items() if code not in known})
    known_organs = organs(provider for _, provider, _ in found.values())
    return [
        HeldEntry(key, name, known_organs[provider], tuple(items.items()))
        for key, (name, provider, items) in found.items()
    ]


def visible_persons(actor: Actor) -> Q:
    """Requests an actor may see: where the person asked, those told of it, oversight's region."""
    seen = NOBODY
    if actor.organization and actor.roles & _OWN:
        seen |= Q(organization=actor.organization)
    if actor.organization and actor.roles & OWN_ROLES:
        seen |= Q(pk__in=PersonNotice.objects.filter(organization=actor.organization).values("request"))
    if actor.organization and actor.roles & OVERSIGHT_ROLES:
        seen |= Q(jurisdiction__startswith=region_prefix(actor.jurisdiction))
    return seen


def persons(
    *, actor: Actor, on: date, state: str = "", sort: str = "", after: str = "", rows: int | None = None
) -> paging.Page[PersonLine]:
    """Persons' requests the actor may see, newest number first; `state` is a PersonState, `open` or `late`."""
    wanted = paging.size(rows)
    found = _rows().filter(visible_persons(actor)).filter(_narrowed(state, on))
    if sort := ordering.known(SORTS, sort):
        held, following = ordering.cut(found, columns=SORTS, sort=sort, after=after, rows=wanted)
        return paging.Page(person_lines(held, on=on), following)
    if after:
        found = found.filter(number__lt=after)
    lines = person_lines(found.order_by("-number")[: wanted + 1], on=on)
    return paging.cut([(line.number, line) for line in lines], rows=wanted)


def _rows() -> QuerySet[PersonRequest]:
    return PersonRequest.objects.select_related("correction")


def _narrowed(state: str, on: date) -> Q:
    still = Q(state__in=[str(one) for one in OPEN_PERSONS])
    if state in ("", "any"):
        return Q()
    if state == "open":
        return still
    if state == "late":
        return still & Q(due_on__lt=on, due_provisional=False)
    return Q(state=state) if state in set(PersonState) else NOBODY


def person_lines(found: Iterable[PersonRequest], *, on: date) -> tuple[PersonLine, ...]:
    """Requests as list lines, with organizations and calendars read once for all."""
    held = list(found)
    known = organs(organ for row in held for organ in (row.organization_id, row.provider_id))
    calendars = standards.calendars_for(row.jurisdiction for row in held)
    lines = list[PersonLine]()
    for row in held:
        still = PersonState(row.state) in OPEN_PERSONS
        filed = row.correction
        lines.append(
            PersonLine(
                id=row.id, number=row.number, entry=row.entry_id, entry_name=row.entry_name, item=row.item,
                item_name=row.item_name, organization=known[row.organization_id], provider=known[row.provider_id],
                state=PersonState(row.state), taken_on=row.taken_on, due_on=row.due_on,
                provisional=row.due_provisional,
                remaining=calendars[row.jurisdiction].between(on, row.due_on) if still else None,
                late=(row.told_on or on) > row.due_on and not row.due_provisional and (still or bool(row.told_on)),
                told_on=row.told_on, correction=row.correction_id,
                correction_number=filed.number if filed else "",
                waits_for_provider=row.state == PersonState.PASSED
                and filed is not None
                and filed.state == CorrectionState.FILED,
                article=ARTICLE_PERSON,
            )
        )  # fmt: skip
    return tuple(lines)


def person(*, actor: Actor, id: UUID, on: date) -> PersonPage:
    """One request.  Raises NotFound, also for one that does not concern the actor."""
    row = _rows().filter(visible_persons(actor), pk=id).first()
    if row is None:
        raise NotFound("sharing.no_person")
    told = tuple(row.notices.all())
    known = organs(notice.organization_id for notice in told)
    line = person_lines([row], on=on)[0]
    mine = actor.organization == row.organization_id
    own = next((notice for notice in told if notice.organization_id == actor.organization), None)
    names = parties.officer_names([who for who in (row.taken_by, row.verified_by, row.told_by) if who])
    flagged = row.cases.filter(organization=actor.organization).order_by("id") if actor.organization else ()
    return PersonPage(
        line=line,
        record_masked=masked_key(row.record_key),
        evidence=row.evidence if mine or own is None else "",
        cause=row.cause or (row.correction.cause if row.correction else ""),
        is_corrected=_found(row),
        taken_by=names.get(row.taken_by, ""),
        verified_by=names.get(row.verified_by, "") if row.verified_by else "",
        verified_on=row.verified_on or (row.correction.answered_on if row.correction else None),
        channel=Channel(row.channel) if row.channel else None,
        told_by=names.get(row.told_by, "") if row.told_by else "",
        ended_on=row.ended_on,
        told=tuple(ToldLine(known[n.organization_id], n.told_on, n.read_on) for n in told),
        cases=tuple(one.number for one in flagged),
        verbs=_verbs(row, line, actor) if mine else (),
        may_open=mine and bool(actor.roles & (TAKES_DOWN | {Role.SHARING_OFFICE_HEAD.value})),
        may_acknowledge=own is not None and own.read_on is None and actor.has(Role.DATA_OFFICER),
        history=history(row.id),
    )


def _found(row: PersonRequest) -> bool | None:
    """Whether the value was put right: by the own department, or by the provider it was passed on to."""
    if row.correction is not None:
        answered = {CorrectionState.CORRECTED: True, CorrectionState.NOT_CORRECTED: False}
        return answered.get(CorrectionState(row.correction.state))
    return row.is_corrected


def _verbs(row: PersonRequest, line: PersonLine, actor: Actor) -> tuple[str, ...]:
    """What the actor may do next: own data are verified here, others' are passed on, and told once found."""
    held = PERSON.verbs(state=line.state, roles=actor.roles)
    others = row.provider_id != row.organization_id
    shut = (_VERIFIES if others else {"pass_on"}) | ({"tell"} if line.waits_for_provider else set[str]())
    return tuple(verb for verb in held if verb not in shut)


def person_cards(actor: Actor, *, on: date) -> list[InboxCard]:
    """What waits: to verify or pass on, to tell the person, to read; past its day, for the head to urge."""
    organ, cards = actor.organization, list[InboxCard]()
    if organ is None:
        return cards
    answered = Q(state=str(PersonState.PASSED), correction__state=str(CorrectionState.FILED))
    for verb, where in _waiting(actor, organ, found=~answered, on=on).items():
        rows = _rows().filter(where).distinct().order_by("due_on", "number")[:CARDS_MAX]
        cards += [_card(line, verb) for line in person_lines(rows, on=on)]
    return cards


def _waiting(actor: Actor, organ: UUID, *, found: Q, on: date) -> Mapping[str, Q]:
    here, waits = Q(organization=organ), dict[str, Q]()
    to_tell = here & Q(state__in=[str(one) for one in TO_BE_TOLD]) & found
    if actor.has(Role.DATA_OFFICER):
        waits["verify_person"] = here & Q(state=str(PersonState.TAKEN))
        waits["read_person"] = Q(notices__organization=organ, notices__read_on__isnull=True)
    if actor.roles & TAKES_DOWN:
        waits["tell_person"] = to_tell
    if actor.has(Role.SHARING_OFFICE_HEAD):
        waits["urge_person"] = here & _narrowed("late", on)
    return waits


def _card(line: PersonLine, verb: str) -> InboxCard:
    reads = verb == "read_person"
    return InboxCard(
        kind="person", id=line.id, number=line.number, title=f"{line.entry_name} · {line.item_name}",
        consumer=line.organization, provider=line.provider, verb=verb, due_on=None if reads else line.due_on,
        provisional=line.provisional, remaining=None if reads else line.remaining, late=line.late and not reads,
        article=line.article,
    )  # fmt: skip
