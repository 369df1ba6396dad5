"""Requests, grants, corrections, demands and their clocks from events alone (重放), to be compared with the rows."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from zhengtong.journal import rebuild
from zhengtong.journal.rules import StoredEvent
from zhengtong.kernel.events import JsonValue
from zhengtong.sharing.queries.rebuilt import Replayed, actual_rows, clock_columns, correction_due, person_due

Columns = dict[str, JsonValue]


def register() -> None:
    """Register sharing with `journal rebuild --check`."""
    rebuild.register("sharing", replay=replay, actual=actual_rows)


def replay(events: Iterable[StoredEvent]) -> dict[str, Columns]:
    """State, dates and due date of every request, and state of every other thing, as the events imply them."""
    requests, others = dict[str, Replayed](), dict[str, Columns]()
    for fact in events:
        key, kind = str(fact.subject), fact.name.split(".")[1]
        if kind == "request":
            held = requests.get(key, Replayed())
            requests[key] = _REQUEST.get(fact.name, _same)(held, fact.payload, fact.jurisdiction)
        else:
            thing = f"{kind} {key}"
            held_columns = others.get(thing, {})
            others[thing] = {**held_columns, **_OTHERS[fact.name](held_columns, fact.payload, fact.jurisdiction)}
    return {f"request {key}": clock_columns(held) for key, held in requests.items()} | others


def _same(held: Replayed, _payload: Columns, _place: str) -> Replayed:
    return held


def _drafted(held: Replayed, payload: Columns, place: str) -> Replayed:
    return replace(held, number=payload["number"], limit_id=payload["limit_id"], jurisdiction=place, state="draft")


def _renewal(held: Replayed, payload: Columns, _place: str) -> Replayed:
    return replace(held, follows=payload["grant"])


def _submitted(held: Replayed, _payload: Columns, _place: str) -> Replayed:
    return replace(held, state="own_review")


def _returned(held: Replayed, _payload: Columns, _place: str) -> Replayed:
    return replace(held, state="draft")


def _received(held: Replayed, payload: Columns, place: str) -> Replayed:
    facts = replace(held.facts, received_on=_day(payload["received_on"]))
    return replace(held, state="received", limit_id=payload["limit_id"], jurisdiction=place, facts=facts)


def _asked(held: Replayed, payload: Columns, _place: str) -> Replayed:
    return replace(
        held, state="supplement_asked", facts=replace(held.facts, supplement_asked_on=_day(payload["asked_on"]))
    )


def _supplemented(held: Replayed, payload: Columns, _place: str) -> Replayed:
    facts = replace(held.facts, supplemented_on=_day(payload["supplemented_on"]))
    return replace(held, state="received", limit_id=payload["limit_id"], facts=facts)


def _extended(held: Replayed, payload: Columns, _place: str) -> Replayed:
    facts = replace(held.facts, extended_on=_day(payload["extended_on"]), extension_days=payload["days"])
    return replace(held, state="extended", facts=facts)


def _decided(held: Replayed, payload: Columns, _place: str) -> Replayed:
    facts = replace(held.facts, answered_on=_day(payload["decided_on"]))
    closed = replace(held, state=payload["state"], facts=facts, decision_digest=payload["decision_digest"])
    return replace(closed, closed_due_on=_due(payload))


def _withdrawn(held: Replayed, payload: Columns, _place: str) -> Replayed:
    facts = replace(held.facts, answered_on=_day(payload["withdrawn_on"]))
    return replace(held, state="withdrawn", facts=facts, closed_due_on=_due(payload))


def _due(payload: Columns) -> date | None:
    return _day(payload["due_on"]) if payload["due_on"] else None


def _day(text: JsonValue) -> date:
    return date.fromisoformat(text)


_REQUEST: dict[str, Callable[[Replayed, Columns, str], Replayed]] = {
    "sharing.request.drafted": _drafted,
    "sharing.request.renewal-asked": _renewal,
    "sharing.request.submitted": _submitted,
    "sharing.request.returned": _returned,
    "sharing.request.received": _received,
    "sharing.request.supplement-asked": _asked,
    "sharing.request.supplemented": _supplemented,
    "sharing.request.extended": _extended,
    "sharing.request.decided": _decided,
    "sharing.request.withdrawn": _withdrawn,
}


def _issued(payload: Columns) -> Columns:
    kept = ("number", "terms_digest", "decision_digest", "consented_on", "valid_from", "valid_until")
    blank: Columns = {"state": "delivering", "delivered_on": None, "suspended_on": None, "ended_on": None}
    blank |= {"origin": "request", "review_on": None}
    return blank | {name: payload[name] for name in kept}


def _filed(payload: Columns, place: str) -> Columns:
    kept = ("number", "item", "filed_on")
    due = correction_due(_day(payload["filed_on"]), place)
    blank: Columns = {"state": "filed", "due_on": due.isoformat(), "answered_on": None, "others_found": 0, "told": []}
    blank["cases"] = []
    return blank | {name: payload[name] for name in kept} | {"read": []}


def _person(payload: Columns, place: str) -> Columns:
    kept = ("number", "item", "provider", "taken_on")
    blank: Columns = dict.fromkeys(("correction", "verified_on", "told_on", "ended_on"))
    due = person_due(_day(payload["taken_on"]), place).isoformat()
    blank |= {"state": "taken", "due_on": due, "channel": "", "told": [], "read": [], "cases": []}
    return blank | {name: payload[name] for name in kept}


def _flags(held: Columns, payload: Columns) -> JsonValue:
    return sorted([*held["cases"], *(f"{payload['organization']} {case}" for case in payload["cases"])])


def _answered(payload: Columns) -> Columns:
    kept = ("due_on", "answered_on", "others_found")
    return {name: payload[name] for name in kept} | {"state": payload["outcome"], "told": sorted(payload["told"])}


def _stopped(payload: Columns) -> Columns:
    kept = {name: payload[name] for name in ("number", "scope", "grants", "ordered_on")}
    return kept | {"state": "in_force", "told": sorted(payload["told"]), "lifted_on": None}


def _contested(payload: Columns) -> Columns:
    kept = ("number", "kind", "opened_on")
    blank: Columns = {"state": "negotiating", "asked_on": None, "settled_on": None, "ended_on": None, "provides": False}
    return blank | {name: payload[name] for name in kept} | {"follow_up": None}


def _settled(payload: Columns, state: str) -> Columns:
    return {"state": state, "settled_on": payload["settled_on"], "provides": payload["provides"]}


def _raised(payload: Columns) -> Columns:
    blank: Columns = dict.fromkeys(("ended_on", "source", "catalog_by", "linked_on", "met_by"))
    return blank | {"state": "raised", "number": payload["number"], "raised_on": payload["raised_on"]}


def _ended(payload: Columns) -> Columns:
    blank: Columns = {"state": "owed", "method": "", "reported_on": None, "answered_on": None}
    return blank | {"ended_on": payload["ended_on"]}


def _disposed(payload: Columns) -> Columns:
    return {"state": "reported", "method": payload["method"], "reported_on": payload["reported_on"]}


def _disposed_again(payload: Columns) -> Columns:
    return {"state": "owed", "reported_on": None, "answered_on": payload["answered_on"]}


def _taken(payload: Columns) -> Columns:
    blank: Columns = {"state": "filed", "answered_on": None, "grant": None}
    return blank | {"number": payload["number"], "filed_on": payload["filed_on"]}


def _proposed(payload: Columns) -> Columns:
    kept = ("number", "grant", "kind", "effective_on", "proposed_on")
    blank = dict.fromkeys(("answered_on", "agreed_on", "filed_on", "noted_on", "ended_on"))
    return {name: payload[name] for name in kept} | {"state": "proposed", "dispute_number": ""} | blank


def _change_answered(payload: Columns) -> Columns:
    agreed, day = payload["agrees"], payload["answered_on"]
    return (
        {"state": "agreed", "answered_on": day, "agreed_on": day}
        if agreed
        else {"state": "objected", "answered_on": day}
    )


def _followed(payload: Columns) -> Columns:
    return {"state": "agreed", "agreed_on": payload["agreed_on"], "dispute_number": payload["dispute_number"]}


_OTHERS: dict[str, Callable[[Columns, Columns, str], Columns]] = {  # columns held, payload, place
    "sharing.grant.issued": lambda _held, p, _place: _issued(p),
    "sharing.grant.delivered": lambda _held, p, _place: {"state": "active", "delivered_on": p["delivered_on"]},
    "sharing.grant.suspended": lambda _held, p, _place: {"state": "suspended", "suspended_on": p["suspended_on"]},
    "sharing.grant.lifted": lambda _held, p, _place: {"state": p["state"], "suspended_on": None},
    "sharing.grant.terminated": lambda _held, p, _place: {"state": "terminated", "ended_on": p["ended_on"]},
    "sharing.grant.expired": lambda _held, p, _place: {"state": "expired", "ended_on": p["ended_on"]},
    "sharing.correction.filed": lambda _held, p, place: _filed(p, place),
    "sharing.correction.answered": lambda _held, p, _place: _answered(p),
    "sharing.correction.acknowledged": lambda held, p, _place: {"read": sorted([*held["read"], p["organization"]])},
    "sharing.correction.cases-flagged": lambda held, p, _place: {"cases": _flags(held, p)},
    "sharing.person.taken": lambda _held, p, place: _person(p, place),
    "sharing.person.passed-on": lambda _held, p, _place: {"state": "passed", "correction": p["correction"]},
    "sharing.person.verified": lambda _held, p, _place: {
        "state": p["outcome"],
        "verified_on": p["verified_on"],
        "told": sorted(p["told"]),
    },
    "sharing.person.told": lambda _held, p, _place: {
        "state": "told",
        "channel": p["channel"],
        "told_on": p["told_on"],
        "due_on": p["due_on"],
    },
    "sharing.person.withdrawn": lambda _held, p, _place: {"state": "withdrawn", "ended_on": p["ended_on"]},
    "sharing.person.acknowledged": lambda held, p, _place: {"read": sorted([*held["read"], p["organization"]])},
    "sharing.person.cases-flagged": lambda held, p, _place: {"cases": _flags(held, p)},
    "sharing.maintenance.announced": lambda _held, p, _place: {"entry": p["entry"], "cancelled": False},
    "sharing.maintenance.cancelled": lambda _held, _p, _place: {"cancelled": True},
    "sharing.demand.raised": lambda _held, p, _place: _raised(p),
    "sharing.demand.coordinated": lambda _held, _p, _place: {"state": "coordinating"},
    "sharing.demand.source-named": lambda _held, p, _place: {
        "state": "coordinating",
        "source": p["source"],
        "catalog_by": p["catalog_by"],
    },
    "sharing.demand.linked": lambda _held, p, _place: {
        "state": "coordinating",
        "met_by": p["entry"],
        "linked_on": p["linked_on"],
    },
    "sharing.demand.help-offered": lambda _held, _p, _place: {"state": "coordinating"},
    "sharing.demand.help-read": lambda _held, _p, _place: {},
    "sharing.demand.met": lambda held, p, _place: {
        "state": "met",
        "ended_on": p["ended_on"],
        "met_by": p["entry"] or held.get("met_by"),
    },
    "sharing.demand.withdrawn": lambda _held, p, _place: {"state": "withdrawn", "ended_on": p["ended_on"]},
    "sharing.dispute.opened": lambda _held, p, _place: _contested(p),
    "sharing.dispute.mediation-asked": lambda _held, p, _place: {"state": "mediation_asked", "asked_on": p["asked_on"]},
    "sharing.dispute.taken-up": lambda _held, _p, _place: {"state": "mediating"},
    "sharing.dispute.minuted": lambda _held, _p, _place: {},
    "sharing.dispute.agreed": lambda _held, p, _place: _settled(p, "agreed"),
    "sharing.dispute.referred": lambda _held, _p, _place: {"state": "government"},
    "sharing.dispute.ruled": lambda _held, p, _place: _settled(p, "ruled"),
    "sharing.dispute.followed-up": lambda _held, p, _place: {"follow_up": p["request"]},
    "sharing.dispute.executed": lambda _held, p, _place: {"state": "executed", "ended_on": p["ended_on"]},
    "sharing.dispute.withdrawn": lambda _held, p, _place: {"state": "withdrawn", "ended_on": p["ended_on"]},
    "sharing.disposal.owed": lambda _held, p, _place: _ended(p),
    "sharing.disposal.reported": lambda _held, p, _place: _disposed(p),
    "sharing.disposal.accepted": lambda _held, p, _place: {"state": "accepted", "answered_on": p["answered_on"]},
    "sharing.disposal.asked-again": lambda _held, p, _place: _disposed_again(p),
    "sharing.grant.changed": lambda _held, p, _place: {k: p[k] for k in ("terms_digest", "valid_until")},
    "sharing.grant.taken-over": lambda _held, p, _place: {"origin": "legacy", "review_on": p["review_on"]},
    "sharing.grant.reviewed": lambda _held, p, _place: {"review_on": p["review_on"]},
    "sharing.takeover.filed": lambda _held, p, _place: _taken(p),
    "sharing.takeover.confirmed": lambda _held, p, _place: {
        "state": "confirmed",
        "grant": p["grant"],
        "answered_on": p["answered_on"],
    },
    "sharing.takeover.declined": lambda _held, p, _place: {"state": "declined", "answered_on": p["answered_on"]},
    "sharing.change.proposed": lambda _held, p, _place: _proposed(p),
    "sharing.change.answered": lambda _held, p, _place: _change_answered(p),
    "sharing.change.followed": lambda _held, p, _place: _followed(p),
    "sharing.change.filed": lambda _held, p, _place: {"state": "filed", "filed_on": p["filed_on"]},
    "sharing.change.noted": lambda _held, p, _place: {"noted_on": p["noted_on"]},
    "sharing.change.effective": lambda _held, p, _place: {"state": "effective", "ended_on": p["ended_on"]},
    "sharing.change.withdrawn": lambda _held, p, _place: {"state": "withdrawn", "ended_on": p["ended_on"]},
    "sharing.change.lapsed": lambda _held, p, _place: {"state": "lapsed", "ended_on": p["ended_on"]},
    "sharing.stop.ordered": lambda _held, p, _place: _stopped(p),
    "sharing.stop.lifted": lambda _held, p, _place: {"state": "lifted", "lifted_on": p["lifted_on"]},
}
