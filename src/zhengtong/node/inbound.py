"""Batch runs as the consumer (批量使用): pull, verify, open, stage; swap once; read back; tell both ledgers.

Progress lives in the target beside the rows, so a node that died goes on from the last parcel that
was staged.  The same parcel twice changes nothing; another parcel under the same number is an alarm.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from zhengtong.kernel.errors import NotAllowed, PlatformError, RuleBroken, Unreachable
from zhengtong.node import accounts, refusals
from zhengtong.node.ahead import ahead
from zhengtong.node.bindings import target_binding
from zhengtong.node.bounds import PARCEL_KEPT_S, RUN_TRIES
from zhengtong.node.consumer import Consumer, Got, LocalAsk, Sent
from zhengtong.node.core import Core
from zhengtong.node.directory import View, alarm
from zhengtong.node.entries import outcome_record
from zhengtong.node.fetching import Fetched, Fetcher
from zhengtong.node.journal_thread import Step
from zhengtong.node.peers import Peers
from zhengtong.node.refusals import LedgerPlace, Refuse
from zhengtong.node.shaping import table_of_text
from zhengtong.node.targets import Applied, StagedParcel, Target, TargetTable, open_target
from zhengtong.wire.canonical import Json, instant
from zhengtong.wire.fingerprint import combine, fingerprint_table, to_hex
from zhengtong.wire.grant import Grant
from zhengtong.wire.masks import unmasked_rows
from zhengtong.wire.parcel import RunManifest, SealContext, arrow_schema, decode_table, open_body
from zhengtong.wire.records import OutcomeKind, parse_record, record_to_bytes

RUNS_PATH = "/wire/v1/runs"
_RETRYABLE_S = 0.2
_LOST = frozenset({"node.no_such_run", "node.run_lost", "node.run_expired", "node.run_superseded", "node.parcel_gone"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """One pull in hand: what was asked, under which grant, where its rows go."""

    asked: LocalAsk
    view: View
    grant: Grant
    sent: Sent
    run: str
    table: TargetTable
    target: Target
    began: float


class Pulls:
    """Pulls whole resources into this department's own database."""

    def __init__(self, core: Core, consumer: Consumer, peers: Peers) -> None:
        self._core = core
        self._consumer = consumer
        self._fetcher = Fetcher(core, consumer, peers)
        self._busy: set[str] = set()
        self._progress: dict[str, dict[str, Json]] = {}
        self._tasks: set[asyncio.Task[object]] = set()

    def start(self, asked: LocalAsk) -> str:
        """Pull in the background; `progress` tells where it stands."""
        view, grant = self._consumer.known(asked)
        name = f"{grant.id}@{view.members.known_as}"
        task: asyncio.Task[object] = asyncio.create_task(self._background(name, asked))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._progress[name] = {"run": name, "state": "running"}
        return name

    def progress(self, name: str) -> dict[str, Json]:
        """What is known of a pull started in the background."""
        return self._progress.get(name, {"run": name, "state": "unknown"})

    async def pull(self, asked: LocalAsk) -> dict[str, Json]:
        """Pull everything a grant covers.  Raises Refuse, recorded at both ends where the provider was reached."""
        view, grant = self._consumer.known(asked)
        if grant.id in self._busy:
            raise RuleBroken("node.pull_in_hand", number=grant.number)
        self._busy.add(grant.id)
        try:
            return await self._pull(asked, view, grant)
        finally:
            self._busy.discard(grant.id)

    async def tidy(self) -> None:
        """Give up runs whose provider no longer keeps them; an open run otherwise goes on at the next pull."""
        oldest = instant(self._core.clock.now() - timedelta(seconds=PARCEL_KEPT_S))
        rows = self._core.reader.execute(
            "SELECT run FROM run WHERE side = 'consumer' AND state = 'open' AND opened_at < ?", (oldest,)
        ).fetchall()
        for row in rows:
            await self._give_up(row["run"], "node.run_expired")

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
        target = await self._core.in_thread(open_target, binding.url)
        try:
            await self._core.in_thread(target.prepare, table)
            pull = await self._resume(asked, view, grant, table, target) or await self._open(
                asked, view, grant, table, target
            )
            return await self._carry_out(pull)
        finally:
            target.close()

    async def _open(
        self, asked: LocalAsk, view: View, grant: Grant, table: TargetTable, target: Target
    ) -> Pull:  # fmt: skip
        content: dict[str, Json] = {"items": [field.name for field in table.fields]}
        sent = await self._consumer.open(asked, view, grant, content=content, path=RUNS_PATH)
        await self._consumer.send(asked, sent)
        body = {"digest": view.digests[grant.id], "columns": list(table.columns)}
        await self._core.journal.do(lambda step: _insert_run(step, sent, body))
        await self._core.in_thread(target.begin, sent.exchange, table)
        return Pull(
            asked=asked, view=view, grant=grant, sent=sent, run=sent.exchange, table=table, target=target,
            began=time.perf_counter(),
        )  # fmt: skip

    async def _resume(
        self, asked: LocalAsk, view: View, grant: Grant, table: TargetTable, target: Target
    ) -> Pull | None:  # fmt: skip
        """Take up a run that was open when this node stopped, if its provider still has it."""
        row = self._core.reader.execute(
            "SELECT run, body FROM run WHERE side = 'consumer' AND grant_id = ? AND state = 'open'"
            " ORDER BY opened_at DESC",
            (grant.id,),
        ).fetchone()
        if row is None:
            return None
        run = str(row["run"])
        held = self._core.reader.execute(
            "SELECT idx FROM open_intent WHERE exchange = ? AND side = 'consumer'", (run,)
        ).fetchone()
        body = json.loads(row["body"])
        if held is None or body != {"digest": view.digests[grant.id], "columns": list(table.columns)}:
            await self._give_up(run, "node.run_changed")
            return None
        await self._core.in_thread(target.begin, run, table)
        sent = self._fetcher.taken_up(
            parse_record(self._core.ledger.record(held["idx"])), index=held["idx"], view=view, grant=grant
        )
        return Pull(
            asked=asked,
            view=view,
            grant=grant,
            sent=sent,
            run=run,
            table=table,
            target=target,
            began=time.perf_counter(),
        )

    async def _carry_out(self, pull: Pull) -> dict[str, Json]:
        try:
            manifest = await self._parcels(pull)
        except Refuse as stop:
            if stop.refusal.key in _LOST:
                await self._give_up(pull.run, stop.refusal.key)
                raise Refuse(replace(stop.refusal, here=LedgerPlace(self._core.code, pull.sent.index))) from stop
            await self._mark(pull.run)
            raise await self._consumer.fail(
                pull.asked, pull.sent, stop.refusal, rows=await self._came(pull)
            ) from stop  # both sides close the run with the same key and the same rows, without a reply
        except PlatformError as error:
            if error.retryable:  # the run stays open: the next pull goes on from the checkpoint
                raise Refuse(self._told(pull, refusals.of_error(error, at="consumer"))) from error
            await self._alarm(pull, error.key)
            await self._mark(pull.run)
            told = refusals.of_error(error, at="consumer")
            raise await self._consumer.fail(pull.asked, pull.sent, told, rows=await self._came(pull)) from error
        return await self._finish(pull, manifest)

    async def _parcels(self, pull: Pull) -> Fetched:
        """Stage parcel after parcel, fetching the next and acknowledging the last meanwhile; returns the manifest."""
        staged = {p.seq: p for p in await self._core.in_thread(pull.target.staged, pull.run)}
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
                    _check_end(fetched.manifest, seq=seq, last=last, staged=staged)
                    return fetched
                if fetched.envelope.prev != last:
                    raise NotAllowed("node.parcel_out_of_chain", seq=seq)
                following = asyncio.create_task(self._fetch(pull, seq + 1))
                parcel = await self._core.in_thread(self.apply, pull, fetched)
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

    async def _finish(self, pull: Pull, fetched: Fetched) -> dict[str, Json]:
        """Swap, read back, write the outcome, tell the provider."""
        core, manifest = self._core, fetched.manifest
        assert manifest is not None  # _parcels ends with it
        applied, found = await core.in_thread(self._swap, pull, manifest)
        same = found == manifest.fingerprint and applied.rows + applied.quarantined == manifest.rows
        facts: dict[str, Json] = {
            "rows_there": manifest.rows, "rows": applied.rows, "quarantined": applied.quarantined,
            "withheld_there": fetched.withheld, "fingerprint": found, "fingerprint_there": manifest.fingerprint,
            "reconciled": same, "parcels": manifest.parcels,
        }  # fmt: skip
        record = outcome_record(
            pull.sent.intent, at=core.now(), outcome=OutcomeKind.ANSWERED, rows=manifest.rows,
            reply_digest=fetched.digest,
            body_digest=fetched.envelope.body_digest, evidence=(fetched.evidence,), facts=facts,
        )  # fmt: skip

        def settle(step: Step) -> None:
            accounts.close_intent(step, record, request_digest=pull.sent.intent.envelope_digest)
            _set_state(step, pull.run, "applied", instant(record.at))

        await core.journal.do(settle)
        if not same:
            await self._alarm(pull, "node.run_differs")
        told: dict[str, Json] = {"rows": applied.rows, "quarantined": applied.quarantined, "fingerprint": found}
        there = await self._fetcher.acknowledge(pull.sent, pull.run, told, attempts=RUN_TRIES // 10)
        await core.in_thread(pull.target.finish, pull.run)
        core.counts["pulled"] += 1
        return self._result(pull, applied, manifest, fetched, there=there, same=same)

    def _result(
        self, pull: Pull, applied: Applied, manifest: RunManifest, fetched: Fetched, *, there: Got | None, same: bool
    ) -> dict[str, Json]:
        record = LedgerPlace(pull.grant.provider, there.record).to_json() if there else None
        return {
            "run": pull.run, "grant": pull.grant.number, "provider": pull.grant.provider, "rows": applied.rows,
            "quarantined": applied.quarantined, "withheld": fetched.withheld, "parcels": manifest.parcels,
            "fingerprint": manifest.fingerprint, "reconciled": same,
            "ms": round((time.perf_counter() - pull.began) * 1000),
            "record": {"here": LedgerPlace(self._core.code, pull.sent.index).to_json(), "there": record},
        }  # fmt: skip

    def _swap(self, pull: Pull, manifest: RunManifest) -> tuple[Applied, str]:
        """Swap once (a committed swap is not done again), then read back what is there."""
        applied = pull.target.swapped(pull.run) or pull.target.swap(
            pull.run, pull.table, grant=pull.grant.id, fingerprint=manifest.fingerprint, at=instant(self._core.now())
        )
        return applied, to_hex(read_back(pull.target, pull.run, pull.table))

    async def _give_up(self, run: str, key: str) -> None:
        """Close a run that cannot go on; its snapshot is lost, a new run starts from a new one."""
        core = self._core
        row = core.reader.execute(
            "SELECT idx FROM open_intent WHERE exchange = ? AND side = 'consumer'", (run,)
        ).fetchone()

        def settle(step: Step) -> None:
            if row is not None:
                intent = parse_record(core.ledger.record(row["idx"]))
                record = outcome_record(intent, at=core.now(), outcome=OutcomeKind.FAILED, refusal=key)
                accounts.close_intent(step, record, request_digest=intent.envelope_digest)
            _set_state(step, run, "closed", instant(core.now()))

        await core.journal.do(settle)

    async def _came(self, pull: Pull) -> int | None:
        """Rows of the parcels that came before a run broke off; None without any."""
        try:
            return sum(parcel.rows for parcel in await self._core.in_thread(pull.target.staged, pull.run)) or None
        except PlatformError:  # the target is what broke
            return None

    async def _mark(self, run: str) -> None:
        await self._core.journal.do(lambda step: _set_state(step, run, "closed", instant(self._core.now())))

    def _told(self, pull: Pull, refusal: refusals.Refusal) -> refusals.Refusal:
        return replace(
            refusal, exchange=pull.run, grant=pull.grant.number, purpose=pull.asked.purpose, system=pull.asked.system,
            peer=pull.grant.provider, here=LedgerPlace(self._core.code, pull.sent.index),
        )  # fmt: skip

    async def _alarm(self, pull: Pull, key: str) -> None:
        record = alarm(self._core.now(), key=key, peer=pull.grant.provider, exchange=pull.run)
        await self._core.journal.do(lambda step: step.append(record_to_bytes(record)))


def read_back(target: Target, run: str, table: TargetTable) -> int:
    """The fingerprint of what the target now holds, quarantined rows included."""
    schema, total = arrow_schema(table.fields), 0
    with ahead(target.read_back(run, table)) as pieces:
        for read in pieces:
            total = combine(total, fingerprint_table(table_of_text(read, table.fields, schema)))
    return total


def _check_end(manifest: RunManifest, *, seq: int, last: str | None, staged: Mapping[int, StagedParcel]) -> None:
    """The manifest must name exactly the parcels that were staged."""
    rows = sum(parcel.rows for parcel in staged.values())
    if manifest.parcels != seq - 1 or manifest.last != last or manifest.rows != rows:
        raise NotAllowed("node.manifest_differs", parcels=manifest.parcels, staged=seq - 1)


def _insert_run(step: Step, sent: Sent, body: Mapping[str, object]) -> None:
    step.db.execute(
        "INSERT INTO run (run, side, grant_id, peer, resource, state, opened_at, body) VALUES (?,?,?,?,?,?,?,?)",
        (sent.exchange, "consumer", sent.grant.id, sent.grant.provider, sent.grant.resource, "open",
         instant(sent.intent.at), json.dumps(body)),
    )  # fmt: skip


def _set_state(step: Step, run: str, state: str, at: str) -> None:
    step.db.execute("UPDATE run SET state = ?, closed_at = ? WHERE run = ? AND side = 'consumer'", (state, at, run))
