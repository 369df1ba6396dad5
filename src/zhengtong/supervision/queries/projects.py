"""Information projects and the facts behind their gates (信息化项目查询)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from zhengtong.catalog import queries as catalog
from zhengtong.journal import ordering
from zhengtong.kernel import paging
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.events import JsonValue
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.sharing import queries as sharing
from zhengtong.supervision.models import Finding, Project, ProjectMoney
from zhengtong.supervision.queries.scope import visible
from zhengtong.supervision.rules import FindingState
from zhengtong.supervision.rules.projects import PROJECT, Money, ProjectStage, SharingFacts

YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """A project in a list (项目)."""

    id: UUID
    number: str
    name: str
    organization_name: str
    stage: ProjectStage
    planned_on: date
    decided_on: date | None


@dataclass(frozen=True, slots=True)
class ProjectEntry:
    """An entry named for a project."""

    id: UUID
    code: str
    name: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """What was said of one year's money, with the facts of that day (运维经费意见)."""

    year: int
    money: Money
    reason: str
    facts: SharingFacts
    judged_on: date


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """One project with its gates, and what the reader may do."""

    line: ProjectLine
    system: str
    reason: str
    entries: tuple[ProjectEntry, ...]
    facts: SharingFacts
    money: tuple[MoneyLine, ...]
    verbs: tuple[str, ...]


SORTS = {
    "number": "number", "name": "name", "organization": "organization__short_name", "stage": "stage",
    "planned": "planned_on",
}  # fmt: skip


def projects(*, actor: Actor, sort: str = "", after: str = "", rows: int | None = None) -> paging.Page[ProjectLine]:
    """Projects the actor may see, newest number first."""
    wanted = paging.size(rows)
    found = Project.objects.filter(visible(actor)).select_related("organization")
    if sort := ordering.known(SORTS, sort):
        held, following = ordering.cut(found, columns=SORTS, sort=sort, after=after, rows=wanted)
        return paging.Page(tuple(map(_line, held)), following)
    found = found.filter(number__lt=after) if after else found
    lines = [_line(row) for row in found.order_by("-number")[: wanted + 1]]
    return paging.cut([(line.number, line) for line in lines], rows=wanted)


def project(*, id: UUID, actor: Actor, on: date) -> ProjectPage:
    """One project.  Raises NotFound."""
    row = Project.objects.filter(visible(actor), pk=id).select_related("organization").first()
    if row is None:
        raise NotFound("supervision.no_project")
    standings = catalog.standings(entries=_entries(row))
    entries = tuple(
        ProjectEntry(one, held.code, held.name, held.in_force)
        for one, held in sorted(standings.items(), key=lambda item: item[1].code)
    )
    money = tuple(_money(one) for one in ProjectMoney.objects.filter(project=row).order_by("-year"))
    return ProjectPage(_line(row), row.system, row.reason, entries, facts_of(row, on=on), money, _verbs(row, actor))


def facts_of(row: Project, *, on: date) -> SharingFacts:
    """The facts behind the gates, of a day."""
    entries = _entries(row)
    standings = catalog.standings(entries=entries)
    upheld = Finding.objects.filter(
        organization=row.organization_id, state=str(FindingState.UPHELD), rule__startswith="P",
        ended_on__gt=on - timedelta(days=YEAR_DAYS), ended_on__lte=on,
    )  # fmt: skip
    return SharingFacts(
        entries=len(standings),
        unpublished=sum(not held.in_force for held in standings.values()),
        late_deliveries=sharing.late_deliveries(entries=entries, on=on),
        upheld=upheld.count(),
    )


def _entries(row: Project) -> frozenset[UUID]:
    return frozenset(row.entries.values_list("id", flat=True))


def _line(row: Project) -> ProjectLine:
    return ProjectLine(
        row.id, row.number, row.name, row.organization.short_name, ProjectStage(row.stage), row.planned_on,
        row.decided_on,
    )  # fmt: skip


def _money(row: ProjectMoney) -> MoneyLine:
    facts = SharingFacts(row.entries, row.unpublished, row.late_deliveries, row.upheld)
    return MoneyLine(row.year, Money(row.money), row.reason, facts, row.judged_on)


def _verbs(row: Project, actor: Actor) -> tuple[str, ...]:
    authority = parties.authority_of(jurisdiction=row.jurisdiction)
    decides = authority is not None and authority.id == actor.organization
    own = actor.organization == row.organization_id
    found = PROJECT.verbs(state=ProjectStage(row.stage), roles=actor.roles)
    return tuple(verb for verb in found if (own if verb == "withdraw" else decides))


def may_plan(actor: Actor) -> bool:
    """Whether the actor may put a project before the authority."""
    return actor.organization is not None and actor.has(Role.DATA_OFFICER)


def own_entries(*, actor: Actor) -> Iterable[ProjectEntry]:
    """The own department's entries, in work and in force, to choose from."""
    found = catalog.standings_of(provider=actor.organization) if actor.organization else {}
    return tuple(
        ProjectEntry(one, held.code, held.name, held.in_force)
        for one, held in sorted(found.items(), key=lambda item: item[1].code)
    )


def actual_projects() -> dict[str, dict[str, JsonValue]]:
    """The columns of every project that its events imply (核对用)."""
    return {
        f"project {row.id}": {
            "number": row.number, "name": row.name, "stage": row.stage, "planned_on": row.planned_on.isoformat(),
            "decided_on": row.decided_on.isoformat() if row.decided_on else None,
        }
        for row in Project.objects.order_by("id").iterator(500)
    }  # fmt: skip
