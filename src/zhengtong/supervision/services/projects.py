"""What can be done with information projects (信息化项目办理, 条例 第三十八条)."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from zhengtong.catalog import queries as catalog
from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.kernel.events import Event
from zhengtong.kernel.ids import new_id
from zhengtong.parties.rules import Role
from zhengtong.supervision.events import ProjectDecided, ProjectMoneyJudged, ProjectPlanned
from zhengtong.supervision.models import Project, ProjectMoney, ProjectRegister
from zhengtong.supervision.queries.projects import facts_of
from zhengtong.supervision.rules.projects import (
    PROJECT,
    Money,
    ProjectStage,
    check_gate,
    check_words,
    project_number,
)
from zhengtong.supervision.services.desks import acts_for_authority, person

ENTRIES_MAX = 100


@transaction.atomic
def plan_project(*, name: str, system: str, entries: Iterable[UUID], actor: Actor, clock: Clock) -> UUID:
    """Put a project before the data authority, with the catalogue entries of its system (申报项目).

    Raises:
        NotAllowed: not a data officer.
        NotFound: an entry is not the department's own.
        RuleBroken: it has no name, or names too many entries.
    """
    if actor.organization is None or not actor.has(Role.DATA_OFFICER):
        raise NotAllowed("supervision.project_by_officer")
    check_words(name)
    chosen = set(entries)
    if len(chosen) > ENTRIES_MAX:
        raise RuleBroken("supervision.project_too_many_entries", most=ENTRIES_MAX)
    own = catalog.standings(entries=chosen)
    if any(one not in own or own[one].provider != actor.organization for one in chosen):
        raise NotFound("supervision.project_foreign_entry")
    row = Project.objects.create(
        id=new_id(clock.now()), number=_next_number(clock.today().year), organization_id=actor.organization,
        jurisdiction=actor.jurisdiction, name=name.strip()[:200], system=system.strip()[:200], stage=PROJECT.start,
        planned_on=clock.today(), planned_by=person(actor),
    )  # fmt: skip
    row.entries.set(chosen)
    fact = ProjectPlanned(
        row.id, number=row.number, organization=row.organization_id, name=row.name, entries=tuple(sorted(chosen)),
        planned_on=row.planned_on,
    )  # fmt: skip
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return row.id


@transaction.atomic
def decide_project(*, project: UUID, verb: str, reason: str, actor: Actor, clock: Clock) -> None:
    """Approve, refuse, accept or withdraw (立项、验收、撤回); the gates are checked against today's facts.

    Raises:
        NotFound: no such project within the actor's reach.
        WrongState, NotAllowed: not from this stage; not in these roles.
        RuleBroken: a gate is shut, or no reason is given.
    """
    row = _project(verb, project=project, actor=actor)
    check_words(reason)
    facts = facts_of(row, on=clock.today())
    check_gate(verb, facts)
    row.reason, row.decided_on, row.decided_by = reason.strip(), clock.today(), person(actor)
    row.save()
    fact = ProjectDecided(row.id, number=row.number, stage=row.stage, reason=row.reason, decided_on=clock.today())
    _say(row, fact, actor, clock)


@transaction.atomic
def judge_money(*, project: UUID, year: int, money: Money, reason: str, actor: Actor, clock: Clock) -> None:
    """Say, as the data authority's leader, whether a year's money for operation is supported (运维经费意见).

    The facts of the day are kept with the opinion.

    Raises: as `decide_project`; RuleBroken also for a year that was judged already.
    """
    row = _project("judge_money", project=project, actor=actor)
    check_words(reason)
    facts = facts_of(row, on=clock.today())
    check_gate("judge_money", facts, money=money)
    if ProjectMoney.objects.filter(project=row, year=year).exists():
        raise RuleBroken("supervision.project_year_judged", year=year)
    ProjectMoney.objects.create(
        id=new_id(clock.now()), project=row, year=year, money=str(money), reason=reason.strip(),
        entries=facts.entries, unpublished=facts.unpublished, late_deliveries=facts.late_deliveries,
        upheld=facts.upheld, judged_on=clock.today(), judged_by=person(actor),
    )  # fmt: skip
    fact = ProjectMoneyJudged(
        row.id, number=row.number, year=year, money=str(money), reason=reason.strip(), judged_on=clock.today()
    )
    _say(row, fact, actor, clock)


def _project(verb: str, *, project: UUID, actor: Actor) -> Project:
    """The project, locked and already in the stage the verb leads to; nothing is saved yet."""
    row = Project.objects.select_for_update().filter(pk=project).first()
    if row is None or not _may(verb, row, actor):
        raise NotFound("supervision.no_project")
    row.stage = PROJECT.step(verb, state=ProjectStage(row.stage), roles=actor.roles).target
    return row


def _may(verb: str, row: Project, actor: Actor) -> bool:
    if verb == "withdraw":
        return actor.organization == row.organization_id
    return acts_for_authority(actor, jurisdiction=row.jurisdiction)


def _next_number(year: int) -> str:
    ProjectRegister.objects.get_or_create(year=year)
    register = ProjectRegister.objects.select_for_update().get(year=year)
    register.last += 1
    register.save()
    return project_number(year=year, sequence=register.last)


def _say(row: Project, fact: Event, actor: Actor, clock: Clock) -> None:
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
