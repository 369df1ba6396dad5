"""Findings from their events alone (重放), to be compared with the rows."""

from collections.abc import Callable, Iterable

from zhengtong.journal import rebuild
from zhengtong.journal.rules import StoredEvent
from zhengtong.kernel.events import JsonValue
from zhengtong.supervision.queries.findings import actual_rows

Columns = dict[str, JsonValue]


def register() -> None:
    """Register supervision with `journal rebuild --check`."""
    rebuild.register("supervision", replay=replay, actual=actual_rows)


def replay(events: Iterable[StoredEvent]) -> dict[str, Columns]:
    """The columns of every finding, as the events imply them."""
    rows = dict[str, Columns]()
    for fact in events:
        key = f"finding {fact.subject}"
        rows[key] = {**rows.get(key, {}), **_CHANGES[fact.name](fact.payload)}
    return rows


def _opened(payload: Columns) -> Columns:
    kept = {name: payload[name] for name in ("number", "rule", "about", "opened_on", "done_on")}
    blank: Columns = dict.fromkeys(("asked_on", "due_on", "explained_on", "ended_on"))
    return kept | blank | {"state": "open", "passed_on": payload["due_on"]}


_CHANGES: dict[str, Callable[[Columns], Columns]] = {
    "supervision.finding.opened": _opened,
    "supervision.finding.mended": lambda p: {"done_on": p["done_on"]},
    "supervision.finding.explanation-asked": lambda p: {
        "state": "explanation_asked",
        "asked_on": p["asked_on"],
        "due_on": p["due_on"],
    },
    "supervision.finding.explained": lambda p: {"state": "explained", "explained_on": p["explained_on"]},
    "supervision.finding.closed": lambda p: {"state": "closed", "ended_on": p["ended_on"]},
    "supervision.finding.upheld": lambda p: {"state": "upheld", "ended_on": p["ended_on"]},
}
