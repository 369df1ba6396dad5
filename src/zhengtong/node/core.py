"""What every part of a running node shares (结点核心): clock, keys, journal, directory, bindings."""

import asyncio
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from zhengtong.kernel.clock import Clock
from zhengtong.node.bindings import SourceBinding, source_binding
from zhengtong.node.bounds import CREATED_WINDOW_S
from zhengtong.node.directory import Directory
from zhengtong.node.home import NodeHome
from zhengtong.node.journal_thread import JournalThread
from zhengtong.node.ledger import LedgerStore
from zhengtong.node.reading import ReadingThreads
from zhengtong.node.sources import Source, open_source
from zhengtong.node.store import connect_reader
from zhengtong.wire.canonical import to_millisecond
from zhengtong.wire.envelope import Envelope, Kind
from zhengtong.wire.envelope import to_bytes as envelope_bytes
from zhengtong.wire.suites import SealingKey, SigningKey, digest_text, pseudonym_key

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Core:
    """One running node's parts; made by `service.Node`, lent to the provider's and the consumer's side."""

    home: NodeHome
    clock: Clock
    key: SigningKey
    seal: SealingKey
    journal: JournalThread
    ledger: LedgerStore
    directory: Directory
    threads: ThreadPoolExecutor
    reading: ReadingThreads = field(default_factory=ReadingThreads)
    counts: Counter[str] = field(default_factory=Counter[str])
    _reader: threading.local = field(default_factory=threading.local)
    _pseudonyms: dict[str, bytes] = field(default_factory=dict[str, bytes])
    _sources: dict[str, Source] = field(default_factory=dict[str, Source])

    @property
    def code(self) -> str:
        return self.home.code

    def now(self) -> datetime:
        """The instant, as precise as the wire carries it."""
        return to_millisecond(self.clock.now())

    @property
    def reader(self) -> sqlite3.Connection:
        """This thread's reading connection to node.db."""
        held: sqlite3.Connection | None = getattr(self._reader, "db", None)
        if held is None:
            held = connect_reader(self.home.database)
            self._reader.db = held
        return held

    def binding(self, resource: str) -> SourceBinding:
        """The binding of a provided resource, as it is now."""
        return source_binding(self.reader, resource)

    def source(self, url: str) -> Source:
        """The pooled adapter of a source."""
        if url not in self._sources:
            self._sources[url] = open_source(url)
        return self._sources[url]

    def close_sources(self) -> None:
        for source in self._sources.values():
            source.close()
        self._sources.clear()

    async def in_thread(self, work: Callable[..., T], *args: object) -> T:
        """Run blocking work outside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, partial(work, *args))

    def pseudonym_key(self, grant: str) -> bytes:
        """The key of one grant's pseudonyms."""
        if grant not in self._pseudonyms:
            self._pseudonyms[grant] = pseudonym_key(self.home.pseudonym_secret(), grant=grant)
        return self._pseudonyms[grant]

    def parcel_folder(self, run: str) -> Path:
        return self.home.parcels / run


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an envelope says beyond its body: under which grant, for whom, for what."""

    grant: str | None = None
    grant_digest: str | None = None
    contract: str | None = None
    system: str | None = None
    purpose: str | None = None
    case_ref: str | None = None
    officer_ref: str | None = None
    run: str | None = None
    seq: int | None = None


def compose(
    core: Core, kind: Kind, *, to: str, body: bytes, about: About, in_reply_to: str | None = None,
    rows: int | None = None, prev: str | None = None, codec: str | None = None,
    life: timedelta = timedelta(seconds=CREATED_WINDOW_S), directory: str = "", message_id: str = "",
) -> bytes:  # fmt: skip
    """An envelope of this node over a body, as the bytes that will be signed and sent."""
    now = core.now()
    view = core.directory.last_view()
    return envelope_bytes(
        Envelope(
            key=core.key.key_id, id=message_id or str(uuid4()), kind=kind, sender=core.code, recipient=to,
            system=about.system, officer_ref=about.officer_ref, case_ref=about.case_ref, grant=about.grant,
            grant_digest=about.grant_digest, purpose=about.purpose, contract=about.contract,
            directory=directory or (view.members.known_as if view else "0.0"), run=about.run, seq=about.seq, prev=prev,
            in_reply_to=in_reply_to, rows=rows, codec=codec, body_digest=digest_text(body),
            ledger_head=core.ledger.head_text, created=now, expires=now + life,
        )
    )  # fmt: skip


def about_of(envelope: Envelope) -> About:
    """The same matters, for the answer."""
    return About(
        grant=envelope.grant, grant_digest=envelope.grant_digest, contract=envelope.contract, system=envelope.system,
        purpose=envelope.purpose, case_ref=envelope.case_ref, officer_ref=envelope.officer_ref,
        run=envelope.run, seq=envelope.seq,
    )  # fmt: skip
