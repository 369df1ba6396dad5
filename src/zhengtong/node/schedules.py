"""Schedules (定时拉取): a grant is pulled by the update cycle of its resource, on the node's own clock.

Kept in node.db, run by the serving node.  After an outage a schedule catches up once, however many times it was
due.  A failure is tried again later and later, up to RETRY_MAX_S; a grant that is suspended, expired or gone
stops its schedule with the reason, and one that is in force again starts it.  Times are Beijing times.
"""

import asyncio
import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from zhengtong.kernel.clock import BEIJING
from zhengtong.kernel.errors import NotFound, PlatformError, RuleBroken
from zhengtong.node import refusals
from zhengtong.node.bounds import FULL_EVERY_DAYS, REALTIME_POLL_S, RETRY_FIRST_S, RETRY_MAX_S, TEXT_CHARS
from zhengtong.node.consumer import LocalAsk
from zhengtong.node.core import Core
from zhengtong.node.inbound import Pulls
from zhengtong.node.journal_thread import Step
from zhengtong.node.labels import CYCLES, KINDS, SCHEDULE_STATES, label
from zhengtong.node.refusals import Refuse
from zhengtong.wire.canonical import Json, instant
from zhengtong.wire.decision import Ask, Refused, Usage, decide
from zhengtong.wire.envelope import Kind
from zhengtong.wire.grant import Mode

ACTIVE, STOPPED = "active", "stopped"
AT_NIGHT = "02:30"
_AT = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_LAST_DOUBLING = 16


class Every(StrEnum):
    """The update cycle of a resource (更新周期), by the codes of the standard's list."""

    REALTIME = "realtime"  # asked again every REALTIME_POLL_S
    DAILY = "daily"
    WEEKLY = "weekly"  # on Monday
    MONTHLY = "monthly"  # on the first
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"


_MONTHS: Mapping[Every, frozenset[int]] = {
    Every.MONTHLY: frozenset(range(1, 13)),
    Every.QUARTERLY: frozenset({1, 4, 7, 10}),
    Every.HALF_YEARLY: frozenset({1, 7}),
    Every.YEARLY: frozenset({1}),
}
# What ends a schedule: a grant that is not in force, or an ask that no repetition makes right.
_STOPS = frozenset(
    f"wire.refused_{why}"
    for why in ("no_grant", "revoked", "suspended", "expired", "consumer", "mode", "system", "purpose", "case", "field")
)
_OF_GRANT = frozenset(f"wire.refused_{why}" for why in ("no_grant", "revoked", "suspended", "expired"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One grant that is pulled again and again; `full_every` days after a whole run the next whole one is due."""

    grant: str
    system: str
    purpose: str
    case_ref: str = ""
    every: Every = Every.DAILY
    at: str = AT_NIGHT
    full_every: int = FULL_EVERY_DAYS


def next_after(now: datetime, *, every: Every, at: str = AT_NIGHT) -> datetime:
    """The first time after `now` at which a schedule is due."""
    if every is Every.REALTIME:
        return now + timedelta(seconds=REALTIME_POLL_S)
    day = now.astimezone(BEIJING).date()
    while True:
        due = datetime.combine(day, time.fromisoformat(at), BEIJING)
        if due > now and _falls_on(every, due):
            return due.astimezone(now.tzinfo)
        day += timedelta(days=1)


def keep(db: sqlite3.Connection, schedule: Schedule, *, now: datetime) -> None:
    """Set or replace the schedule of a grant.  Raises RuleBroken for a time or bound that is none."""
    if not _AT.fullmatch(schedule.at):
        raise RuleBroken("node.schedule_time", at=schedule.at[:10])
    texts = (schedule.grant, schedule.system, schedule.purpose)
    if not all(0 < len(text) <= TEXT_CHARS for text in texts) or schedule.full_every < 1:
        raise RuleBroken("node.ask_shape", part="schedule")
    due = instant(next_after(now, every=schedule.every, at=schedule.at))
    db.execute("DELETE FROM schedule WHERE grant_name = ?", (schedule.grant,))
    db.execute(
        "INSERT INTO schedule (grant_name, system, purpose, case_ref, every, at, full_every, next_at)"
        " VALUES (?,?,?,?,?,?,?,?)",
        (*texts, schedule.case_ref, schedule.every.value, schedule.at, schedule.full_every, due),
    )


def drop(db: sqlite3.Connection, grant: str) -> bool:
    """End the schedule of a grant.  True if there was one."""
    return db.execute("DELETE FROM schedule WHERE grant_name = ?", (grant,)).rowcount == 1


def switch(db: sqlite3.Connection, grant: str, *, on: bool, now: datetime) -> None:
    """Let a schedule run again from its next time, or stop it until somebody lets it run.  Raises NotFound."""
    row = db.execute("SELECT every, at FROM schedule WHERE grant_name = ?", (grant,)).fetchone()
    if row is None:
        raise NotFound("node.no_schedule", grant=grant)
    due = instant(next_after(now, every=Every(row["every"]), at=row["at"]))
    db.execute(
        "UPDATE schedule SET state = ?, reason = '', failures = 0, next_at = ? WHERE grant_name = ?",
        (ACTIVE if on else STOPPED, due, grant),
    )


def listed(db: sqlite3.Connection) -> list[dict[str, Json]]:
    """All schedules with how they stand, in the words of the people who look at them."""
    return [_told(row) for row in db.execute("SELECT * FROM schedule ORDER BY grant_name")]


class Scheduler:
    """Runs the schedules of one node."""

    def __init__(self, core: Core, pulls: Pulls) -> None:
        self._core = core
        self._pulls = pulls
        self._running: dict[str, asyncio.Task[None]] = {}

    async def tick(self) -> int:
        """Begin what is due.  Returns how many pulls were begun."""
        now = self._core.now()
        begun = 0
        for row in self._core.reader.execute("SELECT * FROM schedule").fetchall():
            name = str(row["grant_name"])
            if name in self._running:
                continue
            stop = self._why_not(row, now)
            if row["state"] == STOPPED:
                if stop is None and _key(row) in _OF_GRANT:
                    await self._set(name, state=ACTIVE, reason="", failures=0, next_at=self._next(row, now))
            elif stop is not None:
                await self._set(name, state=STOPPED, reason=_words(stop.key, stop.facts))
            elif row["next_at"] <= instant(now):
                self._begin(name, dict(row))
                begun += 1
        return begun

    async def settled(self) -> None:
        """Wait for what `tick` has begun."""
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def stop(self) -> None:
        """Leave what is running; its run goes on at the next start."""
        for task in self._running.values():
            task.cancel()
        await self.settled()

    def _begin(self, name: str, row: Mapping[str, Any]) -> None:
        task = asyncio.create_task(self._run(name, row), name=f"schedule {name}")
        self._running[name] = task
        task.add_done_callback(lambda _: self._running.pop(name, None))

    async def _run(self, name: str, row: Mapping[str, Any]) -> None:
        asked = LocalAsk(
            kind=Kind.RUN, grant=name, system=row["system"], purpose=row["purpose"], case_ref=row["case_ref"] or None,
            increment=True, full_days=row["full_every"],
        )  # fmt: skip
        try:
            told = await self._pulls.pull(asked)
        except Refuse as stop:
            await self._failed(name, row, stop.refusal.key, stop.refusal.facts, run=stop.refusal.exchange)
        except PlatformError as error:
            at = instant(self._core.now())
            kept = refusals.of_error(error, at="consumer")
            await self._core.journal.do(lambda step: refusals.keep(step.db, kept, at=at))
            await self._failed(name, row, error.key, error.facts)
        else:
            result = f"{told['kind']} {told['rows']} {told['quarantined']} {told['reconciled']}"
            await self._set(
                name, failures=0, reason="", last_run=told["run"], last_at=instant(self._core.now()),
                last_result=result, next_at=self._next(row, self._core.now()),
            )  # fmt: skip

    async def _failed(
        self, name: str, row: Mapping[str, Any], key: str, facts: Mapping[str, Any], *, run: str = ""
    ) -> None:
        """Stop, or try again: after RETRY_FIRST_S, then twice as late each time, up to RETRY_MAX_S."""
        now, failures = self._core.now(), int(row["failures"]) + 1
        wait = min(RETRY_FIRST_S * 2 ** min(failures - 1, _LAST_DOUBLING), RETRY_MAX_S)
        again = now + timedelta(seconds=wait)
        state = STOPPED if key in _STOPS else ACTIVE
        await self._set(
            name, state=state, reason=_words(key, facts), failures=failures, last_run=run,
            last_at=instant(now), last_result="", next_at=instant(again),
        )  # fmt: skip

    def _why_not(self, row: Mapping[str, Any] | sqlite3.Row, now: datetime) -> Refused | None:
        """Why the grant is not in force, by the directory this node holds; None if it is, or nobody can say now."""
        view, name = self._core.directory.last_view(), str(row["grant_name"])
        if view is None:
            return None
        grant = view.grant(name)
        if grant is None:
            return Refused("wire.refused_no_grant", {"number": name, "grant": name})
        ask = Ask(
            mode=Mode.BATCH, consumer=self._core.code, system=row["system"], purpose=row["purpose"],
            case_ref=row["case_ref"] or None, fields=tuple(field.name for field in grant.fields),
        )  # fmt: skip
        found = decide(grant, ask, usage=Usage(), now=now, directory_issued_at=now)
        return found if isinstance(found, Refused) and found.key in _OF_GRANT else None

    @staticmethod
    def _next(row: Mapping[str, Any] | sqlite3.Row, now: datetime) -> str:
        return instant(next_after(now, every=Every(row["every"]), at=row["at"]))

    async def _set(self, name: str, **columns: object) -> None:
        # the names are this module's own words
        marks = ", ".join(f"{column} = ?" for column in columns)
        values = (*columns.values(), name)

        def write(step: Step) -> None:
            step.db.execute(f"UPDATE schedule SET {marks} WHERE grant_name = ?", values)  # noqa: S608 - own column names

        await self._core.journal.do(write)


def _words(key: str, facts: Mapping[str, Any]) -> str:
    return json.dumps({"key": key, "facts": dict(facts)}, ensure_ascii=False, default=str)


def _key(row: Mapping[str, Any] | sqlite3.Row) -> str:
    return str(json.loads(row["reason"])["key"]) if row["reason"] else ""


def _falls_on(every: Every, due: datetime) -> bool:
    if every is Every.DAILY:
        return True
    if every is Every.WEEKLY:
        return due.weekday() == 0
    return due.day == 1 and due.month in _MONTHS[every]


def _told(row: sqlite3.Row) -> dict[str, Json]:
    told: dict[str, Json] = {
        "grant": row["grant_name"], "system": row["system"], "purpose": row["purpose"], "case_ref": row["case_ref"],
        "every": row["every"], "every_label": label(CYCLES, row["every"]), "at": row["at"],
        "full_every": row["full_every"], "next_at": row["next_at"] if row["state"] == ACTIVE else None,
        "state": row["state"], "state_label": label(SCHEDULE_STATES, row["state"]), "failures": row["failures"],
        "last_run": row["last_run"] or None, "last_at": row["last_at"] or None, "last_result": None, "reason": None,
    }  # fmt: skip
    if row["last_result"]:
        kind, rows, quarantined, reconciled = row["last_result"].split()
        told["last_result"] = {
            "kind": kind, "kind_label": label(KINDS, kind), "rows": int(rows), "quarantined": int(quarantined),
            "reconciled": reconciled == "True",
        }  # fmt: skip
    if row["reason"]:
        why = json.loads(row["reason"])
        told["reason"] = refusals.said(why["key"], why["facts"])
    return told
