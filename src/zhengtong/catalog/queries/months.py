"""A month of the catalogue by department (月度数字): published, updated, updated in time (条例 第十七条).

No actor: control plane queries for supervision above, which scopes what it shows.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache
from uuid import UUID

from django.db.models import Count, Q

from zhengtong.catalog.models import Revision
from zhengtong.catalog.rules import EntryState
from zhengtong.catalog.rules.clocks import UPDATE, Dates, update_clock
from zhengtong.kernel.deadlines import TimeLimit, WorkCalendar, deadline
from zhengtong.kernel.errors import NotFound
from zhengtong.standards import queries as standards

LIST_ROWS_MAX = 500


class EntryFigure(StrEnum):
    """A figure of a department's month."""

    ENTRIES_PUBLISHED = "entries_published"  # 新发布
    ENTRIES_UPDATED = "entries_updated"  # 更新后发布
    UPDATES_ON_TIME = "updates_on_time"  # 按期更新
    UPDATES_LATE = "updates_late"  # 逾期更新


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry behind a figure."""

    id: UUID
    code: str
    version: int
    name: str
    on: date  # published, or reported
    due_on: date | None
    late: bool


_E = EntryFigure


def _where(figure: EntryFigure, first: date, last: date) -> Q:
    published = Q(published_on__gte=first, published_on__lte=last)
    return published & (Q(number=1) if figure is _E.ENTRIES_PUBLISHED else Q(number__gt=1))


def entry_counts(*, first: date, last: date, on: date) -> dict[EntryFigure, dict[UUID, int]]:
    """Every figure of every department."""
    found = dict[EntryFigure, dict[UUID, int]]()
    for figure in (_E.ENTRIES_PUBLISHED, _E.ENTRIES_UPDATED):
        rows = Revision.objects.filter(_where(figure, first, min(last, on))).order_by()
        found[figure] = dict(rows.values_list("entry__provider_id").annotate(n=Count("id")))
    found[_E.UPDATES_ON_TIME], found[_E.UPDATES_LATE] = dict[UUID, int](), dict[UUID, int]()
    for provider, figure, _line in _updates(first=first, last=last, on=on):
        found[figure][provider] = found[figure].get(provider, 0) + 1
    return found


def entry_list(figure: EntryFigure, *, organization: UUID, first: date, last: date, on: date) -> tuple[EntryLine, ...]:
    """The entries behind a figure of one department."""
    if figure in (_E.UPDATES_ON_TIME, _E.UPDATES_LATE):
        updates = _updates(first=first, last=last, on=on, provider=organization)
        return tuple(line for _whose, which, line in updates if which is figure)[:LIST_ROWS_MAX]
    rows = Revision.objects.filter(_where(figure, first, min(last, on)), entry__provider=organization)
    return tuple(
        EntryLine(row.entry_id, row.entry.guide_code, row.number, row.name, row.published_on, None, late=False)
        for row in rows.select_related("entry").order_by("entry__guide_code")[:LIST_ROWS_MAX]
        if row.published_on
    )


def _updates(
    *, first: date, last: date, on: date, provider: UUID | None = None
) -> list[tuple[UUID, EntryFigure, EntryLine]]:
    """Updates that were due: on time in the month they were reported, late in the month the limit ran out."""
    done = Q(change_done_on__gte=first, change_done_on__lte=min(last, on))
    owed = Q(change_on__isnull=False, change_on__lte=last) & (
        Q(change_done_on__isnull=True, state=str(EntryState.CHANGE_DUE)) | Q(change_done_on__gte=first)
    )
    rows = Revision.objects.filter(done | owed, change_on__isnull=False).select_related("entry__provider")
    rows = rows.filter(entry__provider=provider) if provider else rows
    held = list(rows.order_by("entry__guide_code"))
    calendars = standards.calendars_for(row.entry.provider.jurisdiction for row in held)
    limit_at = cache(_limit)  # read once for each place and day
    found = list[tuple[UUID, EntryFigure, EntryLine]]()
    for row in held:
        place = row.entry.provider.jurisdiction
        due = _due(row, limit_at(place, row.change_on), calendars[place])
        if due is None:
            continue
        late = (row.change_done_on or on) > due
        line = EntryLine(row.entry_id, row.entry.guide_code, row.number, row.name, row.change_done_on or on, due, late)
        if late and first <= due <= last:
            found.append((row.entry.provider_id, _E.UPDATES_LATE, line))
        elif not late and row.change_done_on and first <= row.change_done_on <= last:
            found.append((row.entry.provider_id, _E.UPDATES_ON_TIME, line))
    return found


def _limit(place: str, changed_on: date | None) -> TimeLimit | None:
    """The limit of an update; None where none binds on that day."""
    assert changed_on is not None  # the rows were asked for by it
    try:
        return standards.limit_for(UPDATE, on=changed_on, jurisdiction=place)
    except NotFound:
        return None


def _due(row: Revision, limit: TimeLimit | None, calendar: WorkCalendar) -> date | None:
    """The last day of an update, derived afresh; None where no limit of the Decree binds or it is provisional."""
    if limit is None or row.change_on is None:
        return None
    dates = Dates(change_on=row.change_on, change_extended_days=row.change_extended_days)
    held = replace(limit, extension_days=max(limit.extension_days, row.change_extended_days))
    view = deadline(update_clock(dates), held, calendar, on=row.change_on)
    return None if view.provisional else view.due_on
