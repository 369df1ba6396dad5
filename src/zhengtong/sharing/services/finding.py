"""Finding what an actor may work on (查找): scoped, locked, and none of it for strangers."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.deadlines import ClockView
from zhengtong.kernel.errors import NotAllowed, NotFound, WrongState
from zhengtong.parties import queries as parties
from zhengtong.sharing.models import Grant, SharingRequest
from zhengtong.sharing.queries.clockwork import request_clock
from zhengtong.sharing.rules import REQUEST, SIDES, RequestState, Side, persons


def request_for(verb: str, *, request: UUID, actor: Actor, version: int | None = None) -> SharingRequest:
    """The request, locked, if `verb` is the actor's side's to do, in its state and the actor's role.

    Raises:
        NotFound: no such request, or none the actor's organization takes that part in.
        WrongState, NotAllowed: not from this state; not in these roles.
    """
    row = SharingRequest.objects.select_for_update().filter(pk=request).first()
    if row is None or not _is_on_side(row, SIDES[verb], actor):
        raise NotFound("sharing.no_request", id=str(request))
    if version is not None and version != row.version:
        raise WrongState("sharing.changed_meanwhile", number=row.number)
    REQUEST.step(verb, state=RequestState(row.state), roles=actor.roles)
    return row


def _is_on_side(row: SharingRequest, side: Side, actor: Actor) -> bool:
    if actor.organization is None:
        return False
    if side is Side.CONSUMER:
        return actor.organization == row.consumer_id
    received = row.received_on is not None
    if side is Side.PROVIDER:
        return received and actor.organization == row.provider_id
    return received and is_authority_for(row.jurisdiction, actor)


def is_authority_for(jurisdiction: str, actor: Actor) -> bool:
    """Whether the actor acts in the data authority of a place (同级主管部门)."""
    authority = parties.authority_of(jurisdiction=jurisdiction)
    return authority is not None and authority.id == actor.organization


def grant_for(side: Side, *, grant: UUID, actor: Actor, version: int | None = None) -> Grant:
    """The grant, locked, if the actor's organization stands on that side of it.  Raises NotFound."""
    row = Grant.objects.select_for_update().select_related("request").filter(pk=grant).first()
    if row is None or not _grant_side(row, side, actor):
        raise NotFound("sharing.no_grant", id=str(grant))
    if version is not None and version != row.version:
        raise WrongState("sharing.changed_meanwhile", number=row.number)
    return row


def _grant_side(row: Grant, side: Side, actor: Actor) -> bool:
    if actor.organization is None:
        return False
    if side is Side.CONSUMER:
        return actor.organization == row.consumer_id
    if side is Side.PROVIDER:
        return actor.organization == row.provider_id
    return actor.organization == row.provider_id or is_authority_for(row.request.jurisdiction, actor)


def officer_of(actor: Actor) -> UUID:
    """The officer who signs for an act.  Raises NotAllowed for the system: people decide here."""
    if actor.officer is None:
        raise NotAllowed("sharing.needs_a_person")
    return actor.officer


def put_hand(row: SharingRequest, act: str, actor: Actor) -> None:
    """Add who stands behind an act, the substitute and the one acted for.

    Whoever did it before stays: a last small edit by another must not let the first writer sign.
    """
    row.hands = {**row.hands, act: sorted({*row.hands.get(act, ()), *(str(person) for person in persons(actor))})}


def lift_hand(row: SharingRequest, act: str) -> None:
    """Forget an act that is undone: a signature under a reply that was written again."""
    row.hands = {done: people for done, people in row.hands.items() if done != act}


def hands(row: SharingRequest) -> dict[str, Iterable[UUID]]:
    """Who stood behind which act."""
    return {act: [UUID(person) for person in people] for act, people in row.hands.items()}


def keep_clock(row: SharingRequest, *, on: date) -> ClockView:
    """Cache the reply clock on the row and return it."""
    view = request_clock(row, on=on)
    row.due_on, row.due_provisional = view.due_on, view.provisional
    return view


def keep(row: SharingRequest | Grant) -> None:
    """Save a row as its next version."""
    row.version += 1
    row.save()


@transaction.atomic
def check_version(*, request: UUID, version: int) -> None:
    """Raise WrongState if a request is no longer at the version its reader saw (If-Match).

    Meant to be called inside the caller's transaction, before the act; it locks the row.
    """
    row = SharingRequest.objects.select_for_update().filter(pk=request).first()
    if row is not None and row.version != version:
        raise WrongState("sharing.changed_meanwhile", number=row.number)
