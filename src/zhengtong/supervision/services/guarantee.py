"""What can be done with institution documents and training (制度文件、培训办理)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.kernel.ids import new_id
from zhengtong.parties.rules import Role
from zhengtong.supervision.events import DocumentEnded, DocumentFiled, TrainingPlanSet, TrainingRecorded
from zhengtong.supervision.models import InstitutionDocument, Training, TrainingAttendance, TrainingPlan
from zhengtong.supervision.queries.guarantee import FILING_ROLES, trainees
from zhengtong.supervision.rules.institutions import InstitutionKind, check_document
from zhengtong.supervision.rules.projects import check_words
from zhengtong.supervision.rules.training import Plan, check_plan, check_training
from zhengtong.supervision.services.desks import acts_for_authority, person


@transaction.atomic
def file_document(
    *, kind: InstitutionKind, title: str, document_number: str, issued_on: date, in_force_from: date, actor: Actor,
    clock: Clock, review_on: date | None = None, digest: str = "", replaces: UUID | None = None,
) -> UUID:  # fmt: skip
    """File a document by which the own organization lays something down (制度文件登记); what it replaces ends.

    Raises:
        NotAllowed: neither data officer nor head of the sharing office, nor of the data authority.
        NotFound: what it replaces is not in force, not of the organization, or of another kind.
        RuleBroken: no title; days in the wrong order or to come; a digest that is none.
    """
    if actor.organization is None or not actor.roles & FILING_ROLES:
        raise NotAllowed("supervision.document_by_office")
    check_document(
        title=title, number=document_number, issued_on=issued_on, in_force_from=in_force_from, review_on=review_on,
        digest=digest, today=clock.today(),
    )  # fmt: skip
    old = _document(replaces, actor) if replaces else None
    if old is not None and old.kind != str(kind):
        raise NotFound("supervision.no_document")
    row = InstitutionDocument.objects.create(
        id=new_id(clock.now()), organization_id=actor.organization, jurisdiction=actor.jurisdiction, kind=str(kind),
        title=title.strip(), document_number=document_number.strip(), issued_on=issued_on,
        in_force_from=in_force_from, review_on=review_on, digest=digest, replaces=old, filed_on=clock.today(),
        filed_by=person(actor),
    )  # fmt: skip
    fact = DocumentFiled(
        row.id, organization=row.organization_id, kind=row.kind, title=row.title,
        document_number=row.document_number, issued_on=issued_on, in_force_from=in_force_from, review_on=review_on,
        digest=digest, replaces=replaces, filed_on=row.filed_on,
    )  # fmt: skip
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    if old is not None:
        _end(old, reason=f"由“{row.title}”替代", on=in_force_from, actor=actor, clock=clock)
    return row.id


@transaction.atomic
def repeal_document(*, document: UUID, reason: str, actor: Actor, clock: Clock) -> None:
    """Say that a document of the own organization is no longer in force from today (制度文件废止).

    Raises: NotAllowed, NotFound, RuleBroken: as `file_document`; no reason.
    """
    if not actor.roles & FILING_ROLES:
        raise NotAllowed("supervision.document_by_office")
    check_words(reason)
    _end(_document(document, actor), reason=reason.strip(), on=clock.today(), actor=actor, clock=clock)


@transaction.atomic
def set_training_plan(*, plan: Plan, reason: str, actor: Actor, clock: Clock) -> None:
    """Set, as the data authority's leader, what a year asks of whom; a later one replaces it (年度培训计划).

    Raises: NotAllowed: not the authority's leader.  RuleBroken: no roles, no hours, no reason.
    """
    leads = actor.has(Role.AUTHORITY_LEADER) and acts_for_authority(actor, jurisdiction=actor.jurisdiction)
    if not leads:
        raise NotAllowed("supervision.training_by_leader")
    check_plan(plan)
    check_words(reason)
    before = TrainingPlan.objects.filter(jurisdiction=actor.jurisdiction, year=plan.year).count()
    row = TrainingPlan.objects.create(
        id=new_id(clock.now()), jurisdiction=actor.jurisdiction, year=plan.year, serial=before + 1,
        roles=sorted(map(str, plan.roles)), hours=plan.hours, reason=reason.strip(), set_on=clock.today(),
        set_by=person(actor),
    )  # fmt: skip
    fact = TrainingPlanSet(
        row.id, year=row.year, serial=row.serial, roles=tuple(row.roles), hours=f"{plan.hours:.1f}", reason=row.reason
    )
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)


@transaction.atomic
def record_training(
    *, topic: str, held_on: date, hours: Decimal, attendees: Iterable[UUID], actor: Actor, clock: Clock
) -> UUID:
    """Record a training that was held, with those who took part and passed (培训记录).

    A department names its own people, the data authority anybody under it.

    Raises:
        NotAllowed: neither data officer, head of the sharing office nor the authority's.
        RuleBroken: no topic, no people, no hours, a day to come, somebody of another office.
    """
    if actor.organization is None or not actor.roles & FILING_ROLES:
        raise NotAllowed("supervision.document_by_office")
    chosen = set(attendees)
    check_training(topic=topic, held_on=held_on, hours=hours, attendees=len(chosen), today=clock.today())
    if not chosen <= {one.id for one in trainees(actor=actor, on=held_on)}:
        raise RuleBroken("supervision.training_others")
    row = Training.objects.create(
        id=new_id(clock.now()), organization_id=actor.organization, jurisdiction=actor.jurisdiction,
        topic=topic.strip(), held_on=held_on, hours=hours, recorded_on=clock.today(), recorded_by=person(actor),
    )  # fmt: skip
    TrainingAttendance.objects.bulk_create(TrainingAttendance(training=row, officer_id=one) for one in sorted(chosen))
    fact = TrainingRecorded(
        row.id, organization=row.organization_id, topic=row.topic, held_on=held_on, hours=f"{hours:.1f}",
        attendees=len(chosen),
    )  # fmt: skip
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return row.id


def _document(document: UUID, actor: Actor) -> InstitutionDocument:
    rows = InstitutionDocument.objects.select_for_update()
    row = rows.filter(pk=document, organization=actor.organization, ended_on__isnull=True).first()
    if row is None:
        raise NotFound("supervision.no_document")
    return row


def _end(row: InstitutionDocument, *, reason: str, on: date, actor: Actor, clock: Clock) -> None:
    row.ended_on, row.ended_by, row.reason = on, person(actor), reason
    row.save()
    record(DocumentEnded(row.id, reason=reason, ended_on=on), actor=actor, clock=clock, jurisdiction=row.jurisdiction)
