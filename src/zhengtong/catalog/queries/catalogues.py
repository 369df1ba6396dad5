"""The sharing catalogue and the list of responsibilities (共享目录、责任清单), drawn from what is in force."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.catalog.models import Item, SourceNaming
from zhengtong.catalog.queries.rows import CURRENT, revisions
from zhengtong.catalog.rules import EntryState, ShareType
from zhengtong.kernel.actors import Actor

LINES_MAX = 5_000  # of one list; who needs more narrows it to a department


@dataclass(frozen=True, slots=True)
class SharedItemLine:
    """One item that may be shared (共享目录): whose, on which terms, in which way."""

    entry: UUID
    code: str
    name: str
    provider: str
    item: str
    data_type: str
    length: str
    share_type: ShareType
    range: str
    purpose: str
    modes: tuple[str, ...]
    cycle: str


@dataclass(frozen=True, slots=True)
class ResponsibilityLine:
    """What a department answers for (责任清单): collect, keep up to date, serve."""

    entry: UUID
    code: str
    name: str
    provider: str
    office: str
    share_type: ShareType
    modes: tuple[str, ...]
    cycle: str
    sources: tuple[str, ...]  # items for which it is the named source
    update_due_on: date | None  # an update that is owed


def sharing_catalogue(*, actor: Actor, department: str = "") -> tuple[SharedItemLine, ...]:
    """Every item in force that is not withheld, by code; for whoever acts in a role."""
    if not actor.roles:
        return ()
    rows = Item.objects.filter(revision__state__in=CURRENT).exclude(share_type=str(ShareType.WITHHELD))
    rows = rows.filter(revision__entry__provider__code=department) if department else rows
    ordered = rows.select_related("revision__entry__provider").order_by("revision__entry__guide_code", "position")
    return tuple(_shared(row) for row in ordered[:LINES_MAX])


def responsibilities(*, actor: Actor, department: str = "") -> tuple[ResponsibilityLine, ...]:
    """Every entry in force with what its department answers for, by department; for whoever acts in a role."""
    if not actor.roles:
        return ()
    rows = revisions().filter(state__in=CURRENT)
    rows = rows.filter(entry__provider__code=department) if department else rows
    held = list(rows.order_by("entry__provider__code", "entry__guide_code")[:LINES_MAX])
    sources = defaultdict[UUID, list[str]](list)
    named = SourceNaming.objects.filter(entry__in=[row.entry_id for row in held]).order_by("item_name")
    for entry, item in named.values_list("entry", "item_name"):
        sources[entry].append(item)
    return tuple(
        ResponsibilityLine(
            row.entry_id, row.entry.guide_code, row.name, row.entry.provider.short_name, row.provider_office,
            ShareType(row.share_type), tuple(row.share_modes), row.update_cycle, tuple(sources[row.entry_id]),
            row.due_on if row.state == EntryState.CHANGE_DUE and row.change_done_on is None else None,
        )
        for row in held
    )  # fmt: skip


def _shared(row: Item) -> SharedItemLine:
    held = row.revision
    return SharedItemLine(
        held.entry_id, held.entry.guide_code, held.name, held.entry.provider.short_name, row.name, row.data_type,
        row.length, ShareType(row.share_type), row.range or held.range, row.purpose or held.purpose,
        tuple(held.share_modes), held.update_cycle,
    )  # fmt: skip
