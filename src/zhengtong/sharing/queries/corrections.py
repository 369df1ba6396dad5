"""What can be asked about corrections (校核查询).  Every query takes the actor, denies by default."""

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
from zhengtong.sharing.models import Correction, CorrectionNotice, Grant, PersonRequest
from zhengtong.sharing.queries.lines import history
from zhengtong.sharing.queries.records import Happening, Organ
from zhengtong.sharing.queries.scope import NOBODY, OVERSIGHT_ROLES, OWN_ROLES, organs, region_prefix
from zhengtong.sharing.rules import (
    CORRECTION,
    REGULATION,
    CorrectionState,
    masked_key,
)
from zhengtong.standards import queries as standards
from zhengtong.wire import grant as wire

ARTICLE_CORRECTION = f"{REGULATION} 第二十六条"
SORTS = {
    "number": "number",
    "entry": "entry_name",
    "consumer": "consumer__short_name",
    "provider": "provider__short_name",
    "state": "state",
    "due": "due_on",
}
GRANTS_AT_ONCE = 500  # read from the store together


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """A correction in a list (校核)."""

    id: UUID
    number: str
    entry: UUID
    entry_name: str
    item: str
    item_name: str
    consumer: Organ
    provider: Organ
    state: CorrectionState
    filed_on: date
    due_on: date
    provisional: bool
    remaining: int | None
    late: bool
    answered_on: date | None
    answer_days: int | None  # working days from filing to the answer
    others_found: int
    article: str


@dataclass(frozen=True, slots=True)
class ToldLine:
    """An organization that reads the item and was told (告知)."""

    organ: Organ
    told_on: date
    read_on: date | None


@dataclass(frozen=True, slots=True)
class CorrectionPage:
    """One correction.  The record is masked; values are opened apart, on record."""

    line: CorrectionLine
    grant: UUID
    grant_number: str
    record_masked: str
    evidence: str  # for the two sides and oversight; an organization that was told sees the result only
    cause: str
    filed_by: str
    answered_by: str
    told: tuple[ToldLine, ...]
    verbs: tuple[str, ...]
    may_open: bool
    may_acknowledge: bool
    cases: tuple[str, ...]  # of the reader's own organization, flagged
    person: UUID | None  # the person's request it comes from, where the reader may see that
    history: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class CorrectionCounts:
    """Numbers for home and report."""

    open: int
    late: int


def visible_corrections(actor: Actor) -> Q:
    """Corrections an actor may see: its organization's on either side, those it was told of, oversight's region."""
    seen = NOBODY
    if actor.organization and actor.roles & OWN_ROLES:
        organ = actor.organization
        told = CorrectionNotice.objects.filter(organization=organ).values("correction")
        seen |= Q(consumer=organ) | Q(provider=organ) | Q(pk__in=told)
    if actor.organization and actor.roles & OVERSIGHT_ROLES:
        seen |= Q(jurisdiction__startswith=region_prefix(actor.jurisdiction))
    return seen


def corrections(
    *, actor: Actor, on: date, state: str = "", sort: str = "", after: str = "", rows: int | None = None
) -> paging.Page[CorrectionLine]:
    """Corrections the actor may see, newest number first; `state` is a CorrectionState, `open` or `late`."""
    wanted = paging.size(rows)
    found = Correction.objects.filter(visible_corrections(actor)).filter(_narrowed(state, on))
    if sort := ordering.known(SORTS, sort):
        held, following = ordering.cut(found, columns=SORTS, sort=sort, after=after, rows=wanted)
        return paging.Page(correction_lines(held, on=on), following)
    if after:
        found = found.filter(number__lt=after)
    lines = correction_lines(found.order_by("-number")[: wanted + 1], on=on)
    return paging.cut([(line.number, line) for line in lines], rows=wanted)


def _narrowed(state: str, on: date) -> Q:
    if state in ("", "any"):
        return Q()
    if state == "open":
        return Q(state=str(CorrectionState.FILED))
    if state == "late":
        return Q(state=str(CorrectionState.FILED), due_on__lt=on, due_provisional=False)
    return Q(state=state) if state in set(CorrectionState) else NOBODY


def correction_lines(found: Iterable[Correction], *, on: date) -> tuple[CorrectionLine, ...]:
    """Corrections as list lines, with organizations and calendars read once for all."""
    held = list(found)
    known = organs(organ for row in held for organ in (row.consumer_id, row.provider_id))
    calendars = standards.calendars_for(row.jurisdiction for row in held)
    return tuple(
        CorrectionLine(
            id=row.id,
            number=row.number,
            entry=row.entry_id,
            entry_name=row.entry_name,
            item=row.item,
            item_name=row.item_name,
            consumer=known[row.consumer_id],
            provider=known[row.provider_id],
            state=CorrectionState(row.state),
            filed_on=row.filed_on,
            due_on=row.due_on,
            provisional=row.due_provisional,
            remaining=None if row.answered_on else calendars[row.jurisdiction].between(on, row.due_on),
            late=row.answered_late or (row.answered_on is None and row.due_on < on and not row.due_provisional),
            answered_on=row.answered_on,
            answer_days=calendars[row.jurisdiction].between(row.filed_on, row.answered_on) if row.answered_on else None,
            others_found=row.others_found,
            article=ARTICLE_CORRECTION,
        )
        for row in held
    )


def correction(*, actor: Actor, id: UUID, on: date) -> CorrectionPage:
    """One correction.  Raises NotFound, also for one that does not concern the actor."""
    row = Correction.objects.filter(visible_corrections(actor), pk=id).select_related("grant").first()
    if row is None:
        raise NotFound("sharing.no_correction")
    told = tuple(row.notices.all())
    known = organs(notice.organization_id for notice in told)
    own = next((notice for notice in told if notice.organization_id == actor.organization), None)
    side = actor.organization in (row.consumer_id, row.provider_id)
    works = side and (actor.has(Role.DATA_OFFICER) or actor.has(Role.SHARING_OFFICE_HEAD))
    answers = actor.organization == row.provider_id
    names = parties.officer_names([who for who in (row.filed_by, row.answered_by) if who])
    return CorrectionPage(
        line=correction_lines([row], on=on)[0],
        grant=row.grant_id,
        grant_number=row.grant.number,
        record_masked=masked_key(row.record_key),
        evidence=row.evidence if own is None or side else "",
        cause=row.cause,
        filed_by=names.get(row.filed_by, ""),
        answered_by=names.get(row.answered_by, "") if row.answered_by else "",
        told=tuple(ToldLine(known[n.organization_id], n.told_on, n.read_on) for n in told),
        verbs=CORRECTION.verbs(state=CorrectionState(row.state), roles=actor.roles) if answers else (),
        may_open=works,
        cases=tuple(one.number for one in row.cases.filter(organization=actor.organization).order_by("id")),
        person=PersonRequest.objects.filter(correction=row, organization=actor.organization)
        .values_list("id", flat=True)
        .first(),
        may_acknowledge=own is not None and own.read_on is None and actor.has(Role.DATA_OFFICER),
        history=history(row.id),
    )


def correction_counts(*, actor: Actor, on: date) -> CorrectionCounts:
    """How many corrections the actor may see are open, and late."""
    found = Correction.objects.filter(visible_corrections(actor))
    return CorrectionCounts(
        open=found.filter(_narrowed("open", on)).count(), late=found.filter(_narrowed("late", on)).count()
    )


def item_of(row: Grant, item: str) -> str:
    """The title of an item that a grant gives or compares; empty if it does not."""
    terms = wire.parse_grant(row.terms.encode())
    return next((f.title for f in (*terms.fields, *terms.verify_fields) if f.name == item), "")


def readers_of(*, entry: UUID, item: str) -> tuple[UUID, ...]:
    """The organizations that have been given this item, also under grants that ended since: they may still hold it."""
    found = Grant.objects.filter(request__entry=entry, delivered_on__isnull=False).order_by("number")
    rows = found.only("consumer_id", "terms").iterator(GRANTS_AT_ONCE)  # all of them: each one has to be told
    return tuple(dict.fromkeys(row.consumer_id for row in rows if item_of(row, item)))
