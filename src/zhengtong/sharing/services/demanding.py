"""Demands (需求清单, 条例 第二十条): data a department needs before any entry offers them; coordinated."""

from datetime import date
from uuid import UUID

from django.db import transaction

from zhengtong.catalog import queries as catalog
from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.kernel.events import Event
from zhengtong.kernel.ids import new_id
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.sharing.events import (
    DemandCoordinated,
    DemandHelpOffered,
    DemandHelpRead,
    DemandLinked,
    DemandMet,
    DemandRaised,
    DemandSourceNamed,
    DemandWithdrawn,
)
from zhengtong.sharing.models import Demand, DemandHelp
from zhengtong.sharing.queries.demands import HOLDER_VERBS
from zhengtong.sharing.rules import (
    DEMAND,
    DemandState,
    check_backflow,
    check_demand,
    check_help,
    check_reason,
    check_source,
)
from zhengtong.sharing.services.finding import is_authority_for, officer_of
from zhengtong.sharing.services.numbering import next_number

ITEMS_MAX = 100
ITEM_CHARS_MAX = 100
CONTACT_CHARS_MAX = 100
HELPS_MAX = 50


@transaction.atomic
def raise_demand(
    *,
    what: str,
    items: tuple[str, ...],
    matter: str,
    legal_basis: str,
    actor: Actor,
    clock: Clock,
    holder: UUID | None = None,
    holder_name: str = "",
    backflow: bool = False,
    number: str = "",
) -> UUID:
    """Put a need for data on the list (提出共享需求); there may be no catalogue entry for it yet.

    `holder` is the department thought to hold the data; `holder_name` names one that is no department.
    `backflow`: a department of a level above collected these data about the actor's own area (回流, 条例 第二十四条).

    Raises:
        RuleBroken: it does not say what, for which matter, on which ground, or who may hold it.
    """
    if not actor.has(Role.DATA_OFFICER) or actor.organization is None:
        raise NotAllowed("sharing.demand_by_officer")
    check_demand(what=what, legal_basis=legal_basis, matter=matter, has_holder=bool(holder or holder_name.strip()))
    above = parties.organization(id=holder).jurisdiction if holder is not None else None
    if backflow:
        check_backflow(consumer=actor.jurisdiction, holder=above)
    row = Demand.objects.create(
        id=new_id(clock.now()),
        number=next_number(prefix="D", given=number),
        consumer_id=actor.organization,
        holder_id=holder,
        holder_name=holder_name.strip(),
        jurisdiction=actor.jurisdiction,
        backflow=backflow,
        what=what.strip(),
        items=[item.strip()[:ITEM_CHARS_MAX] for item in items if item.strip()][:ITEMS_MAX],
        matter=matter.strip(),
        legal_basis=legal_basis.strip(),
        state=DEMAND.start,
        raised_on=clock.today(),
        raised_at=clock.now(),
        raised_by=officer_of(actor),
    )
    fact = DemandRaised(
        row.id, number=row.number, consumer=row.consumer_id, holder=row.holder_id, raised_on=row.raised_on
    )
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return row.id


@transaction.atomic
def coordinate_demand(*, demand: UUID, note: str, actor: Actor, clock: Clock) -> None:
    """Say, as the data authority, what is being done about a demand (协调); may be said again."""
    row = _demand("coordinate", demand=demand, actor=actor)
    check_reason(note)
    row.note = note.strip()
    _keep(row, DemandCoordinated(row.id, number=row.number, note=row.note), actor=actor, clock=clock)


@transaction.atomic
def name_demand_source(*, demand: UUID, source: UUID, catalog_by: date, note: str, actor: Actor, clock: Clock) -> None:
    """Name, as the data authority, the source department, and until when it catalogues (明确数源部门, 第十九条).

    May be said again.

    Raises:
        NotFound: no such demand within the actor's reach, no such organization.
        RuleBroken: no reason, or a day that is over.
    """
    row = _demand("name_source", demand=demand, actor=actor)
    check_reason(note)
    check_source(catalog_by=catalog_by, today=clock.today())
    named = parties.organization(id=source)
    row.source_id, row.source_on, row.catalog_by, row.note = named.id, clock.today(), catalog_by, note.strip()
    fact = DemandSourceNamed(
        row.id, number=row.number, source=named.id, catalog_by=catalog_by, note=row.note, named_on=clock.today()
    )
    _keep(row, fact, actor=actor, clock=clock)


@transaction.atomic
def link_demand(*, demand: UUID, entry: UUID, actor: Actor, clock: Clock) -> None:
    """Say that a published entry offers what is needed (对应到目录): the authority, the holder or the source says it.

    The demand stays open until it is met: now the consumer can ask for the entry.

    Raises:
        NotFound: no such demand within the actor's reach; the entry is not published.
    """
    row = _demand("link", demand=demand, actor=actor)
    catalog.published(id=entry)
    row.met_by_id, row.linked_on = entry, clock.today()
    _keep(row, DemandLinked(row.id, number=row.number, entry=entry, linked_on=clock.today()), actor=actor, clock=clock)


@transaction.atomic
def offer_help(*, demand: UUID, text: str, contact: str, day: date, actor: Actor, clock: Clock) -> UUID:
    """Offer guidance and service to whoever raised a demand (提供指导和服务): how, which office, on which day.

    Raises:
        NotFound: no such demand within the actor's reach.
        RuleBroken: it does not say how or by whom; the day is over; too many offers.
    """
    row = _demand("offer_help", demand=demand, actor=actor)
    check_help(text=text, contact=contact, day=day, today=clock.today())
    if row.helps.count() >= HELPS_MAX:
        raise RuleBroken("sharing.too_many_helps", most=HELPS_MAX)
    offered_by, organization = officer_of(actor), actor.organization
    assert organization is not None  # `_demand` has seen to it
    made = DemandHelp.objects.create(
        id=new_id(clock.now()), demand=row, organization_id=organization, contact=contact.strip()[:CONTACT_CHARS_MAX],
        day=day, text=text.strip(), offered_on=clock.today(), offered_by=offered_by,
    )  # fmt: skip
    fact = DemandHelpOffered(row.id, number=row.number, organization=organization, day=day)
    _keep(row, fact, actor=actor, clock=clock)
    return made.id


@transaction.atomic
def read_help(*, demand: UUID, actor: Actor, clock: Clock) -> None:
    """Take note, as the department that raised the demand, of the help offered (已阅); nothing where all is read.

    Raises: NotFound: the demand is not the actor's department's.
    """
    row = Demand.objects.select_for_update().filter(pk=demand, consumer=actor.organization).first()
    if row is None or not (actor.has(Role.DATA_OFFICER) or actor.has(Role.SHARING_OFFICE_HEAD)):
        raise NotFound("sharing.no_demand")
    if row.helps.filter(read_on__isnull=True).update(read_on=clock.today(), read_by=officer_of(actor)):
        fact = DemandHelpRead(row.id, number=row.number, read_on=clock.today())
        record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)


@transaction.atomic
def meet_demand(*, demand: UUID, entry: UUID | None, note: str, actor: Actor, clock: Clock) -> None:
    """Close a demand that is met (已满足): by a published entry (else the one it is linked to), or as the note says.

    Raises:
        NotFound: the entry does not exist or is not published.
        RuleBroken: nothing says how it is met.
    """
    row = _demand("meet", demand=demand, actor=actor)
    check_reason(note)
    if entry is not None:
        catalog.published(id=entry)
    row.note, row.met_by_id, row.ended_on = note.strip(), entry or row.met_by_id, clock.today()
    fact = DemandMet(row.id, number=row.number, entry=entry, note=row.note, ended_on=clock.today())
    _keep(row, fact, actor=actor, clock=clock)


@transaction.atomic
def withdraw_demand(*, demand: UUID, reason: str, actor: Actor, clock: Clock) -> None:
    """Take a demand back (撤回需求)."""
    row = _demand("withdraw", demand=demand, actor=actor)
    check_reason(reason)
    row.note, row.ended_on = reason.strip(), clock.today()
    fact = DemandWithdrawn(row.id, number=row.number, reason=row.note, ended_on=clock.today())
    _keep(row, fact, actor=actor, clock=clock)


def _demand(verb: str, *, demand: UUID, actor: Actor) -> Demand:
    """The demand, locked and already in the state the verb leads to."""
    row = Demand.objects.select_for_update().filter(pk=demand).first()
    allowed = row is not None and _may(verb, row, actor)
    if row is None or not allowed:
        raise NotFound("sharing.no_demand")
    row.state = DEMAND.step(verb, state=DemandState(row.state), roles=actor.roles).target
    return row


def _may(verb: str, row: Demand, actor: Actor) -> bool:
    if actor.organization is None:
        return False
    if verb == "withdraw":
        return row.consumer_id == actor.organization
    if verb in HOLDER_VERBS and actor.organization in (row.holder_id, row.source_id):
        return True
    return is_authority_for(row.jurisdiction, actor)


def _keep(row: Demand, fact: Event, *, actor: Actor, clock: Clock) -> None:
    officer_of(actor)
    row.save()
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
