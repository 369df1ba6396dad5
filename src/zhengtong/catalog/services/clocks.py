"""Due dates of revisions (目录期限缓存): counted from the legal days in the row, a limit and a calendar."""

from dataclasses import replace

from django.db import transaction

from zhengtong.catalog.models import Revision
from zhengtong.catalog.policy import review_limit_for_first_filing
from zhengtong.catalog.rules import EntryState
from zhengtong.catalog.rules.clocks import REVIEW, UPDATE, Dates, review_clock, update_clock
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.deadlines import deadline
from zhengtong.kernel.errors import NotFound
from zhengtong.standards.queries import calendar_for, limit_for

RECOUNT_BATCH = 1_000  # rows held in memory at once; all open clocks are counted
_REVIEWED = frozenset({EntryState.SUBMITTED, EntryState.AUTHORITY_REVIEW})


def set_due(revision: Revision) -> None:
    """Fill a revision's cached due date from its state and dates; the caller saves."""
    dates = Dates(
        revision.submitted_on,
        revision.decided_on,
        revision.change_on,
        revision.change_extended_days,
        revision.change_done_on,
    )
    limit_id, events = "", ()
    if revision.state in _REVIEWED and (revision.number > 1 or review_limit_for_first_filing()):
        limit_id, events = REVIEW, review_clock(dates)
    elif revision.state == EntryState.CHANGE_DUE and revision.change_done_on is None:
        limit_id, events = UPDATE, update_clock(dates)
    revision.due_on, revision.due_provisional = None, False
    if not events:
        return
    place, started = revision.entry.provider.jurisdiction, events[0].on
    try:
        limit = limit_for(limit_id, on=started, jurisdiction=place)
    except NotFound:  # a change from before the Decree: it is on record, but no limit of the Decree binds it
        return
    # an extension agreed under the limit of its day stays agreed when a place tightens the limit later
    held = replace(limit, extension_days=max(limit.extension_days, revision.change_extended_days))
    view = deadline(events, held, calendar_for(place), on=started)
    revision.due_on, revision.due_provisional = view.due_on, view.provisional


@transaction.atomic
def recount(*, clock: Clock) -> int:
    """Count all open due dates again after a calendar or a limit changed (重新计算期限).  Returns how many moved."""
    states = [*_REVIEWED, EntryState.CHANGE_DUE]
    rows = Revision.objects.select_for_update(of=("self",)).select_related("entry__provider")
    moved = 0
    for revision in rows.filter(state__in=states).iterator(RECOUNT_BATCH):
        before = (revision.due_on, revision.due_provisional)
        set_due(revision)
        if before != (revision.due_on, revision.due_provisional):
            revision.updated_at = clock.now()
            revision.save(update_fields=["due_on", "due_provisional", "updated_at"])
            moved += 1
    return moved
