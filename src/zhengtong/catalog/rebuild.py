"""Replaying the catalogue's events (目录重放): what they imply must be what the rows hold."""

from collections.abc import Callable, Iterable
from uuid import UUID

from zhengtong.catalog.queries.assessments import actual_assessments
from zhengtong.catalog.queries.derivations import actual_derivations
from zhengtong.catalog.queries.quality import actual_profiles
from zhengtong.catalog.queries.replayed import actual_revisions
from zhengtong.catalog.rules import EntryState
from zhengtong.journal import rebuild
from zhengtong.journal.rules import StoredEvent
from zhengtong.kernel.events import JsonValue

Rows = dict[str, dict[str, JsonValue]]

_MOVES = {
    "catalog.entry.drafted": EntryState.DRAFT,
    "catalog.entry.revised": EntryState.DRAFT,
    "catalog.entry.edited": EntryState.DRAFT,
    "catalog.entry.submitted": EntryState.DEPT_REVIEW,
    "catalog.entry.signed": EntryState.SUBMITTED,
    "catalog.entry.returned": EntryState.RETURNED,
    "catalog.entry.review-started": EntryState.AUTHORITY_REVIEW,
    "catalog.entry.published": EntryState.PUBLISHED,
    "catalog.entry.superseded": EntryState.SUPERSEDED,
    "catalog.entry.change-reported": EntryState.CHANGE_DUE,
    "catalog.entry.withdrawn": EntryState.WITHDRAWN,
}
_DERIVATIONS: dict[str, Callable[[dict[str, JsonValue]], dict[str, JsonValue]]] = {
    "catalog.derivation.asked": lambda p: {"entry": p["entry"], "source": p["source"], "state": "asked"},
    "catalog.derivation.answered": lambda p: {"state": p["state"]},
    "catalog.derivation.ended": lambda p: {"state": "ended", "ended_on": p["ended_on"]},
}
_ONCE = {  # facts that make a thing and are never followed by another
    "catalog.profile.filed": ("profile", ("entry", "rows", "filled", "valid", "filed_on")),
    "catalog.assessment.stated": ("assessment", ("entry", "kind", "document", "number", "items", "stated_on")),
}
_BLANK: dict[str, JsonValue] = {
    "state": "", "submitted_on": None, "decided_on": None, "published_on": None,
    "change_on": None, "change_extended_days": 0, "change_done_on": None,
}  # fmt: skip


def register() -> None:
    """Name this area's functions to the journal; called once from the wiring table."""
    rebuild.register("catalog", replay=replay, actual=_actual)


def _actual() -> Rows:
    return {**actual_revisions(), **actual_derivations(), **actual_profiles(), **actual_assessments()}


def replay(events: Iterable[StoredEvent]) -> Rows:
    """The lifecycle and the legal days of every revision, from events alone."""
    rows: Rows = {}
    for told in events:
        if told.name in _DERIVATIONS:
            row = rows.setdefault(f"derivation {told.subject}", {"ended_on": None})
            row |= _DERIVATIONS[told.name](told.payload)
            continue
        if told.name in _ONCE:
            thing, kept = _ONCE[told.name]
            rows[f"{thing} {told.subject}"] = {name: told.payload[name] for name in kept}
            continue
        if not told.name.startswith("catalog.entry."):
            continue
        row = rows.setdefault(_key(told.subject, told.payload["number"]), dict(_BLANK))
        if told.name in _MOVES:
            row["state"] = str(_MOVES[told.name])
        _dates(row, told.name, told.payload)
    return rows


def _dates(row: dict[str, JsonValue], name: str, payload: dict[str, JsonValue]) -> None:
    if name == "catalog.entry.signed":
        row["submitted_on"], row["decided_on"] = payload["on"], None
    elif name == "catalog.entry.returned" and payload["by_authority"]:
        row["decided_on"] = payload["on"]
    elif name == "catalog.entry.published":
        row["decided_on"] = row["published_on"] = payload["on"]
    elif name == "catalog.entry.change-reported":
        row["change_on"], row["change_extended_days"], row["change_done_on"] = payload["happened_on"], 0, None
    elif name == "catalog.entry.change-extended":
        row["change_extended_days"] = payload["days"]
    elif name == "catalog.entry.change-filed":
        row["change_done_on"] = payload["on"]
    elif name == "catalog.entry.change-owed-again":
        row["change_done_on"] = None


def _key(entry: UUID, number: int) -> str:
    return f"{entry}/{number}"
