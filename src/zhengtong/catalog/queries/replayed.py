"""What the rows of the catalogue hold (核对用): compared with what the events imply."""

from zhengtong.catalog.models import Revision
from zhengtong.kernel.events import JsonValue

_COLUMNS = ("submitted_on", "decided_on", "published_on", "change_on", "change_done_on")


def actual_revisions() -> dict[str, dict[str, JsonValue]]:
    """State and legal days of every revision, by entry and number."""
    rows = Revision.objects.order_by("id").values("entry_id", "number", "state", "change_extended_days", *_COLUMNS)
    return {
        f"{row['entry_id']}/{row['number']}": {
            "state": row["state"],
            "change_extended_days": row["change_extended_days"],
            **{name: row[name].isoformat() if row[name] else None for name in _COLUMNS},
        }
        for row in rows.iterator(chunk_size=2000)
    }
