"""Findings and the monthly report over HTTP (督办、月度通报接口)."""

from collections.abc import Callable, Mapping
from datetime import date
from uuid import UUID

from ninja import Schema

from zhengtong.parties.web import ActorRequest, written_once
from zhengtong.supervision import queries, services
from zhengtong.supervision.api.router import OnceKey, Sought, Text, router
from zhengtong.wire import canonical


class FindingOut(Schema):
    """A finding; days are Beijing dates, `late_days` working days."""

    id: UUID
    number: str
    rule: str
    article: str
    kind: str
    about: UUID
    about_number: str
    organization: str
    state: str
    opened_on: date
    limit_ended_on: date
    done_on: date | None
    late_days: int
    due_on: date | None


class FindingsOut(Schema):
    """A page of findings; `next_after` empty: the last."""

    rows: list[FindingOut]
    next_after: str


class FindingDetailOut(FindingOut):
    """One finding."""

    verbs: list[str]
    explanation: str
    reason: str


class AskIn(Schema):
    """A note for the department."""

    note: Text = ""


class ExplainIn(Schema):
    """What happened and why."""

    text: Text


class ReasonIn(Schema):
    """Why it ends."""

    reason: Text


class StandingOut(Schema):
    """Where the finding stands after the act."""

    finding: UUID
    state: str


class DepartmentOut(Schema):
    """One department's figures; ratios in thousandths, null where there is nothing to count."""

    code: str
    name: str
    figures: dict[str, int | None]


class ReportOut(Schema):
    """A month."""

    month: str
    through: date
    departments: list[DepartmentOut]
    total: dict[str, int | None]


@router.get("/findings", response=FindingsOut, operation_id="list_findings")
def list_findings(
    request: ActorRequest, state: Sought = "", organization: Sought = "", after: Sought = "", rows: int = 20
) -> Mapping[str, object]:
    """Findings you may see, newest first."""
    page = queries.findings(
        actor=request.actor,
        on=request.clock.today(),
        state=state,
        organization=organization,
        after=after,
        rows=rows,
    )
    return {"rows": [_out(line) for line in page.rows], "next_after": page.next_after}


@router.get("/findings/{uuid:finding_id}", response=FindingDetailOut, operation_id="get_finding")
def get_finding(request: ActorRequest, finding_id: UUID) -> Mapping[str, object]:
    """One finding."""
    page = queries.finding(actor=request.actor, id=finding_id, on=request.clock.today())
    return _out(page.line) | {"verbs": list(page.verbs), "explanation": page.explanation, "reason": page.reason}


@router.post("/findings/{uuid:finding_id}/ask", response=StandingOut, operation_id="ask_explanation")
def ask(request: ActorRequest, finding_id: UUID, body: AskIn, key: OnceKey = "") -> Mapping[str, object]:
    """Ask the department to explain."""
    return _written(request, finding_id, services.ask_explanation, body=body, key=key)


@router.post("/findings/{uuid:finding_id}/explain", response=StandingOut, operation_id="explain_finding")
def explain(request: ActorRequest, finding_id: UUID, body: ExplainIn, key: OnceKey = "") -> Mapping[str, object]:
    """Explain, as the department."""
    return _written(request, finding_id, services.explain, body=body, key=key)


@router.post("/findings/{uuid:finding_id}/close", response=StandingOut, operation_id="close_finding")
def close(request: ActorRequest, finding_id: UUID, body: ReasonIn, key: OnceKey = "") -> Mapping[str, object]:
    """End it: good reason, or no breach."""
    return _written(request, finding_id, services.close, body=body, key=key)


@router.post("/findings/{uuid:finding_id}/uphold", response=StandingOut, operation_id="uphold_finding")
def uphold(request: ActorRequest, finding_id: UUID, body: ReasonIn, key: OnceKey = "") -> Mapping[str, object]:
    """Hold that it was a breach."""
    return _written(request, finding_id, services.uphold, body=body, key=key)


@router.get("/report/{month}", response=ReportOut, operation_id="get_month_report")
def get_report(request: ActorRequest, month: str) -> Mapping[str, object]:
    """The month's figures of the departments you may read about."""
    found = queries.month_report(actor=request.actor, month=month, clock=request.clock)
    rows = [{"code": one.code, "name": one.name, "figures": one.values} for one in found.departments]
    return {"month": found.month.text, "through": found.through, "departments": rows, "total": found.total}


def _out(line: queries.FindingLine) -> dict[str, object]:
    return {
        "id": line.id,
        "number": line.number,
        "rule": line.breach.id,
        "article": line.breach.cites(),
        "kind": str(line.kind),
        "about": line.about,
        "about_number": line.about_number,
        "organization": line.organization_name,
        "state": str(line.state),
        "opened_on": line.opened_on,
        "limit_ended_on": line.passed_on,
        "done_on": line.done_on,
        "late_days": line.late_days,
        "due_on": line.due_on,
    }


def _written(
    request: ActorRequest, finding: UUID, act: Callable[..., None], *, body: Schema, key: str
) -> Mapping[str, object]:
    """Act once per Idempotency-Key, with the fields of the body, and say where the finding stands."""

    def done() -> dict[str, canonical.Json]:
        act(finding=finding, actor=request.actor, clock=request.clock, **body.model_dump())
        page = queries.finding(actor=request.actor, id=finding, on=request.clock.today())
        return {"finding": str(finding), "state": str(page.line.state)}

    return written_once(request, done, key=key, said=body.model_dump(mode="json"))
