"""Sharing over HTTP (接口): JSON in, one use case, JSON out; ETag and If-Match, Idempotency-Key on writes."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Field, Schema

from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.paging import whole
from zhengtong.parties.web import ActorRequest, written_once
from zhengtong.sharing import queries, services
from zhengtong.sharing.api.router import (
    ITEMS_MAX,
    NO_NUL,
    TEXT_MAX,
    IfMatch,
    Name,
    OnceKey,
    OrganOut,
    Sought,
    Text,
    router,
)
from zhengtong.sharing.rules import Ground, ItemAnswer, Outcome, Quota, ReplyForm, RowCondition
from zhengtong.wire import canonical, suites


class RequestOut(Schema):
    """A request in a list; days are Beijing dates."""

    id: UUID
    number: str
    entry_code: str
    entry_name: str
    consumer: OrganOut
    provider: OrganOut
    purpose: str
    state: str
    received_on: date | None
    due_on: date | None
    provisional: bool
    remaining: int | None
    late: bool
    article: str


class RequestsOut(Schema):
    """A page of requests; `next_after` empty: the last."""

    rows: list[RequestOut]
    next_after: str


class ItemOut(Schema):
    """One item and its answer."""

    code: str
    name: str
    share_type: str
    outcome: str | None
    mask: str
    ground: str | None
    reason: str
    article: str
    alternative: str


class RequestDetailOut(RequestOut):
    """One request."""

    version: int
    verbs: list[str]
    items: list[ItemOut]
    decision_digest: str


class SupplementIn(Schema):
    """What is missing: field names of the request; named once, for everything."""

    missing: Annotated[list[Name], Field(min_length=1, max_length=ITEMS_MAX)]
    note: Text = ""


class ExtensionIn(Schema):
    """More working days for the reply, and why."""

    days: int
    reason: Text


class AnswerIn(Schema):
    """The answer to one item."""

    item: Name
    outcome: Outcome
    mask: Name = ""
    ground: Ground | None = None
    reason: Text = ""
    article: Name = ""
    alternative: Text = ""


class RowIn(Schema):
    """One condition on rows."""

    item: Name
    op: Name
    values: Annotated[list[Name], Field(min_length=1, max_length=ITEMS_MAX)]


class ReplyIn(Schema):
    """A reply, item by item; empty validity means: as asked."""

    answers: Annotated[list[AnswerIn], Field(min_length=1, max_length=ITEMS_MAX)]
    rows: Annotated[list[RowIn], Field(max_length=20)] = []
    rows_note: Text = ""
    lookup: Annotated[list[Name], Field(max_length=ITEMS_MAX)] = []
    calls_per_day: int = 1000
    rows_per_day: int = 1000
    subjects_per_day: int = 1000
    max_rows: int = 10
    valid_from: date | None = None
    valid_until: date | None = None
    note: Text = ""


class RefusalIn(Schema):
    """Refuse every item for one reason."""

    reason: Annotated[str, Field(min_length=4, max_length=TEXT_MAX, pattern=NO_NUL)]
    ground: Ground
    article: Name = ""
    alternative: Text = ""


class StandingOut(Schema):
    """Where the request stands after the act."""

    request: UUID
    state: str
    version: int
    grants: list[UUID] = []


@router.get("/requests", response=RequestsOut, operation_id="list_requests")
def list_requests(
    request: ActorRequest, state: Sought = "", role: Sought = "any", after: Sought = "", rows: int = 20
) -> Mapping[str, object]:
    """Requests you may see, newest first."""
    page = queries.requests(
        actor=request.actor, on=request.clock.today(), state=state, role=role, after=after, rows=rows
    )
    return {"rows": [asdict(line) for line in page.rows], "next_after": page.next_after}


@router.get("/requests/{uuid:request_id}", response=RequestDetailOut, operation_id="get_request")
def get_request(request: ActorRequest, request_id: UUID, response: HttpResponse) -> Mapping[str, object]:
    """One request; its ETag goes into If-Match of a write."""
    page = queries.request(actor=request.actor, id=request_id, on=request.clock.today())
    response["ETag"] = _etag(page.version)
    return asdict(page.line) | {
        "version": page.version,
        "verbs": list(page.verbs),
        "items": [asdict(item) for item in page.items],
        "decision_digest": page.decision_digest,
    }


@router.get("/requests/{uuid:request_id}/decision", operation_id="get_decision")
def get_decision(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """The canonical record of the decision; its SHA-256 stands in every grant."""
    record = queries.decision_record(actor=request.actor, request=request_id)
    answer = HttpResponse(record, content_type="application/json")
    answer["ETag"] = f'"{suites.digest_text(record)}"'
    return answer


@router.post("/requests/{uuid:request_id}/supplement", response=StandingOut, operation_id="ask_supplement")
def ask_supplement(
    request: ActorRequest, request_id: UUID, body: SupplementIn, if_match: IfMatch = "", key: OnceKey = ""
) -> Mapping[str, object]:
    """Tell the requester once, for everything, what is missing."""

    def act() -> None:
        services.ask_supplement(
            request=request_id, missing=tuple(body.missing), note=body.note, actor=request.actor, clock=request.clock
        )

    return _written(request, request_id, act=act, body=body, if_match=if_match, key=key)


@router.post("/requests/{uuid:request_id}/extension", response=StandingOut, operation_id="ask_extension")
def ask_extension(
    request: ActorRequest, request_id: UUID, body: ExtensionIn, if_match: IfMatch = "", key: OnceKey = ""
) -> Mapping[str, object]:
    """Ask the authority for more working days."""

    def act() -> None:
        services.ask_extension(
            request=request_id, days=body.days, reason=body.reason, actor=request.actor, clock=request.clock
        )

    return _written(request, request_id, act=act, body=body, if_match=if_match, key=key)


@router.put("/requests/{uuid:request_id}/reply", response=StandingOut, operation_id="prepare_reply")
def prepare_reply(
    request: ActorRequest, request_id: UUID, body: ReplyIn, if_match: IfMatch = "", key: OnceKey = ""
) -> Mapping[str, object]:
    """Write the reply, item by item; the head of your sharing office signs it."""
    reply = ReplyForm(
        answers=tuple(ItemAnswer(**answer.model_dump()) for answer in body.answers),
        rows=tuple(RowCondition(row.item, row.op, tuple(row.values)) for row in body.rows),
        rows_note=body.rows_note,
        lookup=tuple(body.lookup),
        quota=Quota(body.calls_per_day, body.rows_per_day, body.subjects_per_day, body.max_rows),
        valid_from=body.valid_from,
        valid_until=body.valid_until,
        note=body.note,
    )

    def act() -> None:
        services.prepare_reply(request=request_id, reply=reply, actor=request.actor, clock=request.clock)

    return _written(request, request_id, act=act, body=body, if_match=if_match, key=key)


@router.post("/requests/{uuid:request_id}/refusal", response=StandingOut, operation_id="prepare_refusal")
def prepare_refusal(
    request: ActorRequest, request_id: UUID, body: RefusalIn, if_match: IfMatch = "", key: OnceKey = ""
) -> Mapping[str, object]:
    """Write a reply that refuses every item; it counts once the head of your sharing office signs."""
    page = queries.request(actor=request.actor, id=request_id, on=request.clock.today())
    refused = tuple(
        ItemAnswer(i.code, Outcome.REFUSE, "", body.ground, body.reason, body.article, body.alternative)
        for i in page.items
    )

    def act() -> None:
        services.prepare_reply(request=request_id, reply=ReplyForm(refused), actor=request.actor, clock=request.clock)

    return _written(request, request_id, act=act, body=body, if_match=if_match, key=key)


@router.post("/requests/{uuid:request_id}/signature", response=StandingOut, operation_id="sign_reply")
def sign_reply(
    request: ActorRequest, request_id: UUID, if_match: IfMatch = "", key: OnceKey = ""
) -> Mapping[str, object]:
    """Sign the prepared reply as head of the provider's sharing office; issues the grants."""

    def act() -> None:
        services.sign_reply(request=request_id, actor=request.actor, clock=request.clock)

    return _written(request, request_id, act=act, body=None, if_match=if_match, key=key)


def _written(
    request: ActorRequest, request_id: UUID, *, act: Callable[[], object], body: Schema | None, if_match: str, key: str
) -> Mapping[str, object]:
    """Act once per Idempotency-Key, on the version If-Match names, and say where the request stands."""
    if not if_match:
        raise RuleBroken("sharing.if_match_missing")
    version = _version(if_match)

    def done() -> dict[str, canonical.Json]:
        services.check_version(request=request_id, version=version)
        act()
        page = queries.request(actor=request.actor, id=request_id, on=request.clock.today())
        grants: list[canonical.Json] = [str(grant.id) for grant in page.grants]
        return {"request": str(request_id), "state": str(page.line.state), "version": page.version, "grants": grants}

    return written_once(request, done, key=key, said=body.model_dump(mode="json") if body else {})


def _etag(version: int) -> str:
    return f'"{version}"'


def _version(if_match: str) -> int:
    version = whole(if_match.strip().removeprefix("W/").strip('"'))
    if version is None:
        raise RuleBroken("sharing.if_match_missing")
    return version
