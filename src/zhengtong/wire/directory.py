"""The directory (签名名录): who is who, as every node holds it.

roots    offline keys name the online keys, the threshold and the epoch; pinned when a node joins
members  organizations, nodes with keys and addresses, systems; digests of the grant bundles
grants   one bundle for each node (see `bundles`)

This module holds the values and their bytes; `acceptance` holds the rules by which a node takes
a new one for an old one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from zhengtong.kernel.errors import NotAllowed
from zhengtong.wire import canonical
from zhengtong.wire.canonical import Json
from zhengtong.wire.shapes import Shape
from zhengtong.wire.suites import INTL, KEY_BYTES, digest_text, group, key_id, unb64

ROOTS_BYTES_MAX = 64 << 10
MEMBERS_BYTES_MAX = 16 << 20
ORGANIZATIONS_MAX = 20_000
NODES_MAX = SYSTEMS_MAX = BUNDLES_MAX = 20_000
KEYS_MAX = 32  # of one node or system, those of former times with them
ADDRESSES_MAX = 8
VALIDITY_S = 86_400  # a members document holds for 24 hours
VERSION = 1

__all__ = [
    "ADDRESSES_MAX",
    "BUNDLES_MAX",
    "KEYS_MAX",
    "MEMBERS_BYTES_MAX",
    "NODES_MAX",
    "ORGANIZATIONS_MAX",
    "ROOTS_BYTES_MAX",
    "SYSTEMS_MAX",
    "VALIDITY_S",
    "BundleDigest",
    "JournalHead",
    "KeyUse",
    "MemberKey",
    "MemberNode",
    "MemberOrganization",
    "MemberSystem",
    "Members",
    "OnlineKey",
    "Roots",
    "members_payload",
    "parse_members",
    "parse_roots",
    "root_fingerprint",
    "roots_payload",
]


class KeyUse(StrEnum):
    """What a key is for (用途)."""

    SIGN = "sign"  # 签名
    SEAL = "seal"  # 加密


@dataclass(frozen=True, slots=True)
class OnlineKey:
    """A key the center signs with day by day (在线密钥); `signs`: members, grants, heads."""

    public: str
    signs: frozenset[str]
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Roots:
    """The trust that a node pins when it joins (信任根)."""

    version: int
    epoch: int
    suite: str = INTL
    root_keys: tuple[str, ...]
    threshold: int
    online_keys: tuple[OnlineKey, ...]
    issued_at: datetime
    valid_until: datetime

    def keys_for(self, use: str, *, at: datetime) -> dict[str, str]:
        """The online keys (id → public) that may sign a kind of document at an instant."""
        return {
            key_id(key.public): key.public
            for key in self.online_keys
            if use in key.signs and key.valid_from <= at < key.valid_until
        }


@dataclass(frozen=True, slots=True)
class MemberOrganization:
    """An organization that takes part (机构)."""

    code: str
    name: str
    uscc: str = ""
    jurisdiction: str = ""


@dataclass(frozen=True, slots=True)
class MemberKey:
    """A public key and when it holds (公钥)."""

    public: str
    use: KeyUse
    valid_from: datetime
    valid_until: datetime | None = None
    revoked_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether a signature made at an instant counts."""
        ended = (self.valid_until is not None and at >= self.valid_until) or (
            self.revoked_at is not None and at >= self.revoked_at
        )
        return at >= self.valid_from and not ended


@dataclass(frozen=True, slots=True)
class MemberNode:
    """A node and how to reach it (结点)."""

    id: str
    organization: str
    addresses: tuple[str, ...]
    tls_pins: tuple[str, ...]
    keys: tuple[MemberKey, ...]
    status: str = "active"


@dataclass(frozen=True, slots=True)
class MemberSystem:
    """A business system of an organization, with its own keys (业务系统)."""

    id: str
    organization: str
    node: str
    name: str
    keys: tuple[MemberKey, ...] = ()


@dataclass(frozen=True, slots=True)
class BundleDigest:
    """Which bundle of grants is in force for a node (许可包摘要)."""

    node: str
    serial: int
    digest: str


@dataclass(frozen=True, slots=True)
class JournalHead:
    """The last sealed event of the center's journal (日志链头), by which every node's archive anchors the center."""

    seq: int
    digest: str  # digest text


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Everybody, at one serial of one epoch (成员名录)."""

    epoch: int
    serial: int
    previous: str  # digest of the members payload before; empty for the first of an epoch
    issued_at: datetime
    valid_until: datetime
    organizations: tuple[MemberOrganization, ...]
    nodes: tuple[MemberNode, ...]
    systems: tuple[MemberSystem, ...] = ()
    bundles: tuple[BundleDigest, ...] = ()
    journal_head: JournalHead | None = None

    @property
    def known_as(self) -> str:
        """How an envelope names this directory: `<epoch>.<serial>`."""
        return f"{self.epoch}.{self.serial}"

    def node(self, node: str) -> MemberNode:
        """The active node of an id, or NotAllowed."""
        found = next((n for n in self.nodes if n.id == node), None)
        if found is None:
            raise NotAllowed("wire.directory_unknown_node", node=node)
        if found.status != "active":
            raise NotAllowed("wire.directory_node_suspended", node=node)
        return found

    def system(self, system: str) -> MemberSystem:
        """The system of an id, or NotAllowed."""
        found = next((s for s in self.systems if s.id == system), None)
        if found is None:
            raise NotAllowed("wire.directory_unknown_system", system=system)
        return found

    def bundle(self, node: str) -> BundleDigest | None:
        """Which bundle a node must hold; None: it has no grants."""
        return next((b for b in self.bundles if b.node == node), None)

    def sign_key(self, node: str, *, key: str, at: datetime) -> str:
        """The public key by which a node signed at an instant, or NotAllowed."""
        return _key_of(self.node(node).keys, key=key, use=KeyUse.SIGN, at=at, owner=node)

    def evidence_key(self, node: str, *, key: str, at: datetime) -> str:
        """`sign_key` for judging old evidence: a node suspended since then signed all the same."""
        found = next((n for n in self.nodes if n.id == node), None)
        if found is None:
            raise NotAllowed("wire.directory_unknown_node", node=node)
        return _key_of(found.keys, key=key, use=KeyUse.SIGN, at=at, owner=node)

    def seal_key(self, node: str, *, at: datetime) -> str:
        """The newest public key for which bodies to a node are sealed, or NotAllowed."""
        good = [k for k in self.node(node).keys if k.use is KeyUse.SEAL and k.holds(at)]
        if not good:
            raise NotAllowed("wire.directory_unknown_key", node=node, key_id="seal")
        return max(good, key=lambda k: k.valid_from).public


def _key_of(keys: Iterable[MemberKey], *, key: str, use: KeyUse, at: datetime, owner: str) -> str:
    for held in keys:
        if held.use is use and key_id(held.public) == key and held.holds(at):
            return held.public
    raise NotAllowed("wire.directory_unknown_key", node=owner, key_id=key)


def root_fingerprint(roots: Roots) -> str:
    """What is pinned and read aloud at a join (根指纹): over suite, threshold and root keys."""
    named: dict[str, Json] = {
        "suite": roots.suite,
        "threshold": roots.threshold,
        "root_keys": [*sorted(roots.root_keys)],
    }
    return group(digest_text(canonical.encode(named)).partition(":")[2][:32])


def roots_payload(roots: Roots) -> bytes:
    """The bytes that the root keys sign."""
    online: list[Json] = [
        {
            "public": k.public,
            "signs": [*sorted(k.signs)],
            "valid_from": canonical.instant(k.valid_from),
            "valid_until": canonical.instant(k.valid_until),
        }
        for k in roots.online_keys
    ]
    return canonical.encode(
        {
            "v": VERSION,
            "version": roots.version,
            "epoch": roots.epoch,
            "suite": roots.suite,
            "root_keys": list(roots.root_keys),
            "threshold": roots.threshold,
            "online_keys": online,
            "issued_at": canonical.instant(roots.issued_at),
            "valid_until": canonical.instant(roots.valid_until),
        }
    )


def parse_roots(raw: bytes) -> Roots:
    """The roots in signed bytes, strictly."""
    shape = Shape(canonical.parse(raw, max_bytes=ROOTS_BYTES_MAX), thing="roots")
    shape.number("v", least=VERSION, most=VERSION)
    keys = shape.texts("root_keys", least=1, most=KEYS_MAX, each=60)
    for key in keys:
        unb64(key, size=KEY_BYTES)
    if len(set(keys)) < len(keys):
        raise shape.bad("root_keys", "a key twice")
    built = Roots(
        version=shape.number("version", least=1),
        epoch=shape.number("epoch", least=1),
        suite=shape.text("suite", most=10),
        root_keys=keys,
        threshold=shape.number("threshold", least=1, most=len(keys)),
        online_keys=tuple(_online_key(part) for part in shape.each("online_keys", least=1, most=KEYS_MAX)),
        issued_at=shape.instant("issued_at"),
        valid_until=shape.instant("valid_until"),
    )
    shape.done()
    return built


def _online_key(shape: Shape) -> OnlineKey:
    built = OnlineKey(
        public=shape.text("public", most=60),
        signs=frozenset(shape.texts("signs", least=1, most=8)),
        valid_from=shape.instant("valid_from"),
        valid_until=shape.instant("valid_until"),
    )
    shape.done()
    unb64(built.public, size=KEY_BYTES)
    return built


def members_payload(members: Members) -> bytes:
    """The bytes that the center's online key signs; parts stand in order of their ids."""
    return canonical.encode(members_to_json(members))


def members_to_json(members: Members) -> dict[str, Json]:
    """The members as a value; without a journal's head the field is left out."""
    value: dict[str, Json] = {
        "v": VERSION,
        "epoch": members.epoch,
        "serial": members.serial,
        "previous": members.previous,
        "issued_at": canonical.instant(members.issued_at),
        "valid_until": canonical.instant(members.valid_until),
        "organizations": [
            {"code": o.code, "name": o.name, "uscc": o.uscc, "jurisdiction": o.jurisdiction}
            for o in sorted(members.organizations, key=lambda o: o.code)
        ],
        "nodes": [_node_json(n) for n in sorted(members.nodes, key=lambda n: n.id)],
        "systems": [
            {"id": s.id, "organization": s.organization, "node": s.node, "name": s.name, "keys": _keys_json(s.keys)}
            for s in sorted(members.systems, key=lambda s: s.id)
        ],
        "bundles": [
            {"node": b.node, "serial": b.serial, "digest": b.digest}
            for b in sorted(members.bundles, key=lambda b: b.node)
        ],
    }
    if members.journal_head is not None:
        value["journal_head"] = {"seq": members.journal_head.seq, "digest": members.journal_head.digest}
    return value


def _node_json(node: MemberNode) -> dict[str, Json]:
    return {
        "id": node.id,
        "organization": node.organization,
        "addresses": list(node.addresses),
        "tls_pins": list(node.tls_pins),
        "keys": _keys_json(node.keys),
        "status": node.status,
    }


def _keys_json(keys: Iterable[MemberKey]) -> list[Json]:
    return [
        {
            "public": k.public,
            "use": k.use.value,
            "valid_from": canonical.instant(k.valid_from),
            "valid_until": canonical.instant(k.valid_until) if k.valid_until else None,
            "revoked_at": canonical.instant(k.revoked_at) if k.revoked_at else None,
        }
        for k in keys
    ]


def parse_members(raw: bytes) -> Members:
    """The members in signed bytes, strictly."""
    shape = Shape(canonical.parse(raw, max_bytes=MEMBERS_BYTES_MAX), thing="members")
    shape.number("v", least=VERSION, most=VERSION)
    built = Members(
        epoch=shape.number("epoch", least=1),
        serial=shape.number("serial", least=1),
        previous=shape.digest("previous", empty=True),
        issued_at=shape.instant("issued_at"),
        valid_until=shape.instant("valid_until"),
        organizations=tuple(_organization(part) for part in shape.each("organizations", most=ORGANIZATIONS_MAX)),
        nodes=tuple(_node(part) for part in shape.each("nodes", most=NODES_MAX)),
        systems=tuple(_system(part) for part in shape.each("systems", most=SYSTEMS_MAX)),
        bundles=tuple(_bundle_digest(part) for part in shape.each("bundles", most=BUNDLES_MAX)),
        journal_head=_journal_head(shape) if shape.has("journal_head") else None,
    )
    shape.done()
    if not timedelta(0) < built.valid_until - built.issued_at <= timedelta(seconds=VALIDITY_S):
        raise shape.bad("valid_until", "at most 24 hours after issued_at")
    for key, ids in (
        ("organizations", [o.code for o in built.organizations]),
        ("nodes", [n.id for n in built.nodes]),
        ("systems", [s.id for s in built.systems]),
        ("bundles", [b.node for b in built.bundles]),
    ):
        if ids != sorted(set(ids)):
            raise shape.bad(key, "out of order, or an id twice")
    return built


def _journal_head(shape: Shape) -> JournalHead:
    part = Shape(shape.take("journal_head"), thing="members.journal_head")
    built = JournalHead(seq=part.number("seq"), digest=part.digest("digest"))
    part.done()
    return built


def _organization(shape: Shape) -> MemberOrganization:
    built = MemberOrganization(
        code=shape.text("code", least=1, most=40),
        name=shape.text("name", least=1),
        uscc=shape.text("uscc", most=18),
        jurisdiction=shape.text("jurisdiction", most=12),
    )
    shape.done()
    return built


def _node(shape: Shape) -> MemberNode:
    built = MemberNode(
        id=shape.text("id", least=1, most=40),
        organization=shape.text("organization", least=1, most=40),
        addresses=shape.texts("addresses", most=ADDRESSES_MAX),
        tls_pins=shape.texts("tls_pins", most=ADDRESSES_MAX),
        keys=tuple(_key(part) for part in shape.each("keys", most=KEYS_MAX)),
        status=shape.text("status", most=12),
    )
    shape.done()
    return built


def _system(shape: Shape) -> MemberSystem:
    built = MemberSystem(
        id=shape.text("id", least=1),
        organization=shape.text("organization", least=1, most=40),
        node=shape.text("node", least=1, most=40),
        name=shape.text("name"),
        keys=tuple(_key(part) for part in shape.each("keys", most=KEYS_MAX)),
    )
    shape.done()
    return built


def _key(shape: Shape) -> MemberKey:
    built = MemberKey(
        public=shape.text("public", most=60),
        use=shape.choice("use", KeyUse),
        valid_from=shape.instant("valid_from"),
        valid_until=shape.instant_or_none("valid_until"),
        revoked_at=shape.instant_or_none("revoked_at"),
    )
    shape.done()
    unb64(built.public, size=KEY_BYTES)
    return built


def _bundle_digest(shape: Shape) -> BundleDigest:
    built = BundleDigest(
        node=shape.text("node", least=1, most=40),
        serial=shape.number("serial", least=1),
        digest=shape.digest("digest"),
    )
    shape.done()
    return built
