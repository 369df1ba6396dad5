"""The directory as a node holds it (名录): pulled, checked, persisted, and refused when it is too old.

A view is one accepted state: roots, members, this node's grants.  It replaces the one before only
after the ledger says so (a DIRECTORY record, the documents archived beside it).  A rollback, a fork
or a clock gone back leaves the old view in place and an ALARM in the ledger.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, PlatformError
from zhengtong.node.home import write_private
from zhengtong.node.journal_thread import JournalThread, Step
from zhengtong.node.ledger import LedgerStore
from zhengtong.node.store import remember
from zhengtong.wire.acceptance import (
    ROTATIONS_MAX,
    Held,
    accept_bundle,
    accept_members,
    accept_roots,
    check_time,
    held_from_json,
    held_to_json,
)
from zhengtong.wire.bundles import BUNDLE_BYTES_MAX
from zhengtong.wire.canonical import Json, instant
from zhengtong.wire.delta import apply_delta
from zhengtong.wire.directory import MEMBERS_BYTES_MAX, ROOTS_BYTES_MAX, Members, Roots, parse_members, parse_roots
from zhengtong.wire.documents import SignedDocument, parse_document
from zhengtong.wire.grant import Grant, grant_digest
from zhengtong.wire.records import Record, RecordKind, directory_record, record_to_bytes

_log = logging.getLogger("zhengtong.node")
_DELTA = b'{"changes":'  # how a delta begins in canonical form; a document begins otherwise
_KINDS = {"roots": ROOTS_BYTES_MAX, "members": MEMBERS_BYTES_MAX, "grants": BUNDLE_BYTES_MAX}


class Center(Protocol):
    """Where documents come from: signed bytes, or None for "what you hold is the newest"."""

    async def document(self, kind: str, *, etag: str) -> bytes | None:
        """The newest document of a kind."""
        ...


@dataclass(frozen=True, slots=True)
class View:
    """One accepted state of the directory."""

    roots: Roots
    members: Members
    grants: Mapping[str, Grant]
    digests: Mapping[str, str] = field(default_factory=dict[str, str])

    def grant(self, name: str) -> Grant | None:
        """A grant of this node by id, or by the number people know."""
        found = self.grants.get(name)
        return found or next((g for g in self.grants.values() if g.number == name), None)


class Directory:
    """Keeps the newest accepted view; `view` is the only thing the rest of the node reads."""

    def __init__(self, folder: Path, *, node: str, pinned: str, clock: Clock) -> None:
        self._folder = folder
        self._node = node
        self._pinned = pinned
        self._clock = clock
        self._documents: dict[str, SignedDocument] = {}
        self._held: Held | None = None
        self._view: View | None = None
        self._alarmed: set[str] = set()
        self._one_at_a_time = asyncio.Lock()

    @property
    def held(self) -> Held | None:
        """The highest serial and the latest time seen."""
        return self._held

    def view(self, now: datetime) -> View:
        """The view in force.  Raises NotAllowed when there is none, it is too old, or the clock has gone back."""
        if self._view is None or self._held is None:
            raise NotAllowed("node.no_directory", node=self._node)
        self._held = check_time(self._held, now=now)
        if now >= self._view.members.valid_until:
            raise NotAllowed(
                "wire.directory_expired", thing="members", valid_until=instant(self._view.members.valid_until)
            )
        return self._view

    def last_view(self) -> View | None:
        """The view whatever its age (status pages)."""
        return self._view

    def load(self, db_held: str) -> bool:
        """Read what was held before a restart.  True if the ledger has not heard of it yet (`record_loaded`).

        A document that no longer stands is left aside: the next pull brings a good one.
        """
        if not db_held:
            return False
        self._held = held_from_json(json.loads(db_held))
        recorded = self._held.digest
        try:
            for kind, limit in _KINDS.items():
                path = self._folder / f"{kind}.json"
                if path.is_file():
                    self._documents[kind] = parse_document(path.read_bytes(), kind=kind, max_bytes=limit)
            if not {"roots", "members"} <= self._documents.keys():
                return False
            self._view, self._held = self._accept(self._documents, now=self._held.latest_seen)
        except PlatformError as refused:
            _log.warning("the directory on disk is left aside: %s", refused)
            self._documents = {}
            return False
        return self._held.digest != recorded

    def record_loaded(self, step: Step) -> None:
        """Write the record of a directory whose documents were on disk when the process died before writing it."""
        if self._view is not None and self._held is not None:
            self._record(step, self._documents, self._view, self._held)

    async def refresh(self, center: Center, *, journal: JournalThread, ledger: LedgerStore) -> bool:
        """Ask the center for newer documents and take them over.  True if the view changed.

        Raises NotAllowed for what must not be taken (and records the alarm), Unreachable for a center that is down.
        """
        async with self._one_at_a_time:
            fresh = dict(self._documents)
            try:
                taken = await self._look(center, fresh, journal)
            except PlatformError as refused:
                if not refused.retryable and refused.key.startswith("wire."):
                    await self._alarm(refused, fresh, journal)
                raise
            if taken is None:
                return False
            view, held, roots_between = taken
            self._archive(fresh, view, ledger, roots_between)
            await journal.do(lambda step: self._commit(step, fresh, view, held))
            self._view, self._held, self._documents = view, held, fresh
            return True

    async def _look(
        self, center: Center, fresh: dict[str, SignedDocument], journal: JournalThread
    ) -> tuple[View, Held, list[SignedDocument]] | None:
        """Fetch into `fresh` and judge it; None if there is nothing new."""
        now = self._clock.now()
        changed = await self._fetch(center, fresh, ("roots", "members"))
        if not changed:
            if self._held is not None:
                self._held = check_time(self._held, now=now)
                await journal.do(self._remember_time)
            return None
        if self._needs_bundle(fresh):
            await self._fetch(center, fresh, ("grants",), anew=True)
        between = await self._roots_between(center, fresh["roots"])
        for document in between:
            accept_roots(document, held=self._documents["roots"], pinned=self._pinned, now=now)
            self._documents["roots"] = document
        view, held = self._accept(fresh, now=now)
        return view, held, between

    async def _roots_between(self, center: Center, newest: SignedDocument) -> list[SignedDocument]:
        """Rotations that this node slept through, in order: each is signed by the keys before it."""
        if "roots" not in self._documents:
            return []
        held = parse_roots(self._documents["roots"].payload_bytes).version
        found: list[SignedDocument] = []
        for version in range(held + 1, min(parse_roots(newest.payload_bytes).version, held + ROTATIONS_MAX)):
            raw = await center.document(f"roots?version={version}", etag="")
            if raw is not None:
                found.append(parse_document(raw, kind="roots", max_bytes=ROOTS_BYTES_MAX))
        return found

    async def _fetch(
        self, center: Center, into: dict[str, SignedDocument], kinds: tuple[str, ...], *, anew: bool = False
    ) -> bool:  # fmt: skip
        changed = False
        for kind in kinds:
            etag = into[kind].digest if kind in into and not anew else ""
            document = await self._newest(center, kind, etag=etag)
            if document is None:
                continue
            if kind not in into or document.to_bytes() != into[kind].to_bytes():
                into[kind] = document
                changed = True
        return changed

    async def _newest(self, center: Center, kind: str, *, etag: str) -> SignedDocument | None:
        """The newest document of a kind: of members what changed since the held one, the whole if that does not fit."""
        since = f"?since={self._view.members.known_as}" if kind == "members" and etag and self._view else ""
        raw = await center.document(kind + since, etag=etag)
        if raw is None:
            return None
        if since and raw.startswith(_DELTA):
            try:
                return apply_delta(self._documents["members"], raw)
            except PlatformError as unfit:  # a delta has no signature of its own; the whole document decides
                _log.warning("members delta left aside: %s", unfit)
                raw = await center.document(kind, etag="") or b""
        return parse_document(raw, kind=kind, max_bytes=_KINDS[kind])

    def _needs_bundle(self, fresh: Mapping[str, SignedDocument]) -> bool:
        """Whether the new members commit to another bundle for this node than the one held."""
        if "members" not in fresh:
            return False
        due = parse_members(fresh["members"].payload_bytes).bundle(self._node)
        return due is not None and ("grants" not in fresh or fresh["grants"].digest != due.digest)

    def _accept(self, documents: Mapping[str, SignedDocument], *, now: datetime) -> tuple[View, Held]:
        roots = accept_roots(documents["roots"], held=self._documents.get("roots"), pinned=self._pinned, now=now)
        members, held = accept_members(documents["members"], roots=roots, held=self._held, now=now)
        grants: tuple[Grant, ...] = ()
        if members.bundle(self._node) is not None and "grants" in documents:
            grants = accept_bundle(documents["grants"], roots=roots, members=members, node=self._node, now=now)
        by_id = {grant.id: grant for grant in grants}
        return View(roots, members, by_id, {i: grant_digest(g) for i, g in by_id.items()}), held

    def _archive(
        self, documents: Mapping[str, SignedDocument], view: View, ledger: LedgerStore, between: list[SignedDocument]
    ) -> None:
        for document in between:
            ledger.archive(f"roots-{parse_roots(document.payload_bytes).version}.json", document.to_bytes())
        ledger.archive(f"roots-{view.roots.version}.json", documents["roots"].to_bytes())
        ledger.archive(f"members-{view.members.epoch}-{view.members.serial}.json", documents["members"].to_bytes())
        for kind, document in documents.items():
            write_private(self._folder / f"{kind}.json", document.to_bytes())

    def _commit(self, step: Step, documents: Mapping[str, SignedDocument], view: View, held: Held) -> None:
        if any(
            kind not in self._documents or self._documents[kind].digest != documents[kind].digest
            for kind in ("roots", "members")
        ):
            self._record(step, documents, view, held)
        remember(step.db, "held", json.dumps(held_to_json(held)))

    def _record(self, step: Step, documents: Mapping[str, SignedDocument], view: View, held: Held) -> None:
        record = directory_record(
            at=self._clock.now(), members=documents["members"], roots=documents["roots"], known_as=view.members.known_as
        )
        step.append(record_to_bytes(record))
        remember(step.db, "held", json.dumps(held_to_json(held)))

    def _remember_time(self, step: Step) -> None:
        if self._held is not None:
            remember(step.db, "held", json.dumps(held_to_json(self._held)))

    async def _alarm(self, refused: PlatformError, fresh: Mapping[str, SignedDocument], journal: JournalThread) -> None:
        """Record, once for each document, that the center sent something that must not be taken."""
        seen = f"{refused.key}:{fresh['members'].digest if 'members' in fresh else ''}"
        if seen in self._alarmed or self._view is None:  # before the first directory no head of ours would be believed
            return
        self._alarmed.add(seen)
        at = self._clock.now()
        await journal.do(lambda step: step.append(record_to_bytes(alarm(at, key=refused.key, peer="center"))))


def alarm(at: datetime, *, key: str, peer: str, exchange: str = "", said: str = "") -> Record:
    """A record of something that must not happen, and what it was about."""
    facts: dict[str, Json] = {"said": said} if said else {}
    return Record(kind=RecordKind.ALARM, at=at, exchange=exchange or None, peer=peer, refusal=key, facts=facts)


__all__ = ["Center", "Directory", "View", "alarm"]
