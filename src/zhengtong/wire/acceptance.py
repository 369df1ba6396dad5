"""Taking in a directory (接收名录): what a node believes after the one it holds, and what it refuses.

Nodes keep the highest (epoch, serial, digest) and the latest time they have seen.  A lower
serial, the same serial with another digest, an expired or future document, a clock gone back, an
unknown key: refused, and the node raises an alarm.  Nothing here is retried or repaired.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from zhengtong.kernel.errors import NotAllowed, RuleBroken
from zhengtong.wire import canonical
from zhengtong.wire.bundles import open_bundle
from zhengtong.wire.canonical import Json
from zhengtong.wire.directory import Members, Roots, parse_members, parse_roots, root_fingerprint
from zhengtong.wire.documents import SignedDocument, check_signatures
from zhengtong.wire.grant import Grant
from zhengtong.wire.shapes import Shape
from zhengtong.wire.suites import key_id

CLOCK_BACK_S_MAX = 5  # a clock set back by more than this is an alarm, by less an adjustment
SKEW_S = 300
ROTATIONS_MAX = 64

__all__ = [
    "CLOCK_BACK_S_MAX",
    "Held",
    "accept_bundle",
    "accept_members",
    "accept_roots",
    "check_time",
    "held_from_json",
    "held_to_json",
    "roots_chain",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a node has seen (已接收), kept durably before it acts on it."""

    epoch: int
    serial: int
    digest: str
    roots_version: int
    latest_seen: datetime


def check_time(held: Held, *, now: datetime) -> Held:
    """The held state with the latest time seen; NotAllowed when the clock went back (查时钟)."""
    back_s = (held.latest_seen - now).total_seconds()
    if back_s > CLOCK_BACK_S_MAX:
        raise NotAllowed("wire.clock_gone_back", now=canonical.instant(now), seen=canonical.instant(held.latest_seen))
    return replace(held, latest_seen=max(held.latest_seen, now))


def accept_roots(document: SignedDocument, *, held: SignedDocument | None, pinned: str, now: datetime) -> Roots:
    """The roots of a document that follows the held one, or that is the pinned one (接收信任根).

    A rotation is signed by the threshold of the old keys and the threshold of the new.
    """
    roots = parse_roots(document.payload_bytes)
    own = {key_id(public): public for public in roots.root_keys}
    check_signatures(document, keys=own, threshold=roots.threshold)
    if held is None:
        if root_fingerprint(roots) != pinned:
            raise NotAllowed("wire.root_not_pinned", found=root_fingerprint(roots), pinned=pinned)
    else:
        _follows(document, roots, held)
    if now >= roots.valid_until:
        raise NotAllowed("wire.directory_expired", thing="roots", valid_until=canonical.instant(roots.valid_until))
    return roots


def _follows(document: SignedDocument, roots: Roots, held: SignedDocument) -> None:
    before = parse_roots(held.payload_bytes)
    if roots.version == before.version:
        if document.digest != held.digest:
            raise NotAllowed("wire.directory_forked", thing="roots", serial=roots.version)
        return
    if roots.version < before.version or roots.epoch < before.epoch:
        raise NotAllowed("wire.directory_rolled_back", thing="roots", serial=roots.version, held=before.version)
    if roots.version != before.version + 1:
        raise RuleBroken("wire.root_gap", version=roots.version, held=before.version)
    old = {key_id(public): public for public in before.root_keys}
    check_signatures(document, keys=old, threshold=before.threshold)


def roots_chain(documents: Sequence[SignedDocument], *, pinned: str) -> tuple[Roots, ...]:
    """The roots of documents in order of version, linked, one of them pinned (信任根链); ignores expiry."""
    if len(documents) > ROTATIONS_MAX:
        raise RuleBroken("wire.too_long", thing="roots", size=len(documents), limit=ROTATIONS_MAX)
    chain: list[Roots] = []
    before: SignedDocument | None = None
    for document in documents:
        roots = parse_roots(document.payload_bytes)
        own = {key_id(public): public for public in roots.root_keys}
        check_signatures(document, keys=own, threshold=roots.threshold)
        if before is not None:
            _follows(document, roots, before)
        chain.append(roots)
        before = document
    if pinned not in {root_fingerprint(roots) for roots in chain}:
        found = root_fingerprint(chain[-1]) if chain else "-"
        raise NotAllowed("wire.root_not_pinned", found=found, pinned=pinned)
    return tuple(chain)


def accept_members(document: SignedDocument, *, roots: Roots, held: Held | None, now: datetime) -> tuple[Members, Held]:
    """The members of a document and the new held state (接收成员名录); else NotAllowed and an alarm."""
    seen = check_time(held, now=now) if held is not None else None
    members = parse_members(document.payload_bytes)
    check_signatures(document, keys=roots.keys_for("members", at=members.issued_at))
    if members.epoch != roots.epoch:
        raise NotAllowed("wire.directory_epoch", epoch=members.epoch, expected=roots.epoch)
    if held is not None:
        _not_older(document, members, held)
    if now >= members.valid_until:
        raise NotAllowed("wire.directory_expired", thing="members", valid_until=canonical.instant(members.valid_until))
    if members.issued_at - now > timedelta(seconds=SKEW_S):
        raise NotAllowed("wire.directory_from_future", issued_at=canonical.instant(members.issued_at))
    return members, Held(
        epoch=members.epoch,
        serial=members.serial,
        digest=document.digest,
        roots_version=roots.version,
        latest_seen=max(now, seen.latest_seen) if seen is not None else now,
    )


def _not_older(document: SignedDocument, members: Members, held: Held) -> None:
    if (members.epoch, members.serial) < (held.epoch, held.serial):
        raise NotAllowed("wire.directory_rolled_back", thing="members", serial=members.serial, held=held.serial)
    if (members.epoch, members.serial) == (held.epoch, held.serial) and document.digest != held.digest:
        raise NotAllowed("wire.directory_forked", thing="members", serial=members.serial)
    if members.epoch == held.epoch and members.serial == held.serial + 1 and members.previous != held.digest:
        raise NotAllowed("wire.directory_forked", thing="members", serial=members.serial)


def accept_bundle(
    document: SignedDocument, *, roots: Roots, members: Members, node: str, now: datetime
) -> tuple[Grant, ...]:
    """A node's grants, if this is the bundle that the members document commits to (接收许可包)."""
    committed = members.bundle(node)
    if committed is None or document.digest != committed.digest:
        raise NotAllowed("wire.directory_bundle_differs", node=node)
    if now >= members.valid_until:
        raise NotAllowed("wire.directory_expired", thing="grants", valid_until=canonical.instant(members.valid_until))
    # every grant was signed at its own time: keys that have since run out still count for it
    keys = {key_id(key.public): key.public for key in roots.online_keys if "grants" in key.signs}
    bundle, grants = open_bundle(document, keys=keys, node=node)
    if bundle.serial != committed.serial:
        raise NotAllowed("wire.directory_wrong_node", node=bundle.node, me=node)
    for grant in grants:
        if node not in {grant.provider, grant.consumer}:
            raise NotAllowed("wire.directory_wrong_node", node=f"{grant.provider}, {grant.consumer}", me=node)
    return grants


def held_to_json(held: Held) -> dict[str, Json]:
    """The held state as a value for the node's own store."""
    return {
        "epoch": held.epoch,
        "serial": held.serial,
        "digest": held.digest,
        "roots_version": held.roots_version,
        "latest_seen": canonical.instant(held.latest_seen),
    }


def held_from_json(value: Json) -> Held:
    """The held state of a value."""
    shape = Shape(value, thing="held")
    built = Held(
        epoch=shape.number("epoch"),
        serial=shape.number("serial"),
        digest=shape.digest("digest"),
        roots_version=shape.number("roots_version"),
        latest_seen=shape.instant("latest_seen"),
    )
    shape.done()
    return built
