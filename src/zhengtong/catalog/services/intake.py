"""Entries from a file (目录导入): each row taken or refused with its reason; safe to repeat; one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db import IntegrityError, transaction

from zhengtong.catalog.models import Revision
from zhengtong.catalog.policy import intake_front
from zhengtong.catalog.queries import drafts
from zhengtong.catalog.queries.listings import ReadTable, named_departments
from zhengtong.catalog.rules import CURRENT_STATES, OPEN_STATES, EntryDraft, EntryState, derived_share_type
from zhengtong.catalog.rules.intake import ReadEntry, Refusal
from zhengtong.catalog.rules.organs import Organ, OrganNames
from zhengtong.catalog.services import bulk, drafting
from zhengtong.catalog.services.decisions import remember
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, PlatformError, RuleBroken
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role, role_label

Decisions = Mapping[str, tuple[str, str | None]]  # signature → (heading, field), or a department → its code


@dataclass(slots=True)
class Intake:
    """What became of a file (导入结果)."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    items: int = 0
    refusals: list[tuple[int, Refusal]] = field(default_factory=list)  # with the table's position
    waiting: dict[str, int] = field(default_factory=dict)  # department that is no organization of ours → entries

    @classmethod
    def of_reading(cls, tables: Sequence[ReadTable]) -> "Intake":
        """The same of a file that was only read, by nobody in particular.  Raises RuleBroken: no column has names."""
        read = _with_titles(tables)
        told = [(at, refusal) for at, one in read for refusal in one.taken.refusals]  # type: ignore[union-attr]
        return cls(rows=sum(one.rows for _, one in read), refusals=told)

    @property
    def accepted(self) -> int:
        """Rows that were not refused."""
        return self.rows - len({(at, refusal.row) for at, refusal in self.refusals})


def import_entries(
    *,
    tables: Sequence[ReadTable],
    actor: Actor,
    clock: Clock,
    dry_run: bool = False,
    decisions: Decisions | None = None,
    strangers_too: bool = False,
) -> Intake:
    """Take entries from a file's tables as drafts (导入目录).

    A data officer takes them for the own department, and a row that names another one is
    refused.  A reviewer of the data authority takes them for the departments that the rows
    name.  A name that no organization is called by waits for a person, who says whose it is; with
    `strangers_too` whoever hands in the file has said that such rows are the own department's.
    With `dry_run` everything is done and undone.  `decisions` are kept for the next file too.

    Raises:
        NotAllowed: the actor is neither.
        RuleBroken: no table has a column with names, or somebody took the same codes meanwhile.
    """
    read = _with_titles(tables)
    done = Intake(rows=sum(one.rows for _, one in read))
    try:
        with transaction.atomic():
            if decisions:
                remember(said=decisions, actor=actor, clock=clock)
            whose = _Whose.of(actor, strangers_too=strangers_too)
            for at, one in read:
                _take_table(at, one, whose, done, actor, clock)
            if dry_run:
                transaction.set_rollback(True)
    except IntegrityError:
        raise RuleBroken("catalog.import_raced") from None
    done.refusals.sort(key=lambda one: (one[0], one[1].row))
    return done


def waiting_departments(*, tables: Sequence[ReadTable], actor: Actor) -> dict[str, int]:
    """Departments that rows name and no organization is called by, with their entries (待指定部门)."""
    done, whose = Intake(), _Whose.of(actor)
    for at, one in _with_titles(tables):
        _owned(at, one, whose, done)
    return done.waiting


def _with_titles(tables: Sequence[ReadTable]) -> list[tuple[int, ReadTable]]:
    read = [(at, one) for at, one in enumerate(tables) if one.taken is not None]
    if not read:
        raise RuleBroken("catalog.import_headings")
    return read


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose entries the rows are: one department's, or those of the departments that they name."""

    own: UUID | None
    names: OrganNames
    said: Mapping[str, UUID]  # what people said a department is called here
    strangers_too: bool  # names nobody is called by are the own department's

    @classmethod
    def of(cls, actor: Actor, *, strangers_too: bool = False) -> "_Whose":
        if actor.organization is None or not (actor.has(Role.DATA_OFFICER) or actor.has(Role.AUTHORITY_REVIEWER)):
            role = Role.DATA_OFFICER
            raise NotAllowed("parties.role_needed", role_zh=role_label(role), role_en=role_label(role, "en"))
        under = parties.organizations_under(authority=actor.organization)
        as_authority = actor.has(Role.AUTHORITY_REVIEWER) and bool(under)
        cards = parties.organizations(actor=actor)
        if as_authority:
            cards = tuple(card for card in cards if card.id in under)
        names = OrganNames(tuple(Organ(str(card.id), card.name, card.short_name) for card in cards))
        codes = {card.code: card.id for card in cards}
        told = named_departments(organization=actor.organization)
        said = {name: codes[code] for name, code in told.items() if code in codes}
        return cls(None if as_authority else actor.organization, names, said, strangers_too)

    def provider(self, department: str) -> UUID | None:
        """The provider of a row that names this department; None where a person has to say.

        Raises:
            RuleBroken: it is another department's.
        """
        if (found := self.said.get(department)) is None and (key := self.names.find(department)):
            found = UUID(key)
        if self.own is None:
            return found
        if found and found != self.own:
            raise RuleBroken("catalog.import_other_department", department=department[:60])
        return self.own if found or not department or self.strangers_too else None


def _take_table(at: int, one: ReadTable, whose: _Whose, done: Intake, actor: Actor, clock: Clock) -> None:
    """Sort a table's entries into new ones, made all at once, and held ones, looked at one by one."""
    assert one.taken is not None
    done.refusals += [(at, refusal) for refusal in one.taken.refusals]
    owned = _owned(at, one, whose, done)
    held = bulk.Held.of({provider for _, provider in owned}, [read.content for read, _ in owned])
    seen: dict[object, int] = {}
    new: list[tuple[ReadEntry, UUID]] = []
    for read, provider in owned:
        content = bulk.with_front(read.content, held.code_of(provider), front=intake_front())
        entry = held.find(content, provider)
        key = entry.id if entry else bulk.identity(content, provider)
        if key in seen:
            _refuse(done, at, read, RuleBroken("catalog.import_code_twice", first=seen[key]))
            continue
        seen[key] = read.row
        if entry is None:
            new.append((replace(read, content=content), provider))
            continue
        try:
            with transaction.atomic():
                became = _merge(entry, content, held.revisions[entry.id], actor, clock)
        except PlatformError as refused:
            _refuse(done, at, read, refused)
            continue
        setattr(done, became, getattr(done, became) + 1)
        done.items += len(content.items)
    made, failed = bulk.create(new, held, actor=actor, clock=clock)
    done.created += len(made)
    done.items += sum(len(read.content.items) for read in made)
    for read, refused in failed:
        _refuse(done, at, read, refused)


def _owned(at: int, one: ReadTable, whose: _Whose, done: Intake) -> list[tuple[ReadEntry, UUID]]:
    """Entries with their provider; another department's are refused, a nameless one's wait."""
    assert one.taken is not None
    found = []
    for read in one.taken.entries:
        department = one.taken.departments.get(read.row, "")
        try:
            provider = whose.provider(department)
        except RuleBroken as refused:
            done.refusals.append((at, Refusal(read.row, "department", refused.key, refused.facts)))
            continue
        if provider is None:
            done.waiting[department] = done.waiting.get(department, 0) + 1
        else:
            found.append((read, provider))
    return found


def _refuse(done: Intake, at: int, read: ReadEntry, refused: PlatformError) -> None:
    said = {"reason_zh": refused.message("zh"), "reason_en": refused.message("en"), "row": read.row}
    done.refusals.append((at, Refusal(read.row, "title", "catalog.import_refused", said)))


def _merge(entry: "bulk.Entry", content: EntryDraft, revisions: Sequence[Revision], actor: Actor, clock: Clock) -> str:
    """What becomes of an entry that is there already: unchanged, or edited; only its own department edits it."""
    states = {EntryState(r.state): r for r in revisions}
    open_ = next((r for s, r in states.items() if s in OPEN_STATES), None)
    current = next((r for s, r in states.items() if s in CURRENT_STATES), None)
    shown = open_ or current
    held = drafts.read(shown) if shown is not None else None
    if entry.provider_id != actor.organization and not (held and actor.has(Role.AUTHORITY_REVIEWER)):
        raise RuleBroken("catalog.code_taken", code=entry.guide_code, short=entry.short_code or "—")
    if held is not None and _same(held, content):
        return "unchanged"
    if entry.provider_id != actor.organization:
        raise RuleBroken("catalog.import_theirs_to_edit", code=entry.guide_code)
    if open_ is None and current is not None:
        drafting.revise(entry=entry.id, actor=actor, clock=clock)
    origins: tuple[UUID, ...] = held.origins if held is not None else ()
    drafting.edit(entry=entry.id, content=replace(content, origins=origins), actor=actor, clock=clock)
    return "updated"


def _same(held: EntryDraft, given: EntryDraft) -> bool:
    alike = replace(
        given,
        guide_code=held.guide_code,
        guide_prefix=held.guide_prefix,
        short_code=given.short_code or held.short_code,
        share_type=derived_share_type(given.items, stated=given.share_type),
        contains_personal=given.contains_personal or any(item.is_personal for item in given.items),
        origins=held.origins,
    )
    return held == alike
