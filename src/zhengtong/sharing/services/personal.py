"""Persons' requests (个人更正请求, 个人信息保护法 第四十六条): taken down, verified or passed on, answered.

Nothing a person is there for waits for it: cases are flagged and go on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import audit_read, record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, WrongState
from zhengtong.kernel.ids import new_id
from zhengtong.parties.rules import Role
from zhengtong.sharing.events import (
    PersonAcknowledged,
    PersonPassedOn,
    PersonTaken,
    PersonTold,
    PersonVerified,
    PersonWithdrawn,
)
from zhengtong.sharing.models import PersonNotice, PersonRequest
from zhengtong.sharing.models.personal import PERSONAL_FIELDS
from zhengtong.sharing.queries.clockwork import person_view
from zhengtong.sharing.queries.corrections import readers_of
from zhengtong.sharing.queries.personal import source_of
from zhengtong.sharing.rules import CorrectionState, check_apart
from zhengtong.sharing.rules.personal import (
    PERSON,
    TAKES_DOWN,
    VERIFIED,
    Channel,
    PersonalStatement,
    PersonState,
    check_statement,
    check_words,
)
from zhengtong.sharing.services.correcting import file_correction
from zhengtong.sharing.services.finding import officer_of
from zhengtong.sharing.services.flagging import flag_cases
from zhengtong.sharing.services.numbering import next_number


@dataclass(frozen=True, slots=True)
class OpenedPerson:
    """The sealed part of a person's request, for the department where he asked, and what he was told."""

    statement: PersonalStatement
    answer: str


@transaction.atomic
def take_person_request(
    *,
    entry: UUID,
    item: str,
    said: PersonalStatement,
    evidence: str,
    actor: Actor,
    clock: Clock,
    cases: str | Iterable[str] = (),
) -> UUID:
    """Take down what a person says of his own data (受理更正请求), at a counter or by letter.

    `evidence` is what he showed, without personal data; `cases` are the cases he is there for.

    Raises:
        NotAllowed: neither a data officer nor a counter clerk.
        NotFound: the department neither holds nor reads this item.
        RuleBroken: who, which record, which value or by what is not said.
    """
    if not actor.roles & TAKES_DOWN or actor.organization is None:
        raise NotAllowed("sharing.person_by_counter")
    source = source_of(entry=entry, item=item, organization=actor.organization)
    check_statement(said, evidence=evidence)
    today = clock.today()
    view = person_view(taken_on=today, told_on=None, jurisdiction=actor.jurisdiction, on=today)
    assert view.due_on is not None  # a started clock that never pauses
    row = PersonRequest.objects.create(
        id=new_id(clock.now()), number=next_number(prefix="G"), organization_id=actor.organization,
        provider_id=source.provider, jurisdiction=actor.jurisdiction, entry_id=entry, entry_name=source.entry_name,
        item=item, item_name=source.item_name, name=said.name.strip(), identifier=said.identifier.strip(),
        contact=said.contact.strip(), record_key=said.record_key.strip(), value_seen=said.value_seen.strip(),
        value_claimed=said.value_claimed.strip(), evidence=evidence.strip(), state=PERSON.start, taken_on=today,
        taken_at=clock.now(), taken_by=officer_of(actor), due_on=view.due_on, due_provisional=view.provisional,
    )  # fmt: skip
    fact = PersonTaken(
        row.id, number=row.number, organization=row.organization_id, provider=row.provider_id, entry=entry, item=item,
        taken_on=today,
    )  # fmt: skip
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    flag_cases(row, cases, organization=row.organization_id, actor=actor, clock=clock)
    return row.id


@transaction.atomic
def pass_on_person_request(*, request: UUID, actor: Actor, clock: Clock) -> UUID:
    """Pass it on to the department the value comes from, as a correction (转提供方校核); gives the correction.

    Raises:
        NotFound: no such request of the actor's organization.
        WrongState: the data are the department's own, which verifies them itself; or it went on already.
    """
    row = _held(request, actor)
    if row.provider_id == row.organization_id:
        raise WrongState("sharing.person_own_data")
    row.state = PERSON.step("pass_on", state=PersonState(row.state), roles=actor.roles).target
    row.correction_id = file_correction(
        entry=row.entry_id, item=row.item, record_key=row.record_key, value_seen=row.value_seen,
        value_claimed=row.value_claimed, evidence=row.evidence, actor=actor, clock=clock,
        cases=list(row.cases.filter(organization=row.organization_id).values_list("number", flat=True)),
    )  # fmt: skip
    row.save()
    fact = PersonPassedOn(row.id, number=row.number, correction=row.correction_id, passed_on=clock.today())
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return row.correction_id


@transaction.atomic
def verify_person_request(*, request: UUID, verb: str, cause: str, actor: Actor, clock: Clock) -> tuple[UUID, ...]:
    """Verify the own data, put them right or explain (核实、更正); tells who reads the item, gives those told.

    Raises:
        NotFound: no such request of the actor's organization.
        WrongState: another department is the source.
        RuleBroken: no cause; the same person took it down.
    """
    row = _held(request, actor)
    if verb not in VERIFIED:
        raise NotFound("sharing.no_person")
    if row.provider_id != row.organization_id:
        raise WrongState("sharing.person_others_data")
    step = PERSON.step(verb, state=PersonState(row.state), roles=actor.roles)
    check_apart("verify_person", actor=actor, done={"take_person": (row.taken_by,)})
    check_words(cause)
    today = clock.today()
    row.state, row.cause, row.is_corrected = step.target, cause.strip(), verb == "correct"
    row.verified_on, row.verified_at, row.verified_by = today, clock.now(), officer_of(actor)
    row.save()
    told = readers_of(entry=row.entry_id, item=row.item) if row.is_corrected else ()
    PersonNotice.objects.bulk_create(PersonNotice(request=row, organization_id=one, told_on=today) for one in told)
    fact = PersonVerified(row.id, number=row.number, outcome=str(row.state), told=told, verified_on=today)
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return told


@transaction.atomic
def tell_person(*, request: UUID, channel: Channel, answer: str, actor: Actor, clock: Clock) -> None:
    """Put on record how and what the person was told (告知本人); it ends the request.

    Raises:
        NotFound: no such request of the actor's organization.
        WrongState: nothing is found yet, here or by the provider it was passed on to.
        RuleBroken: it is not said what he was told.
    """
    row = _held(request, actor)
    step = PERSON.step("tell", state=PersonState(row.state), roles=actor.roles)
    if row.correction is not None and row.correction.state == CorrectionState.FILED:
        raise WrongState("sharing.person_not_answered", number=row.correction.number)
    check_words(answer)
    today = clock.today()
    row.state, row.channel, row.answer = step.target, channel, answer.strip()
    row.told_on, row.told_at, row.told_by = today, clock.now(), officer_of(actor)
    row.save()
    late = today > row.due_on and not row.due_provisional
    fact = PersonTold(
        row.id, number=row.number, channel=str(channel), told_on=today, due_on=row.due_on, late=late
    )  # fmt: skip
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)


@transaction.atomic
def withdraw_person_request(*, request: UUID, reason: str, actor: Actor, clock: Clock) -> None:
    """Put on record that the person took it back; a correction it became goes on.  Raises NotFound, RuleBroken."""
    row = _held(request, actor)
    row.state = PERSON.step("withdraw", state=PersonState(row.state), roles=actor.roles).target
    check_words(reason)
    row.answer, row.ended_on = reason.strip(), (today := clock.today())
    row.save()
    fact = PersonWithdrawn(row.id, number=row.number, ended_on=today)
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)


@transaction.atomic
def acknowledge_person_notice(*, request: UUID, actor: Actor, clock: Clock, cases: str | Iterable[str] = ()) -> None:
    """Note that an organization that was told has read it, and which of its cases it looks at again (已知悉).

    Raises NotFound, WrongState, RuleBroken.
    """
    found = PersonNotice.objects.select_for_update().select_related("request")
    notice = found.filter(request=request, organization=actor.organization).first()
    if notice is None or not actor.has(Role.DATA_OFFICER):
        raise NotFound("sharing.no_person")
    if notice.read_on is not None:
        raise WrongState("sharing.correction_read_already")
    notice.read_on, notice.read_by = clock.today(), officer_of(actor)
    notice.save()
    row = notice.request
    fact = PersonAcknowledged(
        row.id, number=row.number, organization=notice.organization_id, acknowledged_on=clock.today()
    )
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    flag_cases(row, cases, organization=notice.organization_id, actor=actor, clock=clock)


@transaction.atomic
def open_person(*, request: UUID, actor: Actor, clock: Clock) -> OpenedPerson:
    """Open who asked and what he said, on record (查阅留痕); only where he asked.  Raises NotFound."""
    row = _held(request, actor)
    if not actor.roles & (TAKES_DOWN | {Role.SHARING_OFFICE_HEAD.value}):
        raise NotFound("sharing.no_person")
    audit_read(
        actor=actor, clock=clock, subject_kind="person_request", subject=str(row.id), fields=PERSONAL_FIELDS,
        purpose=f"个人更正请求 {row.number}",
    )  # fmt: skip
    said = PersonalStatement(
        row.name, row.identifier, row.contact, row.record_key, row.value_seen, row.value_claimed
    )  # fmt: skip
    return OpenedPerson(said, row.answer)


def _held(request: UUID, actor: Actor) -> PersonRequest:
    found = PersonRequest.objects.select_for_update(of=("self",)).select_related("correction")
    row = found.filter(pk=request, organization=actor.organization).first()
    if row is None or actor.organization is None:
        raise NotFound("sharing.no_person")
    return row
