"""Being told of changes (订阅、变更告知, 条例 第二十七条第三款): subscribing, telling, taking note."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction

from zhengtong.catalog import events
from zhengtong.catalog.models import ChangeNotice, Revision, Subscription
from zhengtong.catalog.queries.changes import compared, subscribers
from zhengtong.catalog.queries.rows import CURRENT, revisions
from zhengtong.catalog.rules import EntryState
from zhengtong.catalog.rules.diffs import ChangeClass
from zhengtong.catalog.services.moves import person
from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, WrongState
from zhengtong.kernel.ids import new_id
from zhengtong.parties.rules import Role, role_label


@transaction.atomic
def subscribe(*, entry: UUID, actor: Actor, clock: Clock) -> None:
    """Have the actor's department told of every new version (订阅).  Safe to repeat.  Raises NotAllowed, NotFound."""
    organization = _officer(actor)
    if not Revision.objects.filter(entry=entry, state__in=CURRENT).exists():
        raise NotFound("catalog.not_published")
    made = {"id": new_id(clock.now()), "since": clock.today(), "by": person(actor)}
    _, is_new = Subscription.objects.get_or_create(entry_id=entry, organization_id=organization, defaults=made)
    if is_new:
        fact = events.SubscriptionMade(entry, organization)
        record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)


@transaction.atomic
def unsubscribe(*, entry: UUID, actor: Actor, clock: Clock) -> None:
    """End that (取消订阅).  Safe to repeat.  Raises NotAllowed."""
    organization = _officer(actor)
    gone, _ = Subscription.objects.filter(entry=entry, organization=organization).delete()
    if gone:
        fact = events.SubscriptionEnded(entry, organization)
        record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)


def tell(
    row: Revision, *, kind: ChangeClass, organizations: Iterable[UUID], effective_on: date | None, actor: Actor,
    clock: Clock,
) -> None:  # fmt: skip
    """Tell departments of a change, each once, in the caller's transaction; never the provider itself."""
    known = set(
        ChangeNotice.objects.filter(entry=row.entry_id, version=row.number, kind=str(kind)).values_list(
            "organization", flat=True
        )
    )
    fresh = sorted({one for one in organizations if one != row.entry.provider_id} - known)
    if not fresh:
        return
    ChangeNotice.objects.bulk_create(
        ChangeNotice(
            id=new_id(clock.now()), entry_id=row.entry_id, version=row.number, organization_id=one, kind=str(kind),
            name=row.name, effective_on=effective_on, told_on=clock.today(),
        )
        for one in fresh
    )  # fmt: skip
    fact = events.ChangeTold(row.entry_id, row.number, str(kind), tuple(fresh), effective_on)
    record(fact, actor=actor, clock=clock, jurisdiction=row.entry.provider.jurisdiction)


def tell_subscribers(row: Revision, *, actor: Actor, clock: Clock) -> None:
    """Tell who subscribed of a new version of whatever class, or of its withdrawal, in the caller's transaction."""
    asked = subscribers(entry=row.entry_id)
    if asked:
        tell(row, kind=class_of(row), organizations=asked, effective_on=row.breaking_on, actor=actor, clock=clock)


def tell_holders(*, entry: UUID, number: int, organizations: Iterable[UUID], actor: Actor, clock: Clock) -> None:
    """Tell who holds a grant for an entry of a version that tightens or breaks, or of its withdrawal.

    In the transaction that published or withdrew it; a compatible version asks nothing of anybody.
    """
    row = revisions().prefetch_related("items", "origins").get(entry=entry, number=number)
    kind = class_of(row)
    if kind is not ChangeClass.COMPATIBLE:
        tell(row, kind=kind, organizations=organizations, effective_on=row.breaking_on, actor=actor, clock=clock)


def class_of(row: Revision) -> ChangeClass:
    """How much a revision asks of who uses the data; a withdrawn one asks most."""
    if row.state == EntryState.WITHDRAWN:
        return ChangeClass.WITHDRAWN
    held = compared(row)
    return held.kind if held else ChangeClass.COMPATIBLE


@transaction.atomic
def take_note(*, notice: UUID, actor: Actor, clock: Clock) -> UUID:
    """Note, for the actor's department, that a change was seen (已知悉).  Returns the entry.

    Raises:
        NotAllowed: not a data officer.
        NotFound: no such notice, or another department's.
        WrongState: somebody took note already.
    """
    organization = _officer(actor)
    row = ChangeNotice.objects.select_for_update().filter(pk=notice, organization=organization).first()
    if row is None:
        raise NotFound("catalog.no_notice")
    if row.read_on is not None:
        raise WrongState("catalog.notice_read")
    row.read_on, row.read_by = clock.today(), person(actor)
    row.save(update_fields=["read_on", "read_by"])
    fact = events.ChangeRead(row.entry_id, row.version, organization)
    record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)
    return row.entry_id


def _officer(actor: Actor) -> UUID:
    if actor.organization is None or not actor.has(Role.DATA_OFFICER):
        role = Role.DATA_OFFICER
        raise NotAllowed("parties.role_needed", role_zh=role_label(role), role_en=role_label(role, "en"))
    return actor.organization
