"""The board (办件台) as center and catalogue have it at the end: numbers, days, outcomes, never a constant."""

from datetime import date
from typing import Any

from zhengtong.kernel.paging import PAGE_ROWS_MAX
from zhengtong.sharing import queries as sharing


def lines(*, on: date) -> list[dict[str, Any]]:
    """Every request with its days and outcome, and the grants it led to, by number."""
    grants: dict[str, list[dict[str, Any]]] = {}
    for grant in sharing.all_grants(on=on, rows=PAGE_ROWS_MAX).rows:
        held = {"number": grant.number, "consumer": grant.consumer.code, "state": str(grant.state)}
        grants.setdefault(grant.number.rpartition("-")[0], []).append(held)
    requests = sharing.everything(on=on, rows=PAGE_ROWS_MAX).rows
    return [
        {
            "number": line.number,
            "consumer": line.consumer.code,
            "provider": line.provider.code,
            "entry": line.entry_name,
            "state": str(line.state),
            "received_on": _day(line.received_on),
            "due_on": _day(line.due_on),
            "decided_on": _day(line.decided_on),
            "late": line.late,
            "grants": sorted(grants.get(line.number, []), key=lambda grant: grant["number"]),
        }
        for line in sorted(requests, key=lambda line: line.number)
    ]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
