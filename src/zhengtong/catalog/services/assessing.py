"""Putting on record which assessments an entry was submitted with (评估记录).

Not an entry point: `signing.submit` calls it inside its transaction.
"""

from zhengtong.catalog.events import AssessmentStated
from zhengtong.catalog.models import Assessment, Revision
from zhengtong.catalog.queries import drafts
from zhengtong.catalog.rules.assessments import check_covers, stated
from zhengtong.catalog.services.moves import person
from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.ids import new_id


def state_assessments(revision: Revision, *, actor: Actor, clock: Clock) -> None:
    """Record each document that is stated for the first time; one stated before must cover what there is now.

    Raises RuleBroken: an item came after the assessment that is stated for it.
    """
    for one in stated(drafts.read(revision)):
        held = Assessment.objects.filter(entry=revision.entry_id, kind=one.kind, document=one.document).first()
        if held is not None:
            check_covers(one, held.items)
            continue
        row = Assessment.objects.create(
            id=new_id(clock.now()), entry=revision.entry, kind=one.kind, document=one.document, version=revision.number,
            items=sorted(one.items), stated_on=clock.today(), stated_at=clock.now(), stated_by=person(actor),
        )  # fmt: skip
        fact = AssessmentStated(
            row.id, entry=revision.entry_id, number=revision.number, kind=str(one.kind), document=one.document,
            items=tuple(row.items), stated_on=row.stated_on,
        )  # fmt: skip
        record(fact, actor=actor, clock=clock, jurisdiction=revision.entry.provider.jurisdiction)
