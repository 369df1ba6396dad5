"""Flagging the cases in which a doubted value was used (标记办件).  A flag stops nothing: the case goes on."""

from collections.abc import Iterable
from uuid import UUID

from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import RuleBroken
from zhengtong.sharing.events import CorrectionCasesFlagged, PersonCasesFlagged
from zhengtong.sharing.models import Correction, FlaggedCase, PersonRequest
from zhengtong.sharing.rules.personal import CASE_CHARS_MAX, CASES_MAX, case_numbers


def flag_cases(
    row: Correction | PersonRequest, cases: str | Iterable[str], *, organization: UUID, actor: Actor, clock: Clock
) -> tuple[str, ...]:
    """Flag cases of one organization with a correction or a person's request; gives those not flagged before.

    Raises RuleBroken: too many, too long, or what looks like a citizen number.
    """
    numbers = case_numbers(cases)
    held = set(row.cases.filter(organization=organization).values_list("number", flat=True))
    fresh = tuple(number for number in numbers if number not in held)
    if not fresh:
        return ()
    if len(held) + len(fresh) > CASES_MAX:
        raise RuleBroken("sharing.cases_too_many", most=CASES_MAX, chars=CASE_CHARS_MAX)
    is_person = isinstance(row, PersonRequest)
    FlaggedCase.objects.bulk_create(
        FlaggedCase(
            number=number, organization_id=organization, flagged_on=clock.today(),
            correction=None if is_person else row, person=row if is_person else None,
        )
        for number in fresh
    )  # fmt: skip
    made = PersonCasesFlagged if is_person else CorrectionCasesFlagged
    fact = made(row.id, organization=organization, cases=fresh, flagged_on=clock.today())
    record(fact, actor=actor, clock=clock, jurisdiction=row.jurisdiction)
    return fresh
