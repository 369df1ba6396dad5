"""Disputes over HTTP (争议接口)."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from ninja import Field, Schema

from zhengtong.parties.web import ActorRequest, written_once
from zhengtong.sharing import queries, services
from zhengtong.sharing.api.router import NO_NUL, TEXT_MAX, OnceKey, OrganOut, Sought, router
from zhengtong.sharing.rules import DisputeKind
from zhengtong.wire import canonical

Said = Annotated[str, Field(max_length=TEXT_MAX, pattern=NO_NUL)]


class DisputeOut(Schema):
    """One dispute in a list."""

    id: UUID
    number: str
    kind: str
    about: UUID
    about_number: str
    entry_name: str
    consumer: OrganOut
    provider: OrganOut
    mediator: OrganOut
    same_level: bool
    state: str
    opened_on: date
    due_on: date | None
    late: bool
    settled_on: date | None
    ended_on: date | None


class DisputesOut(Schema):
    """A page of disputes."""

    rows: list[DisputeOut]
    next_after: str


class DisputeIn(Schema):
    """What is contested and why."""

    kind: DisputeKind
    about: UUID
    claim: Said


class StepIn(Schema):
    """What was said or decided; `provides` and `do_by` with agree, settle and rule."""

    text: Said = ""
    provides: bool = False
    do_by: date | None = None


class DisputeStandingOut(Schema):
    """Where the dispute stands after the act."""

    dispute: UUID
    state: str
    request: UUID | None = None


@router.get("/disputes", response=DisputesOut, operation_id="list_disputes")
def list_disputes(
    request: ActorRequest, state: Sought = "", after: Sought = "", rows: int = 20
) -> Mapping[str, object]:
    """Disputes you may see, newest first; `state` may be open or settled."""
    page = queries.disputes(actor=request.actor, on=request.clock.today(), state=state, after=after, rows=rows)
    return {"rows": [asdict(line) for line in page.rows], "next_after": page.next_after}


@router.post("/disputes", response=DisputeStandingOut, operation_id="open_dispute")
def open_dispute(request: ActorRequest, body: DisputeIn, key: OnceKey = "") -> Mapping[str, object]:
    """Contest an answer, a suspension or the result of a correction; the departments negotiate first."""

    def act() -> UUID:
        return services.open_dispute(
            kind=body.kind, about=body.about, claim=body.claim, actor=request.actor, clock=request.clock
        )

    return _once(request, act, body, key=key)


@router.post("/disputes/{uuid:dispute_id}/steps/{slug:verb}", response=DisputeStandingOut, operation_id="move_dispute")
def move_dispute(
    request: ActorRequest, dispute_id: UUID, verb: str, body: StepIn, key: OnceKey = ""
) -> Mapping[str, object]:
    """Take a dispute one step: agree, fail, take_up, minute, settle, refer, rule, execute or withdraw."""

    def act() -> UUID:
        services.move_dispute(
            dispute=dispute_id, verb=verb, text=body.text, provides=body.provides, do_by=body.do_by,
            actor=request.actor, clock=request.clock,
        )  # fmt: skip
        return dispute_id

    return _once(request, act, body, key=key)


@router.post("/disputes/{uuid:dispute_id}/request", response=DisputeStandingOut, operation_id="ask_again")
def ask_again(request: ActorRequest, dispute_id: UUID, key: OnceKey = "") -> Mapping[str, object]:
    """Put the refused request before the provider once more, as agreed or decided."""

    def act() -> UUID:
        services.ask_again(dispute=dispute_id, actor=request.actor, clock=request.clock)
        return dispute_id

    return _once(request, act, None, key=key)


def _once(
    request: ActorRequest, act: Callable[[], UUID], body: Schema | None, *, key: str
) -> dict[str, canonical.Json]:
    def done() -> dict[str, canonical.Json]:
        page = queries.dispute(actor=request.actor, id=act(), on=request.clock.today())
        follow_up = str(page.follow_up) if page.follow_up else None
        return {"dispute": str(page.line.id), "state": str(page.line.state), "request": follow_up}

    return written_once(request, done, key=key, said=body.model_dump(mode="json") if body else {})
