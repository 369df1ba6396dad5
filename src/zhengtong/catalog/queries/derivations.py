"""Where an entry's data come from and where they go on to (二次共享、数据血缘查询)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from zhengtong.catalog.models import Derivation
from zhengtong.catalog.queries.breaches import standings
from zhengtong.catalog.rules.derivations import DEPTH_MAX, DERIVATION, NODES_MAX, DerivationState, Link, follow
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.events import JsonValue
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role, region_chain

CARDS_MAX = 200
_OWN = frozenset(str(role) for role in (
    Role.DATA_OFFICER, Role.SHARING_OFFICE_HEAD, Role.DEPARTMENT_HEAD, Role.ENGINEER, Role.AUTHORITY_REVIEWER,
    Role.AUTHORITY_LEADER,
))  # fmt: skip
_OVERSIGHT = frozenset(
    str(role) for role in (Role.AUTHORITY_REVIEWER, Role.AUTHORITY_LEADER, Role.SUPERVISOR, Role.AUDITOR)
)


@dataclass(frozen=True, slots=True)
class EntryName:
    """An entry by its name, and whose it is."""

    id: UUID
    code: str
    name: str
    provider: UUID
    provider_name: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class DerivationPage:
    """One derivation: which data, from whom, and what the provider says (二次共享)."""

    id: UUID
    entry: EntryName
    source: EntryName
    text: str
    state: DerivationState
    asked_on: date
    answer: str
    answered_on: date | None
    answered_by: str  # by name
    ended_on: date | None
    verbs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineageLine:
    """One step of the way of data: `distance` below zero towards the source, above zero away from it (数据血缘)."""

    distance: int
    entry: EntryName
    source: EntryName


def derivation(*, id: UUID, actor: Actor) -> DerivationPage:
    """One derivation, for both sides and those who oversee them.  Raises NotFound."""
    row = Derivation.objects.filter(pk=id).select_related("entry__provider", "source__provider").first()
    if row is None or not _sees(row, actor):
        raise NotFound("catalog.no_derivation")
    return _pages([row], actor)[0]


def derivations_of(*, entry: UUID, actor: Actor) -> tuple[DerivationPage, ...]:
    """What an entry says of where its data come from; those in work only for who may see them."""
    rows = Derivation.objects.filter(entry=entry).exclude(state=str(DerivationState.ENDED))
    held = list(rows.select_related("entry__provider", "source__provider").order_by("asked_on", "id")[:CARDS_MAX])
    seen = [row for row in held if row.state == DerivationState.CONSENTED or _sees(row, actor)]
    return _pages(seen, actor)


def derivation_cards(*, actor: Actor) -> tuple[DerivationPage, ...]:
    """Consents that wait for the actor's word, and refusals its department has to act on."""
    waits = Q(pk__in=())
    if actor.roles & {str(Role.SHARING_OFFICE_HEAD), str(Role.DEPARTMENT_HEAD)}:
        waits |= Q(state=str(DerivationState.ASKED), source__provider=actor.organization)
    if actor.has(Role.DATA_OFFICER):
        waits |= Q(state=str(DerivationState.REFUSED), entry__provider=actor.organization)
    rows = Derivation.objects.filter(waits).select_related("entry__provider", "source__provider")
    return _pages(list(rows.order_by("asked_on", "id")[:CARDS_MAX]), actor)


def lineage(*, entry: UUID) -> tuple[LineageLine, ...]:
    """The way of an entry's data, up to `DEPTH_MAX` steps either way: consented, between entries in force."""
    links, seen, edge = dict[UUID, Link](), {entry}, {entry}
    for _ in range(DEPTH_MAX):
        touching = Q(entry__in=edge) | Q(source__in=edge)
        rows = Derivation.objects.filter(touching, state=str(DerivationState.CONSENTED)).order_by("asked_on", "id")
        found = list(rows.values_list("id", "entry", "source")[:NODES_MAX])
        links |= {key: Link(str(one), str(source)) for key, one, source in found}
        edge = {end for _, one, source in found for end in (one, source)} - seen
        seen |= edge
        if not edge:
            break
    steps = follow(tuple(links.values()), start=str(entry))
    names = _names({UUID(one) for _, link in steps for one in (link.entry, link.source)})
    lines = [LineageLine(away, names[UUID(link.entry)], names[UUID(link.source)]) for away, link in steps]
    lines = [one for one in lines if all(end.in_force or end.id == entry for end in (one.entry, one.source))]
    return tuple(sorted(lines, key=lambda line: (line.distance, line.entry.name)))


def may_derive(*, provider: UUID, actor: Actor) -> bool:
    """Whether the actor may say where an entry's data come from."""
    return actor.organization == provider and actor.has(Role.DATA_OFFICER)


def side_of(verb: str, row: Derivation) -> UUID:
    """Whose step a verb is."""
    return row.entry.provider_id if verb == "end_derivation" else row.source.provider_id


def _sees(row: Derivation, actor: Actor) -> bool:
    if actor.organization in (row.entry.provider_id, row.source.provider_id) and actor.roles & _OWN:
        return True
    over = actor.jurisdiction in region_chain(row.entry.provider.jurisdiction)
    return actor.organization is not None and over and bool(actor.roles & _OVERSIGHT)


def _pages(rows: list[Derivation], actor: Actor) -> tuple[DerivationPage, ...]:
    names = _names({one for row in rows for one in (row.entry_id, row.source_id)})
    people = parties.officer_names(row.answered_by for row in rows if row.answered_by)
    return tuple(
        DerivationPage(
            row.id, names[row.entry_id], names[row.source_id], row.text, DerivationState(row.state), row.asked_on,
            row.answer, row.answered_on, people.get(row.answered_by, "") if row.answered_by else "", row.ended_on,
            tuple(
                verb
                for verb in DERIVATION.verbs(state=DerivationState(row.state), roles=actor.roles)
                if actor.organization == side_of(verb, row)
            ),
        )
        for row in rows
    )  # fmt: skip


def _names(ids: set[UUID]) -> dict[UUID, EntryName]:
    """Entries by id with their latest name, in two statements."""
    held = standings(entries=ids)
    organs = parties.organizations_by_id(one.provider for one in held.values())
    return {
        key: EntryName(key, one.code, one.name, one.provider, organs[one.provider].short_name, one.in_force)
        for key, one in held.items()
    }


def consent_states(*, entry: UUID) -> tuple[DerivationState, ...]:
    """Where the consents of an entry stand, ended ones apart."""
    rows = Derivation.objects.filter(entry=entry).exclude(state=str(DerivationState.ENDED))
    return tuple(DerivationState(state) for state in rows.values_list("state", flat=True))


def actual_derivations() -> dict[str, dict[str, JsonValue]]:
    """The columns of every derivation that its events imply (核对用)."""
    return {
        f"derivation {row.id}": {
            "entry": str(row.entry_id), "source": str(row.source_id), "state": row.state,
            "ended_on": row.ended_on.isoformat() if row.ended_on else None,
        }
        for row in Derivation.objects.order_by("id").iterator(500)
    }  # fmt: skip
