"""Supervision from its events alone (重放), to be compared with the rows."""

from collections.abc import Callable, Iterable

from zhengtong.journal import rebuild
from zhengtong.journal.rules import StoredEvent
from zhengtong.kernel.events import JsonValue
from zhengtong.supervision.queries.budget import actual_money
from zhengtong.supervision.queries.directives import actual_directives
from zhengtong.supervision.queries.findings import actual_rows
from zhengtong.supervision.queries.guarantee import actual_documents, actual_training
from zhengtong.supervision.queries.projects import actual_projects

Columns = dict[str, JsonValue]


def register() -> None:
    """Register supervision with `journal rebuild --check`."""
    rebuild.register("supervision", replay=replay, actual=_actual)


def _actual() -> dict[str, Columns]:
    kinds = (actual_rows, actual_projects, actual_money, actual_documents, actual_training, actual_directives)
    return {key: columns for kind in kinds for key, columns in kind().items()}


def replay(events: Iterable[StoredEvent]) -> dict[str, Columns]:
    """The columns of every row of supervision, as the events imply them."""
    rows = dict[str, Columns]()
    for fact in events:
        _, subject, what = fact.name.split(".")
        if subject == "training" and what == "plan-set":
            subject = "plan"
        key = f"{subject} {fact.subject}"
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
    "supervision.project.planned": lambda p: {
        "number": p["number"], "name": p["name"], "stage": "planned", "planned_on": p["planned_on"], "decided_on": None,
    },
    "supervision.project.decided": lambda p: {"stage": p["stage"], "decided_on": p["decided_on"]},
    "supervision.project.money-judged": lambda _p: {},
    "supervision.document.filed": lambda p: {
        **{name: p[name] for name in ("kind", "title", "document_number", "in_force_from")}, "ended_on": None,
    },
    "supervision.document.ended": lambda p: {"ended_on": p["ended_on"]},
    "supervision.training.plan-set": lambda p: {name: p[name] for name in ("year", "serial", "roles", "hours")},
    "supervision.training.recorded": lambda p: {name: p[name] for name in ("topic", "held_on", "hours")},
    "supervision.meeting.recorded": lambda p: {name: p[name] for name in ("number", "title", "held_on")},
    "supervision.directive.issued": lambda p: {
        **{name: p[name] for name in ("number", "kind", "text", "due_on")}, "state": "owed", "about": p.get("about"),
    },
    "supervision.directive.reported": lambda _p: {"state": "reported"},
    "supervision.directive.answered": lambda p: {"state": p["state"], "due_on": p["due_on"]},
    "supervision.bulletin.issued": lambda p: {name: p[name] for name in ("number", "month", "digest")},
    "supervision.bulletin.read": lambda _p: {},
    "supervision.budget.asked": lambda p: {
        **{name: p[name] for name in ("number", "year", "kind", "asked")}, "state": "asked", "listed": "", "spent": "",
        "rating": "",
    },
    "supervision.budget.decided": lambda p: {"state": p["state"], "listed": p["listed"]},
    "supervision.budget.reported": lambda p: {"state": "reported", "spent": p["spent"]},
    "supervision.budget.evaluated": lambda p: {"state": "evaluated", "rating": p["rating"]},
}  # fmt: skip
