"""Deriving all open clocks again (期限重算), after a calendar year is loaded or a limit changes."""

from django.db import transaction

from zhengtong.kernel.clock import Clock
from zhengtong.sharing.models import Correction, Disposal, Grant, ServiceChange, SharingRequest
from zhengtong.sharing.queries.clockwork import change_view, correction_view, disposal_view, grant_clock, request_clock
from zhengtong.sharing.rules import REPLY_OWED, ChangeState, CorrectionState, DisposalState, GrantState

RECOUNT_BATCH = 1_000  # rows held in memory at once; all open clocks are counted


@transaction.atomic
def recompute_clocks(*, clock: Clock) -> int:
    """Derive the due dates of open requests, grants, corrections, disposals and changes; returns how many changed.

    A due date is no decision: it follows from recorded facts, so no event is written.
    """
    waiting = SharingRequest.objects.select_for_update(of=("self",)).select_related("supplement")
    waiting = waiting.prefetch_related("extensions").filter(state__in=[str(s) for s in REPLY_OWED])
    undelivered = Grant.objects.select_for_update(of=("self",)).select_related("request")
    undelivered = undelivered.filter(state=str(GrantState.DELIVERING))
    filed = Correction.objects.select_for_update().filter(state=str(CorrectionState.FILED))
    asked = sum(_recount_request(row, clock) for row in waiting.iterator(RECOUNT_BATCH))
    owed = sum(_recount_grant(row, clock) for row in undelivered.iterator(RECOUNT_BATCH))
    ended = Disposal.objects.select_for_update(of=("self",)).select_related("grant__request")
    left = ended.filter(state=str(DisposalState.OWED))
    kept = sum(_recount_disposal(row, clock) for row in left.iterator(RECOUNT_BATCH))
    proposed = ServiceChange.objects.select_for_update(of=("self",)).select_related("grant__request")
    open_changes = proposed.filter(state=str(ChangeState.PROPOSED))
    kept += sum(_recount_change(row, clock) for row in open_changes.iterator(RECOUNT_BATCH))
    return asked + owed + kept + sum(_recount_correction(row, clock) for row in filed.iterator(RECOUNT_BATCH))


def _recount_request(row: SharingRequest, clock: Clock) -> bool:
    view = request_clock(row, on=clock.today())
    if (view.due_on, view.provisional) == (row.due_on, row.due_provisional):
        return False
    row.due_on, row.due_provisional = view.due_on, view.provisional
    row.save(update_fields=["due_on", "due_provisional"])
    return True


def _recount_grant(row: Grant, clock: Clock) -> bool:
    view = grant_clock(row, jurisdiction=row.request.jurisdiction, on=clock.today())
    if view.due_on is None or (view.due_on, view.provisional) == (row.deliver_due_on, row.deliver_provisional):
        return False
    row.deliver_due_on, row.deliver_provisional = view.due_on, view.provisional
    row.save(update_fields=["deliver_due_on", "deliver_provisional"])
    return True


def _recount_correction(row: Correction, clock: Clock) -> bool:
    place, today = row.jurisdiction, clock.today()
    view = correction_view(filed_on=row.filed_on, answered_on=None, jurisdiction=place, on=today)
    if view.due_on is None or (view.due_on, view.provisional) == (row.due_on, row.due_provisional):
        return False
    row.due_on, row.due_provisional = view.due_on, view.provisional
    row.save(update_fields=["due_on", "due_provisional"])
    return True


def _recount_disposal(row: Disposal, clock: Clock) -> bool:
    place = row.grant.request.jurisdiction
    view = disposal_view(ended_on=row.ended_on, reported_on=None, jurisdiction=place, on=clock.today())
    if view.due_on is None or (view.due_on, view.provisional) == (row.due_on, row.due_provisional):
        return False
    row.due_on, row.due_provisional = view.due_on, view.provisional
    row.save(update_fields=["due_on", "due_provisional"])
    return True


def _recount_change(row: ServiceChange, clock: Clock) -> bool:
    place = row.grant.request.jurisdiction
    view = change_view(proposed_on=row.proposed_on, answered_on=None, jurisdiction=place, on=clock.today())
    if view.due_on is None or (view.due_on, view.provisional) == (row.due_on, row.due_provisional):
        return False
    row.due_on, row.due_provisional = view.due_on, view.provisional
    row.save(update_fields=["due_on", "due_provisional"])
    return True
