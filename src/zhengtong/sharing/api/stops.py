"""Emergency stops over HTTP (紧急停用接口)."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Field, Schema

from zhengtong.parties.web import ActorRequest, written_once
from zhengtong.sharing import queries, services
from zhengtong.sharing.api.router import NO_NUL, TEXT_MAX, OnceKey, OrganOut, router
from zhengtong.sharing.rules import StopScope, StopState
from zhengtong.wire import canonical

Said = Annotated[str, Field(max_length=TEXT_MAX, pattern=NO_NUL)]
After = Annotated[str, Field(max_length=40, pattern=NO_NUL)]


class StopOut(Schema):
    """One emergency stop."""

    id: UUID
    number: str
    scope: str
    entry: UUID | None
    organ: OrganOut
    name: str
    reason: str
    state: str
    grants: int
    ordered_at: datetime
    lifted_at: datetime | None


class StopsOut(Schema):
    """A page of emergency stops."""

    rows: list[StopOut]
    next_after: str


class StopIn(Schema):
    """What is halted and what happened; `target` is an entry for a resource, else an organization."""

    scope: StopScope
    target: UUID
    reason: Said


class LiftIn(Schema):
    """What was found out and done."""

    report: Said


class StopStandingOut(Schema):
    """Where the stop stands after the act."""

    stop: UUID
    number: str
    state: str


@router.get("/stops", response=StopsOut, operation_id="list_stops")
def list_stops(
    request: ActorRequest, state: StopState | None = None, after: After = "", rows: int = 20
) -> Mapping[str, object]:
    """Emergency stops you may see, newest first."""
    page = queries.stops(actor=request.actor, state=state or "", after=after, rows=rows)
    return {"rows": [asdict(line) for line in page.rows], "next_after": page.next_after}


@router.post("/stops", response=StopStandingOut, operation_id="order_stop")
def order_stop(request: ActorRequest, body: StopIn, key: OnceKey = "") -> Mapping[str, object]:
    """Halt a resource, the node of an organization or a consumer at once."""

    def act() -> UUID:
        return services.order_stop(
            scope=body.scope, target=body.target, reason=body.reason, actor=request.actor, clock=request.clock
        )

    return _once(request, act, body, key=key)


@router.post("/stops/{uuid:stop_id}/lift", response=StopStandingOut, operation_id="lift_stop")
def lift_stop(request: ActorRequest, stop_id: UUID, body: LiftIn, key: OnceKey = "") -> Mapping[str, object]:
    """Let it run again, as another person than who ordered it."""

    def act() -> UUID:
        services.lift_stop(stop=stop_id, report=body.report, actor=request.actor, clock=request.clock)
        return stop_id

    return _once(request, act, body, key=key)


def _once(request: ActorRequest, act: Callable[[], UUID], body: Schema, *, key: str) -> dict[str, canonical.Json]:
    def done() -> dict[str, canonical.Json]:
        line = queries.stop(actor=request.actor, id=act()).line
        return {"stop": str(line.id), "number": line.number, "state": str(line.state)}

    return written_once(request, done, key=key, said=body.model_dump(mode="json"))
