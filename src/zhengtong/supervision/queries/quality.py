"""How good entries and their data are (数据质量), put together from what catalogue, sharing and exchange know."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from zhengtong.catalog import queries as catalog
from zhengtong.exchange import queries as exchange
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import legal_day
from zhengtong.kernel.errors import NotFound
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.sharing import queries as sharing
from zhengtong.supervision.rules.quality import QualityBasis, Score, score

YEAR = timedelta(days=365)  # how far back corrections count


@dataclass(frozen=True, slots=True)
class QualityLine:
    """One entry with its score and what it rests on."""

    entry: UUID
    code: str
    name: str
    provider_code: str
    score: Score
    basis: QualityBasis
    may_file: bool  # the reader may file a profile of its data


def qualities(*, actor: Actor, department: str, on: date) -> tuple[QualityLine, ...]:
    """The entries in force of a department, the worst first; for whoever acts in a role.  Raises NotFound."""
    if not actor.roles:
        return ()
    card = parties.organization_by_code(code=department)
    lines = _lines(catalog.entries_in_force(provider=card.code), actor=actor, on=on)
    return tuple(sorted(lines, key=lambda line: (line.score.permille, line.code)))


def quality(*, actor: Actor, entry: UUID, on: date) -> QualityLine:
    """One entry in force.  Raises NotFound."""
    lines = _lines([entry], actor=actor, on=on) if actor.roles else ()
    if not lines:
        raise NotFound("catalog.no_entry", which=str(entry))
    return lines[0]


def all_qualities(*, on: date, department: str = "", after: str = "", most: int = 200) -> tuple[QualityLine, ...]:
    """Entries in force by code, for who operates the center (全部)."""
    nobody = Actor(None, "", None, frozenset())
    return _lines(catalog.entries_in_force(provider=department, after=after, most=most), actor=nobody, on=on)


def _lines(entries: Collection[UUID], *, actor: Actor, on: date) -> tuple[QualityLine, ...]:
    shared = sharing.shared_facts(entries=entries, since=on - YEAR, on=on)
    files = actor.has(Role.DATA_OFFICER) or actor.has(Role.ENGINEER)
    found = list[QualityLine]()
    for facts in catalog.quality_facts(entries=entries):
        basis = _basis(facts, shared[facts.entry], on=on)
        own = files and facts.provider == actor.organization
        found.append(
            QualityLine(facts.entry, facts.code, facts.name, facts.provider_code, score(basis, on=on), basis, own)
        )
    return tuple(found)


def _basis(facts: catalog.QualityFacts, shared: sharing.SharedFacts, *, on: date) -> QualityBasis:
    runs = exchange.runs_of([str(one) for one in shared.grants]) if shared.grants else None
    profile = facts.profile
    return QualityBasis(
        abstract_chars=facts.abstract_chars,
        items=facts.items,
        items_sized=facts.items_sized,
        agreement=facts.agreement.permille,
        schemes=facts.schemes,
        update_cycle=facts.update_cycle,
        has_office=facts.has_office,
        has_system=facts.has_system,
        origins=facts.origins,
        profiled_on=profile.filed_on if profile else None,
        filled=profile.filled if profile else None,
        valid=profile.valid if profile else None,
        rows_received=runs.rows + runs.quarantined if runs else 0,
        rows_quarantined=runs.quarantined if runs else 0,
        corrected=shared.corrected,
        is_read=bool(shared.grants),
        received_on=legal_day(runs.last_at) if runs else None,
        change_late=bool(facts.change_due_on and facts.change_due_on < on and not facts.change_due_provisional),
        late_deliveries=shared.late_deliveries,
    )
