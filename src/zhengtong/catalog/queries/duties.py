"""Duties, their matters and documents, and what these still owe the catalogue (职责、事项与目录)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.catalog.models import Matter, MatterDocument, Revision
from zhengtong.catalog.queries.rows import CURRENT
from zhengtong.catalog.rules import DocumentDirection, ShareType
from zhengtong.catalog.rules.duties import Completeness, DocumentState, completeness, document_state
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.parties import queries as parties
from zhengtong.parties.queries import OrganizationCard
from zhengtong.parties.rules import Role, region_chain

DOCUMENTS_MAX = 5_000  # of one department
REGION_DOCUMENTS_MAX = 50_000  # of one look over a region
OWN_ROLES = frozenset(str(r) for r in (Role.DATA_OFFICER, Role.SHARING_OFFICE_HEAD, Role.DEPARTMENT_HEAD))
OVER_ROLES = frozenset(str(r) for r in (Role.AUTHORITY_REVIEWER, Role.AUTHORITY_LEADER, Role.SUPERVISOR, Role.AUDITOR))


@dataclass(frozen=True, slots=True)
class EntryLink:
    """An entry by its name, to be linked."""

    id: UUID
    code: str
    name: str
    provider: str


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One material or result (材料、结果)."""

    id: UUID
    name: str
    direction: DocumentDirection
    state: DocumentState
    entry: EntryLink | None  # what it became, or what gives it
    offer: EntryLink | None  # of a material: what may give it, not yet settled
    since: date | None  # since when sharing gives it, or since when it is no longer asked for


@dataclass(frozen=True, slots=True)
class MatterLine:
    """One matter of a duty with its documents (事项)."""

    id: UUID
    code: str
    name: str
    documents: tuple[DocumentLine, ...]


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One duty with its matters (职责)."""

    id: UUID
    code: str
    name: str
    legal_basis: str
    matters: tuple[MatterLine, ...]


@dataclass(frozen=True, slots=True)
class DutyPage:
    """The duties of one department and how complete its catalogue is."""

    organization: UUID
    name: str
    counts: Completeness
    duties: tuple[DutyLine, ...]


@dataclass(frozen=True, slots=True)
class DepartmentLine:
    """One department of the region."""

    code: str
    name: str
    counts: Completeness


@dataclass(frozen=True, slots=True)
class DutyOverview:
    """The departments of a region; `partly`: there are more documents than one look counts."""

    lines: tuple[DepartmentLine, ...]
    partly: bool


def sees_duties_of(actor: Actor, card: OrganizationCard) -> bool:
    """Whether the actor handles that department's business, or oversees its region."""
    if actor.organization == card.id:
        return bool(actor.roles & (OWN_ROLES | OVER_ROLES))
    return bool(actor.roles & OVER_ROLES) and actor.jurisdiction in region_chain(card.jurisdiction)


def may_see_duties(actor: Actor) -> bool:
    """Whether there is a page of duties for this actor at all."""
    return actor.organization is not None and bool(actor.roles & (OWN_ROLES | OVER_ROLES))


def duty_page(*, organization: UUID, actor: Actor) -> DutyPage:
    """Duties with matters, documents and where each stands: six statements whatever their number.

    Raises NotFound for a department whose duties are not the actor's to see.
    """
    card = parties.organization(id=organization)
    if not sees_duties_of(actor, card):
        raise NotFound("parties.no_organization", which=card.code)
    documents = list(_documents([organization]))
    lines = _lines(documents, mine=organization)
    matters = defaultdict[UUID, list[MatterLine]](list)
    for row in Matter.objects.filter(duty__organization=organization).order_by("code")[:DOCUMENTS_MAX]:
        held = tuple(lines[d.id] for d in documents if d.matter_id == row.id)
        matters[row.duty_id].append(MatterLine(row.id, row.code, row.name, held))
    duties = tuple(
        DutyLine(one.id, one.code, one.name, one.legal_basis, tuple(matters[one.id]))
        for one in parties.duties(organization=organization)
    )
    return DutyPage(organization, card.name, completeness(line.state for line in lines.values()), duties)


def duty_overview(*, actor: Actor) -> DutyOverview:
    """Every department of the region that has documents, the least complete first; empty if the actor sees one only."""
    if not actor.roles & OVER_ROLES:
        return DutyOverview((), partly=False)
    cards = {card.id: card for card in parties.organizations(actor=actor) if sees_duties_of(actor, card)}
    states = defaultdict[UUID, list[DocumentState]](list)
    found = list(_documents(cards, most=REGION_DOCUMENTS_MAX))
    covered = _covered(found)
    for row in found:
        states[row.matter.duty.organization_id].append(_state(row, covered))
    lines = [DepartmentLine(cards[one].code, cards[one].short_name, completeness(held)) for one, held in states.items()]
    lines.sort(key=lambda line: (-line.counts.owed - line.counts.open, line.code))
    return DutyOverview(tuple(lines), partly=len(found) >= REGION_DOCUMENTS_MAX)


def matters_by_code() -> dict[str, UUID]:
    """Every matter by its code, for loading; no actor, so never shown as it is."""
    return dict(Matter.objects.order_by("code").values_list("code", "id")[:DOCUMENTS_MAX])


def document_owner(*, document: UUID, actor: Actor) -> UUID:
    """Whose document it is.  Raises NotFound for one of a department whose duties are not the actor's to see."""
    found = MatterDocument.objects.select_related("matter__duty").filter(pk=document).first()
    if found is None or not sees_duties_of(actor, parties.organization(id=found.matter.duty.organization_id)):
        raise NotFound("catalog.no_material")
    return found.matter.duty.organization_id


def _documents(organizations: Collection[UUID], *, most: int = DOCUMENTS_MAX) -> Iterable[MatterDocument]:
    rows = MatterDocument.objects.filter(matter__duty__organization__in=organizations)
    return rows.select_related("matter__duty").order_by("matter__code", "direction", "name")[:most]


def _covered(rows: Iterable[MatterDocument]) -> dict[UUID, EntryLink]:
    """Of these documents, the results that are in the catalogue in force, with their entry."""
    results = [row.id for row in rows if row.direction == DocumentDirection.RESULT]
    found = Revision.origins.through.objects.filter(matterdocument__in=results, revision__state__in=CURRENT)
    named = found.order_by("revision__entry__guide_code").values_list(
        "matterdocument_id", "revision__entry_id", "revision__entry__guide_code", "revision__name",
        "revision__entry__provider__short_name",
    )  # fmt: skip
    return {document: EntryLink(*rest) for document, *rest in named}


def _state(row: MatterDocument, covered: Mapping[UUID, object]) -> DocumentState:
    return document_state(
        DocumentDirection(row.direction), catalogued=row.id in covered, official=row.official,
        shared=row.entry_id is not None, ended=row.ended_on is not None,
    )  # fmt: skip


def _lines(rows: list[MatterDocument], *, mine: UUID) -> dict[UUID, DocumentLine]:
    covered = _covered(rows)
    given = _entries({row.entry_id for row in rows if row.entry_id})
    states = {row.id: _state(row, covered) for row in rows}
    wanting = {row.name for row in rows if states[row.id] in (DocumentState.OFFICIAL, DocumentState.ASKED)}
    offers = _offers(wanting, mine)
    return {
        row.id: DocumentLine(
            row.id, row.name, DocumentDirection(row.direction), states[row.id],
            entry=covered.get(row.id) or given.get(row.entry_id or row.id),
            offer=offers.get(row.name) if row.name in wanting else None, since=row.ended_on or row.shared_since,
        )
        for row in rows
    }  # fmt: skip


def _entries(ids: Collection[UUID]) -> dict[UUID, EntryLink]:
    rows = Revision.objects.filter(entry__in=ids, state__in=CURRENT).select_related("entry__provider")
    return {
        row.entry_id: EntryLink(row.entry_id, row.entry.guide_code, row.name, row.entry.provider.short_name)
        for row in rows
    }


def _offers(names: Collection[str], mine: UUID) -> dict[str, EntryLink]:
    """Which shared entry was made from a result of the same name, by another organ's hand first."""
    through = Revision.origins.through.objects.filter(
        matterdocument__name__in=names, matterdocument__direction=str(DocumentDirection.RESULT),
        revision__state__in=CURRENT,
    ).exclude(revision__share_type=str(ShareType.WITHHELD))  # fmt: skip
    rows = through.order_by("revision__entry__guide_code").values_list(
        "matterdocument__name", "revision__entry__provider", "revision__entry_id", "revision__entry__guide_code",
        "revision__name", "revision__entry__provider__short_name",
    )  # fmt: skip
    found = dict[str, tuple[bool, EntryLink]]()
    for name, provider, *rest in rows:
        own = provider == mine
        if name not in found or (found[name][0] and not own):
            found[name] = (own, EntryLink(*rest))
    return {name: link for name, (_, link) in found.items()}
