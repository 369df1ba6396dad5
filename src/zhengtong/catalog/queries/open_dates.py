"""Open revisions with their due dates (未结目录事项), for the preview of a changed limit."""

from zhengtong.catalog.models import Revision
from zhengtong.catalog.rules import EntryState
from zhengtong.standards.previewing import OpenDate


def open_dates(most: int) -> dict[str, OpenDate]:
    """Revisions under review, and changes that an entry still owes."""
    states = [str(one) for one in (EntryState.SUBMITTED, EntryState.AUTHORITY_REVIEW, EntryState.CHANGE_DUE)]
    rows = Revision.objects.filter(state__in=states).order_by("due_on")
    return {
        f"revision {key}": OpenDate("目录条目", "entry", name, due)
        for key, name, due in rows.values_list("id", "name", "due_on")[:most]
    }
