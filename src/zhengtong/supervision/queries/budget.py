"""Money for sharing (共享经费查询)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from zhengtong.journal import ordering
from zhengtong.kernel import paging
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.events import JsonValue
from zhengtong.parties import queries as parties
from zhengtong.parties.rules import Role
from zhengtong.supervision.models import BudgetLine, Project, ProjectMoney
from zhengtong.supervision.queries.scope import visible
from zhengtong.supervision.rules.budget import (
    BUDGET,
    BudgetKind,
    BudgetState,
    ProjectFacts,
    Rating,
    spent_permille,
)
from zhengtong.supervision.rules.projects import Money, ProjectStage

PROJECTS_MAX = 200
OWN_VERBS = frozenset({"withdraw_money", "report_spending"})


@dataclass(frozen=True, slots=True)
class MoneyOfYear:
    """The money of one department in one year, in yuan (年度经费)."""

    asked: Decimal
    listed: Decimal
    spent: Decimal


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """A line of money in a list (共享经费)."""

    id: UUID
    number: str
    year: int
    organization_name: str
    kind: BudgetKind
    purpose: str
    state: BudgetState
    asked: Decimal
    listed: Decimal | None
    spent: Decimal | None
    rating: Rating | None
    asked_on: date

    @property
    def spent_permille(self) -> int | None:
        """How much of what was listed was spent (预算执行率), in thousandths."""
        return spent_permille(listed=self.listed, spent=self.spent)


@dataclass(frozen=True, slots=True)
class BudgetPage:
    """One line of money, and what the reader may do."""

    line: BudgetRow
    goal: str
    project_id: UUID | None
    project_number: str
    project_name: str
    facts: ProjectFacts | None
    reason: str
    decided_on: date | None
    result: str
    reported_on: date | None
    judgement: str
    evaluated_on: date | None
    verbs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProjectChoice:
    """A project of the own department to choose from."""

    id: UUID
    number: str
    name: str


SORTS = {
    "number": "number", "organization": "organization__short_name", "asked": "asked", "state": "state",
}  # fmt: skip


def budget(
    *, actor: Actor, year: int | None = None, state: str = "", sort: str = "", after: str = "", rows: int | None = None
) -> paging.Page[BudgetRow]:
    """Lines the actor may see, newest number first; `year` and `state` narrow them."""
    wanted = paging.size(rows)
    found = BudgetLine.objects.filter(visible(actor)).select_related("organization")
    found = found.filter(year=year) if year is not None else found
    found = found.filter(state=state) if state else found
    if sort := ordering.known(SORTS, sort):
        held, following = ordering.cut(found, columns=SORTS, sort=sort, after=after, rows=wanted)
        return paging.Page(tuple(map(_row, held)), following)
    found = found.filter(number__lt=after) if after else found
    lines = [_row(row) for row in found.order_by("-number")[: wanted + 1]]
    return paging.cut([(line.number, line) for line in lines], rows=wanted)


def budget_line(*, id: UUID, actor: Actor) -> BudgetPage:
    """One line.  Raises NotFound."""
    rows = BudgetLine.objects.filter(visible(actor), pk=id).select_related("organization", "project")
    row = rows.first()
    if row is None:
        raise NotFound("supervision.no_budget")
    return BudgetPage(
        line=_row(row), goal=row.goal, project_id=row.project_id,
        project_number=row.project.number if row.project else "", project_name=row.project.name if row.project else "",
        facts=project_facts(row), reason=row.reason, decided_on=row.decided_on, result=row.result,
        reported_on=row.reported_on, judgement=row.judgement, evaluated_on=row.evaluated_on, verbs=_verbs(row, actor),
    )  # fmt: skip


def project_facts(row: BudgetLine) -> ProjectFacts | None:
    """What the line's project says: its stage, and the opinion on the line's year; None without a project."""
    if row.project is None:
        return None
    said = ProjectMoney.objects.filter(project=row.project_id, year=row.year).first()
    return ProjectFacts(ProjectStage(row.project.stage), Money(said.money) if said else None)


def money_of_year(*, actor: Actor, year: int) -> dict[UUID, MoneyOfYear]:
    """Sums of one year by organization, withdrawn lines apart."""
    rows = BudgetLine.objects.filter(visible(actor), year=year).exclude(state=str(BudgetState.WITHDRAWN))
    sums = rows.values("organization").annotate(a=Sum("asked"), b=Sum("listed"), c=Sum("spent")).order_by()
    nothing = Decimal(0)
    return {
        one["organization"]: MoneyOfYear(one["a"] or nothing, one["b"] or nothing, one["c"] or nothing) for one in sums
    }


def may_ask_money(actor: Actor) -> bool:
    """Whether the actor may ask for money."""
    return actor.organization is not None and actor.has(Role.DATA_OFFICER)


def own_projects(*, actor: Actor) -> tuple[ProjectChoice, ...]:
    """The own department's projects that are not refused or withdrawn, newest first, the first `PROJECTS_MAX`."""
    over = (str(ProjectStage.REFUSED), str(ProjectStage.WITHDRAWN))
    rows = Project.objects.filter(organization=actor.organization).exclude(stage__in=over).order_by("-number")
    return tuple(ProjectChoice(row.id, row.number, row.name) for row in rows[:PROJECTS_MAX])


def _row(row: BudgetLine) -> BudgetRow:
    return BudgetRow(
        row.id, row.number, row.year, row.organization.short_name, BudgetKind(row.kind), row.purpose,
        BudgetState(row.state), row.asked, row.listed, row.spent, Rating(row.rating) if row.rating else None,
        row.asked_on,
    )  # fmt: skip


def _verbs(row: BudgetLine, actor: Actor) -> tuple[str, ...]:
    authority = parties.authority_of(jurisdiction=row.jurisdiction)
    decides = authority is not None and authority.id == actor.organization
    own = actor.organization == row.organization_id
    found = BUDGET.verbs(state=BudgetState(row.state), roles=actor.roles)
    return tuple(verb for verb in found if (own if verb in OWN_VERBS else decides))


def actual_money() -> dict[str, dict[str, JsonValue]]:
    """The columns of every line that its events imply (核对用)."""
    return {
        f"budget {row.id}": {
            "number": row.number, "year": row.year, "kind": row.kind, "state": row.state, "asked": f"{row.asked:.2f}",
            "listed": "" if row.listed is None else f"{row.listed:.2f}",
            "spent": "" if row.spent is None else f"{row.spent:.2f}", "rating": row.rating,
        }
        for row in BudgetLine.objects.order_by("id").iterator(500)
    }  # fmt: skip
