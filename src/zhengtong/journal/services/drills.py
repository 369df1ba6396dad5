"""Drills (演练): that a protection was tried out, by whom, with what outcome; kept as events."""

from datetime import date
from uuid import UUID

from django.db import transaction

from zhengtong.journal.events import DrillRecorded
from zhengtong.journal.services.events import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, RuleBroken
from zhengtong.kernel.ids import new_id

RECORDER = "security_admin"
TEXT_CHARS_MIN, TEXT_CHARS_MAX = 2, 500


@transaction.atomic
def record_drill(*, what: str, outcome: str, held_on: date, actor: Actor, clock: Clock) -> UUID:
    """Put a drill on record, as the security administrator (记录演练).

    Raises:
        NotAllowed: another role.
        RuleBroken: it says not what was tried or how it went, or lies in the future.
    """
    if not actor.has(RECORDER):
        raise NotAllowed("journal.drill_by_security")
    said, went = what.strip()[:TEXT_CHARS_MAX], outcome.strip()[:TEXT_CHARS_MAX]
    if len(said) < TEXT_CHARS_MIN or len(went) < TEXT_CHARS_MIN:
        raise RuleBroken("journal.drill_says_nothing")
    if held_on > clock.today():
        raise RuleBroken("journal.drill_in_future")
    fact = DrillRecorded(new_id(clock.now()), said, went, held_on)
    record(fact, actor=actor, clock=clock, jurisdiction=actor.jurisdiction)
    return fact.subject
