"""Versions compared, and who is told of them (版本比较、变更告知)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F

from zhengtong.catalog.models import ChangeNotice, Revision, Subscription
from zhengtong.catalog.queries import drafts
from zhengtong.catalog.queries.rows import revisions
from zhengtong.catalog.rules import EntryState
from zhengtong.catalog.rules.diffs import Change, ChangeClass, change_class, changes
from zhengtong.kernel.actors import Actor
from zhengtong.parties.rules import Role

NOTICES_MAX = 200


@dataclass(frozen=True, slots=True)
class Comparison:
    """A revision against the one before it that was in force."""

    before: int  # number of the earlier one
    kind: ChangeClass
    changes: tuple[Change, ...]
    effective_on: date | None


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A change that a department was told of and has not taken note of."""

    id: UUID
    entry: UUID
    name: str
    code: str
    kind: ChangeClass
    version: int
    told_on: date
    effective_on: date | None


def comparison(*, revision: UUID) -> Comparison | None:
    """How a revision differs from the last one in force before it; None for a first one.

    No actor, for the page that has let its reader in.
    """
    row = revisions().prefetch_related("items", "origins").get(pk=revision)
    return compared(row)


def compared(row: Revision) -> Comparison | None:
    """The same, for a row at hand."""
    earlier = Revision.objects.filter(entry=row.entry_id, number__lt=row.number, published_on__isnull=False)
    before = earlier.select_related("entry").prefetch_related("items", "origins").order_by("-number").first()
    if before is None:
        return None
    found = changes(drafts.read(before), drafts.read(row))
    return Comparison(before.number, change_class(found), found, row.breaking_on)


def notices(*, actor: Actor) -> tuple[NoticeLine, ...]:
    """What the actor's department was told of and nobody there has taken note of (待知悉); for its data officers."""
    if actor.organization is None or not actor.has(Role.DATA_OFFICER):
        return ()
    rows = ChangeNotice.objects.filter(organization=actor.organization, read_on=None).select_related("entry")
    return tuple(
        _line(row) for row in rows.order_by(F("effective_on").asc(nulls_last=True), "told_on", "id")[:NOTICES_MAX]
    )


def notices_of(*, entry: UUID, actor: Actor) -> tuple[NoticeLine, ...]:
    """Those about one entry."""
    return tuple(line for line in notices(actor=actor) if line.entry == entry)


def is_subscribed(*, entry: UUID, actor: Actor) -> bool:
    """Whether the actor's department is told of every version of an entry."""
    return Subscription.objects.filter(entry=entry, organization=actor.organization).exists()


def subscribers(*, entry: UUID) -> frozenset[UUID]:
    """The departments that are."""
    return frozenset(Subscription.objects.filter(entry=entry).values_list("organization", flat=True))


def open_breaks(row: Revision) -> bool:
    """Whether a revision in work stops something from working and does not say from when."""
    if row.state in (EntryState.PUBLISHED, EntryState.CHANGE_DUE) or row.breaking_on is not None:
        return False
    held = compared(row)
    return held is not None and held.kind is ChangeClass.BREAKING


def _line(row: ChangeNotice) -> NoticeLine:
    return NoticeLine(
        row.id, row.entry_id, row.name, row.entry.guide_code, ChangeClass(row.kind), row.version, row.told_on,
        row.effective_on,
    )  # fmt: skip
