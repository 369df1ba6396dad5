"""Persons' requests over HTTP (个人更正请求接口).  Who asked is sealed: it is opened by its own call, on record."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from uuid import UUID

from ninja import Schema

from zhengtong.kernel.errors import NotFound
from zhengtong.parties.web import ActorRequest, written_once
from zhengtong.sharing import queries, services
from zhengtong.sharing.api.corrections import Cases, CasesIn
from zhengtong.sharing.api.router import Name, OnceKey, OrganOut, Sought, Text, router
from zhengtong.sharing.rules.personal import VERIFIED, Channel, PersonalStatement
from zhengtong.wire import canonical


class PersonOut(Schema):
    """A person's request in a list; nothing of the person.  Days are Beijing dates."""

    id: UUID
    number: str
    entry: UUID
    entry_name: str
    item: str
    item_name: str
    organization: OrganOut
    provider: OrganOut
    state: str
    taken_on: date
    due_on: date
    late: bool
    told_on: date | None
    correction: UUID | None
    correction_number: str
    article: str


class PersonsOut(Schema):
    """A page of requests; `next_after` empty: the last."""

    rows: list[PersonOut]
    next_after: str


class PersonDetailOut(PersonOut):
    """One request; the record is masked."""

    record_masked: str
    evidence: str
    cause: str
    is_corrected: bool | None
    told: list[str]
    cases: list[str]
    verbs: list[str]


class PersonIn(Schema):
    """What a person says of his own data; all but `evidence` and `cases` is kept sealed."""

    entry: UUID
    item: Name
    name: Name
    identifier: Name
    contact: Name
    record_key: Name
    value_seen: Name
    value_claimed: Name = ""
    evidence: Text
    cases: Cases = []


class PersonStepIn(Schema):
    """What was found, or what the person was told and how."""

    text: Text = ""
    channel: Channel = Channel.IN_PERSON


class OpenedOut(Schema):
    """The sealed part."""

    name: str
    identifier: str
    contact: str
    record_key: str
    value_seen: str
    value_claimed: str
    answer: str


@router.get("/persons", response=PersonsOut, operation_id="list_persons")
def list_persons(
    request: ActorRequest, state: Sought = "", sort: Sought = "", after: Sought = "", rows: int = 20
) -> Mapping[str, object]:
    """Persons' requests you may see, newest first; `state` may be open or late."""
    page = queries.persons(
        actor=request.actor, on=request.clock.today(), state=state, sort=sort, after=after, rows=rows
    )
    return {"rows": [asdict(line) for line in page.rows], "next_after": page.next_after}


@router.get("/persons/{uuid:person_id}", response=PersonDetailOut, operation_id="get_person")
def get_person(request: ActorRequest, person_id: UUID) -> Mapping[str, object]:
    """One request."""
    page = queries.person(actor=request.actor, id=person_id, on=request.clock.today())
    told = [one.organ.code for one in page.told]
    return asdict(page.line) | {
        "record_masked": page.record_masked, "evidence": page.evidence, "cause": page.cause,
        "is_corrected": page.is_corrected, "told": told, "cases": list(page.cases), "verbs": list(page.verbs),
    }  # fmt: skip


@router.post("/persons", response=PersonDetailOut, operation_id="take_person_request")
def take_person(request: ActorRequest, body: PersonIn, key: OnceKey = "") -> dict[str, canonical.Json]:
    """Take down what a person says of his own data (个人信息保护法 第四十六条)."""
    said = PersonalStatement(
        body.name, body.identifier, body.contact, body.record_key, body.value_seen, body.value_claimed
    )

    def act() -> dict[str, canonical.Json]:
        made = services.take_person_request(
            entry=body.entry, item=body.item, said=said, evidence=body.evidence, cases=body.cases,
            actor=request.actor, clock=request.clock,
        )  # fmt: skip
        return _standing(request, made)

    return written_once(request, act, key=key, said=body.model_dump(mode="json"))


@router.post("/persons/{uuid:person_id}/steps/{slug:verb}", response=PersonDetailOut, operation_id="move_person")
def move_person(
    request: ActorRequest, person_id: UUID, verb: str, body: PersonStepIn, key: OnceKey = ""
) -> dict[str, canonical.Json]:
    """Take it one step: pass_on, correct, confirm, tell or withdraw."""
    acts = _acts(request, person_id, body)

    def act() -> dict[str, canonical.Json]:
        queries.person(actor=request.actor, id=person_id, on=request.clock.today())  # hides it from strangers
        if verb not in acts:
            raise NotFound("sharing.no_person")
        acts[verb]()
        return _standing(request, person_id)

    return written_once(request, act, key=key, said=body.model_dump(mode="json"))


def _acts(request: ActorRequest, person: UUID, body: PersonStepIn) -> dict[str, Callable[[], object]]:
    actor, clock, text = request.actor, request.clock, body.text

    def verify(verb: str) -> Callable[[], object]:
        return lambda: services.verify_person_request(
            request=person, verb=verb, cause=text, actor=actor, clock=clock
        )  # fmt: skip

    return {
        "pass_on": lambda: services.pass_on_person_request(request=person, actor=actor, clock=clock),
        "tell": lambda: services.tell_person(
            request=person, channel=body.channel, answer=text, actor=actor, clock=clock
        ),
        "withdraw": lambda: services.withdraw_person_request(request=person, reason=text, actor=actor, clock=clock),
        **{verb: verify(verb) for verb in VERIFIED},
    }


@router.post("/persons/{uuid:person_id}/read", response=PersonDetailOut, operation_id="read_person_notice")
def read_person(request: ActorRequest, person_id: UUID, body: CasesIn, key: OnceKey = "") -> dict[str, canonical.Json]:
    """Take note of a correction your department was told of, and flag the cases it looks at again."""

    def act() -> dict[str, canonical.Json]:
        services.acknowledge_person_notice(
            request=person_id, cases=body.cases, actor=request.actor, clock=request.clock
        )
        return _standing(request, person_id)

    return written_once(request, act, key=key, said=body.model_dump(mode="json"))


@router.post("/persons/{uuid:person_id}/value", response=OpenedOut, operation_id="open_person")
def open_person(request: ActorRequest, person_id: UUID) -> Mapping[str, object]:
    """Open who asked and what he said, where he asked; every look is put on record."""
    opened = services.open_person(request=person_id, actor=request.actor, clock=request.clock)
    return asdict(opened.statement) | {"answer": opened.answer}


def _standing(request: ActorRequest, person: UUID) -> dict[str, canonical.Json]:
    return PersonDetailOut.model_validate(get_person(request, person)).model_dump(mode="json")
