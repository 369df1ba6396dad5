"""Training of those who share (培训): who must, how many hours, who has.  Pure.

No article gives hours: the data authority's leader sets them year by year for the roles that need them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from zhengtong.kernel.errors import RuleBroken
from zhengtong.parties.rules import Role

TOPIC_CHARS_MIN, TOPIC_CHARS_MAX = 4, 200
HOURS_MAX = Decimal(200)
HALF = Decimal("0.5")
ATTENDEES_MAX = 300
TRAINABLE: tuple[Role, ...] = (
    Role.DATA_OFFICER, Role.SHARING_OFFICE_HEAD, Role.DEPARTMENT_HEAD, Role.ENGINEER, Role.COUNTER_CLERK,
    Role.AUTHORITY_REVIEWER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """What one year asks: the roles, and the hours of each person in them (年度培训计划)."""

    year: int
    roles: frozenset[Role]
    hours: Decimal


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of those whom the plan names, how many have their hours (培训覆盖)."""

    owed: int
    trained: int
    wanting: tuple[UUID, ...]  # officers who have not, in the order given


def check_plan(plan: Plan) -> None:
    """Raise RuleBroken for a plan without roles or with hours that are none."""
    if not plan.roles or not plan.roles <= set(TRAINABLE):
        raise RuleBroken("supervision.training_roles")
    _check_hours(plan.hours)


def check_training(*, topic: str, held_on: date, hours: Decimal, attendees: int, today: date) -> None:
    """Raise RuleBroken for a training without topic or people, of a day to come, or of no hours."""
    if not TOPIC_CHARS_MIN <= len(topic.strip()) <= TOPIC_CHARS_MAX:
        raise RuleBroken("supervision.training_topic")
    if held_on > today:
        raise RuleBroken("supervision.training_ahead", day=held_on.isoformat())
    if not 0 < attendees <= ATTENDEES_MAX:
        raise RuleBroken("supervision.training_attendees", most=ATTENDEES_MAX)
    _check_hours(hours)


def coverage(plan: Plan, *, holders: Iterable[tuple[UUID, Iterable[Role]]], hours: Mapping[UUID, Decimal]) -> Coverage:
    """Who of `holders` (officer, roles) the plan names, and who has its hours (`hours`: passed in the year)."""
    named = list(dict.fromkeys(officer for officer, roles in holders if plan.roles & set(roles)))
    wanting = tuple(one for one in named if hours.get(one, Decimal(0)) < plan.hours)
    return Coverage(len(named), len(named) - len(wanting), wanting)


def _check_hours(hours: Decimal) -> None:
    if not 0 < hours <= HOURS_MAX or hours % HALF:
        raise RuleBroken("supervision.training_hours")
