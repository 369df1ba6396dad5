"""Demands (需求清单, 条例 第二十条): data a department needs before any entry offers them; coordinated."""

from uuid import UUID

from django.db import transaction

from zhengtong.catalog import queries as catalog
from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound
from zhengtong.kernel.events import Event
from zhengtong.kernel.ids import new_id
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.sharing.events import DemandCoordinated, DemandMet, DemandRaised, DemandWithdrawn
from zhengtong.sharing.models import Demand
from zhengtong.sharing.rules import DEMAND, DemandState, check_backflow, check_demand, check_reason
from zhengtong.sharing.services.finding import is_authority_for, officer_of
from zhengtong.sharing.services.numbering import next_number

ITEMS_MAX = 100
ITEM_CHARS_MAX = 100


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
def meet_demand(*, demand: UUID, entry: UUID | None, note: str, actor: Actor, clock: Clock) -> None:
    """Close a demand that is met (已满足): by a published entry, or otherwise as the note says.

    Raises:
        NotFound: the entry does not exist or is not published.
        RuleBroken: nothing says how it is met.
    """
    row = _demand("meet", demand=demand, actor=actor)
    check_reason(note)
    if entry is not None:
        catalog.published(id=entry)
    row.note, row.met_by_id, row.ended_on = note.strip(), entry, clock.today()
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
    own = row is not None and actor.organization is not None and row.consumer_id == actor.organization
    allowed = own if verb == "withdraw" else row is not None and is_authority_for(row.jurisdiction, actor)
    if row is None or not allowed:
        raise NotFound("sharing.no_demand")
    row.state = DEMAND.step(verb, state=DemandState(row.state), roles=actor.roles).target
    return row


def _keep(row: Demand, fact: Event, *, actor: Actor, clock: Clock) -> None:
    officer_of(actor)
    row.save()
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
