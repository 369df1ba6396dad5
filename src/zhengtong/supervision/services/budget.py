"""What can be done with money for sharing (共享经费办理, 条例 第三十八条)."""

from decimal import Decimal
from uuid import UUID

from django.db import transaction

from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound
from zhengtong.kernel.events import Event
from zhengtong.kernel.ids import new_id
from zhengtong.parties.rules import Role
from zhengtong.supervision.events import MoneyAsked, MoneyDecided, MoneyEvaluated, SpendingReported
from zhengtong.supervision.models import BudgetLine, BudgetRegister, Project
from zhengtong.supervision.queries.budget import project_facts
from zhengtong.supervision.rules.budget import (
    BUDGET,
    BudgetKind,
    BudgetState,
    Rating,
    budget_number,
    check_ask,
    check_listing,
    check_spending,
)
from zhengtong.supervision.rules.projects import check_words
from zhengtong.supervision.services.desks import acts_for_authority, person

OWN_VERBS = ("withdraw_money", "report_spending")


@transaction.atomic
def ask_money(
    *, year: int, kind: BudgetKind, project: UUID | None, purpose: str, goal: str, amount: Decimal, actor: Actor,
    clock: Clock,
) -> UUID:  # fmt: skip
    """Ask for money for sharing in a year, with what it is to bring about (经费申报、绩效目标).

    Raises:
        NotAllowed: not a data officer.
        NotFound: the project is not the department's own.
        RuleBroken: no amount, no purpose, no goal; investment or operation without a project.
    """
    if actor.organization is None or not actor.has(Role.DATA_OFFICER):
        raise NotAllowed("supervision.budget_by_officer")
    check_words(purpose)
    check_words(goal)
    check_ask(kind=kind, amount=amount, has_project=project is not None)
    if project and not Project.objects.filter(pk=project, organization=actor.organization).exists():
        raise NotFound("supervision.no_project")
    row = BudgetLine.objects.create(
        id=new_id(clock.now()), number=_next_number(year), organization_id=actor.organization,
        jurisdiction=actor.jurisdiction, year=year, kind=str(kind), project_id=project, purpose=purpose.strip(),
        goal=goal.strip(), asked=amount, asked_on=clock.today(), asked_by=person(actor), state=BUDGET.start,
    )  # fmt: skip
    fact = MoneyAsked(
        row.id, number=row.number, organization=row.organization_id, year=year, kind=str(kind), project=project,
        asked=f"{amount:.2f}", asked_on=row.asked_on,
    )  # fmt: skip
    _say(row, fact, actor, clock)
    return row.id


@transaction.atomic
def decide_money(
    *, line: UUID, verb: str, reason: str, actor: Actor, clock: Clock, amount: Decimal | None = None
) -> None:
    """List a line (`amount`: how much, else all that was asked), leave it out, or withdraw it (列入意见).

    Raises:
        NotFound: no such line within the actor's reach.
        WrongState, NotAllowed: not from this state; not in these roles.
        RuleBroken: no reason; more than asked; its project is not approved, or its operation not supported.
    """
    row = _line(verb, line=line, actor=actor)
    check_words(reason)
    if verb == "list":
        listed = row.asked if amount is None else amount
        check_listing(kind=BudgetKind(row.kind), asked=row.asked, listed=listed, project=project_facts(row))
        row.listed = listed
    row.reason, row.decided_on, row.decided_by = reason.strip(), clock.today(), person(actor)
    row.save()
    fact = MoneyDecided(
        row.id, number=row.number, state=row.state, listed="" if row.listed is None else f"{row.listed:.2f}",
        reason=row.reason, decided_on=clock.today(),
    )  # fmt: skip
    _say(row, fact, actor, clock)


@transaction.atomic
def report_spending(*, line: UUID, spent: Decimal, result: str, actor: Actor, clock: Clock) -> None:
    """Report what was spent and what came of it, measured by the goal (执行和绩效自评).

    Raises: as `decide_money`; RuleBroken for a year that has not begun, or more than was listed.
    """
    row = _line("report_spending", line=line, actor=actor)
    check_words(result)
    check_spending(listed=row.listed or Decimal(0), spent=spent, year=row.year, this_year=clock.today().year)
    row.spent, row.result, row.reported_on, row.reported_by = spent, result.strip(), clock.today(), person(actor)
    row.save()
    _say(
        row, SpendingReported(row.id, number=row.number, spent=f"{spent:.2f}", reported_on=clock.today()), actor, clock
    )


@transaction.atomic
def evaluate_money(*, line: UUID, rating: Rating, reason: str, actor: Actor, clock: Clock) -> None:
    """Say, as the data authority's leader, what came of the money (绩效评价).  Raises: as `decide_money`."""
    row = _line("evaluate", line=line, actor=actor)
    check_words(reason)
    row.rating, row.judgement = str(rating), reason.strip()
    row.evaluated_on, row.evaluated_by = clock.today(), person(actor)
    row.save()
    fact = MoneyEvaluated(row.id, number=row.number, rating=row.rating, evaluated_on=clock.today())
    _say(row, fact, actor, clock)


def _line(verb: str, *, line: UUID, actor: Actor) -> BudgetLine:
    """The line, locked and already in the state the verb leads to; nothing is saved yet."""
    row = BudgetLine.objects.select_for_update().filter(pk=line).first()
    if row is None or not _may(verb, row, actor):
        raise NotFound("supervision.no_budget")
    row.state = BUDGET.step(verb, state=BudgetState(row.state), roles=actor.roles).target
    return row


def _may(verb: str, row: BudgetLine, actor: Actor) -> bool:
    if verb in OWN_VERBS:
        return actor.organization == row.organization_id
    return acts_for_authority(actor, jurisdiction=row.jurisdiction)


def _next_number(year: int) -> str:
    BudgetRegister.objects.get_or_create(year=year)
    register = BudgetRegister.objects.select_for_update().get(year=year)
    register.last += 1
    register.save()
    return budget_number(year=year, sequence=register.last)


def _say(row: BudgetLine, fact: Event, actor: Actor, clock: Clock) -> None:
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
