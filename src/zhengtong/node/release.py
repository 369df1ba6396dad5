"""Whether a parcel may leave now (放行): the grant, the ceiling and the day's rows, decided at every serving.

A parcel was made earlier, for up to PARCEL_KEPT_S; what the department or the authority has taken
back since then holds for it too.  Its rows count for the day on which it first leaves, whatever the
consumer says afterwards.  Functions of one journal step: decided, counted and durable together.
"""

import json
from collections.abc import Mapping
from typing import Any

from zhengtong.kernel.clock import legal_day
from zhengtong.kernel.errors import NotAllowed
from zhengtong.node import accounts
from zhengtong.node.admission import other_version, refusal_of, within_ceiling
from zhengtong.node.incoming import Received
from zhengtong.node.journal_thread import Step
from zhengtong.node.refusals import Refusal
from zhengtong.wire.canonical import Json
from zhengtong.wire.decision import Ask, Refused, Usage, decide
from zhengtong.wire.grant import Grant, Mode


def forbidden(step: Step, received: Received, held: Mapping[str, str]) -> Refusal | None:
    """Why nothing of this run may leave any more, or None."""
    body = json.loads(held["body"])
    grant = received.view.grants.get(held["grant_id"])
    if grant is None:
        return Refusal(key="wire.refused_no_grant", facts={"number": held["grant_id"], "grant": held["grant_id"]})
    ask = Ask(
        mode=Mode.BATCH, consumer=held["peer"], system=body["system"], purpose=body["purpose"],
        case_ref=body["case_ref"], fields=tuple(body["fields"]),
    )  # fmt: skip
    found = decide(
        grant, ask, usage=Usage(), now=received.now, directory_issued_at=received.view.members.issued_at
    )  # fmt: skip
    if isinstance(found, Refused):
        return refusal_of(found)
    beyond = within_ceiling(step, received, grant)[1]
    if beyond is None and body.get("digest", "") not in {"", received.view.digests[grant.id]}:
        return Refusal(key="node.grant_versions_differ", facts={"number": grant.number}, status=409)
    return beyond


def misnamed(received: Received) -> Refusal | None:
    """Why this one message is refused while its run goes on: it names another version of the grant."""
    return other_version(received, received.view.grants[received.envelope.grant or ""])


def release(step: Step, received: Received, held: Mapping[str, str], *, seq: int) -> Refusal | None:
    """Let a parcel leave: its rows are counted the first time.  The refusal if it may not leave any more."""
    refusal = forbidden(step, received, held)
    if refusal is not None:
        return refusal
    run = step.db.execute("SELECT state, body FROM run WHERE run = ?", (held["run"],)).fetchone()
    if run is None or run["state"] == "closed":  # closed while this asker waited: its parcels are being deleted
        why = closed_with(json.loads(run["body"])) if run else None
        return why or Refusal(key="node.no_such_run", facts={"run": held["run"]}, status=404)
    parcel = step.db.execute(
        "SELECT rows, served_at FROM parcel WHERE run = ? AND seq = ?", (held["run"], seq)
    ).fetchone()
    if parcel is None or parcel["served_at"]:  # the manifest has no rows; a parcel fetched again is the same rows
        return None
    grant, day = received.view.grants[held["grant_id"]], legal_day(received.now)
    if _too_many(step, grant, received, rows=int(parcel["rows"])):
        limit = grant.limits.rows_per_day or 0
        return Refusal(key="wire.refused_rows_day", facts={"number": grant.number, "limit": limit})
    accounts.count(step.db, grant.id, day, rows=int(parcel["rows"]))
    step.db.execute(
        "UPDATE parcel SET served_at = ? WHERE run = ? AND seq = ?",
        (max(1, int(received.now.timestamp())), held["run"], seq),
    )
    return None


def served(step: Step, run: str) -> tuple[int, int]:
    """How many parcels of a run left, and their rows."""
    row = step.db.execute(
        "SELECT count(*) AS parcels, coalesce(sum(rows), 0) AS rows FROM parcel WHERE run = ? AND served_at > 0", (run,)
    ).fetchone()
    return int(row["parcels"]), int(row["rows"])


def closing_facts(facts: Mapping[str, Json] | None, *, parcels: int, rows: int) -> dict[str, Json]:
    """The facts of a run's outcome: whatever became of it, what left stands there."""
    return {**(facts or {}), accounts.SERVED: parcels, "rows_served": rows}


def closing_words(told: Refusal) -> Json:
    """Why a run was closed, as its row keeps it."""
    facts: dict[str, Json] = dict(told.facts)
    return {"key": told.key, "facts": facts, "status": told.status}


def closed_with(body: Mapping[str, Any]) -> Refusal | None:
    """What a run was closed with; None for one that is open or was answered."""
    told = body.get("closed")
    if not told:
        return None
    return Refusal(key=told["key"], facts=told["facts"], status=told.get("status", NotAllowed.status))


def _too_many(step: Step, grant: Grant, received: Received, *, rows: int) -> bool:
    limit = grant.limits.rows_per_day
    return limit is not None and accounts.usage(step.db, grant.id, legal_day(received.now)).rows + rows > limit


__all__ = ["closed_with", "closing_facts", "closing_words", "forbidden", "misnamed", "release", "served"]
