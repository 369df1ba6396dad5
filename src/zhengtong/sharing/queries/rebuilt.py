"""What rows hold and what replayed facts imply, in one shape (重放核对)."""

from dataclasses import dataclass, field
from datetime import date

from zhengtong.kernel.events import JsonValue
from zhengtong.sharing.models import (
    Correction,
    Demand,
    Disposal,
    Dispute,
    Grant,
    Maintenance,
    PersonRequest,
    ServiceChange,
    SharingRequest,
    Takeover,
)
from zhengtong.sharing.queries.clockwork import correction_view, person_view, reply_facts
from zhengtong.sharing.queries.stops import stop_columns
from zhengtong.sharing.rules import ReplyFacts, reply_clock
from zhengtong.standards import queries as standards

Columns = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A request as its events tell it."""

    number: str = ""
    state: str = "draft"
    limit_id: str = ""
    jurisdiction: str = ""
    decision_digest: str = ""
    follows: str | None = None
    facts: ReplyFacts = field(default_factory=ReplyFacts)
    closed_due_on: date | None = None  # the due date when the clock stopped


def clock_columns(held: Replayed) -> Columns:
    """The columns a request must have; the due date of an open one is derived afresh from the dated facts."""
    facts = held.facts
    return {
        "number": held.number,
        "state": held.state,
        "limit_id": held.limit_id,
        "received_on": _text(facts.received_on),
        "supplement_asked_on": _text(facts.supplement_asked_on),
        "supplemented_on": _text(facts.supplemented_on),
        "extended_on": _text(facts.extended_on),
        "extension_days": facts.extension_days,
        "answered_on": _text(facts.answered_on),
        "due_on": _text(_due(held)),
        "decision_digest": held.decision_digest,
        "follows": held.follows,
    }


def _due(held: Replayed) -> date | None:
    received = held.facts.received_on
    if received is None or held.facts.answered_on is not None:
        return held.closed_due_on
    limit = standards.limit_for(held.limit_id, on=received, jurisdiction=held.jurisdiction)
    return reply_clock(held.facts, limit, standards.calendar_for(held.jurisdiction), on=received).due_on


def actual_rows() -> dict[str, Columns]:
    """The same columns as the rows hold them; the due date is the cached one."""
    rows = dict[str, Columns]()
    for row in SharingRequest.objects.select_related("supplement").prefetch_related("extensions").iterator(500):
        follows = str(row.follows_id) if row.follows_id else None
        held = Replayed(
            row.number, row.state, row.limit_id, row.jurisdiction, row.decision_digest, follows, reply_facts(row)
        )
        rows[f"request {row.id}"] = clock_columns(held) | {"due_on": _text(row.due_on)}
    for grant in Grant.objects.order_by("number").iterator(500):
        rows[f"grant {grant.id}"] = {
            "state": grant.state,
            "number": grant.number,
            "terms_digest": grant.terms_digest,
            "decision_digest": grant.decision_digest,
            "consented_on": _text(grant.consented_on),
            "valid_from": _text(grant.valid_from),
            "valid_until": _text(grant.valid_until),
            "delivered_on": _text(grant.delivered_on),
            "suspended_on": _text(grant.suspended_on),
            "ended_on": _text(grant.ended_on),
            "origin": grant.origin,
            "review_on": _text(grant.review_on),
        }
    return (
        rows
        | _corrections()
        | _persons()
        | _demands()
        | _disputes()
        | _disposals()
        | _maintenance()
        | _changes()
        | _takeovers()
        | stop_columns()
    )


def correction_due(filed_on: date, jurisdiction: str) -> date:
    """The last day to answer a correction, derived afresh."""
    due = correction_view(filed_on=filed_on, answered_on=None, jurisdiction=jurisdiction, on=filed_on).due_on
    assert due is not None  # a started clock that never pauses
    return due


def _corrections() -> dict[str, Columns]:
    return {
        f"correction {row.id}": {
            "state": row.state,
            "number": row.number,
            "item": row.item,
            "filed_on": _text(row.filed_on),
            "due_on": _text(row.due_on),
            "answered_on": _text(row.answered_on),
            "others_found": row.others_found,
            "told": sorted(str(notice.organization_id) for notice in row.notices.all()),
            "read": sorted(str(notice.organization_id) for notice in row.notices.all() if notice.read_on),
            "cases": sorted(f"{case.organization_id} {case.number}" for case in row.cases.all()),
        }
        for row in Correction.objects.prefetch_related("notices", "cases").iterator(500)
    }


def person_due(taken_on: date, jurisdiction: str) -> date:
    """The last day to tell a person, derived afresh."""
    due = person_view(taken_on=taken_on, told_on=None, jurisdiction=jurisdiction, on=taken_on).due_on
    assert due is not None  # a started clock that never pauses
    return due


def _persons() -> dict[str, Columns]:
    return {
        f"person {row.id}": {
            "state": row.state,
            "number": row.number,
            "item": row.item,
            "provider": str(row.provider_id),
            "taken_on": _text(row.taken_on),
            "due_on": _text(row.due_on),
            "correction": str(row.correction_id) if row.correction_id else None,
            "verified_on": _text(row.verified_on),
            "channel": row.channel,
            "told_on": _text(row.told_on),
            "ended_on": _text(row.ended_on),
            "told": sorted(str(notice.organization_id) for notice in row.notices.all()),
            "read": sorted(str(notice.organization_id) for notice in row.notices.all() if notice.read_on),
            "cases": sorted(f"{case.organization_id} {case.number}" for case in row.cases.all()),
        }
        for row in PersonRequest.objects.prefetch_related("notices", "cases").iterator(500)
    }


def _disposals() -> dict[str, Columns]:
    return {
        f"disposal {row.grant_id}": {
            "state": row.state,
            "method": row.method,
            "ended_on": _text(row.ended_on),
            "reported_on": _text(row.reported_on),
            "answered_on": _text(row.answered_on),
        }
        for row in Disposal.objects.iterator(500)
    }


def _maintenance() -> dict[str, Columns]:
    return {
        f"maintenance {row.id}": {"entry": str(row.entry_id), "cancelled": row.cancelled_at is not None}
        for row in Maintenance.objects.iterator(500)
    }


def _changes() -> dict[str, Columns]:
    days = ("effective_on", "proposed_on", "answered_on", "agreed_on", "filed_on", "noted_on", "ended_on")
    return {
        f"change {row.id}": {
            "state": row.state,
            "number": row.number,
            "grant": str(row.grant_id),
            "kind": row.kind,
            "dispute_number": row.dispute_number,
            **{day: _text(getattr(row, day)) for day in days},
        }
        for row in ServiceChange.objects.iterator(500)
    }


def _takeovers() -> dict[str, Columns]:
    return {
        f"takeover {row.id}": {
            "state": row.state,
            "number": row.number,
            "filed_on": _text(row.filed_on),
            "answered_on": _text(row.answered_on),
            "grant": str(row.grant_id) if row.grant_id else None,
        }
        for row in Takeover.objects.iterator(500)
    }


def _demands() -> dict[str, Columns]:
    return {
        f"demand {row.id}": {
            "state": row.state,
            "number": row.number,
            "raised_on": _text(row.raised_on),
            "ended_on": _text(row.ended_on),
            "source": str(row.source_id) if row.source_id else None,
            "catalog_by": _text(row.catalog_by),
            "linked_on": _text(row.linked_on),
            "met_by": str(row.met_by_id) if row.met_by_id else None,
        }
        for row in Demand.objects.iterator(500)
    }


def _disputes() -> dict[str, Columns]:
    return {
        f"dispute {row.id}": {
            "state": row.state,
            "number": row.number,
            "kind": row.kind,
            "opened_on": _text(row.opened_on),
            "asked_on": _text(row.asked_on),
            "settled_on": _text(row.settled_on),
            "ended_on": _text(row.ended_on),
            "provides": row.provides,
            "follow_up": str(row.follow_up_id) if row.follow_up_id else None,
        }
        for row in Dispute.objects.iterator(500)
    }


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
