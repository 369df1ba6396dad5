"""What can be done in supervision (督查办理).  One function, one use case, one transaction."""

from datetime import date
from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import record
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound
from zhengtong.kernel.events import Event
from zhengtong.kernel.ids import new_id
from zhengtong.standards import queries as standards
from zhengtong.supervision.events import (
    ExplanationAsked,
    FindingClosed,
    FindingExplained,
    FindingMended,
    FindingOpened,
    FindingUpheld,
)
from zhengtong.supervision.models import Finding, FindingRegister
from zhengtong.supervision.queries.scope import oversees
from zhengtong.supervision.queries.suspects import mended, suspects
from zhengtong.supervision.rules import (
    EXPLANATION,
    FINDING,
    TEXT_CHARS_MAX,
    FindingKind,
    FindingState,
    Suspect,
    check_explanation,
    check_reason,
    explanation_clock,
    finding_number,
)

MENDED_BATCH = 1_000  # findings asked about at once


def detect(*, clock: Clock, actor: Actor = SYSTEM) -> int:
    """Open a finding for everything a detector shows that has none, and note what was put right since.

    Returns how many opened.  Safe to repeat: a thing has one finding for a rule and the day it began, whatever
    becomes of it.
    """
    opened, today = 0, clock.today()
    for found in suspects(on=today):
        held = Finding.objects.filter(about__in={one.about for one in found})
        known = set(held.values_list("rule", "about", "started_on"))
        fresh = (one for one in found if one.rule and (one.rule, one.about, one.started_on) not in known)
        opened += sum(_open_one(one, actor=actor, clock=clock) for one in fresh)
    _note_done(actor=actor, clock=clock)
    return opened


@transaction.atomic
def _open_one(found: Suspect, *, actor: Actor, clock: Clock) -> bool:
    number = _next_number(clock.today().year)  # its lock also keeps a second worker out
    if Finding.objects.filter(rule=found.rule, about=found.about, started_on=found.started_on).exists():
        return False
    row = Finding.objects.create(
        id=new_id(clock.now()),
        number=number,
        rule=found.rule,
        kind=str(found.kind),
        about=found.about,
        about_number=found.number,
        about_title=found.title,
        organization_id=found.organization,
        counterpart_id=found.counterpart,
        jurisdiction=found.jurisdiction,
        limit_id=found.limit_id,
        started_on=found.started_on,
        passed_on=found.passed_on,
        facts=dict(found.facts),
        done_on=found.done_on,
        opened_on=clock.today(),
        state=FINDING.start,
    )
    _record_opened(row, actor=actor, clock=clock)
    return True


def _next_number(year: int) -> str:
    FindingRegister.objects.get_or_create(year=year)
    register = FindingRegister.objects.select_for_update().get(year=year)
    register.last += 1
    register.save()
    return finding_number(year=year, sequence=register.last)


def _record_opened(row: Finding, *, actor: Actor, clock: Clock) -> None:
    fact = FindingOpened(
        row.id,
        number=row.number,
        rule=row.rule,
        kind=row.kind,
        about=row.about,
        about_number=row.about_number,
        organization=row.organization_id,
        limit_id=row.limit_id,
        started_on=row.started_on,
        due_on=row.passed_on,
        opened_on=row.opened_on,
        done_on=row.done_on,
        facts=row.facts,
    )
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)


def _note_done(*, actor: Actor, clock: Clock) -> None:
    """Note what was done after all (已补办), also where a person has judged it meanwhile."""
    owed = Finding.objects.filter(done_on=None).order_by("number")
    for kind in FindingKind:
        ids = list(owed.filter(kind=str(kind)).values_list("about", flat=True))
        for start in range(0, len(ids), MENDED_BATCH):
            for about, day in mended(kind, ids[start : start + MENDED_BATCH], on=clock.today()).items():
                _mend(about, kind=kind, day=day, actor=actor, clock=clock)


@transaction.atomic
def _mend(about: UUID, *, kind: FindingKind, day: date, actor: Actor, clock: Clock) -> None:
    for row in Finding.objects.select_for_update().filter(
        about=about, kind=str(kind), done_on=None, started_on__lte=day
    ):
        row.done_on = day
        row.save()
        fact = FindingMended(row.id, number=row.number, done_on=day)
        record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)


@transaction.atomic
def ask_explanation(*, finding: UUID, actor: Actor, clock: Clock, note: str = "") -> None:
    """Ask the department to explain (要求说明); it has the working days of the limit EXPLANATION [D].

    Raises:
        NotFound: no such finding in the supervisor's region.
        WrongState: it was asked already, or is over.
    """
    row = _overseen(finding, actor=actor)
    row.state = FINDING.step("ask", state=FindingState(row.state), roles=actor.roles).target
    today = clock.today()
    view = explanation_clock(
        asked_on=today,
        explained_on=None,
        limit=standards.limit_for(EXPLANATION, on=today, jurisdiction=row.jurisdiction),
        calendar=standards.calendar_for(row.jurisdiction),
        on=today,
    )
    assert view.due_on is not None  # a started clock that never pauses
    row.asked_on, row.asked_by, row.note = today, _officer(actor), note.strip()[:TEXT_CHARS_MAX]
    row.due_on, row.due_provisional = view.due_on, view.provisional
    fact = ExplanationAsked(
        row.id,
        number=row.number,
        organization=row.organization_id,
        note=row.note,
        asked_on=today,
        due_on=view.due_on,
    )
    _keep(row, fact, actor=actor, clock=clock)


@transaction.atomic
def explain(*, finding: UUID, text: str, actor: Actor, clock: Clock) -> None:
    """Explain, as the department asked, what happened and why (说明情况).

    Raises:
        NotFound: no such finding about the actor's organization.
        RuleBroken: nothing is explained.
    """
    row = Finding.objects.select_for_update().filter(pk=finding, organization=actor.organization).first()
    if row is None or actor.organization is None:
        raise NotFound("supervision.no_finding")
    row.state = FINDING.step("explain", state=FindingState(row.state), roles=actor.roles).target
    check_explanation(text)
    row.explanation = text.strip()[:TEXT_CHARS_MAX]
    today = clock.today()
    row.explained_on, row.explained_by = today, _officer(actor)
    late = row.due_on is not None and today > row.due_on and not row.due_provisional
    fact = FindingExplained(row.id, number=row.number, organization=row.organization_id, explained_on=today, late=late)
    _keep(row, fact, actor=actor, clock=clock)


@transaction.atomic
def close(*, finding: UUID, reason: str, actor: Actor, clock: Clock) -> None:
    """End a finding: there was a good reason, or it was no breach (办结).  Raises NotFound, WrongState, RuleBroken."""
    row = _ended("close", finding=finding, reason=reason, actor=actor, clock=clock)
    fact = FindingClosed(row.id, number=row.number, reason=row.reason, ended_on=clock.today())
    _keep(row, fact, actor=actor, clock=clock)


@transaction.atomic
def uphold(*, finding: UUID, reason: str, actor: Actor, clock: Clock) -> None:
    """Hold that it was a breach (认定属实).  Raises NotFound, WrongState, RuleBroken."""
    row = _ended("uphold", finding=finding, reason=reason, actor=actor, clock=clock)
    fact = FindingUpheld(row.id, number=row.number, reason=row.reason, ended_on=clock.today())
    _keep(row, fact, actor=actor, clock=clock)


def _ended(verb: str, *, finding: UUID, reason: str, actor: Actor, clock: Clock) -> Finding:
    row = _overseen(finding, actor=actor)
    state = FindingState(row.state)
    target = FINDING.step(verb, state=state, roles=actor.roles).target
    check_reason(reason, state=state, verb=verb, due_on=row.due_on, on=clock.today())
    row.state, row.reason = target, reason.strip()[:TEXT_CHARS_MAX]
    row.ended_on, row.ended_by = clock.today(), _officer(actor)
    return row


def _overseen(finding: UUID, *, actor: Actor) -> Finding:
    """The finding, locked, if it lies in the region the actor oversees.  Raises NotFound."""
    row = Finding.objects.select_for_update().filter(pk=finding).first()
    if row is None or not oversees(actor, row.jurisdiction):
        raise NotFound("supervision.no_finding")
    return row


def _officer(actor: Actor) -> UUID:
    if actor.officer is None:
        raise NotAllowed("supervision.needs_a_person")
    return actor.officer


def _keep(row: Finding, fact: Event, *, actor: Actor, clock: Clock) -> None:
    row.save()
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
