"""Corrections over HTTP (校核接口).  Records and values are sealed: they are opened by their own call, on record."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from ninja import Field, Schema

from zhengtong.parties.web import ActorRequest, written_once
from zhengtong.sharing import queries, services
from zhengtong.sharing.api.router import NO_NUL, Name, OnceKey, OrganOut, Sought, Text, router
from zhengtong.sharing.rules import CorrectionOutcome
from zhengtong.sharing.rules.personal import CASE_CHARS_MAX, CASES_MAX
from zhengtong.wire import canonical

Cases = Annotated[
    list[Annotated[str, Field(max_length=CASE_CHARS_MAX, pattern=NO_NUL)]], Field(max_length=CASES_MAX)
]  # fmt: skip


class CorrectionOut(Schema):
    """A correction in a list; days are Beijing dates."""

    id: UUID
    number: str
    entry: UUID
    entry_name: str
    item: str
    item_name: str
    consumer: OrganOut
    provider: OrganOut
    state: str
    filed_on: date
    due_on: date
    late: bool
    answered_on: date | None
    others_found: int
    article: str


class CorrectionsOut(Schema):
    """A page of corrections; `next_after` empty: the last."""

    rows: list[CorrectionOut]
    next_after: str


class CorrectionDetailOut(CorrectionOut):
    """One correction; the record is masked."""

    grant: UUID
    record_masked: str
    evidence: str
    cause: str
    told: list[str]
    cases: list[str]
    verbs: list[str]


class CorrectionIn(Schema):
    """What looks wrong; record and values are kept sealed, `cases` are flagged and go on."""

    entry: UUID
    item: Name
    record_key: Name
    value_seen: Name
    value_claimed: Name = ""
    evidence: Text
    grant: UUID | None = None
    cases: Cases = []


class CorrectionAnswerIn(Schema):
    """What was found."""

    outcome: CorrectionOutcome
    cause: Text
    others_found: Annotated[int, Field(ge=0, le=100_000_000)] = 0


class CasesIn(Schema):
    """Cases that are looked at again."""

    cases: Cases = []


class SealedOut(Schema):
    """The sealed part."""

    record_key: str
    value_seen: str
    value_claimed: str


class FlagOut(Schema):
    """A case in which a doubted value was used; it goes on."""

    case: str
    organization: OrganOut
    flagged_on: date
    kind: str
    about: UUID
    number: str
    entry_name: str
    item_name: str
    state: str
    is_corrected: bool | None


class FlagsOut(Schema):
    """A page of flagged cases."""

    rows: list[FlagOut]
    next_after: str


@router.get("/corrections", response=CorrectionsOut, operation_id="list_corrections")
def list_corrections(
    request: ActorRequest, state: Sought = "", sort: Sought = "", after: Sought = "", rows: int = 20
) -> Mapping[str, object]:
    """Corrections you may see, newest first; `state` may be open or late."""
    page = queries.corrections(
        actor=request.actor, on=request.clock.today(), state=state, sort=sort, after=after, rows=rows
    )
    return {"rows": [asdict(line) for line in page.rows], "next_after": page.next_after}


@router.get("/corrections/{uuid:correction_id}", response=CorrectionDetailOut, operation_id="get_correction")
def get_correction(request: ActorRequest, correction_id: UUID) -> Mapping[str, object]:
    """One correction."""
    page = queries.correction(actor=request.actor, id=correction_id, on=request.clock.today())
    told = [one.organ.code for one in page.told]
    return asdict(page.line) | {
        "grant": page.grant, "record_masked": page.record_masked, "evidence": page.evidence, "cause": page.cause,
        "told": told, "cases": list(page.cases), "verbs": list(page.verbs),
    }  # fmt: skip


@router.post("/corrections", response=CorrectionDetailOut, operation_id="file_correction")
def file_correction(request: ActorRequest, body: CorrectionIn, key: OnceKey = "") -> dict[str, canonical.Json]:
    """File a correction with the provider; its ten working days start (条例 第二十六条)."""

    def act() -> dict[str, canonical.Json]:
        made = services.file_correction(**body.model_dump(), actor=request.actor, clock=request.clock)
        return _standing(request, made)

    return written_once(request, act, key=key, said=body.model_dump(mode="json"))


@router.post(
    "/corrections/{uuid:correction_id}/answer", response=CorrectionDetailOut, operation_id="answer_correction"
)  # fmt: skip
def answer_correction(
    request: ActorRequest, correction_id: UUID, body: CorrectionAnswerIn, key: OnceKey = ""
) -> dict[str, canonical.Json]:
    """Verify, correct or explain; whoever reads the item is told of a correction."""

    def act() -> dict[str, canonical.Json]:
        services.answer_correction(
            correction=correction_id, **body.model_dump(), actor=request.actor, clock=request.clock
        )
        return _standing(request, correction_id)

    return written_once(request, act, key=key, said=body.model_dump(mode="json"))


@router.post("/corrections/{uuid:correction_id}/read", response=CorrectionDetailOut, operation_id="read_correction")
def read_correction(
    request: ActorRequest, correction_id: UUID, body: CasesIn, key: OnceKey = ""
) -> dict[str, canonical.Json]:
    """Take note of a correction your department was told of, and flag the cases it looks at again."""

    def act() -> dict[str, canonical.Json]:
        services.acknowledge_correction(
            correction=correction_id, cases=body.cases, actor=request.actor, clock=request.clock
        )
        return _standing(request, correction_id)

    return written_once(request, act, key=key, said=body.model_dump(mode="json"))


@router.post("/corrections/{uuid:correction_id}/value", response=SealedOut, operation_id="open_disputed_value")
def open_value(request: ActorRequest, correction_id: UUID) -> Mapping[str, object]:
    """Open record and values, for the two departments; every look is put on record."""
    opened = services.open_disputed_value(correction=correction_id, actor=request.actor, clock=request.clock)
    return asdict(opened)


@router.get("/flagged-cases", response=FlagsOut, operation_id="list_flagged_cases")
def list_flagged(
    request: ActorRequest, case: Annotated[str, Field(max_length=CASE_CHARS_MAX, pattern=NO_NUL)] = "",
    sort: Sought = "", after: Sought = "", rows: int = 20,
) -> Mapping[str, object]:  # fmt: skip
    """Cases in which a value that is doubted was used, the latest flag first."""
    page = queries.flagged(actor=request.actor, case=case, sort=sort, after=after, rows=rows)
    return {"rows": [asdict(line) for line in page.rows], "next_after": page.next_after}


def _standing(request: ActorRequest, correction: UUID) -> dict[str, canonical.Json]:
    return CorrectionDetailOut.model_validate(get_correction(request, correction)).model_dump(mode="json")
