"""What may be shown of the exchange's keys (密钥台账): names, fingerprints, days; never a secret."""

import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from zhengtong.exchange.models import NodeKey, System
from zhengtong.exchange.queries.roots import current_roots
from zhengtong.exchange.rules import KeyState
from zhengtong.journal import door
from zhengtong.kernel.actors import Actor
from zhengtong.wire.directory import root_fingerprint
from zhengtong.wire.suites import fingerprint

KEYS_MAX = 1_000
OFFLINE_FOLDER, ONLINE_FILE = "root-offline", "online.pem"


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key of a node or a system, as the center knows it (结点、系统公钥)."""

    code: str
    organization: str
    is_node: bool
    suite: str
    fingerprint: str
    since: datetime
    pinned: bool  # its TLS key is pinned in the directory


@dataclass(frozen=True, slots=True)
class OnlineFact:
    """A key that signs the directory day by day (在线签名密钥)."""

    fingerprint: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Trust:
    """The roots and what they name (信任根)."""

    suite: str
    fingerprint: str
    keys: int
    threshold: int
    issued_at: datetime
    until: datetime
    online: tuple[OnlineFact, ...]
    online_mode: str
    offline_here: bool  # the offline keys still lie on this machine


def trust() -> Trust:
    """The roots document in force.  Raises NotFound before the key ceremony."""
    _, roots = current_roots()
    online = tuple(OnlineFact(fingerprint(one.public), one.valid_from, one.valid_until) for one in roots.online_keys)
    return Trust(
        roots.suite, root_fingerprint(roots), len(roots.root_keys), roots.threshold, roots.issued_at, roots.valid_until,
        online, mode_of(door.keys_dir() / ONLINE_FILE), (door.center_home() / OFFLINE_FOLDER).exists(),
    )  # fmt: skip


def held_keys(*, actor: Actor) -> tuple[HeldKey, ...]:
    """The keys in use of the nodes and systems of the actor's region, at most KEYS_MAX; nothing for who has no role."""
    if not actor.roles:
        return ()
    place = actor.jurisdiction
    while place.endswith("00"):
        place = place[:-2]
    nodes = NodeKey.objects.filter(
        state=KeyState.CURRENT.value, node__organization__jurisdiction__startswith=place
    ).select_related("node__organization")
    systems = System.objects.filter(retired_at=None, organization__jurisdiction__startswith=place)
    found = [
        HeldKey(row.node.code, row.node.organization.short_name, True, row.suite, row.fingerprint, row.since,
                bool(row.node.tls_pin))
        for row in nodes.order_by("node__code")[:KEYS_MAX]
    ]  # fmt: skip
    found += [
        HeldKey(row.code, row.organization.short_name, False, row.suite, row.fingerprint, row.registered_at, False)
        for row in systems.select_related("organization").order_by("code")[:KEYS_MAX]
    ]
    return tuple(found[:KEYS_MAX])


def mode_of(path: Path) -> str:
    """The permissions of a file as four octal digits; empty where it is not."""
    return f"{stat.S_IMODE(path.stat().st_mode):04o}" if path.exists() else ""
