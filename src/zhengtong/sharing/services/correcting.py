"""Corrections (校核, 条例 第二十六条): a reader says a value looks wrong; the provider verifies and answers.

A correction never stops a case, and it never changes a grant.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import audit_read, record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, WrongState
from zhengtong.kernel.ids import new_id
from zhengtong.parties.rules import Role
from zhengtong.sharing.events import CorrectionAcknowledged, CorrectionAnswered, CorrectionFiled
from zhengtong.sharing.models import Correction, CorrectionNotice, Grant
from zhengtong.sharing.queries.clockwork import correction_view
from zhengtong.sharing.queries.corrections import item_of, readers_of
from zhengtong.sharing.rules import (
    CORRECTION,
    VERB_OF_OUTCOME,
    CorrectionOutcome,
    CorrectionState,
    check_answer,
    check_apart,
    check_filing,
)
from zhengtong.sharing.services.finding import officer_of
from zhengtong.sharing.services.flagging import flag_cases
from zhengtong.sharing.services.numbering import next_number

READ_FIELDS = ("record_key", "value_seen", "value_claimed")


@dataclass(frozen=True, slots=True)
class DisputedValue:
    """The sealed part of a correction, for the two departments it lies between (争议数值)."""

    record_key: str
    value_seen: str
    value_claimed: str


@transaction.atomic
def file_correction(
    *,
    entry: UUID,
    item: str,
    record_key: str,
    value_seen: str,
    value_claimed: str,
    evidence: str,
    actor: Actor,
    clock: Clock,
    grant: UUID | None = None,
    number: str = "",
    cases: str | Iterable[str] = (),
) -> UUID:
    """File a correction with the provider (提出校核申请); the ten working days start.

    `grant` is the grant under which the value was read; None: the organization's latest for this item.
    `evidence` is official text without personal data; record and values are kept sealed.  `cases` are the cases in
    which the value was used: they are flagged and go on.

    Raises:
        NotFound: the organization has no grant under which it reads this item.
        RuleBroken: no record, no value seen, no evidence, or case numbers that are none.
    """
    if not actor.has(Role.DATA_OFFICER) or actor.organization is None:
        raise NotAllowed("sharing.correction_by_officer")
    held = _grant(entry=entry, item=item, grant=grant, organization=actor.organization)
    check_filing(record_key=record_key, value_seen=value_seen, evidence=evidence)
    today = clock.today()
    view = correction_view(filed_on=today, answered_on=None, jurisdiction=held.request.jurisdiction, on=today)
    assert view.due_on is not None  # a started clock that never pauses
    row = Correction.objects.create(
        id=new_id(clock.now()),
        number=next_number(prefix="C", given=number),
        grant=held,
        entry_id=held.request.entry_id,
        entry_name=held.request.entry_name,
        item=item,
        item_name=item_of(held, item) or item,
        consumer_id=held.consumer_id,
        provider_id=held.provider_id,
        jurisdiction=held.request.jurisdiction,
        record_key=record_key.strip(),
        value_seen=value_seen.strip(),
        value_claimed=value_claimed.strip(),
        evidence=evidence.strip(),
        state=CORRECTION.start,
        filed_on=today,
        filed_at=clock.now(),
        filed_by=officer_of(actor),
        due_on=view.due_on,
        due_provisional=view.provisional,
    )
    _record_filed(row, actor=actor, clock=clock)
    flag_cases(row, cases, organization=row.consumer_id, actor=actor, clock=clock)
    return row.id


def _record_filed(row: Correction, *, actor: Actor, clock: Clock) -> None:
    fact = CorrectionFiled(
        row.id,
        number=row.number,
        entry=row.entry_id,
        item=row.item,
        grant=row.grant_id,
        consumer=row.consumer_id,
        provider=row.provider_id,
        filed_on=row.filed_on,
    )
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)


def _grant(*, entry: UUID, item: str, grant: UUID | None, organization: UUID) -> Grant:
    found = Grant.objects.filter(consumer=organization, request__entry=entry, delivered_on__isnull=False)
    found = found.filter(pk=grant) if grant else found
    rows = found.select_related("request").order_by("-delivered_on", "-number")
    held = next((row for row in rows if item_of(row, item)), None)
    if held is None:
        raise NotFound("sharing.correction_no_grant")
    return held


@transaction.atomic
def answer_correction(
    *,
    correction: UUID,
    outcome: CorrectionOutcome,
    cause: str,
    actor: Actor,
    clock: Clock,
    others_found: int = 0,
) -> tuple[UUID, ...]:
    """Answer a correction (核实、更正并反馈) and tell whoever else reads the item; returns the organizations told.

    Only a corrected value is told to others: a value that was right has misled nobody.

    Raises:
        NotFound: no such correction, or not the actor's organization's to answer.
        WrongState: it is answered already.
        RuleBroken: the cause is not given; the person filed it, in another seat or as a substitute.
    """
    row = Correction.objects.select_for_update().filter(pk=correction, provider=actor.organization).first()
    if row is None:
        raise NotFound("sharing.no_correction")
    step = CORRECTION.step(VERB_OF_OUTCOME[outcome], state=CorrectionState(row.state), roles=actor.roles)
    check_apart("answer_correction", actor=actor, done={"file_correction": (row.filed_by,)})
    check_answer(outcome=outcome, cause=cause, others_found=others_found)
    row.state, row.cause, row.others_found = step.target, cause.strip(), others_found
    today = clock.today()
    row.answered_on, row.answered_at, row.answered_by = today, clock.now(), officer_of(actor)
    row.answered_late = today > row.due_on and not row.due_provisional
    row.save()
    told = _tell(row, on=today) if outcome is CorrectionOutcome.CORRECTED else ()
    fact = CorrectionAnswered(
        row.id,
        number=row.number,
        consumer=row.consumer_id,
        provider=row.provider_id,
        outcome=str(outcome),
        others_found=others_found,
        told=told,
        answered_on=today,
        due_on=row.due_on,
        late=row.answered_late,
    )
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return told


def _tell(row: Correction, *, on: date) -> tuple[UUID, ...]:
    told = tuple(organ for organ in readers_of(entry=row.entry_id, item=row.item) if organ != row.consumer_id)
    CorrectionNotice.objects.bulk_create(
        [CorrectionNotice(correction=row, organization_id=organ, told_on=on) for organ in told]
    )
    return told


@transaction.atomic
def acknowledge_correction(*, correction: UUID, actor: Actor, clock: Clock, cases: str | Iterable[str] = ()) -> None:
    """Note that an organization that was told has read it, and which of its cases it looks at again (已知悉).

    Raises NotFound, WrongState, RuleBroken.
    """
    found = CorrectionNotice.objects.select_for_update().select_related("correction")
    notice = found.filter(correction=correction, organization=actor.organization).first()
    if notice is None or not actor.has(Role.DATA_OFFICER):
        raise NotFound("sharing.no_correction")
    if notice.read_on is not None:
        raise WrongState("sharing.correction_read_already")
    notice.read_on, notice.read_by = clock.today(), officer_of(actor)
    notice.save()
    row = notice.correction
    fact = CorrectionAcknowledged(
        row.id, number=row.number, organization=notice.organization_id, acknowledged_on=clock.today()
    )
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    flag_cases(row, cases, organization=notice.organization_id, actor=actor, clock=clock)


@transaction.atomic
def open_disputed_value(*, correction: UUID, actor: Actor, clock: Clock) -> DisputedValue:
    """Open the sealed record and values of a correction, on record (查阅留痕), for the two departments only.

    Raises:
        NotFound: no such correction, or neither side of it is the actor's organization.
    """
    row = Correction.objects.filter(pk=correction).first()
    works = actor.has(Role.DATA_OFFICER) or actor.has(Role.SHARING_OFFICE_HEAD)
    if row is None or not works or actor.organization not in (row.consumer_id, row.provider_id):
        raise NotFound("sharing.no_correction")
    audit_read(
        actor=actor,
        clock=clock,
        subject_kind="correction",
        subject=str(row.id),
        fields=READ_FIELDS,
        purpose=f"校核 {row.number}",
    )
    return DisputedValue(row.record_key, row.value_seen, row.value_claimed)
