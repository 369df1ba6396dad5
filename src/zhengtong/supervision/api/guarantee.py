"""Projects, money and guarantees over HTTP (信息化项目、共享经费、保障机制接口, 条例 第三十八条).  To read."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from ninja import Schema
from ninja.params import functions

from zhengtong.parties.web import ActorRequest
from zhengtong.supervision import queries
from zhengtong.supervision.api.router import Sought, router

Year = Annotated[int, functions.Query(ge=2016, le=2100)]


class ProjectOut(Schema):
    """An information project in a list."""

    id: UUID
    number: str
    name: str
    organization_name: str
    stage: str
    planned_on: date
    decided_on: date | None


class ProjectsOut(Schema):
    """A page of projects."""

    rows: list[ProjectOut]
    next_after: str


class ProjectDetailOut(ProjectOut):
    """One project and what you may do."""

    system: str
    reason: str
    entries: list[str]
    verbs: list[str]


class MoneyOut(Schema):
    """A line of money; amounts in yuan."""

    id: UUID
    number: str
    year: int
    organization_name: str
    kind: str
    purpose: str
    state: str
    asked: Decimal
    listed: Decimal | None
    spent: Decimal | None
    rating: str | None
    asked_on: date


class MoniesOut(Schema):
    """A page of lines."""

    rows: list[MoneyOut]
    next_after: str


class GuaranteeOut(Schema):
    """What a department has of what the Decree asks for, in a year."""

    code: str
    name: str
    missing: list[str]
    reviews_passed: int
    training_owed: int
    trained: int


@router.get("/projects", response=ProjectsOut, operation_id="list_projects")
def list_projects(request: ActorRequest, sort: Sought = "", after: Sought = "", rows: int = 20) -> Mapping[str, object]:
    """Information projects you may see, newest first."""
    page = queries.projects(actor=request.actor, sort=sort, after=after, rows=rows)
    return {"rows": [asdict(line) for line in page.rows], "next_after": page.next_after}


@router.get("/projects/{uuid:project_id}", response=ProjectDetailOut, operation_id="get_project")
def get_project(request: ActorRequest, project_id: UUID) -> Mapping[str, object]:
    """One project."""
    page = queries.project(id=project_id, actor=request.actor, on=request.clock.today())
    entries = [entry.code for entry in page.entries]
    return asdict(page.line) | {
        "system": page.system, "reason": page.reason, "entries": entries, "verbs": list(page.verbs),
    }  # fmt: skip


@router.get("/budget", response=MoniesOut, operation_id="list_budget")
def list_budget(
    request: ActorRequest, year: Year | None = None, state: Sought = "", sort: Sought = "", after: Sought = "",
    rows: int = 20,
) -> Mapping[str, object]:  # fmt: skip
    """Lines of money for sharing you may see, newest first."""
    page = queries.budget(actor=request.actor, year=year, state=state, sort=sort, after=after, rows=rows)
    return {"rows": [asdict(line) for line in page.rows], "next_after": page.next_after}


@router.get("/guarantee/{int:year}", response=list[GuaranteeOut], operation_id="list_guarantee")
def list_guarantee(request: ActorRequest, year: int) -> Sequence[Mapping[str, object]]:
    """Per department: documents the Decree asks for that are missing or past review."""
    rows = queries.guarantee(actor=request.actor, on=request.clock.today(), year=min(max(year, 2016), 2100))
    return [
        {
            "code": row.code, "name": row.name, "missing": [str(one.kind) for one in row.missing],
            "reviews_passed": row.reviews_passed, "training_owed": row.training.owed,
            "trained": row.training.trained,
        }
        for row in rows
    ]  # fmt: skip
