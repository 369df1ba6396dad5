"""What a change to many entries would do (批量修改预览)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from zhengtong.catalog.models import Revision
from zhengtong.catalog.queries import drafts
from zhengtong.catalog.queries.rows import CURRENT, OPEN
from zhengtong.catalog.rules import ENTRY, EntryState
from zhengtong.catalog.rules.diffs import Change, ChangeClass
from zhengtong.catalog.rules.many import ENTRIES_AT_ONCE, check_fields, edited
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.paging import sought
from zhengtong.parties.rules import Role


@dataclass(frozen=True, slots=True)
class ManyLine:
    """One of the own entries, as it stands; where `may` is false it cannot be changed now."""

    entry: UUID
    code: str
    name: str
    version: int
    state: EntryState
    theme: str
    update_cycle: str
    may: bool


@dataclass(frozen=True, slots=True)
class ManyChange:
    """What would change in one entry."""

    line: ManyLine
    changes: tuple[Change, ...]
    kind: ChangeClass


def may_change_many(actor: Actor) -> bool:
    """Whether the actor changes entries of the own department."""
    return actor.organization is not None and actor.has(Role.DATA_OFFICER)


def many_lines(*, actor: Actor, text: str = "", theme: str = "", only: Collection[UUID] = ()) -> tuple[ManyLine, ...]:
    """The own department's entries by code, each in its version in work, else the one in force; bounded."""
    return tuple(map(_line, _latest(actor, text=text, theme=theme, only=only)))


def many_changes(*, entries: Collection[UUID], fields: Mapping[str, str], actor: Actor) -> tuple[ManyChange, ...]:
    """What setting fields would change in these own entries, by code.  Raises RuleBroken."""
    wanted = check_fields(fields)
    found = list[ManyChange]()
    for row in _latest(actor, only=entries):
        made = edited(drafts.read(row), wanted)
        found.append(ManyChange(_line(row), made.changes, made.kind))
    return tuple(found)


def _latest(actor: Actor, *, text: str = "", theme: str = "", only: Collection[UUID] = ()) -> list[Revision]:
    if not may_change_many(actor):
        return []
    rows = Revision.objects.filter(entry__provider=actor.organization, state__in=[*CURRENT, *OPEN])
    if only:
        rows = rows.filter(entry__in=set(only))
    if text:
        rows = rows.filter(name__contains=sought(text))
    if theme:
        rows = rows.filter(theme=theme)
    rows = rows.select_related("entry__provider").prefetch_related("items", "origins")
    latest = dict[UUID, Revision]()
    for row in rows.order_by("entry__guide_code", "number")[: ENTRIES_AT_ONCE * 2]:
        latest[row.entry_id] = row
    return list(latest.values())[:ENTRIES_AT_ONCE]


def _line(row: Revision) -> ManyLine:
    state = EntryState(row.state)
    verbs = ENTRY.verbs(state=state, roles={str(Role.DATA_OFFICER)})
    return ManyLine(
        row.entry_id, row.entry.guide_code, row.name, row.number, state, row.theme, row.update_cycle,
        "edit" in verbs or "revise" in verbs,
    )  # fmt: skip
