"""Batch runs as the consumer (批量使用): pull, verify, open, stage; apply once; read back; tell both ledgers.

Progress lives in the target beside the rows, so a node that died goes on from the last parcel that
was staged: by itself, as soon as it is started again.  The same parcel twice changes nothing; another parcel
under the same number is an alarm.  A run whose snapshot or parcel was lost is closed and a new one opened.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from zhengtong.kernel.errors import NotAllowed, PlatformError, RuleBroken, Unreachable
from zhengtong.node import accounts, applying, failpoints, refusals, runs
from zhengtong.node.applying import Landed, Landing, read_back
from zhengtong.node.bindings import target_binding
from zhengtong.node.bounds import BACKOFF_MAX_S, PARCEL_KEPT_S, RESUME_EVERY_S, RUN_RESTARTS, RUN_TRIES
from zhengtong.node.consumer import Consumer, Got, LocalAsk, Sent
from zhengtong.node.core import Core
from zhengtong.node.directory import View, alarm
from zhengtong.node.entries import outcome_record
from zhengtong.node.fetching import Fetched, Fetcher
from zhengtong.node.increments import SINCE
from zhengtong.node.journal_thread import Step
from zhengtong.node.peers import Peers
from zhengtong.node.refusals import LedgerPlace, Refusal, Refuse
from zhengtong.node.release import closing_words
from zhengtong.node.targets import StagedParcel, Target, TargetTable, open_target, telling
from zhengtong.wire.canonical import Json, instant
from zhengtong.wire.envelope import Kind
from zhengtong.wire.grant import Grant
from zhengtong.wire.masks import unmasked_rows
from zhengtong.wire.parcel import SealContext, arrow_schema, decode_table, open_body
from zhengtong.wire.records import OutcomeKind, parse_record, record_to_bytes

__all__ = ["Pull", "Pulls", "read_back"]

_log = logging.getLogger("zhengtong.node")

T = TypeVar("T")
RUNS_PATH = "/wire/v1/runs"
_RETRYABLE_S = 0.2
# What closes a run without anybody's fault or refusal: a new one is opened by itself.
_LOST = frozenset(
    {
        "node.no_such_run", "node.run_lost", "node.run_expired", "node.run_superseded", "node.parcel_gone",
        "node.parcel_corrupt", "node.parcel_acknowledged",
    }
)  # fmt: skip


class _Lost(Refuse):
    """A run that cannot go on and may be opened anew; both sides have closed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """One pull in hand: what was asked, under which grant, where its rows go."""

    asked: LocalAsk
    view: View
    grant: Grant
    sent: Sent
    landing: Landing
    target: Target
    began: float

    @property
    def run(self) -> str:
        return self.landing.run

    @property
    def table(self) -> TargetTable:
        return self.landing.table


class Pulls:
    """Pulls whole resources, or what changed of them, into this department's own database."""

    def __init__(self, core: Core, consumer: Consumer, peers: Peers) -> None:
        self._core = core
        self._consumer = consumer
        self._fetcher = Fetcher(core, consumer, peers)
        self._busy: dict[str, asyncio.Task[dict[str, Json]] | None] = {}  # grant: the task that took its run up again
        self._later: dict[str, tuple[float, float]] = {}  # run: when it is tried again, and the wait after that
        self._progress: dict[str, dict[str, Json]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, asked: LocalAsk) -> str:
        """Pull in the background; `progress` tells where it stands."""
        view, grant = self._consumer.known(asked)
        name = f"{grant.id}@{view.members.known_as}"
        self._spawn(self._background(name, asked))
        self._progress[name] = {"run": name, "state": "running"}
        return name

    def progress(self, name: str) -> dict[str, Json]:
        """What is known of a pull started in the background, or of a run by its id.  Raises NotFound."""
        return self._progress.get(name) or runs.one(self._core.reader, name)

    async def pull(self, asked: LocalAsk) -> dict[str, Json]:
        """Pull what a grant covers.  Raises Refuse, recorded at both ends where the provider was reached.

        A run of the grant that this node is just taking up again is waited for, and its result is the answer.
        """
        view, grant = self._consumer.known(asked)
        resuming = self._busy.get(grant.id)
        if resuming is not None:
            with contextlib.suppress(PlatformError, Refuse):
                return await asyncio.shield(resuming)
        if grant.id in self._busy:
            raise RuleBroken("node.pull_in_hand", number=grant.number)
        self._busy[grant.id] = None
        try:
            return await self._pull(asked, view, grant)
        finally:
            self._busy.pop(grant.id, None)

    async def resume(self, *, now: bool = False) -> int:
        """Take up what is open: runs that broke off, and final acknowledgements owed.  Returns how many there are."""
        found = runs.in_state(self._core.reader, runs.OPEN, runs.APPLIED)
        self._later = {row["run"]: self._later[row["run"]] for row in found if row["run"] in self._later}
        for row in found:
            due, wait = self._later.get(row["run"], (0.0, RESUME_EVERY_S))
            if row["grant_id"] in self._busy or (time.monotonic() < due and not now):
                continue
            self._later[row["run"]] = (time.monotonic() + wait, min(wait * 2, BACKOFF_MAX_S))
            body = json.loads(row["body"])
            if row["state"] == runs.APPLIED:
                self._spawn(self._owed(row["run"], body))
            elif "system" in body:
                self._take_up(row["grant_id"], body)
        return len(found)

    async def settled(self) -> None:
        """Wait for what `resume` has begun."""
        await asyncio.gather(*(task for task in self._busy.values() if task is not None), return_exceptions=True)

    async def tidy(self) -> None:
        """Give up runs whose provider no longer keeps them; an open run otherwise goes on at the next pull."""
        oldest = instant(self._core.clock.now() - timedelta(seconds=PARCEL_KEPT_S))
        for row in runs.in_state(self._core.reader, runs.OPEN, runs.APPLIED):
            if row["opened_at"] >= oldest:
                continue
            if row["state"] == runs.OPEN:
                await self._give_up(row["run"], "node.run_expired")
            else:
                await self._set(row["run"], runs.DONE)

    async def stop(self) -> None:
        """Leave what is in hand; it goes on at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: Any) -> "asyncio.Task[Any]":
        task: asyncio.Task[Any] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _take_up(self, grant_id: str, body: Mapping[str, Any]) -> None:
        asked = LocalAsk(
            kind=Kind.RUN, grant=grant_id, system=body["system"], purpose=body["purpose"], case_ref=body["case_ref"],
            items=tuple(body["items"]), increment=body.get("increment", False), full_days=body.get("full_days"),
        )  # fmt: skip
        try:
            view, grant = self._consumer.known(asked)
        except Refuse:  # the directory is out of force, or the grant is gone: the run waits, `tidy` gives it up
            return
        task = self._spawn(self._pull(asked, view, grant))
        self._busy[grant.id] = task

        def ended(done: "asyncio.Task[dict[str, Json]]") -> None:
            self._busy.pop(grant.id, None)
            error = None if done.cancelled() else done.exception()
            if error is not None and not isinstance(error, Refuse | PlatformError):
                _log.error("a run taken up again broke", exc_info=error)

        task.add_done_callback(ended)

    async def _background(self, name: str, asked: LocalAsk) -> None:
        try:
            self._progress[name] = {"state": "done", **await self.pull(asked)}
        except Refuse as stop:
            self._progress[name] = {"run": name, "state": "refused", **stop.refusal.problem()}
        except PlatformError as error:
            self._progress[name] = {"run": name, "state": "failed", **refusals.of_error(error, at="consumer").problem()}

    async def _pull(self, asked: LocalAsk, view: View, grant: Grant) -> dict[str, Json]:
        binding = target_binding(self._core.reader, grant.resource)
        names = asked.items or tuple(f.name for f in grant.fields)
        fields = tuple(f for name in names for f in grant.fields if f.name == name)
        columns = tuple(binding.columns.get(f.name, f.name) for f in fields)
        table = TargetTable(table=binding.table, fields=fields, columns=columns)
        keys = applying.key_positions(table, binding.keys)
        target = await self._core.in_thread(open_target, binding.url)
        try:
            await self._in_thread(target.prepare, table)
            for left in range(RUN_RESTARTS, -1, -1):
                try:
                    pull = await self._resume(asked, view, grant, table, keys, target)
                    pull = pull or await self._open(asked, view, grant, table, keys, target)
                    return await self._carry_out(pull)
                except _Lost:
                    if not left:
                        raise
            raise AssertionError("the loop returns or raises")
        finally:
            with contextlib.suppress(PlatformError), telling():
                target.close()

    async def _open(
        self, asked: LocalAsk, view: View, grant: Grant, table: TargetTable, keys: tuple[int, ...], target: Target
    ) -> Pull:  # fmt: skip
        since: str | None = None
        if asked.increment:
            since = await self._in_thread(
                lambda: applying.since_of(
                    target, table, grant=grant.id, keys=keys, full_days=asked.full_days, now=self._core.now()
                )
            )
        content: dict[str, Json] = {"items": [field.name for field in table.fields]}
        sent = await self._consumer.open(
            asked, view, grant, content=content if since is None else {**content, SINCE: since}, path=RUNS_PATH
        )
        await self._consumer.send(asked, sent)
        body = {
            "digest": view.digests[grant.id], "table": table.table, "columns": list(table.columns),
            "system": asked.system, "purpose": asked.purpose, "case_ref": asked.case_ref, "items": list(asked.items),
            "increment": asked.increment, "full_days": asked.full_days, "since": since, "intent": sent.index,
        }  # fmt: skip
        await self._core.journal.do(lambda step: runs.insert(step, sent, body))
        await self._in_thread(lambda: target.begin(sent.exchange, table, going=self._going()))
        landing = Landing(run=sent.exchange, grant=grant, table=table, keys=keys, since=since)
        return Pull(
            asked=asked, view=view, grant=grant, sent=sent, landing=landing, target=target, began=time.perf_counter()
        )

    def _going(self) -> frozenset[str]:
        """Runs whose stages are still wanted: other grants may go to the same database."""
        return frozenset(str(row["run"]) for row in runs.in_state(self._core.reader, runs.OPEN))

    async def _resume(
        self, asked: LocalAsk, view: View, grant: Grant, table: TargetTable, keys: tuple[int, ...], target: Target
    ) -> Pull | None:  # fmt: skip
        """Take up a run that was open when this node stopped, if its provider still has it."""
        row = runs.open_run(self._core.reader, grant.id)
        if row is None:
            return None
        run = str(row["run"])
        held = self._core.reader.execute(
            "SELECT idx FROM open_intent WHERE exchange = ? AND side = 'consumer'", (run,)
        ).fetchone()
        body = json.loads(row["body"])
        same = (body["digest"], body["columns"]) == (view.digests[grant.id], list(table.columns))
        if held is None or not same:
            await self._give_up(run, "node.run_changed")
            return None
        await self._in_thread(lambda: target.begin(run, table, going=self._going()))
        sent = self._taken_up(held["idx"], view, grant)
        landing = Landing(run=run, grant=grant, table=table, keys=keys, since=body.get("since"))
        return Pull(
            asked=asked, view=view, grant=grant, sent=sent, landing=landing, target=target, began=time.perf_counter()
        )

    def _taken_up(self, index: int, view: View, grant: Grant) -> Sent:
        intent = parse_record(self._core.ledger.record(index))
        return self._fetcher.taken_up(intent, index=index, view=view, grant=grant)

    async def _carry_out(self, pull: Pull) -> dict[str, Json]:
        try:
            fetched = await self._parcels(pull)
        except PlatformError as error:
            if not error.retryable:
                await self._alarm(pull, error.key)
            raise await self._broken(pull, error) from error
        except Refuse as stop:
            if stop.refusal.key in _LOST:
                told = replace(stop.refusal, at="provider")
                await self._give_up(pull.run, told.key, told=told, rows=await self._came(pull))
                raise _Lost(replace(told, here=LedgerPlace(self._core.code, pull.sent.index))) from stop
            await self._set(pull.run, runs.CLOSED, closed=stop.refusal)
            raise await self._consumer.fail(
                pull.asked, pull.sent, stop.refusal, rows=await self._came(pull)
            ) from stop  # both sides close the run with the same key and the same rows, without a reply
        try:
            landed = await self._in_thread(
                lambda: applying.land(pull.target, pull.landing, fetched, now=self._core.now())
            )
        except PlatformError as error:
            raise await self._broken(pull, error) from error
        return await self._finish(pull, fetched, landed)

    async def _broken(self, pull: Pull, error: PlatformError) -> Refuse:
        """What to raise for an error of ours: a run that may go on stays open, another is closed as failed."""
        told = refusals.of_error(error, at="consumer")
        if error.retryable:  # the run stays open: it goes on from the checkpoint
            return Refuse(self._told(pull, told))
        await self._set(pull.run, runs.CLOSED, closed=told)
        return await self._consumer.fail(pull.asked, pull.sent, told, rows=await self._came(pull))

    async def _parcels(self, pull: Pull) -> Fetched:
        """Stage parcel after parcel, fetching the next and acknowledging the last meanwhile; returns the manifest."""
        staged = {p.seq: p for p in await self._in_thread(pull.target.staged, pull.run)}
        seq = max(staged, default=0) + 1
        last = staged[seq - 1].digest if staged else None
        following = asyncio.create_task(self._fetch(pull, seq))
        told: asyncio.Task[object] | None = None
        try:
            while True:
                fetched = await following
                if fetched.manifest is not None:
                    if told is not None:
                        await told
                    applying.check_end(fetched.manifest, seq=seq, last=last, staged=staged)
                    return fetched
                if fetched.envelope.prev != last:
                    raise NotAllowed("node.parcel_out_of_chain", seq=seq)
                following = asyncio.create_task(self._fetch(pull, seq + 1))
                failpoints.reached(failpoints.CONSUMER_BEFORE_PERSIST)
                parcel = await self._in_thread(self.apply, pull, fetched)
                failpoints.reached(failpoints.CONSUMER_AFTER_SERVE)
                staged[seq], last = parcel, parcel.digest
                if told is not None:
                    await told
                told = asyncio.create_task(self._fetcher.acknowledge(pull.sent, pull.run, {"through": seq}))
                seq += 1
        finally:
            open_: list[asyncio.Task[Any]] = [following] if told is None else [following, told]
            for task in open_:
                task.cancel()
            await asyncio.gather(*open_, return_exceptions=True)

    async def _fetch(self, pull: Pull, seq: int) -> Fetched:
        """One parcel, asked for again while the provider is still making it."""
        for _ in range(RUN_TRIES):
            try:
                return await self._fetcher.parcel(pull.sent, pull.run, seq)
            except Refuse as stop:
                if stop.refusal.key != "node.run_not_ready":
                    raise
                await asyncio.sleep(_RETRYABLE_S)
        raise Unreachable("node.run_not_ready", run=pull.run, seq=seq)

    def apply(self, pull: Pull, fetched: Fetched) -> StagedParcel:
        """Open, check and stage one parcel.  The same again changes nothing; another under its number is refused."""
        parcel = StagedParcel(seq=fetched.seq, digest=fetched.digest, rows=fetched.envelope.rows or 0)
        for staged in pull.target.staged(pull.run):
            if staged.seq == parcel.seq:
                if staged.digest == parcel.digest:
                    return staged
                raise NotAllowed("node.parcel_differs", seq=parcel.seq)
        context = SealContext(
            grant=pull.grant.id, grant_digest=pull.view.digests[pull.grant.id], run=pull.run, seq=parcel.seq,
            sender=pull.grant.provider, recipient=self._core.code,
        )  # fmt: skip
        plain = open_body(fetched.body, key=self._core.seal, context=context)
        table = decode_table(plain, schema=arrow_schema(pull.table.fields))
        if table.num_rows != parcel.rows:
            raise RuleBroken("node.answer_beyond_grant", number=pull.grant.number, why="rows")
        for index, field in enumerate(pull.table.fields):
            if field.mask is not None and unmasked_rows(field.mask, table.column(index).combine_chunks()):
                raise RuleBroken("node.answer_beyond_grant", number=pull.grant.number, why=field.name)
        pull.target.stage(pull.run, parcel, pull.table, table)
        return parcel

    async def _finish(self, pull: Pull, fetched: Fetched, landed: Landed) -> dict[str, Json]:
        """Write the outcome, tell the provider, drop the stage."""
        core, manifest, applied = self._core, fetched.manifest, landed.applied
        assert manifest is not None  # _parcels ends with it
        kind = "full" if fetched.since is None else "increment"
        same = landed.fingerprint == manifest.fingerprint and applied.rows + applied.quarantined == manifest.rows
        facts: dict[str, Json] = {
            "rows_there": manifest.rows, "rows": applied.rows, "quarantined": applied.quarantined,
            "withheld_there": fetched.withheld, "fingerprint": landed.fingerprint,
            "fingerprint_there": manifest.fingerprint, "reconciled": same, "parcels": manifest.parcels,
            "read_there": fetched.read, "kind": kind,
        }  # fmt: skip
        record = outcome_record(
            pull.sent.intent, at=core.now(), outcome=OutcomeKind.ANSWERED, rows=manifest.rows,
            reply_digest=fetched.digest,
            body_digest=fetched.envelope.body_digest, evidence=(fetched.evidence,), facts=facts,
        )  # fmt: skip
        known = {"told": facts, "kind": kind, "standing": applying.standing_json(landed)}

        def settle(step: Step) -> None:
            accounts.close_intent(step, record, request_digest=pull.sent.intent.envelope_digest)
            runs.set_state(step, pull.run, runs.APPLIED, at=record.at, told=known)

        await core.journal.do(settle)
        if not same:
            await self._alarm(pull, "node.run_differs")
        there = await self._acknowledge(pull.sent, pull.run, facts, attempts=RUN_TRIES // 10)
        with contextlib.suppress(PlatformError):  # the rows are there; `begin` of the next run drops what is left
            await self._in_thread(pull.target.finish, pull.run)
        core.counts["pulled"] += 1
        record_there = LedgerPlace(pull.grant.provider, there.record).to_json() if there else None
        return {
            "run": pull.run, "grant": pull.grant.number, "provider": pull.grant.provider, "rows": applied.rows,
            "quarantined": applied.quarantined, "withheld": fetched.withheld, "parcels": manifest.parcels,
            "fingerprint": manifest.fingerprint, "reconciled": same, "kind": kind,
            "ms": round((time.perf_counter() - pull.began) * 1000),
            "record": {"here": LedgerPlace(core.code, pull.sent.index).to_json(), "there": record_there},
        }  # fmt: skip

    async def _acknowledge(self, sent: Sent, run: str, facts: Mapping[str, Any], *, attempts: int) -> Got | None:
        """The final acknowledgement; until it is answered it is owed."""
        told: dict[str, Json] = {name: facts[name] for name in ("rows", "quarantined", "fingerprint")}
        there: Got | None = None
        with contextlib.suppress(PlatformError):  # the rows are stored and recorded; it is said again later
            there = await self._fetcher.acknowledge(sent, run, told, attempts=attempts)
        if there is not None:
            await self._set(run, runs.DONE)
        return there

    async def _owed(self, run: str, body: Mapping[str, Any]) -> None:
        """Tell a provider, who did not hear it, what was stored of a run."""
        view = self._core.directory.last_view()
        row = self._core.reader.execute("SELECT grant_id FROM run WHERE run = ?", (run,)).fetchone()
        grant = view.grant(row["grant_id"]) if view else None
        if "intent" not in body or "told" not in body:  # applied by an older version
            await self._set(run, runs.DONE)
        elif view is not None and grant is not None:
            await self._acknowledge(self._taken_up(body["intent"], view, grant), run, body["told"], attempts=1)

    async def _give_up(self, run: str, key: str, *, told: Refusal | None = None, rows: int | None = None) -> None:
        """Close a run that cannot go on; its snapshot is lost, a new run starts from a new one."""
        core, why = self._core, closing_words(told or Refusal(key=key, at="consumer"))
        row = core.reader.execute(
            "SELECT idx FROM open_intent WHERE exchange = ? AND side = 'consumer'", (run,)
        ).fetchone()

        def settle(step: Step) -> None:
            if row is not None:
                intent = parse_record(core.ledger.record(row["idx"]))
                record = outcome_record(intent, at=core.now(), outcome=OutcomeKind.FAILED, refusal=key, rows=rows)
                accounts.close_intent(step, record, request_digest=intent.envelope_digest)
            runs.set_state(step, run, runs.CLOSED, at=core.now(), told={"closed": why})

        await core.journal.do(settle)

    async def _came(self, pull: Pull) -> int | None:
        """Rows of the parcels that came before a run broke off; None without any."""
        try:
            return sum(parcel.rows for parcel in await self._in_thread(pull.target.staged, pull.run)) or None
        except PlatformError:  # the target is what broke
            return None

    async def _set(self, run: str, state: str, *, closed: Refusal | None = None) -> None:
        told = {"closed": closing_words(closed)} if closed is not None else None
        await self._core.journal.do(lambda step: runs.set_state(step, run, state, at=self._core.now(), told=told))

    async def _in_thread(self, work: Callable[..., T], *args: object) -> T:
        """Work on the target in a thread; whoever is cancelled waits for its end, so that nothing closes under it."""

        def told() -> T:
            with telling():
                return work(*args)

        going = asyncio.ensure_future(self._core.in_thread(told))
        try:
            return await asyncio.shield(going)
        except asyncio.CancelledError:
            await asyncio.wait([going])
            raise

    def _told(self, pull: Pull, refusal: Refusal) -> Refusal:
        return replace(
            refusal, exchange=pull.run, grant=pull.grant.number, purpose=pull.asked.purpose, system=pull.asked.system,
            peer=pull.grant.provider, here=LedgerPlace(self._core.code, pull.sent.index),
        )  # fmt: skip

    async def _alarm(self, pull: Pull, key: str) -> None:
        record = alarm(self._core.now(), key=key, peer=pull.grant.provider, exchange=pull.run)
        await self._core.journal.do(lambda step: step.append(record_to_bytes(record)))
