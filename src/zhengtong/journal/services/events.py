"""Recording facts (记录事件): in the transaction that made them true, with those who listen."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.journal import dispatch, door
from zhengtong.journal.models import Event as EventRow
from zhengtong.journal.rules import bounded_json
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.events import Event, to_payload
from zhengtong.kernel.ids import new_id

ROWS_AT_ONCE = 500  # of one INSERT
LISTENING_DEPTH_MAX = 8  # a listener may record, whose listener may record …


def record(fact: Event, *, actor: Actor, clock: Clock, jurisdiction: str = "", request_id: str = "") -> UUID:
    """Append a fact to the log and run its listeners, all in the caller's transaction (记录事件).

    Raises:
        RuntimeError: there is no transaction, or listeners answer each other without end (bugs).
        RuleBroken: the payload is over its bound.
        TypeError: a value cannot stand in an event.
    """
    must_be_in_transaction("record")
    row = _row(fact, actor=actor, at=clock.now(), jurisdiction=jurisdiction, request_id=request_id)
    row.save(force_insert=True)
    _tell(fact, actor=actor, clock=clock)
    return row.id


def record_all(facts: Sequence[tuple[Event, str]], *, actor: Actor, clock: Clock, request_id: str = "") -> None:
    """Append many facts at once, each with the jurisdiction it belongs to, as `record` does one by one (批量记录).

    Raises as `record` does.
    """
    must_be_in_transaction("record_all")
    at = clock.now()
    rows = [_row(f, actor=actor, at=at, jurisdiction=place, request_id=request_id) for f, place in facts]
    EventRow.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)
    for fact, _ in facts:
        _tell(fact, actor=actor, clock=clock)


def _row(fact: Event, *, actor: Actor, at: datetime, jurisdiction: str, request_id: str) -> EventRow:
    payload = bounded_json(to_payload(fact), name=fact.NAME)
    return EventRow(
        id=new_id(at),
        at=at,
        actor=actor.officer,
        acting_for=actor.acting_for,
        organization=actor.organization,
        jurisdiction=jurisdiction or actor.jurisdiction,
        name=fact.NAME,
        schema_version=fact.VERSION,
        request_id=request_id or door.request_id(),
        subject=fact.subject,
        payload=json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    )


def must_be_in_transaction(act: str) -> None:
    """Raises RuntimeError outside `transaction.atomic()`: fact and cause must stand or fall together."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{act} outside a transaction: wrap the use case in transaction.atomic")


def _tell(fact: Event, *, actor: Actor, clock: Clock) -> None:
    if not fact.NAME:
        raise RuntimeError(f"{type(fact).__name__} is not declared with @event")
    for listener in dispatch.listeners(fact.NAME):
        with dispatch.one_level_deeper(limit=LISTENING_DEPTH_MAX):
            listener(fact, actor=actor, clock=clock)
