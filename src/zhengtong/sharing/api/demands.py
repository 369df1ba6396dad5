"""Demands and the onboarding board over HTTP (需求、供需对接进度接口)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from ninja import Field, Schema

from zhengtong.kernel.errors import NotFound, RuleBroken
from zhengtong.parties.web import ActorRequest, written_once
from zhengtong.sharing import queries, services
from zhengtong.sharing.api.router import ITEMS_MAX, Name, OnceKey, OrganOut, Sought, Text, router
from zhengtong.wire import canonical


class DemandOut(Schema):
    """A demand in a list; days are Beijing dates."""

    id: UUID
    number: str
    what: str
    matter: str
    consumer: OrganOut
    holder: str
    state: str
    raised_on: date
    open_days: int
    source: str
    catalog_by: date | None
    late: bool
    ended_on: date | None


class DemandsOut(Schema):
    """A page of demands; `next_after` empty: the last."""

    rows: list[DemandOut]
    next_after: str


class DemandDetailOut(DemandOut):
    """One demand: what is needed, how far it is, what you may do."""

    items: list[str]
    legal_basis: str
    met_by: UUID | None
    stage: str
    turn: str
    verbs: list[str]


class DemandIn(Schema):
    """What data, for which matter, on which basis; who may hold them."""

    what: Name
    items: Annotated[list[Name], Field(max_length=ITEMS_MAX)] = []
    matter: Name
    legal_basis: Text
    holder: UUID | None = None
    holder_name: Name = ""
    backflow: bool = False


class DemandStepIn(Schema):
    """What a step needs: a word; the source and its day; an entry; who helps and when."""

    text: Text = ""
    source: UUID | None = None
    catalog_by: date | None = None
    entry: UUID | None = None
    contact: Name = ""
    day: date | None = None


class BoardLineOut(Schema):
    """How far a demand is, whose turn, by when."""

    id: UUID
    number: str
    what: str
    consumer: OrganOut
    source: str
    stage: str
    turn: str
    due_on: date | None
    late: bool
    days: int


@router.get("/demands", response=DemandsOut, operation_id="list_demands")
def list_demands(
    request: ActorRequest, state: Sought = "", sort: Sought = "", after: Sought = "", rows: int = 20
) -> Mapping[str, object]:
    """Demands you may see, newest first; `state` may be open."""
    page = queries.demands(
        actor=request.actor, on=request.clock.today(), state=state, sort=sort, after=after, rows=rows
    )
    return {"rows": [asdict(line) for line in page.rows], "next_after": page.next_after}


@router.get("/demands/{uuid:demand_id}", response=DemandDetailOut, operation_id="get_demand")
def get_demand(request: ActorRequest, demand_id: UUID) -> Mapping[str, object]:
    """One demand."""
    page = queries.demand(actor=request.actor, id=demand_id, on=request.clock.today())
    return asdict(page.line) | {
        "items": list(page.items), "legal_basis": page.legal_basis, "met_by": page.met_by,
        "stage": str(page.onboarding.stage), "turn": page.turn, "verbs": list(page.verbs),
    }  # fmt: skip


@router.get("/board", response=list[BoardLineOut], operation_id="get_board")
def get_board(request: ActorRequest) -> Sequence[Mapping[str, object]]:
    """How far each demand you may see is (供需对接进度)."""
    found = queries.board(actor=request.actor, on=request.clock.today())
    return [asdict(line) | {"stage": str(line.onboarding.stage)} for line in found.lines]


@router.post("/demands", response=DemandDetailOut, operation_id="raise_demand")
def raise_demand(request: ActorRequest, body: DemandIn, key: OnceKey = "") -> dict[str, canonical.Json]:
    """Say which data are needed that no entry offers (条例 第十九条)."""

    def act() -> dict[str, canonical.Json]:
        made = services.raise_demand(
            what=body.what, items=tuple(body.items), matter=body.matter, legal_basis=body.legal_basis,
            holder=body.holder, holder_name=body.holder_name, backflow=body.backflow, actor=request.actor,
            clock=request.clock,
        )  # fmt: skip
        return _standing(request, made)

    return written_once(request, act, key=key, said=body.model_dump(mode="json"))


@router.post("/demands/{uuid:demand_id}/steps/{slug:verb}", response=DemandDetailOut, operation_id="move_demand")
def move_demand(
    request: ActorRequest, demand_id: UUID, verb: str, body: DemandStepIn, key: OnceKey = ""
) -> dict[str, canonical.Json]:
    """Take it one step: coordinate, name_source, link, offer_help, read_help, meet or withdraw."""
    acts = _acts(request, demand_id, body)

    def act() -> dict[str, canonical.Json]:
        page = queries.demand(actor=request.actor, id=demand_id, on=request.clock.today())
        if verb not in acts or (verb not in page.verbs and verb != "read_help"):
            raise NotFound("sharing.no_demand")
        acts[verb]()
        return _standing(request, demand_id)

    return written_once(request, act, key=key, said=body.model_dump(mode="json"))


def _acts(request: ActorRequest, demand: UUID, body: DemandStepIn) -> dict[str, Callable[[], object]]:
    actor, clock, text = request.actor, request.clock, body.text

    def name_source() -> None:
        if body.source is None or body.catalog_by is None:
            raise RuleBroken("sharing.demand_step_needs", fields="source、catalog_by")
        services.name_demand_source(
            demand=demand, source=body.source, catalog_by=body.catalog_by, note=text, actor=actor, clock=clock
        )

    def link() -> None:
        if body.entry is None:
            raise RuleBroken("sharing.demand_step_needs", fields="entry")
        services.link_demand(demand=demand, entry=body.entry, actor=actor, clock=clock)

    def offer_help() -> None:
        if body.day is None:
            raise RuleBroken("sharing.demand_step_needs", fields="day")
        services.offer_help(demand=demand, text=text, contact=body.contact, day=body.day, actor=actor, clock=clock)

    return {
        "coordinate": lambda: services.coordinate_demand(demand=demand, note=text, actor=actor, clock=clock),
        "name_source": name_source,
        "link": link,
        "offer_help": offer_help,
        "read_help": lambda: services.read_help(demand=demand, actor=actor, clock=clock),
        "meet": lambda: services.meet_demand(demand=demand, entry=body.entry, note=text, actor=actor, clock=clock),
        "withdraw": lambda: services.withdraw_demand(demand=demand, reason=text, actor=actor, clock=clock),
    }


def _standing(request: ActorRequest, demand: UUID) -> dict[str, canonical.Json]:
    return DemandDetailOut.model_validate(get_demand(request, demand)).model_dump(mode="json")
