"""The negative list (负面清单, 条例 第十四、十五条): what is withheld, on which ground, looked at again when."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.catalog.models import Item, Revision
from zhengtong.catalog.queries.rows import CURRENT
from zhengtong.catalog.rules import ShareType
from zhengtong.kernel.actors import Actor

NEGATIVE_ROWS_MAX = 5_000


@dataclass(frozen=True, slots=True)
class WithheldLine:
    """A withheld entry, or a withheld item of an entry (不予共享)."""

    entry: UUID
    code: str
    name: str
    item: str  # empty: the entry as a whole
    provider: str
    reason: str
    legal_basis: str
    basis_kind: str
    review_on: date | None
    review_due: bool  # the day is past: the ground has to be looked at again
    without_ground: bool  # reason or basis is missing


def negative_list(*, actor: Actor, on: date) -> tuple[WithheldLine, ...]:
    """Everything withheld in the catalogue in force, entries and items, by code; for whoever acts in a role."""
    if not actor.roles:
        return ()
    withheld = str(ShareType.WITHHELD)
    whole = Revision.objects.filter(state__in=CURRENT, share_type=withheld).select_related("entry__provider")
    parts = Item.objects.filter(revision__state__in=CURRENT, share_type=withheld)
    parts = parts.exclude(revision__share_type=withheld).select_related("revision__entry__provider")
    found = [_entry(row, on) for row in whole.order_by("entry__guide_code")[:NEGATIVE_ROWS_MAX]]
    found += [_item(row, on) for row in parts.order_by("revision__entry__guide_code", "position")[:NEGATIVE_ROWS_MAX]]
    return tuple(sorted(found, key=lambda line: line.code)[:NEGATIVE_ROWS_MAX])


def _entry(row: Revision, on: date) -> WithheldLine:
    return WithheldLine(
        entry=row.entry_id, code=row.entry.guide_code, name=row.name, item="",
        provider=row.entry.provider.short_name, reason=row.reason, legal_basis=row.legal_basis,
        basis_kind=row.basis_kind, review_on=row.review_on,
        review_due=row.review_on is not None and row.review_on < on,
        without_ground=not (row.reason and row.legal_basis),
    )  # fmt: skip


def _item(row: Item, on: date) -> WithheldLine:
    held = row.revision
    return WithheldLine(
        entry=held.entry_id, code=held.entry.guide_code, name=held.name, item=row.name,
        provider=held.entry.provider.short_name, reason=row.reason, legal_basis=row.legal_basis,
        basis_kind=row.basis_kind, review_on=held.review_on,
        review_due=held.review_on is not None and held.review_on < on,
        without_ground=not (row.reason and row.legal_basis),
    )  # fmt: skip
