"""What sharing knows of an entry's quality (质量依据): values put right, grants, deliveries that are late.

No actor: areas above scope.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count

from zhengtong.sharing.models import Correction, Grant, PersonRequest
from zhengtong.sharing.rules import CorrectionState, GrantState

GRANTS_MAX = 5_000


@dataclass(frozen=True, slots=True)
class SharedFacts:
    """What happened with the data of an entry."""

    grants: tuple[UUID, ...]  # delivered ones, also those that ended
    corrected: int  # corrections that proved right, departments' and persons'
    late_deliveries: int


def shared_facts(*, entries: Collection[UUID], since: date, on: date) -> dict[UUID, SharedFacts]:
    """Per entry, with corrections since a day and deliveries late on a day."""
    some = set(entries)
    grants, late = dict[UUID, list[UUID]](), dict[UUID, int]()
    rows = Grant.objects.filter(request__entry__in=some).order_by("-number")
    told = rows.values_list("id", "request__entry", "state", "delivered_on", "deliver_due_on", "deliver_provisional")
    for key, entry, state, delivered, due, provisional in told[:GRANTS_MAX]:
        if delivered is not None:
            grants.setdefault(entry, []).append(key)
        elif state == GrantState.DELIVERING and due is not None and due < on and not provisional:
            late[entry] = late.get(entry, 0) + 1
    proved = Correction.objects.filter(entry__in=some, state=str(CorrectionState.CORRECTED), answered_on__gte=since)
    own = PersonRequest.objects.filter(entry__in=some, is_corrected=True, verified_on__gte=since)
    corrected = dict[UUID, int]()
    for found in (proved, own):
        for entry, number in found.order_by().values_list("entry").annotate(n=Count("id")):
            corrected[entry] = corrected.get(entry, 0) + number
    return {one: SharedFacts(tuple(grants.get(one, ())), corrected.get(one, 0), late.get(one, 0)) for one in some}
