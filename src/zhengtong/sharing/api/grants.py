"""Grants over HTTP (共享许可接口): reading, the acts of all sides, what becomes of the data afterwards."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from uuid import UUID

from django.http import HttpResponse
from ninja import Schema

from zhengtong.kernel.errors import NotFound
from zhengtong.parties.web import ActorRequest, written_once
from zhengtong.sharing import queries, services
from zhengtong.sharing.api.router import Name, OnceKey, OrganOut, Sought, Text, router
from zhengtong.sharing.rules import DisposalMethod
from zhengtong.wire import canonical


class GrantOut(Schema):
    """A grant in a list; days are Beijing dates."""

    id: UUID
    number: str
    request: UUID
    entry: UUID
    entry_code: str
    entry_name: str
    provider: OrganOut
    consumer: OrganOut
    purpose: str
    state: str
    valid_from: date
    valid_until: date
    due_on: date | None
    late: bool
    delivered_on: date | None
    ended_on: date | None


class GrantsOut(Schema):
    """A page of grants; `next_after` empty: the last."""

    rows: list[GrantOut]
    next_after: str


class FieldOut(Schema):
    """A field: given, or only compared; how it is masked."""

    code: str
    name: str
    mask: str
    is_given: bool
    is_verified: bool
    is_lookup: bool


class GrantDetailOut(GrantOut):
    """One grant and what you may do."""

    version: int
    verbs: list[str]
    fields: list[FieldOut]
    modes: list[str]
    rows_note: str
    legal_basis: str
    terms_digest: str
    decision_digest: str
    origin: str
    review_on: date | None


class ActIn(Schema):
    """Why, or by what evidence; `breach` and `rectify_by` with suspend, `next_on` with review."""

    text: Text = ""
    breach: Name = "U2"
    rectify_by: date | None = None
    next_on: date | None = None


class DisposalOut(Schema):
    """What becomes of the data of a grant that ended."""

    grant: UUID
    state: str
    ended_on: date
    due_on: date
    late: bool
    method: str | None
    evidence: str
    reported_on: date | None
    answer: str
    answered_on: date | None
    verbs: list[str]


class DisposalIn(Schema):
    """How the data were disposed of, and by what it is shown."""

    method: DisposalMethod
    evidence: Text
    legal_basis: Text = ""


class AgainIn(Schema):
    """What is missing."""

    reason: Text


@router.get("/grants", response=GrantsOut, operation_id="list_grants")
def list_grants(
    request: ActorRequest, state: Sought = "", role: Sought = "any", sort: Sought = "", after: Sought = "",
    rows: int = 20,
) -> Mapping[str, object]:  # fmt: skip
    """Grants you may see, newest first; `role` consumer or provider, `sort` a heading, - before it for down."""
    page = queries.grants(
        actor=request.actor, on=request.clock.today(), state=state, role=role, sort=sort, after=after, rows=rows
    )
    return {"rows": [asdict(line) for line in page.rows], "next_after": page.next_after}


@router.get("/grants/{uuid:grant_id}", response=GrantDetailOut, operation_id="get_grant")
def get_grant(request: ActorRequest, grant_id: UUID, response: HttpResponse) -> Mapping[str, object]:
    """One grant."""
    response["ETag"] = f'"{queries.grant(actor=request.actor, id=grant_id, on=request.clock.today()).version}"'
    return _grant(request, grant_id)


@router.post("/grants/{uuid:grant_id}/steps/{slug:verb}", response=GrantDetailOut, operation_id="move_grant")
def move_grant(
    request: ActorRequest, grant_id: UUID, verb: str, body: ActIn, key: OnceKey = ""
) -> dict[str, canonical.Json]:
    """Take a grant one step: deliver, suspend, lift, terminate, relinquish or review."""
    acts = _acts(request, grant_id, body)

    def act() -> dict[str, canonical.Json]:
        page = queries.grant(actor=request.actor, id=grant_id, on=request.clock.today())
        if verb not in page.verbs or verb not in acts:
            raise NotFound("sharing.not_your_turn", number=page.line.number)
        acts[verb]()
        return GrantDetailOut.model_validate(_grant(request, grant_id)).model_dump(mode="json")

    return written_once(request, act, key=key, said=body.model_dump(mode="json"))


def _acts(request: ActorRequest, grant: UUID, body: ActIn) -> dict[str, Callable[[], None]]:
    actor, clock, text = request.actor, request.clock, body.text
    return {
        "deliver": lambda: services.confirm_delivered(grant=grant, actor=actor, clock=clock),
        "suspend": lambda: services.suspend_grant(
            grant=grant, reason=text, breach=body.breach, rectify_by=body.rectify_by, actor=actor, clock=clock
        ),
        "lift": lambda: services.lift_suspension(grant=grant, evidence=text, actor=actor, clock=clock),
        "terminate": lambda: services.terminate_grant(grant=grant, reason=text, actor=actor, clock=clock),
        "relinquish": lambda: services.relinquish_grant(grant=grant, reason=text, actor=actor, clock=clock),
        "review": lambda: services.review_grant(grant=grant, note=text, next_on=body.next_on, actor=actor, clock=clock),
    }


def _grant(request: ActorRequest, grant: UUID) -> Mapping[str, object]:
    page = queries.grant(actor=request.actor, id=grant, on=request.clock.today())
    return asdict(page.line) | {
        "version": page.version, "verbs": list(page.verbs), "fields": [asdict(field) for field in page.fields],
        "modes": [str(mode) for mode in page.modes], "rows_note": page.rows_note, "legal_basis": page.legal_basis,
        "terms_digest": page.terms_digest, "decision_digest": page.decision_digest, "origin": str(page.origin),
        "review_on": page.review_on,
    }  # fmt: skip


@router.get("/grants/{uuid:grant_id}/disposal", response=DisposalOut, operation_id="get_disposal")
def get_disposal(request: ActorRequest, grant_id: UUID) -> Mapping[str, object]:
    """What becomes of the data of a grant that ended."""
    return _disposal(request, grant_id)


@router.post("/grants/{uuid:grant_id}/disposal", response=DisposalOut, operation_id="report_disposal")
def report_disposal(
    request: ActorRequest, grant_id: UUID, body: DisposalIn, key: OnceKey = ""
) -> dict[str, canonical.Json]:
    """Report how the data were disposed of, as the consumer (数据处置)."""

    def act() -> None:
        services.report_disposal(
            grant=grant_id, method=body.method, evidence=body.evidence, legal_basis=body.legal_basis,
            actor=request.actor, clock=request.clock,
        )  # fmt: skip

    return _disposed(request, grant_id, act, body, key=key)


@router.post("/grants/{uuid:grant_id}/disposal/accept", response=DisposalOut, operation_id="accept_disposal")
def accept_disposal(request: ActorRequest, grant_id: UUID, key: OnceKey = "") -> dict[str, canonical.Json]:
    """Accept the report, as the provider."""

    def act() -> None:
        services.accept_disposal(grant=grant_id, actor=request.actor, clock=request.clock)

    return _disposed(request, grant_id, act, None, key=key)


@router.post("/grants/{uuid:grant_id}/disposal/again", response=DisposalOut, operation_id="ask_disposal_again")
def ask_disposal_again(
    request: ActorRequest, grant_id: UUID, body: AgainIn, key: OnceKey = ""
) -> dict[str, canonical.Json]:
    """Ask for it again, as the provider."""

    def act() -> None:
        services.ask_disposal_again(grant=grant_id, reason=body.reason, actor=request.actor, clock=request.clock)

    return _disposed(request, grant_id, act, body, key=key)


def _disposed(
    request: ActorRequest, grant: UUID, act: Callable[[], None], body: Schema | None, *, key: str
) -> dict[str, canonical.Json]:
    def done() -> dict[str, canonical.Json]:
        act()
        return DisposalOut.model_validate(_disposal(request, grant)).model_dump(mode="json")

    return written_once(request, done, key=key, said=body.model_dump(mode="json") if body else {})


def _disposal(request: ActorRequest, grant: UUID) -> Mapping[str, object]:
    queries.grant(actor=request.actor, id=grant, on=request.clock.today())  # hides it from strangers
    held = queries.disposal(grant=grant, actor=request.actor, on=request.clock.today())
    if held is None:
        raise NotFound("sharing.no_disposal")
    return asdict(held)
