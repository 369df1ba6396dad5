"""Signed documents and who a key belongs to (签名文件查询).  What nodes fetch, and what pages say of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from zhengtong.exchange.models import Document, Node, NodeKey, System
from zhengtong.exchange.queries.roots import current_roots
from zhengtong.exchange.rules import DELTAS_KEPT, KeyState, NodeState
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound
from zhengtong.kernel.events import JsonValue
from zhengtong.parties.queries import organization
from zhengtong.wire.bundles import BUNDLE_BYTES_MAX
from zhengtong.wire.delta import make_delta
from zhengtong.wire.directory import MEMBERS_BYTES_MAX, parse_members
from zhengtong.wire.directory import root_fingerprint as fingerprint_of_roots
from zhengtong.wire.documents import SignedDocument, parse_document
from zhengtong.wire.suites import fingerprint

CONTAINER_BYTES = 1 << 20  # signatures and the escaping of the payload, above the payload's own bound


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """Bytes to hand to a node, and the digest by which it may already hold them."""

    body: bytes
    etag: str
    is_delta: bool = False
    is_held: bool = False  # the caller named the newest itself
    known_as: str = ""  # "<epoch>.<serial>" of a members document


@dataclass(frozen=True, slots=True)
class NodeIdentity:
    """A node as the door sees it (结点身份)."""

    id: UUID
    code: str
    state: NodeState
    organization: UUID
    organization_code: str
    public: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class DirectoryState:
    """The directory in force (名录状态)."""

    known_as: str
    digest: str
    root_fingerprint: str
    online_fingerprints: tuple[str, ...]
    threshold: int
    root_keys: int
    roots_version: int
    epoch: int
    issued_at: datetime | None
    valid_until: datetime | None
    age_s: int | None
    nodes: int
    systems: int
    grants_bundles: int


def node_identity(*, key_id: str = "", code: str = "") -> NodeIdentity:
    """The node whose current key this is, or that has this code.  Raises NotAllowed for an unknown key."""
    keys = NodeKey.objects.filter(state=KeyState.CURRENT).select_related("node")
    key = (keys.filter(key_id=key_id) if key_id else keys.filter(node__code=code)).first()
    if key is None:
        raise NotAllowed("exchange.key_unknown")
    return NodeIdentity(
        id=key.node.id,
        code=key.node.code,
        state=NodeState(key.node.state),
        organization=key.node.organization_id,
        organization_code=organization(id=key.node.organization_id).code,
        public=key.public,
        fingerprint=key.fingerprint,
    )


def stored_roots(*, version: int = 0) -> StoredDocument:
    """The roots document of a version, or the latest.  Raises NotFound."""
    if version == 0:
        document, _ = current_roots()
        return StoredDocument(document.to_bytes(), document.digest)
    row = Document.objects.filter(kind="roots", serial=version).first()
    if row is None:
        raise NotFound("exchange.not_published")
    return StoredDocument(bytes(row.body), row.digest)


def stored_members(*, since: str = "") -> StoredDocument:
    """The members document, or the delta since `<epoch>.<serial>` when that is still held.  Raises NotFound."""
    newest = _latest("members")
    whole = StoredDocument(bytes(newest.body), newest.digest, known_as=f"{newest.epoch}.{newest.serial}")
    epoch, _, serial = since.partition(".")
    if not (epoch.isdigit() and serial.isdigit()) or int(epoch) != newest.epoch:
        return whole
    behind = newest.serial - int(serial)
    if behind == 0:
        return replace(whole, body=b"", is_held=True)
    delta = _delta(newest.epoch, int(serial), newest.serial) if 0 < behind <= DELTAS_KEPT else None
    return whole if delta is None else replace(whole, body=delta, is_delta=True)


def stored_bundle(*, node_code: str) -> StoredDocument:
    """The newest bundle of one node.  Raises NotFound before its first publication."""
    row = _latest("grants", node=node_code)
    return StoredDocument(bytes(row.body), row.digest)


def directory_state(*, clock: Clock) -> DirectoryState:
    """Roots and members in force, for pages and commands."""
    _, roots = current_roots()
    row = Document.objects.filter(kind="members").order_by("-epoch", "-serial").first()
    members = parse_members(_parsed(row).payload_bytes) if row else None
    return DirectoryState(
        known_as=members.known_as if members else "",
        digest=row.digest if row else "",
        root_fingerprint=fingerprint_of_roots(roots),
        online_fingerprints=tuple(fingerprint(key.public) for key in roots.online_keys),
        threshold=roots.threshold,
        root_keys=len(roots.root_keys),
        roots_version=roots.version,
        epoch=roots.epoch,
        issued_at=members.issued_at if members else None,
        valid_until=members.valid_until if members else None,
        age_s=int((clock.now() - members.issued_at).total_seconds()) if members else None,
        nodes=len(members.nodes) if members else 0,
        systems=len(members.systems) if members else 0,
        grants_bundles=len(members.bundles) if members else 0,
    )


def states_for_rebuild() -> dict[str, dict[str, JsonValue]]:
    """What the rows of nodes and systems say, for the rebuild check."""
    rows: dict[str, dict[str, JsonValue]] = {
        f"node/{n.id}": {"code": n.code, "state": n.state} for n in Node.objects.all()
    }
    for system in System.objects.all():
        rows[f"system/{system.id}"] = {"code": system.code, "retired": system.retired_at is not None}
    return rows


@lru_cache(maxsize=64)
def _delta(epoch: int, old: int, new: int) -> bytes | None:
    """A delta of two stored documents; both never change, so it may be kept."""
    rows = {row.serial: row for row in Document.objects.filter(kind="members", epoch=epoch, serial__in=[old, new])}
    if len(rows) < 2:
        return None
    return make_delta(_parsed(rows[old]), _parsed(rows[new]))


def _parsed(row: Document) -> SignedDocument:
    limit = MEMBERS_BYTES_MAX if row.kind == "members" else BUNDLE_BYTES_MAX
    return parse_document(bytes(row.body), kind=row.kind, max_bytes=limit + CONTAINER_BYTES)


def _latest(kind: str, *, node: str = "") -> Document:
    row = Document.objects.filter(kind=kind, node=node).order_by("-epoch", "-serial").first()
    if row is None:
        raise NotFound("exchange.not_published")
    return row
