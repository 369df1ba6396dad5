"""Batch runs as the provider (批量提供): one snapshot, numbered parcels, each durable before it is served.

A run is produced as fast as the source gives it, whatever the consumer does, so that nobody can
hold a department's transaction open.  Parcels wait on disk until they are acknowledged, at most
PARCEL_KEPT_S.  Whenever a parcel is served the grant is decided again and its rows are counted
(`release`); an outcome says what left, however the run ended.  After the last parcel comes the
manifest, a parcel without rows; its evidence closes the run in both ledgers.
"""

import asyncio
import json
import logging
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from zhengtong.kernel.errors import NotAllowed, NotFound, PlatformError, RuleBroken, Unreachable
from zhengtong.node import accounts, failpoints, refusals
from zhengtong.node.admission import Admitted, admit
from zhengtong.node.answering import refuse
from zhengtong.node.bounds import OPEN_RUNS, PARCEL_KEPT_S, RUN_WAIT_S
from zhengtong.node.core import Core
from zhengtong.node.entries import outcome_record
from zhengtong.node.incoming import Call, Incoming, Received, Reply, Turned
from zhengtong.node.increments import SINCE, mark_in
from zhengtong.node.journal_thread import Step
from zhengtong.node.producing import Produced, Production, produce
from zhengtong.node.refusals import Refusal, Refuse
from zhengtong.node.release import closed_with, closing_facts, closing_words, forbidden, misnamed, release, served
from zhengtong.node.shapes import item_names
from zhengtong.wire.canonical import Json, instant
from zhengtong.wire.decision import Ask
from zhengtong.wire.envelope import Kind, envelope_digest, signed_envelope_bytes, verify_envelope
from zhengtong.wire.evidence import evidence_of
from zhengtong.wire.grant import Mode
from zhengtong.wire.parcel import unpack
from zhengtong.wire.records import OutcomeKind, Record, parse_record
from zhengtong.wire.suites import digest_text

_log = logging.getLogger("zhengtong.node")

_FINGERPRINT = re.compile(r"[0-9a-f]{32}")
_OPEN, _READY, _CLOSED = "open", "ready", "closed"
_LOST = frozenset({"node.parcel_gone", "node.parcel_corrupt", "node.parcel_acknowledged"})


@dataclass(frozen=True, slots=True)
class ParcelFile:
    """A parcel or manifest on disk, as it was signed."""

    path: Path
    digest: str


class Runs:
    """Opens, serves and closes runs for peers."""

    def __init__(self, core: Core, incoming: Incoming) -> None:
        self._core = core
        self._incoming = incoming
        self._news: dict[str, asyncio.Event] = {}
        self._making: dict[str, Production] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, call: Call) -> Reply:
        """Open a run under a grant; an open run of the same grant is closed by it."""
        try:
            received = await self._incoming.receive(call, kinds=frozenset({Kind.RUN}))
            try:
                ask, since = _read_run(received), mark_in(received.content, SINCE)
                admitted = await self._core.journal.do(lambda s: self._admit(s, received, ask))
            except PlatformError as error:
                return await self._incoming.turn(received, error)
        except Turned as turned:
            return turned.reply
        if admitted.refusal is not None:
            return await refuse(self._core, self._incoming, received, admitted, admitted.refusal)
        self._begin(received, admitted, since)
        names: list[Json] = [field.name for field in admitted.fields]
        content: dict[str, Json] = {"run": received.envelope.id, "fields": names, "record": admitted.index}
        return self._incoming.sign(received, Kind.ANSWER, content).reply

    async def parcel(self, call: Call, *, run: str, seq: int) -> "ParcelFile | Reply":
        """The parcel of a number (from 1), or the manifest one past the last; waits RUN_WAIT_S for it."""
        core = self._core
        try:
            received = await self._incoming.receive(call, kinds=frozenset({Kind.PULL}))
            try:
                held = self._mine(received, run)
                if received.envelope.seq != seq:
                    raise RuleBroken("node.ask_shape", part="seq")
                await self._once(received)
            except PlatformError as error:
                return await self._incoming.turn(received, error)
            try:
                return await self._released(received, held, seq=seq)
            except Refuse as stop:
                return self._incoming.sign_refusal(received, stop.refusal, index=-1).reply
            except PlatformError as error:
                refusal = refusals.of_error(error, at="provider")
                core.counts[f"refused {error.key}"] += not error.retryable
                if error.key in _LOST and self._state(run) != _CLOSED:  # the run cannot be completed: say so at once
                    await self._close(run, outcome=OutcomeKind.FAILED, refusal=error.key, told=refusal)
                return self._incoming.sign_refusal(received, refusal, index=-1).reply
        except Turned as turned:
            return turned.reply

    async def acknowledge(self, call: Call, *, run: str) -> Reply:
        """Delete what the consumer holds durably; with its read-back, close the run."""
        try:
            received = await self._incoming.receive(call, kinds=frozenset({Kind.ACK}))
            try:
                held = self._mine(received, run)
                content = received.content
                if "through" in content:
                    through = _number(content, "through")
                    await self._once(received, then=lambda step: _acknowledged(step, run, through))
                    self._delete(run, through)
                    return self._incoming.sign(received, Kind.ANSWER, {"run": run}).reply
                await self._once(received)
                try:
                    told = await self._reconcile(run, held, content)
                except Refuse as stop:
                    index = json.loads(held["body"]).get("record", -1)
                    return self._incoming.sign_refusal(received, stop.refusal, index=index).reply
            except PlatformError as error:
                return await self._incoming.turn(received, error)
            return self._incoming.sign(received, Kind.ANSWER, told).reply
        except Turned as turned:
            return turned.reply

    async def recover(self) -> None:
        """After a restart: a run whose snapshot was lost is closed, a whole one goes on being served."""
        for row in self._core.reader.execute(
            "SELECT * FROM run WHERE side = 'provider' AND state = ?", (_OPEN,)
        ).fetchall():
            await self._close(row["run"], outcome=OutcomeKind.FAILED, refusal="node.run_lost")
        kept = {
            r["run"]
            for r in self._core.reader.execute("SELECT run FROM run WHERE side = 'provider' AND state = ?", (_READY,))
        }
        for left in self._core.home.parcels.iterdir():
            if left.is_dir() and left.name not in kept:
                shutil.rmtree(left, ignore_errors=True)
            elif left.suffix == ".part":
                left.unlink(missing_ok=True)

    async def tidy(self) -> None:
        """Close runs nobody fetched within PARCEL_KEPT_S and delete their parcels."""
        now = self._core.clock.now().timestamp()
        rows = self._core.reader.execute(
            "SELECT run, body FROM run WHERE side = 'provider' AND state <> ?", (_CLOSED,)
        ).fetchall()
        for row in rows:
            if now - json.loads(row["body"])["opened"] > PARCEL_KEPT_S:
                await self._close(row["run"], outcome=OutcomeKind.FAILED, refusal="node.run_expired")

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _admit(self, step: Step, received: Received, ask: Ask) -> Admitted:
        self._incoming.keep_head(step, received)
        admitted = admit(self._core, step, received, ask, subject="")
        if admitted.refusal is not None:
            return admitted
        open_ = step.db.execute(
            "SELECT count(*) FROM run WHERE side = 'provider' AND state <> ?", (_CLOSED,)
        ).fetchone()[0]
        if open_ >= OPEN_RUNS:
            raise Unreachable("node.too_many_runs", limit=OPEN_RUNS)
        e = received.envelope
        body = {"opened": received.now.timestamp(), "fields": list(ask.fields), "case_ref": e.case_ref}
        body["digest"] = admitted.digest
        step.db.execute(
            "INSERT INTO run (run, side, grant_id, peer, resource, state, opened_at, body) VALUES (?,?,?,?,?,?,?,?)",
            (e.id, "provider", e.grant, e.sender, admitted.grant.resource if admitted.grant else "", _OPEN,
             instant(received.now), json.dumps({**body, "system": e.system, "purpose": e.purpose})),
        )  # fmt: skip
        return admitted

    def _begin(self, received: Received, admitted: Admitted, since: str | None) -> None:
        run = received.envelope.id
        self._news[run] = asyncio.Event()
        task = asyncio.create_task(self._produce(received, admitted, since), name=f"run {run}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _produce(self, received: Received, admitted: Admitted, since: str | None) -> None:
        """Read the snapshot into parcels, then the manifest; a failure closes the run."""
        run, loop = received.envelope.id, asyncio.get_running_loop()
        await self._supersede(received)

        def tell() -> None:
            loop.call_soon_threadsafe(self._tell, run)

        production = Production(core=self._core, received=received, admitted=admitted, since=since)
        self._making[run] = production
        try:
            made: Produced = await self._core.in_thread(lambda: produce(production, tell=tell))
            body = {**self._body(run), **made.facts}
            await self._core.journal.do(lambda s: _set_run(s, run, _READY, body))
        except Refuse as stop:
            await self._close(run, outcome=OutcomeKind.REFUSED, refusal=stop.refusal.key, told=stop.refusal)
        except PlatformError as error:
            told = refusals.of_error(error, at="provider")
            await self._close(run, outcome=OutcomeKind.FAILED, refusal=error.key, told=told)
        except Exception:  # a bug: the log has it all, the run is closed so that nobody waits for it
            _log.exception("run %s broke", run)
            told = Refusal(key="node.run_broken", facts={"run": run}, status=503)
            await self._close(run, outcome=OutcomeKind.FAILED, refusal=told.key, told=told)
        finally:
            del self._making[run]
        if self._state(run) == _CLOSED:  # closed while it was made: what was written after that goes too
            shutil.rmtree(self._core.parcel_folder(run), ignore_errors=True)
        self._tell(run)

    async def _supersede(self, received: Received) -> None:
        """A new run of a grant closes those before it."""
        rows = self._core.reader.execute(
            "SELECT run FROM run WHERE side = 'provider' AND grant_id = ? AND state <> ? AND run <> ?",
            (received.envelope.grant, _CLOSED, received.envelope.id),
        ).fetchall()
        for row in rows:
            await self._close(row["run"], outcome=OutcomeKind.FAILED, refusal="node.run_superseded")

    def _tell(self, run: str) -> None:
        if run in self._news:
            self._news[run].set()
            self._news[run] = asyncio.Event()

    def _mine(self, received: Received, run: str) -> Mapping[str, str]:
        row = self._core.reader.execute("SELECT * FROM run WHERE run = ? AND side = 'provider'", (run,)).fetchone()
        e = received.envelope
        if row is None or row["peer"] != e.sender or row["grant_id"] != e.grant or e.run != run:
            raise NotFound("node.no_such_run", run=run)
        return dict(row)

    async def _once(self, received: Received, *, then: Callable[[Step], None] | None = None) -> None:
        e, now = received.envelope, received.now

        def first(step: Step) -> bool:
            fresh = accounts.first_time(step.db, peer=e.sender, message=e.id, now=now)
            if fresh and then is not None:
                then(step)
            return fresh

        if not await self._core.journal.do(first):
            raise NotAllowed("wire.refused_replay", id=e.id)

    async def _released(self, received: Received, held: Mapping[str, str], *, seq: int) -> ParcelFile:
        """The file that may leave now.  Raises Refuse; asked before the wait and, with the newest directory, after."""
        core = self._core
        await self._may_leave(received, held)
        wrong = misnamed(received)
        if wrong is not None:
            raise Refuse(wrong)
        found = await self._file(held["run"], seq)
        await self._sound(held["run"], seq, found)
        later = replace(received, view=core.directory.view(core.now()), now=core.now())
        await self._may_leave(later, held, seq=seq)
        return self._look(held["run"], seq) or found  # its maker may have closed the run meanwhile

    async def _may_leave(self, received: Received, held: Mapping[str, str], *, seq: int | None = None) -> None:
        """Decide again whether this run, or this parcel of it, may leave; a run that may not is closed with its key."""

        def judged(step: Step) -> Refusal | None:
            return forbidden(step, received, held) if seq is None else release(step, received, held, seq=seq)

        refusal = await self._core.journal.do(judged)
        if refusal is None:
            return
        if self._state(held["run"]) != _CLOSED:
            await self._close(held["run"], outcome=OutcomeKind.REFUSED, refusal=refusal.key, told=refusal)
        raise Refuse(refusal)

    async def _sound(self, run: str, seq: int, found: ParcelFile) -> None:
        """Look whether a parcel that is asked for again, or a manifest, is still what was signed."""
        row = self._core.reader.execute(
            "SELECT served_at FROM parcel WHERE run = ? AND seq = ?", (run, seq)
        ).fetchone()  # fmt: skip
        if row is not None and not row["served_at"]:
            return
        public = self._core.key.public
        if not await self._core.in_thread(_is_whole, found.path, public):
            raise RuleBroken("node.parcel_corrupt", run=run, seq=seq)

    async def _file(self, run: str, seq: int) -> ParcelFile:
        """Wait a bounded time for a parcel to be durable."""
        try:
            async with asyncio.timeout(RUN_WAIT_S):
                while True:
                    news = self._news.get(run)
                    found = self._look(run, seq)
                    if found is not None:
                        return found
                    if news is None:
                        break
                    await news.wait()
        except TimeoutError:
            pass
        raise Unreachable("node.run_not_ready", run=run, seq=seq)

    def _look(self, run: str, seq: int) -> ParcelFile | None:
        reader = self._core.reader
        row = reader.execute("SELECT body_digest, bytes FROM parcel WHERE run = ? AND seq = ?", (run, seq)).fetchone()
        path = self._core.parcel_folder(run) / f"{seq}.parcel"
        if row is not None:
            if not path.is_file():
                through = reader.execute("SELECT through FROM run WHERE run = ?", (run,)).fetchone()["through"]
                raise NotFound("node.parcel_acknowledged" if seq <= through else "node.parcel_gone", run=run, seq=seq)
            if path.stat().st_size != row["bytes"]:
                raise RuleBroken("node.parcel_corrupt", run=run, seq=seq)
            return ParcelFile(path, str(row["body_digest"]))
        held = reader.execute("SELECT state, body FROM run WHERE run = ?", (run,)).fetchone()
        if held is None or held["state"] == _CLOSED:
            why = closed_with(json.loads(held["body"])) if held else None
            if why is not None:
                raise Refuse(why)
            raise NotFound("node.no_such_run", run=run)
        if held["state"] == _READY and seq == json.loads(held["body"])["parcels"] + 1:
            path = self._core.parcel_folder(run) / "manifest.parcel"
            if not path.is_file():
                raise NotFound("node.parcel_gone", run=run, seq=seq)
            return ParcelFile(path, "manifest")
        return None

    def _delete(self, run: str, through: int) -> None:
        folder = self._core.parcel_folder(run)
        for path in folder.glob("*.parcel"):
            if path.stem.isdigit() and int(path.stem) <= through:
                path.unlink(missing_ok=True)

    async def _reconcile(self, run: str, held: Mapping[str, str], content: Mapping[str, Json]) -> dict[str, Json]:
        """Compare what the consumer read back with what was read here, and close the run with it."""
        body = json.loads(held["body"])
        why = closed_with(body)
        if held["state"] == _CLOSED and why is not None:
            raise Refuse(why)
        if held["state"] == _CLOSED and "record" in body:  # its answer was lost: say the same again
            return {"run": run, "reconciled": body["reconciled"], "record": body["record"]}
        if held["state"] != _READY:
            raise NotFound("node.no_such_run", run=run)
        rows = _number(content, "rows") + _number(content, "quarantined")
        fingerprint = _fingerprint(content)
        same = rows == body["rows"] and fingerprint == body["fingerprint"]
        facts: dict[str, Json] = {
            "rows_read": body["read"], "rows_sent": body["rows"], "withheld": body["withheld"],
            "fingerprint": body["fingerprint"], "rows_there": _number(content, "rows"),
            "quarantined_there": _number(content, "quarantined"),
            "fingerprint_there": fingerprint, "reconciled": same, "parcels": body["parcels"],
        }  # fmt: skip
        failpoints.reached(failpoints.PROVIDER_AFTER_COMMIT)
        index = await self._close(run, outcome=OutcomeKind.ANSWERED, refusal=None, facts=facts, rows=int(body["rows"]))
        if not same:
            await self._incoming.record_alarm("node.run_differs", peer=held["peer"], exchange=run)
        return {"run": run, "reconciled": same, "record": index}

    def _state(self, run: str) -> str:
        row = self._core.reader.execute("SELECT state FROM run WHERE run = ?", (run,)).fetchone()
        return str(row["state"]) if row else _CLOSED

    def _body(self, run: str) -> dict[str, Json]:
        row = self._core.reader.execute("SELECT body FROM run WHERE run = ?", (run,)).fetchone()
        return json.loads(row["body"])

    async def _close(
        self, run: str, *, outcome: OutcomeKind, refusal: str | None, told: Refusal | None = None,
        facts: dict[str, Json] | None = None, rows: int | None = None,
    ) -> int:  # fmt: skip
        """Write the run's outcome and delete its parcels."""
        core = self._core
        body = self._body(run)
        if run in self._making:
            self._making[run].stopped.set()

        def settle(step: Step) -> int:
            row = step.db.execute(
                "SELECT idx FROM open_intent WHERE exchange = ? AND side = 'provider'", (run,)
            ).fetchone()
            if row is None:
                return -1
            intent = parse_record(core.ledger.record(row["idx"]))
            parcels, left = served(step, run)
            record = outcome_record(
                intent, at=core.now(), outcome=outcome, refusal=refusal,
                rows=rows if rows is not None else left or None,
                facts=closing_facts(facts, parcels=parcels, rows=left),
            )  # fmt: skip
            if outcome is OutcomeKind.ANSWERED:
                record = _with_manifest(core, record, run)
            index = accounts.close_intent(step, record, request_digest=intent.envelope_digest)
            body.update({"record": index, "reconciled": bool(facts and facts["reconciled"])})
            if facts is not None:
                body["there"] = {
                    "rows": facts["rows_there"], "quarantined": facts["quarantined_there"],
                    "fingerprint": facts["fingerprint_there"],
                }  # fmt: skip
            if refusal is not None:
                body["closed"] = closing_words(told or Refusal(key=refusal, status=NotFound.status))
            if told is not None:
                refusals.keep(step.db, told, at=instant(record.at))
            step.db.execute(
                "UPDATE run SET state = ?, closed_at = ?, body = ? WHERE run = ?",
                (_CLOSED, instant(record.at), json.dumps(body), run),
            )
            step.db.execute("DELETE FROM parcel WHERE run = ?", (run,))
            return index

        index = await core.journal.do(settle)
        shutil.rmtree(core.parcel_folder(run), ignore_errors=True)
        if (news := self._news.pop(run, None)) is not None:
            news.set()  # who waits for a parcel learns now that none will come
        return index


def _with_manifest(core: Core, record: Record, run: str) -> Record:
    """The outcome with the manifest as the reply it stands on."""
    manifest = unpack((core.parcel_folder(run) / "manifest.parcel").read_bytes())
    evidence = evidence_of(
        party=core.code, key=manifest.envelope.key, form="envelope",
        base=signed_envelope_bytes(manifest.envelope_bytes), signature=manifest.signature,
    )  # fmt: skip
    return replace(
        record, envelope_digest=envelope_digest(manifest.envelope_bytes), evidence=(evidence,),
        body_digest=manifest.envelope.body_digest,
    )  # fmt: skip


def _is_whole(path: Path, public: str) -> bool:
    """Whether a parcel's file still is what this node signed."""
    try:
        parcel = unpack(path.read_bytes())
    except (OSError, PlatformError):
        return False
    return digest_text(parcel.body) == parcel.envelope.body_digest and verify_envelope(
        parcel.envelope_bytes, signature=parcel.signature, public=public
    )


def _acknowledged(step: Step, run: str, through: int) -> None:
    step.db.execute("UPDATE run SET through = max(through, ?) WHERE run = ?", (through, run))


def _set_run(step: Step, run: str, state: str, body: Mapping[str, Json]) -> None:
    step.db.execute(
        "UPDATE run SET state = ?, body = ? WHERE run = ? AND state = ?", (state, json.dumps(body), run, _OPEN)
    )


def _read_run(received: Received) -> Ask:
    e = received.envelope
    fields = item_names(received.content, "items")
    if e.grant is None or not e.system or not e.purpose:
        raise RuleBroken("node.ask_incomplete")
    return Ask(
        mode=Mode.BATCH, consumer=e.sender, system=e.system, purpose=e.purpose, case_ref=e.case_ref, fields=fields
    )


def _fingerprint(content: Mapping[str, Json]) -> str:
    value = content.get("fingerprint")
    if not isinstance(value, str) or not _FINGERPRINT.fullmatch(value):
        raise RuleBroken("node.ask_shape", part="fingerprint")
    return value


def _number(content: Mapping[str, Json], name: str) -> int:
    value = content.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise RuleBroken("node.ask_shape", part=name)
    return value
