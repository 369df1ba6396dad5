"""Orders in writing, joint meetings and bulletins over HTTP (交办事项、联席会议、通报接口)."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from ninja import Field, Schema

from zhengtong.kernel.errors import NotFound
from zhengtong.parties.web import ActorRequest, written_once
from zhengtong.supervision import queries, services
from zhengtong.supervision.api.router import Name, OnceKey, Sought, Text, router
from zhengtong.supervision.rules.directives import DirectiveAbout
from zhengtong.supervision.services.directives import About, Conclusion
from zhengtong.wire import canonical

CONCLUSIONS_MAX = 50
PRESENT_MAX = 200
ANSWERS = frozenset({"accept_directive", "ask_directive_again", "withdraw_directive"})


class DirectiveOut(Schema):
    """One order or conclusion; days are Beijing dates."""

    id: UUID
    number: str
    kind: str
    issuer_name: str
    organization_name: str
    text: str
    state: str
    issued_on: date
    due_on: date
    late: bool
    reported_on: date | None
    ended_on: date | None


class DirectivesOut(Schema):
    """A page of them; `next_after` empty: the last."""

    rows: list[DirectiveOut]
    next_after: str


class DirectiveDetailOut(DirectiveOut):
    """One of them with what was reported and answered, and what you may do."""

    report: str
    answer: str
    verbs: list[str]


class OrderIn(Schema):
    """What a department is asked for, by when; `about_kind` and `about` cite a request or a demand."""

    organization: UUID
    text: Text
    due_on: date
    finding: UUID | None = None
    about_kind: DirectiveAbout | None = None
    about: UUID | None = None


class StepIn(Schema):
    """What is reported or answered; another day with ask_directive_again."""

    text: Text = ""
    due_on: date | None = None


class ConclusionIn(Schema):
    """What a department owes after a meeting."""

    organization: UUID
    text: Text
    due_on: date


class MeetingIn(Schema):
    """The minutes of a joint meeting."""

    title: Name
    held_on: date
    text: Text
    present: Annotated[list[UUID], Field(max_length=PRESENT_MAX)] = []
    conclusions: Annotated[list[ConclusionIn], Field(max_length=CONCLUSIONS_MAX)] = []


class MeetingOut(Schema):
    """A meeting in a list."""

    id: UUID
    number: str
    title: str
    held_on: date
    organization_name: str


class MeetingsOut(Schema):
    """A page of meetings."""

    rows: list[MeetingOut]
    next_after: str


class MeetingDetailOut(MeetingOut):
    """The minutes."""

    text: str
    present: list[str]
    directives: list[DirectiveOut]


class BulletinIn(Schema):
    """A month, and a word to it."""

    month: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}$")]
    text: Text = ""


class BulletinOut(Schema):
    """A bulletin in a list."""

    id: UUID
    number: str
    month: str
    organization_name: str
    issued_on: date
    told: int
    read: int


class BulletinsOut(Schema):
    """A page of bulletins."""

    rows: list[BulletinOut]
    next_after: str


class BulletinDetailOut(BulletinOut):
    """One bulletin; the digest is of its frozen content."""

    text: str
    digest: str


@router.get("/directives", response=DirectivesOut, operation_id="list_directives")
def list_directives(
    request: ActorRequest, state: Sought = "", sort: Sought = "", after: Sought = "", rows: int = 20
) -> Mapping[str, object]:
    """Orders and conclusions you may see, newest first; `state` may be late, `sort` a heading, - before it for down."""
    page = queries.directives(
        actor=request.actor, on=request.clock.today(), state=state, sort=sort, after=after, rows=rows
    )
    return {"rows": [asdict(line) for line in page.rows], "next_after": page.next_after}


@router.get("/directives/{uuid:directive_id}", response=DirectiveDetailOut, operation_id="get_directive")
def get_directive(request: ActorRequest, directive_id: UUID) -> Mapping[str, object]:
    """One of them."""
    page = queries.directive(id=directive_id, actor=request.actor, on=request.clock.today())
    return asdict(page.line) | {"report": page.report, "answer": page.answer, "verbs": list(page.verbs)}


@router.post("/directives", response=DirectiveDetailOut, operation_id="issue_order")
def issue_order(request: ActorRequest, body: OrderIn, key: OnceKey = "") -> dict[str, canonical.Json]:
    """Ask a department for something in writing (督办单)."""
    about = About(body.about_kind, body.about) if body.about_kind and body.about else None

    def act() -> dict[str, canonical.Json]:
        made = services.issue_order(
            organization=body.organization, text=body.text, due_on=body.due_on, finding=body.finding, about=about,
            actor=request.actor, clock=request.clock,
        )  # fmt: skip
        return _standing(request, made)

    return written_once(request, act, key=key, said=body.model_dump(mode="json"))


@router.post(
    "/directives/{uuid:directive_id}/steps/{slug:verb}", response=DirectiveDetailOut, operation_id="move_order"
)
def move_order(
    request: ActorRequest, directive_id: UUID, verb: str, body: StepIn, key: OnceKey = ""
) -> dict[str, canonical.Json]:
    """Take it one step: report_directive, accept_directive, ask_directive_again or withdraw_directive."""
    actor, clock = request.actor, request.clock

    def act() -> dict[str, canonical.Json]:
        queries.directive(id=directive_id, actor=actor, on=clock.today())  # hides it from strangers
        if verb == "report_directive":
            services.report_directive(directive=directive_id, report=body.text, actor=actor, clock=clock)
        elif verb in ANSWERS:
            services.answer_directive(
                directive=directive_id, verb=verb, answer=body.text, due_on=body.due_on, actor=actor, clock=clock
            )
        else:
            raise NotFound("supervision.no_directive")
        return _standing(request, directive_id)

    return written_once(request, act, key=key, said=body.model_dump(mode="json"))


def _standing(request: ActorRequest, directive: UUID) -> dict[str, canonical.Json]:
    return DirectiveDetailOut.model_validate(get_directive(request, directive)).model_dump(mode="json")


@router.get("/meetings", response=MeetingsOut, operation_id="list_meetings")
def list_meetings(request: ActorRequest, sort: Sought = "", after: Sought = "", rows: int = 20) -> Mapping[str, object]:
    """Joint meetings you may see, newest first."""
    page = queries.meetings(actor=request.actor, sort=sort, after=after, rows=rows)
    return {"rows": [asdict(line) for line in page.rows], "next_after": page.next_after}


@router.get("/meetings/{uuid:meeting_id}", response=MeetingDetailOut, operation_id="get_meeting")
def get_meeting(request: ActorRequest, meeting_id: UUID) -> Mapping[str, object]:
    """The minutes with what departments owe."""
    page = queries.meeting(id=meeting_id, actor=request.actor, on=request.clock.today())
    owed = [asdict(line) for line in page.directives]
    return asdict(page.line) | {"text": page.text, "present": list(page.present), "directives": owed}


@router.post("/meetings", response=MeetingDetailOut, operation_id="record_meeting")
def record_meeting(request: ActorRequest, body: MeetingIn, key: OnceKey = "") -> dict[str, canonical.Json]:
    """Put a joint meeting on record, with conclusions that departments owe."""
    conclusions = [Conclusion(one.organization, one.text, one.due_on) for one in body.conclusions]

    def act() -> dict[str, canonical.Json]:
        made = services.record_meeting(
            title=body.title, held_on=body.held_on, text=body.text, present=body.present, conclusions=conclusions,
            actor=request.actor, clock=request.clock,
        )  # fmt: skip
        return MeetingDetailOut.model_validate(get_meeting(request, made)).model_dump(mode="json")

    return written_once(request, act, key=key, said=body.model_dump(mode="json"))


@router.get("/bulletins", response=BulletinsOut, operation_id="list_bulletins")
def list_bulletins(
    request: ActorRequest, sort: Sought = "", after: Sought = "", rows: int = 20
) -> Mapping[str, object]:
    """Bulletins your department was told of, or of the region you oversee, newest first."""
    page = queries.bulletins(actor=request.actor, sort=sort, after=after, rows=rows)
    return {"rows": [_bulletin(line) for line in page.rows], "next_after": page.next_after}


@router.get("/bulletins/{uuid:bulletin_id}", response=BulletinDetailOut, operation_id="get_bulletin")
def get_bulletin(request: ActorRequest, bulletin_id: UUID) -> Mapping[str, object]:
    """One bulletin as it was issued."""
    page = queries.bulletin(id=bulletin_id, actor=request.actor)
    return _bulletin(page.line) | {"text": page.text, "digest": page.digest}


@router.post("/bulletins", response=BulletinDetailOut, operation_id="issue_bulletin")
def issue_bulletin(request: ActorRequest, body: BulletinIn, key: OnceKey = "") -> dict[str, canonical.Json]:
    """Issue the month's bulletin to every department of the region (通报)."""

    def act() -> dict[str, canonical.Json]:
        made = services.issue_bulletin(month=body.month, text=body.text, actor=request.actor, clock=request.clock)
        return BulletinDetailOut.model_validate(get_bulletin(request, made)).model_dump(mode="json")

    return written_once(request, act, key=key, said=body.model_dump(mode="json"))


@router.post("/bulletins/{uuid:bulletin_id}/read", response=BulletinDetailOut, operation_id="read_bulletin")
def read_bulletin(request: ActorRequest, bulletin_id: UUID, key: OnceKey = "") -> dict[str, canonical.Json]:
    """Take note of a bulletin, for your department (已阅)."""

    def act() -> dict[str, canonical.Json]:
        services.read_bulletin(bulletin=bulletin_id, actor=request.actor, clock=request.clock)
        return BulletinDetailOut.model_validate(get_bulletin(request, bulletin_id)).model_dump(mode="json")

    return written_once(request, act, key=key, said={})


def _bulletin(line: queries.BulletinLine) -> dict[str, object]:
    held: dict[str, object] = asdict(line)
    return held | {"month": line.month.text}
