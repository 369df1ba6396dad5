"""Deriving all open clocks again (期限重算), after a calendar year is loaded or a limit changes."""

from django.db import transaction

from zhengtong.kernel.clock import Clock
from zhengtong.sharing.models import Grant, SharingRequest
from zhengtong.sharing.queries.clockwork import grant_clock, request_clock
from zhengtong.sharing.rules import ANSWERABLE, GrantState

RECOUNT_BATCH = 1_000


@transaction.atomic
def recompute_clocks(*, clock: Clock) -> int:
    """Derive the due dates of open requests and undelivered grants; returns how many changed.

    A due date is no decision: it follows from recorded facts, so no event is written.
    """
    today = clock.today()
    changed = 0
    waiting = SharingRequest.objects.select_for_update().filter(state__in=[str(s) for s in ANSWERABLE])
    for row in waiting.order_by("due_on")[:RECOUNT_BATCH]:
        view = request_clock(row, on=today)
        if (view.due_on, view.provisional) != (row.due_on, row.due_provisional):
            row.due_on, row.due_provisional = view.due_on, view.provisional
            row.save(update_fields=["due_on", "due_provisional"])
            changed += 1
    undelivered = Grant.objects.select_for_update().filter(state=str(GrantState.DELIVERING)).select_related("request")
    for grant in undelivered.order_by("deliver_due_on")[:RECOUNT_BATCH]:
        view = grant_clock(grant, jurisdiction=grant.request.jurisdiction, on=today)
        if view.due_on and (view.due_on, view.provisional) != (grant.deliver_due_on, grant.deliver_provisional):
            grant.deliver_due_on, grant.deliver_provisional = view.due_on, view.provisional
            grant.save(update_fields=["deliver_due_on", "deliver_provisional"])
            changed += 1
    return changed
