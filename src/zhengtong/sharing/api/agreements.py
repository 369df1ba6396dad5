"""Changes by negotiation, existing sharing and planned maintenance over HTTP (服务变更、既有共享接管、计划维护接口)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Field, Schema
from pydantic import AwareDatetime

from zhengtong.kernel.errors import NotFound
from zhengtong.parties.web import ActorRequest, written_once
from zhengtong.sharing import queries, services
from zhengtong.sharing.api.router import ITEMS_MAX, Name, OnceKey, OrganOut, Sought, Text, router
from zhengtong.sharing.rules import ChangeKind, NewTerms
from zhengtong.wire import canonical

Count = Annotated[int, Field(ge=1, le=1_000_000_000)]


class ChangeOut(Schema):
    """A proposal to end or change a service; days are Beijing dates."""

    id: UUID
    number: str
    grant: UUID
    grant_number: str
    entry_name: str
    consumer: OrganOut
    provider: OrganOut
    kind: str
    state: str
    effective_on: date
    proposed_on: date
    due_on: date | None
    late: bool


class ChangeDetailOut(ChangeOut):
    """One proposal, its answer and filing, and what you may do."""

    reason: str
    answer: str
    answered_on: date | None
    filed_number: str
    filed_on: date | None
    turn: str
    verbs: list[str]


class ChangeIn(Schema):
    """Why and from when; with kind change what would still be given."""

    kind: ChangeKind
    reason: Text
    effective_on: date
    calls_per_day: Count | None = None
    rows_per_day: Count | None = None
    subjects_per_day: Count | None = None
    until: date | None = None
    dropped: Annotated[list[Name], Field(max_length=ITEMS_MAX)] = []


class SaidIn(Schema):
    """What is said."""

    text: Text = ""


class TakeoverOut(Schema):
    """Existing sharing that was filed; days are Beijing dates."""

    id: UUID
    number: str
    entry: UUID
    entry_name: str
    provider: OrganOut
    consumer: OrganOut
    purpose: str
    state: str
    filed_on: date
    until: date
    review_on: date
    grant: UUID | None


class TakeoversOut(Schema):
    """A page of them; `next_after` empty: the last."""

    rows: list[TakeoverOut]
    next_after: str


class MaintenanceOut(Schema):
    """A planned maintenance; instants with their zone."""

    id: UUID
    entry: UUID
    entry_name: str
    provider: OrganOut
    begins_at: datetime
    ends_at: datetime
    reason: str
    cancelled: bool


class MaintenanceMadeOut(Schema):
    """Which maintenance."""

    maintenance: UUID


class MaintenanceIn(Schema):
    """Which service, from when to when, why; instants carry their zone."""

    entry: UUID
    begins_at: AwareDatetime
    ends_at: AwareDatetime
    reason: Text


@router.get("/grants/{uuid:grant_id}/changes", response=list[ChangeOut], operation_id="list_changes")
def list_changes(request: ActorRequest, grant_id: UUID) -> Sequence[Mapping[str, object]]:
    """What was proposed about a grant, the newest first."""
    queries.grant(actor=request.actor, id=grant_id, on=request.clock.today())  # hides it from strangers
    found = queries.changes_of(grant=grant_id, actor=request.actor, on=request.clock.today())
    return [asdict(line) for line in found]


@router.post("/grants/{uuid:grant_id}/changes", response=ChangeDetailOut, operation_id="propose_change")
def propose_change(
    request: ActorRequest, grant_id: UUID, body: ChangeIn, key: OnceKey = ""
) -> dict[str, canonical.Json]:
    """Propose, as the provider, to end or narrow a service (条例 第二十七条第三款)."""
    terms = NewTerms(body.until, body.calls_per_day, body.rows_per_day, body.subjects_per_day, tuple(body.dropped))

    def act() -> dict[str, canonical.Json]:
        made = services.propose_change(
            grant=grant_id, kind=body.kind, reason=body.reason, effective_on=body.effective_on,
            terms=terms or None,
            actor=request.actor, clock=request.clock,
        )  # fmt: skip
        return _change(request, made)

    return written_once(request, act, key=key, said=body.model_dump(mode="json"))


@router.get("/changes/{uuid:change_id}", response=ChangeDetailOut, operation_id="get_change")
def get_change(request: ActorRequest, change_id: UUID) -> Mapping[str, object]:
    """One proposal."""
    page = queries.change(id=change_id, actor=request.actor, on=request.clock.today())
    return asdict(page.line) | {
        "reason": page.reason, "answer": page.answer, "answered_on": page.answered_on,
        "filed_number": page.filed_number, "filed_on": page.filed_on, "turn": page.turn, "verbs": list(page.verbs),
    }  # fmt: skip


@router.post("/changes/{uuid:change_id}/steps/{slug:verb}", response=ChangeDetailOut, operation_id="move_change")
def move_change(
    request: ActorRequest, change_id: UUID, verb: str, body: SaidIn, key: OnceKey = ""
) -> dict[str, canonical.Json]:
    """Take it one step: agree, object, follow, file, note or withdraw."""

    def act() -> dict[str, canonical.Json]:
        if verb not in queries.change(id=change_id, actor=request.actor, on=request.clock.today()).verbs:
            raise NotFound("sharing.no_change")
        services.move_change(change=change_id, verb=verb, text=body.text, actor=request.actor, clock=request.clock)
        return _change(request, change_id)

    return written_once(request, act, key=key, said=body.model_dump(mode="json"))


def _change(request: ActorRequest, change: UUID) -> dict[str, canonical.Json]:
    return ChangeDetailOut.model_validate(get_change(request, change)).model_dump(mode="json")


@router.get("/takeovers", response=TakeoversOut, operation_id="list_takeovers")
def list_takeovers(
    request: ActorRequest, state: Sought = "", sort: Sought = "", after: Sought = "", rows: int = 20
) -> Mapping[str, object]:
    """Existing sharing that was filed, newest first."""
    page = queries.takeovers(actor=request.actor, state=state, sort=sort, after=after, rows=rows)
    return {"rows": [asdict(line) for line in page.rows], "next_after": page.next_after}


@router.get("/takeovers/{uuid:takeover_id}", response=TakeoverOut, operation_id="get_takeover")
def get_takeover(request: ActorRequest, takeover_id: UUID) -> Mapping[str, object]:
    """One of them."""
    return asdict(queries.takeover(id=takeover_id, actor=request.actor).line)


@router.post("/takeovers/{uuid:takeover_id}/steps/{slug:verb}", response=TakeoverOut, operation_id="move_takeover")
def move_takeover(
    request: ActorRequest, takeover_id: UUID, verb: str, body: SaidIn, key: OnceKey = ""
) -> dict[str, canonical.Json]:
    """Confirm or decline, as the head of the provider's sharing office."""

    def act() -> dict[str, canonical.Json]:
        services.answer_takeover(
            takeover=takeover_id, verb=verb, reason=body.text, actor=request.actor, clock=request.clock
        )
        return TakeoverOut.model_validate(get_takeover(request, takeover_id)).model_dump(mode="json")

    return written_once(request, act, key=key, said=body.model_dump(mode="json"))


@router.get("/maintenance", response=list[MaintenanceOut], operation_id="list_maintenance")
def list_maintenance(request: ActorRequest) -> Sequence[Mapping[str, object]]:
    """Planned maintenance that concerns your department, now and to come."""
    return [asdict(line) for line in queries.maintenance(actor=request.actor, now=request.clock.now())]


@router.post("/maintenance", response=MaintenanceMadeOut, operation_id="announce_maintenance")
def announce_maintenance(request: ActorRequest, body: MaintenanceIn, key: OnceKey = "") -> dict[str, canonical.Json]:
    """Announce maintenance of a service to whoever holds grants for it."""

    def act() -> dict[str, canonical.Json]:
        made = services.announce_maintenance(
            entry=body.entry, begins_at=body.begins_at, ends_at=body.ends_at, reason=body.reason,
            actor=request.actor, clock=request.clock,
        )  # fmt: skip
        return {"maintenance": str(made)}

    return written_once(request, act, key=key, said=body.model_dump(mode="json"))


@router.post(
    "/maintenance/{uuid:maintenance_id}/cancel", response=MaintenanceMadeOut, operation_id="cancel_maintenance"
)  # fmt: skip
def cancel_maintenance(request: ActorRequest, maintenance_id: UUID, key: OnceKey = "") -> dict[str, canonical.Json]:
    """Say that it does not take place."""

    def act() -> dict[str, canonical.Json]:
        services.cancel_maintenance(maintenance=maintenance_id, actor=request.actor, clock=request.clock)
        return {"maintenance": str(maintenance_id)}

    return written_once(request, act, key=key, said={})
