"""Publishing the signed directory (发布签名名录): who is who, and to each node its own grants.

One publication is one transaction: bundles first, then the members document that commits to
their digests.  Documents are stored as signed and never changed.
"""

import json
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Subquery

from zhengtong.exchange.models import Document, Node, NodeKey, System
from zhengtong.exchange.queries.heads import anchored_head
from zhengtong.exchange.queries.roots import current_roots
from zhengtong.exchange.rules import (
    DIRECTORY_VALID,
    FORMER_KEYS_PUBLISHED,
    MEMBERS_KEPT,
    RESIGN_AFTER,
    KeyState,
    NodeState,
)
from zhengtong.exchange.services.keys import hold_roots, online_key
from zhengtong.journal.queries import head, passes
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import PlatformError, RuleBroken
from zhengtong.parties.queries import OrganizationCard, organizations_by_id
from zhengtong.sharing.queries import PublishedGrant, grants_for_publication
from zhengtong.wire.bundles import Bundle, bundle_payload, parse_bundle
from zhengtong.wire.canonical import to_millisecond
from zhengtong.wire.directory import (
    BundleDigest,
    JournalHead,
    KeyUse,
    MemberKey,
    MemberNode,
    MemberOrganization,
    Members,
    MemberSystem,
    members_payload,
    parse_members,
)
from zhengtong.wire.documents import SignedDocument, sign_document
from zhengtong.wire.grant import GrantEntry, entry_to_json, grant_payload
from zhengtong.wire.suites import SigningKey

logger = logging.getLogger("zhengtong.exchange")

_IN_DIRECTORY = (NodeState.ACTIVE, NodeState.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Published:
    """The directory in force after a publication (已发布名录)."""

    known_as: str  # "<epoch>.<serial>"
    digest: str
    changed: bool
    bundles: tuple[str, ...]  # codes of the nodes whose bundle was signed anew


@dataclass(frozen=True, slots=True)
class _Parts:
    """What members say, without serial and dates."""

    organizations: tuple[MemberOrganization, ...]
    nodes: tuple[MemberNode, ...]
    systems: tuple[MemberSystem, ...]
    bundles: tuple[BundleDigest, ...]


@transaction.atomic
def publish(*, clock: Clock, force: bool = False) -> Published:
    """Sign the directory anew if anything changed or it is getting old (发布).

    Raises:
        NotFound: the key ceremony was not held.
        RuleBroken: nodes would refuse the document; the last good one stays in force.
    """
    hold_roots()
    Document.objects.select_for_update().filter(kind="roots").order_by("-serial").first()  # one publisher at a time
    now = to_millisecond(clock.now())
    _, roots = current_roots()
    key = online_key()
    nodes = tuple(Node.objects.filter(state__in=_IN_DIRECTORY).order_by("code"))
    cards = organizations_by_id({node.organization_id for node in nodes})
    bundles, renewed = _bundles(nodes, cards=cards, epoch=roots.epoch, key=key, now=now)
    parts = _parts(nodes, cards=cards, bundles=bundles)
    content = _content_of(parts)
    last = Document.objects.filter(kind="members", epoch=roots.epoch).order_by("-serial").first()
    if last is not None and last.content == content and not force and now - last.issued_at < RESIGN_AFTER:
        return Published(f"{last.epoch}.{last.serial}", last.digest, changed=False, bundles=())
    document, members = _sign_members(parts, epoch=roots.epoch, last=last, key=key, now=now)
    Document.objects.create(
        kind="members",
        epoch=members.epoch,
        serial=members.serial,
        digest=document.digest,
        content=content,
        body=document.to_bytes(),
        issued_at=members.issued_at,
        expires_at=members.valid_until,
    )
    _forget(epoch=members.epoch, before=members.serial - MEMBERS_KEPT)
    return Published(members.known_as, document.digest, changed=True, bundles=renewed)


def _forget(*, epoch: int, before: int) -> None:
    """Drop members documents nobody asks for any more; every node keeps those it acted under in its ledger."""
    Document.objects.filter(kind="members", epoch=epoch, serial__lte=before).delete()


def _sign_members(
    parts: _Parts, *, epoch: int, last: Document | None, key: SigningKey, now: datetime
) -> tuple[SignedDocument, Members]:
    members = Members(
        epoch=epoch,
        serial=1 if last is None else last.serial + 1,
        previous="" if last is None else last.digest,
        issued_at=now,
        valid_until=now + DIRECTORY_VALID,
        organizations=parts.organizations,
        nodes=parts.nodes,
        systems=parts.systems,
        bundles=parts.bundles,
        journal_head=_journal_head(),
    )
    payload = _read_back(members_payload(members), parse_members)
    return sign_document("members", payload, keys=[key]), members


def _read_back(payload: bytes, parse: Callable[[bytes], object]) -> bytes:
    """The payload, once it was read as every node will: one bad entry must not stop them all (发布自检)."""
    try:
        parse(payload)
    except PlatformError as refused:
        logger.exception("the directory was not published")
        raise RuleBroken("exchange.directory_unreadable", why=refused.message()) from refused
    return payload


def _journal_head() -> JournalHead | None:
    """The head of the event chain, for every node to archive (日志链头).

    A head published before that the chain no longer passes through is published again, never replaced:
    a chain rewritten and sealed anew must not get the center's signature, and `journal verify` goes on failing.
    """
    anchored = anchored_head()
    if anchored is not None and not passes(anchored):
        logger.error("the event chain does not pass through the published head %d", anchored.seq)
    else:
        anchored = head()
    return JournalHead(anchored.seq, f"sha-256:{anchored.digest}") if anchored.seq else None


# ── who is who ──────────────────────────────────────────────────────────────


def _parts(
    nodes: Sequence[Node], *, cards: Mapping[UUID, OrganizationCard], bundles: tuple[BundleDigest, ...]
) -> _Parts:
    keys = _keys_by_node(nodes)
    return _Parts(
        organizations=tuple(
            MemberOrganization(code=c.code, name=c.name, uscc=c.uscc or "", jurisdiction=c.jurisdiction)
            for c in sorted(cards.values(), key=lambda card: card.code)
        ),
        nodes=tuple(
            _member_node(node, organization=cards[node.organization_id].code, keys=keys[node.id]) for node in nodes
        ),
        systems=_systems(nodes),
        bundles=bundles,
    )


def _member_node(node: Node, *, organization: str, keys: tuple[MemberKey, ...]) -> MemberNode:
    return MemberNode(
        id=node.code,
        organization=organization,
        addresses=(node.address,) if node.address else (),
        tls_pins=(node.tls_pin,) if node.tls_pin else (),
        keys=keys,
        status=node.state,
    )


def _keys_by_node(nodes: Sequence[Node]) -> Mapping[UUID, tuple[MemberKey, ...]]:
    held: dict[UUID, list[MemberKey]] = defaultdict(list)
    rows = NodeKey.objects.filter(node__in=[node.id for node in nodes]).exclude(state=KeyState.OFFERED)
    shown: dict[UUID, int] = defaultdict(int)
    for row in rows.order_by("-since", "id"):
        shown[row.node_id] += row.state == KeyState.FORMER
        if row.state == KeyState.FORMER and shown[row.node_id] > FORMER_KEYS_PUBLISHED:
            continue
        for public, use in ((row.public, KeyUse.SIGN), (row.sealing, KeyUse.SEAL)):
            if all(public != key.public for key in held[row.node_id]):
                since = to_millisecond(row.since)
                until = to_millisecond(row.until) if row.until else None
                held[row.node_id].append(MemberKey(public, use, since, until, None))
    return {node.id: tuple(held[node.id]) for node in nodes}


def _systems(nodes: Sequence[Node]) -> tuple[MemberSystem, ...]:
    """Live systems; each speaks through its organization's node, the own one before a further one."""
    node_of = {node.organization_id: node for node in reversed(nodes)}
    rows = System.objects.filter(organization__in=node_of, retired_at=None).order_by("code")
    return tuple(
        MemberSystem(
            id=row.code,
            organization=node_of[row.organization_id].code,
            node=node_of[row.organization_id].code,
            name=row.name,
            keys=(MemberKey(row.public, KeyUse.SIGN, to_millisecond(row.registered_at), None, None),),
        )
        for row in rows
    )


# ── to each node its own grants ─────────────────────────────────────────────


def _bundles(
    nodes: Sequence[Node], *, cards: Mapping[UUID, OrganizationCard], epoch: int, key: SigningKey, now: datetime
) -> tuple[tuple[BundleDigest, ...], tuple[str, ...]]:
    entries = _entries_by_organization(grants_for_publication(at=now), key=key)
    newest = _newest_bundles(epoch)
    digests: list[BundleDigest] = []
    renewed: list[str] = []
    for node in nodes:
        own = tuple(entries.get(cards[node.organization_id].code, ()))
        content = _content_of([json.dumps(entry_to_json(entry), sort_keys=True) for entry in own])
        last = newest.get(node.code)
        if last is None or last.content != content:
            last = _sign_bundle(node, own, content=content, epoch=epoch, last=last, key=key, now=now)
            renewed.append(node.code)
        digests.append(BundleDigest(node=node.code, serial=last.serial, digest=last.digest))
    return tuple(digests), tuple(renewed)


def _newest_bundles(epoch: int) -> Mapping[str, Document]:
    """The last bundle signed for each node, by its code, read at once."""
    own = Document.objects.filter(kind="grants", epoch=epoch, node=OuterRef("code")).order_by("-serial")
    newest = Node.objects.filter(state__in=_IN_DIRECTORY).annotate(bundle=Subquery(own.values("pk")[:1]))
    return {row.node: row for row in Document.objects.filter(pk__in=newest.values("bundle")).defer("body")}


def _sign_bundle(
    node: Node,
    entries: tuple[GrantEntry, ...],
    *,
    content: str,
    epoch: int,
    last: Document | None,
    key: SigningKey,
    now: datetime,
) -> Document:
    serial = 1 if last is None else last.serial + 1
    bundle = Bundle(node=node.code, serial=serial, issued_at=now, entries=entries)
    document = sign_document("grants", _read_back(bundle_payload(bundle), parse_bundle), keys=[key])
    return Document.objects.create(
        kind="grants",
        epoch=epoch,
        serial=serial,
        node=node.code,
        digest=document.digest,
        content=content,
        body=document.to_bytes(),
        issued_at=now,
    )


def _entries_by_organization(published: Iterable[PublishedGrant], *, key: SigningKey) -> Mapping[str, list[GrantEntry]]:
    """Each grant signed once; the row filter goes to the provider only."""
    entries: dict[str, list[GrantEntry]] = defaultdict(list)
    for one in sorted(published, key=lambda found: found.grant.id):
        grant = one.grant
        document = sign_document("grant", grant_payload(grant), keys=[key])
        entries[grant.provider].append(GrantEntry(document, grant.row_filter, grant.filter_salt))
        if grant.consumer != grant.provider:
            entries[grant.consumer].append(GrantEntry(document, None, ""))
    return entries


def _content_of(value: object) -> str:
    """A digest that changes when what is said changes; only texts, tuples and instants print alike each time."""
    return sha256(repr(value).encode()).hexdigest()


__all__ = ["Published", "publish"]
