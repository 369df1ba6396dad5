"""Making the parcels of a run (制包): read, shape, encode, seal, sign, write; in a worker thread."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from zhengtong.kernel.clock import legal_day
from zhengtong.kernel.errors import NotFound
from zhengtong.node import accounts, failpoints, increments
from zhengtong.node.admission import Admitted
from zhengtong.node.ahead import ahead
from zhengtong.node.bindings import SourceBinding
from zhengtong.node.bounds import PARCEL_KEPT_S, PARCEL_ROWS, PIECE_ROWS
from zhengtong.node.compiled import Reading, compile_select
from zhengtong.node.core import Core, about_of, compose
from zhengtong.node.home import write_private
from zhengtong.node.incoming import Received
from zhengtong.node.journal_thread import Step
from zhengtong.node.refusals import Refusal, Refuse
from zhengtong.node.shaping import ShapedBatch, shape_batch
from zhengtong.node.sources import Source
from zhengtong.wire.arrow import Table, arrow
from zhengtong.wire.canonical import Json
from zhengtong.wire.envelope import SALT_BYTES, Kind, envelope_digest, parse_envelope, service_body, sign_envelope
from zhengtong.wire.fingerprint import combine, fingerprint_table, to_hex
from zhengtong.wire.parcel import (
    CODEC,
    Parcel,
    RunManifest,
    SealContext,
    arrow_schema,
    encode_table,
    manifest_to_json,
    pack,
    seal_body,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Production:
    """What one run is made from."""

    core: Core
    received: Received
    admitted: Admitted
    since: str | None = None
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def run(self) -> str:
        return self.received.envelope.id


@dataclass(frozen=True, slots=True)
class Produced:
    """What a run held, for the run's row: rows read, sent and withheld, parcels, fingerprint."""

    facts: dict[str, Json]


@dataclass(frozen=True, slots=True)
class _Content:
    """Rows of a parcel, or of a part of it: how many were read, the table that may leave, rows withheld by field."""

    read: int
    table: Table
    reasons: Mapping[str, int]
    fingerprint: int


def produce(work: Production, *, tell: Callable[[], None]) -> Produced:
    """Write every parcel and the manifest.  Raises Refuse when today's measure is used up; `tell` after each parcel."""
    core, grant, binding = work.core, work.admitted.grant, work.admitted.binding
    assert grant is not None  # admitted without refusal
    assert binding is not None
    fields = work.admitted.fields
    core.parcel_folder(work.run).mkdir(parents=True, exist_ok=True)
    source, schema = core.source(binding.url), arrow_schema(fields)
    about = "\n".join([work.admitted.digest, *(f.name for f in fields)])
    increment = increments.plan(source, binding, about=about, since=work.since)
    statement = compile_select(
        _reading(binding, source), fields=fields, lookup={}, row_filter=grant.row_filter, rows_max=None,
        changed=increment.changed,
    )  # fmt: skip
    key = core.pseudonym_key(grant.id)
    left = _left(work)
    read = sent = seq = total = 0
    reasons: dict[str, int] = {}
    last: str | None = None
    parcel_rows = min(PARCEL_ROWS, grant.limits.max_rows or PARCEL_ROWS)
    pieces = -(-parcel_rows // PIECE_ROWS)
    with ExitStack() as held:
        batches = held.enter_context(
            source.snapshot(statement.sql, statement.values, batch_rows=parcel_rows // pieces)
        )  # fmt: skip
        shape = partial(shape_batch, fields=fields, schema=schema, pseudonym_key=key)
        read_ahead = held.enter_context(ahead(batches))
        for made in held.enter_context(ahead(_contents(_shaped(read_ahead, shape), pieces), waiting=1)):
            if work.stopped.is_set():
                raise NotFound("node.no_such_run", run=work.run)
            read += made.read
            sent += made.table.num_rows
            for name, count in made.reasons.items():
                reasons[name] = reasons.get(name, 0) + count
            if left is not None and sent > left:
                limit = grant.limits.rows_per_day or 0
                raise Refuse(Refusal(key="wire.refused_rows_day", facts={"number": grant.number, "limit": limit}))
            seq += 1
            total = combine(total, made.fingerprint)
            last = write_parcel(work, seq, encode_table(made.table), rows=made.table.num_rows, prev=last)
            tell()
    manifest = RunManifest(
        run=work.run, grant=grant.id, grant_digest=work.received.view.digests[grant.id], parcels=seq, rows=sent,
        fingerprint=to_hex(total), last=last, closed_at=core.now(),
    )  # fmt: skip
    withheld: dict[str, Json] = {name: count for name, count in sorted(reasons.items()) if count}
    _write_manifest(work, manifest, {"read": read, "withheld": read - sent, **increment.to_json()})
    facts: dict[str, Json] = {
        "kind": "increment" if increment.since else "full",
        "read": read, "rows": sent, "withheld": read - sent, "parcels": seq, "fingerprint": to_hex(total),
        "reasons": [[name, count] for name, count in withheld.items()],
    }  # fmt: skip
    return Produced(facts)


def _shaped(batches: Iterable[Table], shape: Callable[[Table], ShapedBatch]) -> Iterator[_Content]:
    """Each batch as it may leave, with its rows as read and its fingerprint."""
    for batch in batches:
        read, shaped = batch.num_rows, shape(batch)
        del batch  # two of them would be held while the next is waited for
        yield _Content(read, shaped.table, shaped.reasons, fingerprint_table(shaped.table))


def _contents(shaped: Iterable[_Content], pieces: int) -> Iterator[_Content]:
    """So many batches together, as one parcel each: made while the parcel before is sealed."""
    held: list[_Content] = []
    for piece in shaped:
        held.append(piece)
        if len(held) == pieces:
            yield _together(held)
            held = []
    if held:
        yield _together(held)


def _together(parts: list[_Content]) -> _Content:
    reasons: dict[str, int] = {}
    for part in parts:
        for name, count in part.reasons.items():
            reasons[name] = reasons.get(name, 0) + count
    table = arrow().concat_tables([part.table for part in parts])  # nothing is copied
    return _Content(sum(p.read for p in parts), table, reasons, combine(*(part.fingerprint for part in parts)))


def _reading(binding: SourceBinding, source: Source) -> Reading:
    """What is read, with the declared types where the database gives typed columns."""
    reading = binding.reading(source.dialect)
    if source.dialect != "postgres":
        return reading
    return replace(reading, types={column.name: column.type for column in source.columns(binding.table)})


def _left(work: Production) -> int | None:
    """Rows still free today; a parcel is an answer, so the grant's max_rows bounds its size, not the run."""
    grant = work.admitted.grant
    if grant is None or grant.limits.rows_per_day is None:
        return None
    used = accounts.usage(work.core.reader, grant.id, legal_day(work.received.now)).rows
    return max(0, grant.limits.rows_per_day - used)


def write_parcel(work: Production, seq: int, plain: bytes, *, rows: int, prev: str | None) -> str:
    """Seal, sign and write one parcel; it may be served once its row in node.db is durable."""
    core, view = work.core, work.received.view
    e = work.received.envelope
    context = SealContext(
        grant=e.grant or "",
        grant_digest=e.grant_digest or "",
        run=work.run,
        seq=seq,
        sender=core.code,
        recipient=e.sender,
    )
    body = seal_body(plain, public=view.members.seal_key(e.sender, at=work.received.now), context=context)
    return _write(work, Kind.PARCEL, body, name=f"{seq}.parcel", seq=seq, rows=rows, prev=prev, codec=CODEC)


def _write_manifest(work: Production, manifest: RunManifest, told: dict[str, Json]) -> None:
    body = service_body({"manifest": manifest_to_json(manifest), **told}, salt=os.urandom(SALT_BYTES))
    _write(
        work, Kind.MANIFEST, body, name="manifest.parcel", seq=manifest.parcels + 1, rows=manifest.rows,
        prev=manifest.last, codec=None,
    )  # fmt: skip


def _write(
    work: Production, kind: Kind, body: bytes, *, name: str, seq: int, rows: int, prev: str | None, codec: str | None
) -> str:  # fmt: skip
    core, e = work.core, work.received.envelope
    about = replace(about_of(e), run=work.run, seq=seq)
    raw = compose(
        core, kind, to=e.sender, body=body, about=about, in_reply_to=work.received.digest, rows=rows, prev=prev,
        codec=codec, life=timedelta(seconds=PARCEL_KEPT_S), directory=work.received.view.members.known_as,
    )  # fmt: skip
    envelope = parse_envelope(raw)
    if kind is Kind.PARCEL:
        failpoints.reached(failpoints.PROVIDER_BEFORE_PERSIST)
    packed = pack(Parcel(envelope=envelope, envelope_bytes=raw, signature=sign_envelope(raw, core.key), body=body))
    write_private(core.parcel_folder(work.run) / name, packed)
    digest = envelope_digest(raw)
    if kind is Kind.PARCEL:
        at = int(envelope.created.timestamp())

        def known(step: Step) -> None:
            step.db.execute(
                "INSERT INTO parcel (run, seq, rows, bytes, body_digest, header, made_at) VALUES (?,?,?,?,?,?,?)",
                (work.run, seq, rows, len(packed), envelope.body_digest, raw.decode(), at),
            )

        core.journal.do_blocking(known)
    return digest
