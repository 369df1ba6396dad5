"""What can be done with joint meetings, directives and bulletins (联席会议、交办、通报办理)."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.kernel.events import JsonValue
from zhengtong.kernel.ids import new_id
from zhengtong.parties import queries as parties
from zhengtong.sharing.queries import Concerned
from zhengtong.sharing.queries.scope import region_prefix
from zhengtong.supervision.events import (
    BulletinIssued,
    BulletinRead,
    DirectiveAnswered,
    DirectiveIssued,
    DirectiveReported,
    MeetingRecorded,
)
from zhengtong.supervision.models import (
    Bulletin,
    BulletinNotice,
    Directive,
    Finding,
    Meeting,
    PaperRegister,
)
from zhengtong.supervision.queries.directives import OWN_VERBS, concerned_by, may_issue, may_publish
from zhengtong.supervision.queries.reports import month_report
from zhengtong.supervision.queries.scope import OWN_ROLES, visible
from zhengtong.supervision.rules import FindingState, month_of
from zhengtong.supervision.rules.directives import (
    DIRECTIVE,
    DirectiveAbout,
    DirectiveKind,
    DirectiveState,
    bulletin_number,
    check_about,
    check_bulletin,
    check_directive,
    check_meeting,
    meeting_number,
    order_number,
)
from zhengtong.supervision.rules.projects import check_words
from zhengtong.supervision.services.desks import person
from zhengtong.wire.canonical import encode

BREACHES_MAX = 500
TOLD_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a meeting asked of whom, until when (议定事项)."""

    organization: UUID
    text: str
    due_on: date


@dataclass(frozen=True, slots=True)
class About:
    """The request or demand that an order is about (涉及的申请或者需求)."""

    kind: DirectiveAbout
    id: UUID


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a directive comes from or is about: a meeting, a finding, a request or demand; or nothing."""

    meeting: Meeting | None = None
    finding: Finding | None = None
    kind: DirectiveAbout | None = None
    concerned: Concerned | None = None


@transaction.atomic
def record_meeting(
    *, title: str, held_on: date, text: str, present: Iterable[UUID], conclusions: Iterable[Conclusion], actor: Actor,
    clock: Clock,
) -> UUID:  # fmt: skip
    """Record the minutes of a joint meeting; each conclusion is owed by a department (联席会议纪要).

    Raises:
        NotAllowed: neither of the data authority nor a supervisor.
        RuleBroken: no title, nobody there, a day to come; a conclusion without text or day, or for no one known.
    """
    organization = _issuer(actor)
    there, asked = set(present), list(conclusions)
    check_meeting(
        title=title, text=text, held_on=held_on, present=len(there), conclusions=len(asked), today=clock.today()
    )
    _known(there | {one.organization for one in asked}, actor)
    row = Meeting.objects.create(
        id=new_id(clock.now()), number=_next("meeting", held_on.year, meeting_number), organization_id=organization,
        jurisdiction=actor.jurisdiction, held_on=held_on, title=title.strip(), text=text.strip(),
        recorded_on=clock.today(), recorded_by=person(actor),
    )  # fmt: skip
    row.present.set(there)
    fact = MeetingRecorded(
        row.id, number=row.number, held_on=held_on, title=row.title, present=tuple(sorted(there)),
        conclusions=len(asked),
    )  # fmt: skip
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    for place, one in enumerate(asked, 1):
        _direct(
            DirectiveKind.CONCLUSION, one, number=f"{row.number}-{place}", subject=_Subject(meeting=row), actor=actor,
            clock=clock,
        )  # fmt: skip
    return row.id


@transaction.atomic
def issue_order(
    *, organization: UUID, text: str, due_on: date, actor: Actor, clock: Clock, finding: UUID | None = None,
    about: About | None = None,
) -> UUID:  # fmt: skip
    """Ask a department in writing to do something by a day (发出督办单), perhaps about a finding, a request, a demand.

    Raises:
        NotAllowed: neither of the data authority nor a supervisor.
        NotFound: the finding, request or demand is not one the actor sees; the finding is another department's.
        RuleBroken: no text, a day that is not to come, an organization that is not known or not concerned.
    """
    _issuer(actor)
    _known({organization}, actor)
    held = None
    if finding is not None:
        held = Finding.objects.filter(visible(actor), pk=finding, organization=organization).first()
        if held is None:
            raise NotFound("supervision.no_finding")
    concerned = None
    if about is not None:
        concerned = concerned_by(about.kind, id=about.id, actor=actor)
        check_about(organization=organization, concerned=concerned.organizations)
    number = _next("order", clock.today().year, order_number)
    asked = Conclusion(organization, text, due_on)
    subject = _Subject(finding=held, kind=about.kind if about else None, concerned=concerned)
    return _direct(DirectiveKind.ORDER, asked, number=number, subject=subject, actor=actor, clock=clock)


@transaction.atomic
def report_directive(*, directive: UUID, report: str, actor: Actor, clock: Clock) -> None:
    """Report, as the department, what was done (报告办理情况).

    Raises: NotFound, WrongState, NotAllowed; RuleBroken: nothing is said.
    """
    row = _directive("report_directive", directive=directive, actor=actor)
    check_words(report)
    row.report, row.reported_on, row.reported_by = report.strip(), clock.today(), person(actor)
    row.save()
    fact = DirectiveReported(row.id, number=row.number, reported_on=clock.today())
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)


@transaction.atomic
def answer_directive(
    *, directive: UUID, verb: str, answer: str, actor: Actor, clock: Clock, due_on: date | None = None
) -> None:
    """Accept a report, send it back with another day (`due_on`), or withdraw the directive (确认、退回、撤回).

    Raises: NotFound, WrongState, NotAllowed; RuleBroken: no reason, no new day to come.
    """
    row = _directive(verb, directive=directive, actor=actor)
    check_words(answer)
    row.answer = answer.strip()
    if row.state == DirectiveState.OWED:
        check_directive(text=row.text, due_on=due_on or row.due_on, today=clock.today())
        row.due_on = due_on or row.due_on
    else:
        row.ended_on, row.ended_by = clock.today(), person(actor)
    row.save()
    fact = DirectiveAnswered(
        row.id, number=row.number, state=row.state, answer=row.answer, due_on=row.due_on, answered_on=clock.today()
    )
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)


@transaction.atomic
def issue_bulletin(*, month: str, text: str, actor: Actor, clock: Clock) -> UUID:
    """Issue the report of a month that is over to every department of the place, frozen (通报, 第二十九、三十八条).

    Raises:
        NotAllowed: not the data authority's leader.
        RuleBroken: the month runs, or its bulletin was issued already.
    """
    if not may_publish(actor):
        raise NotAllowed("supervision.bulletin_by_leader")
    span = month_of(month)
    check_bulletin(last=span.last, today=clock.today())
    if Bulletin.objects.filter(jurisdiction=actor.jurisdiction, month=span.text).exists():
        raise RuleBroken("supervision.bulletin_issued", month=span.text)
    content = _content(month=span.text, first=span.first, last=span.last, actor=actor, clock=clock)
    number = _next("bulletin", clock.today().year, bulletin_number)
    organization = actor.organization
    assert organization is not None  # `may_publish` has seen to it
    row = Bulletin.objects.create(
        id=new_id(clock.now()), number=number, organization_id=organization, jurisdiction=actor.jurisdiction,
        month=span.text, text=text.strip(), content=content,
        digest=hashlib.sha256(encode(content)).hexdigest(), issued_on=clock.today(), issued_by=person(actor),
    )  # fmt: skip
    prefix = region_prefix(actor.jurisdiction)
    others = (one for one in parties.organizations(actor=actor) if one.id != organization)
    told = [one.id for one in others if one.jurisdiction.startswith(prefix)][:TOLD_MAX]
    BulletinNotice.objects.bulk_create(BulletinNotice(bulletin=row, organization_id=one) for one in told)
    fact = BulletinIssued(
        row.id, number=row.number, month=row.month, digest=row.digest, told=len(told), issued_on=clock.today()
    )
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return row.id


@transaction.atomic
def read_bulletin(*, bulletin: UUID, actor: Actor, clock: Clock) -> None:
    """Take note of a bulletin, as a department that was told (已阅); nothing where it was read already.

    Raises: NotFound: the department was not told, or the actor is not of its sharing office.
    """
    notices = BulletinNotice.objects.select_for_update().filter(bulletin=bulletin, organization=actor.organization)
    row = notices.first()
    if row is None or not actor.roles & OWN_ROLES:
        raise NotFound("supervision.no_bulletin")
    if row.read_on is None:
        row.read_on, row.read_by = clock.today(), person(actor)
        row.save()
        held = Bulletin.objects.get(pk=bulletin)
        fact = BulletinRead(held.id, number=held.number, organization=row.organization_id, read_on=clock.today())
        record(fact, actor=actor, clock=clock, jurisdiction=held.jurisdiction)


def _content(*, month: str, first: date, last: date, actor: Actor, clock: Clock) -> dict[str, JsonValue]:
    """What is frozen: the figures of each department, who had none, and the breaches upheld in the month."""
    report = month_report(actor=actor, month=month, clock=clock)
    upheld = Finding.objects.filter(
        visible(actor), state=str(FindingState.UPHELD), ended_on__gte=first, ended_on__lte=last
    )
    rows = list(upheld.select_related("organization").order_by("number")[:BREACHES_MAX])
    return {
        "month": month,
        "departments": [
            {"code": one.code, "name": one.name, "short_name": one.short_name, "values": dict(one.values)}
            for one in report.departments
        ],
        "quiet": list(report.quiet),
        "breaches": [
            {
                "number": row.number, "rule": row.rule, "organization_name": row.organization.short_name,
                "title": f"{row.about_number} {row.about_title}", "reason": row.reason,
            }
            for row in rows
        ],
    }  # fmt: skip


def _direct(
    kind: DirectiveKind, asked: Conclusion, *, number: str, subject: _Subject, actor: Actor, clock: Clock
) -> UUID:
    check_directive(text=asked.text, due_on=asked.due_on, today=clock.today())
    about = subject.concerned
    row = Directive.objects.create(
        id=new_id(clock.now()), number=number, kind=str(kind), meeting=subject.meeting, finding=subject.finding,
        about_kind=str(subject.kind or ""), about=about.id if about else None,
        about_number=about.number if about else "", issuer_id=_issuer(actor), organization_id=asked.organization,
        jurisdiction=actor.jurisdiction, text=asked.text.strip(), due_on=asked.due_on, state=DIRECTIVE.start,
        issued_on=clock.today(), issued_by=person(actor),
    )  # fmt: skip
    fact = DirectiveIssued(
        row.id, number=row.number, kind=row.kind, organization=row.organization_id, finding=row.finding_id,
        text=row.text, due_on=row.due_on, issued_on=row.issued_on, about_kind=row.about_kind, about=row.about,
    )  # fmt: skip
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return row.id


def _directive(verb: str, *, directive: UUID, actor: Actor) -> Directive:
    """The directive, locked and already in the state the verb leads to; nothing is saved yet."""
    row = Directive.objects.select_for_update().filter(pk=directive).first()
    side = row and (row.organization_id if verb in OWN_VERBS else row.issuer_id)
    if row is None or actor.organization is None or side != actor.organization:
        raise NotFound("supervision.no_directive")
    row.state = DIRECTIVE.step(verb, state=DirectiveState(row.state), roles=actor.roles).target
    return row


def _issuer(actor: Actor) -> UUID:
    if actor.organization is None or not may_issue(actor):
        raise NotAllowed("supervision.directive_by_overseer")
    return actor.organization


def _known(organizations: set[UUID], actor: Actor) -> None:
    """Raise RuleBroken for organizations outside the region the actor's office oversees."""
    prefix = region_prefix(actor.jurisdiction)
    cards = parties.organizations_by_id(organizations)
    if len(cards) != len(organizations) or any(not one.jurisdiction.startswith(prefix) for one in cards.values()):
        raise RuleBroken("supervision.directive_organization")


def _next(kind: str, year: int, number: Callable[..., str]) -> str:
    key = f"{kind}-{year}"
    PaperRegister.objects.get_or_create(id=key)
    register = PaperRegister.objects.select_for_update().get(id=key)
    register.last += 1
    register.save()
    return number(year=year, sequence=register.last)
