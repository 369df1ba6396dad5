"""What can be asked about nodes (结点查询).  An organization sees its own; the authority's offices see all."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from zhengtong.exchange import labels
from zhengtong.exchange.models import ExchangeRecord, LedgerHead, Node, NodeKey, System
from zhengtong.exchange.rules import NODE, NODE_SILENT_AFTER, WRONG, KeyState, NodeState
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import BEIJING, Clock
from zhengtong.kernel.errors import NotFound
from zhengtong.parties.queries import OrganizationCard, officer_names, organizations_by_id
from zhengtong.parties.rules import Role

NODES_MAX = 2_000
HEADS_SHOWN = 10
_SEES_ALL = frozenset(
    {
        Role.SYSTEM_ADMIN,
        Role.SECURITY_ADMIN,
        Role.AUTHORITY_REVIEWER,
        Role.AUTHORITY_LEADER,
        Role.SUPERVISOR,
        Role.AUDITOR,
    }
)


@dataclass(frozen=True, slots=True)
class NodeLine:
    """A node in a list (结点)."""

    id: UUID
    code: str
    organization: str
    state: NodeState
    state_label: str
    tone: str
    hosted: bool
    address: str
    address_asked: str  # waits for the security administrator; empty: none
    fingerprint: str  # in groups of four; empty before it joined
    last_seen_at: datetime | None
    heard: bool
    directory: str
    queue: int
    ledger_size: int
    software: str

    @property
    def waits_for_approval(self) -> bool:
        return self.state is NodeState.PENDING


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key of a node (密钥)."""

    state_label: str
    offered: bool
    fingerprint: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class SystemLine:
    """A system of the node's organization (业务系统)."""

    code: str
    name: str
    fingerprint: str
    registered_at: datetime
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeadLine:
    """A ledger head and whether the center signed it (账本首部)."""

    size: int
    root: str
    at: datetime
    forked: bool


@dataclass(frozen=True, slots=True)
class NodePage:
    """Everything about one node (结点详情)."""

    line: NodeLine
    invited_at: datetime
    invited_by: str
    joined_at: datetime | None
    decided_at: datetime | None
    decided_by: str
    reason: str
    disk_free_bytes: int | None
    keys: tuple[KeyLine, ...]
    systems: tuple[SystemLine, ...]
    heads: tuple[HeadLine, ...]
    verbs: tuple[str, ...]  # what the actor may do now
    own_invitation: bool  # the actor invited it and therefore may not approve


@dataclass(frozen=True, slots=True)
class NodeBrief:
    """A node by its code, without scope: for commands of the operator."""

    id: UUID
    code: str
    state: NodeState
    organization: UUID
    fingerprint: str


@dataclass(frozen=True, slots=True)
class NodeCounts:
    """Figures for the home page (结点概况)."""

    active: int
    heard: int
    pending: int
    exchanges_today: int
    wrong: int


def sees_all(actor: Actor) -> bool:
    """Whether the actor's office oversees all exchange (never the bodies, which are not here)."""
    return actor == SYSTEM or bool(_SEES_ALL & actor.roles)


def nodes(*, actor: Actor, clock: Clock) -> tuple[NodeLine, ...]:
    """The nodes the actor may see, by code."""
    rows = list(visible_nodes(actor).order_by("code")[:NODES_MAX])
    cards = organizations_by_id({row.organization_id for row in rows})
    marks = _fingerprints(rows)
    return tuple(_line(row, cards[row.organization_id], marks.get(row.id, ""), clock) for row in rows)


def node(*, node: UUID, actor: Actor, clock: Clock) -> NodePage:
    """One node.  Raises NotFound, also for one that is not the actor's to see."""
    row = visible_nodes(actor).filter(id=node).first()
    if row is None:
        raise NotFound("exchange.no_node", code=str(node))
    card = organizations_by_id({row.organization_id})[row.organization_id]
    names = officer_names([one for one in (row.invited_by, row.decided_by) if one])
    invited = actor.officer is not None and row.invited_by == actor.officer
    verbs = NODE.verbs(state=NodeState(row.state), roles=actor.roles)
    return NodePage(
        line=_line(row, card, _fingerprints([row]).get(row.id, ""), clock),
        invited_at=row.invited_at,
        invited_by=names.get(row.invited_by, "") if row.invited_by else "",
        joined_at=row.joined_at,
        decided_at=row.decided_at,
        decided_by=names.get(row.decided_by, "") if row.decided_by else "",
        reason=row.reason,
        disk_free_bytes=row.disk_free_bytes,
        keys=tuple(_key(key) for key in NodeKey.objects.filter(node=row).order_by("-since")),
        systems=tuple(_system(one) for one in System.objects.filter(organization=row.organization_id).order_by("code")),
        heads=tuple(
            HeadLine(size=head.size, root=head.root, at=head.at, forked=head.forked)
            for head in LedgerHead.objects.filter(node=row).order_by("-at")[:HEADS_SHOWN]
        ),
        verbs=tuple(verb for verb in verbs if verb in labels.NODE_VERBS),
        own_invitation=invited,
    )


def node_by_code(*, code: str) -> NodeBrief:
    """A node by its code, for the operator's commands.  Raises NotFound."""
    row = Node.objects.filter(code=code).first()
    if row is None:
        raise NotFound("exchange.no_node", code=code)
    key = NodeKey.objects.filter(node=row, state=KeyState.CURRENT).first()
    return NodeBrief(
        id=row.id,
        code=row.code,
        state=NodeState(row.state),
        organization=row.organization_id,
        fingerprint=key.fingerprint if key else "",
    )


def day_began(clock: Clock) -> datetime:
    """The instant at which the legal day began, in Beijing."""
    return clock.now().astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)


def counts(*, actor: Actor, clock: Clock) -> NodeCounts:
    """Figures with a list behind each."""
    rows = list(visible_nodes(actor))
    midnight = day_began(clock)
    records = visible_records(actor)
    active = [row for row in rows if row.state == NodeState.ACTIVE]
    return NodeCounts(
        active=len(active),
        heard=sum(_heard(row, clock) for row in active),
        pending=sum(row.state == NodeState.PENDING for row in rows),
        exchanges_today=records.filter(at__gte=midnight).count(),
        wrong=records.filter(match__in=WRONG).count(),
    )


def visible_records(actor: Actor) -> QuerySet[ExchangeRecord]:
    """Exchanges the actor may see: its organization's, or all for those who oversee."""
    if sees_all(actor):
        return ExchangeRecord.objects.all()
    codes = list(visible_nodes(actor).values_list("code", flat=True))
    return ExchangeRecord.objects.filter(provider__in=codes) | ExchangeRecord.objects.filter(consumer__in=codes)


def visible_nodes(actor: Actor) -> QuerySet[Node]:
    """Nodes the actor may see: its organization's, or all for those who oversee."""
    if sees_all(actor):
        return Node.objects.all()
    if actor.organization is None:
        return Node.objects.none()
    return Node.objects.filter(organization=actor.organization)


def _line(row: Node, card: OrganizationCard, fingerprint: str, clock: Clock) -> NodeLine:
    label, tone = labels.NODE_STATES[NodeState(row.state)]
    return NodeLine(
        id=row.id,
        code=row.code,
        organization=card.name,
        state=NodeState(row.state),
        state_label=str(label),
        tone=tone.value,
        hosted=row.hosted,
        address=row.address,
        address_asked=row.address_asked,
        fingerprint=fingerprint,
        last_seen_at=row.last_seen_at,
        heard=_heard(row, clock),
        directory=row.directory,
        queue=row.queue,
        ledger_size=row.ledger_size,
        software=row.software,
    )


def _heard(row: Node, clock: Clock) -> bool:
    return row.last_seen_at is not None and clock.now() - row.last_seen_at < NODE_SILENT_AFTER


def _fingerprints(rows: list[Node]) -> dict[UUID, str]:
    keys = NodeKey.objects.filter(node__in=[row.id for row in rows], state=KeyState.CURRENT)
    return {key.node_id: key.fingerprint for key in keys}


def _key(key: NodeKey) -> KeyLine:
    return KeyLine(
        state_label=str(labels.KEY_STATES[KeyState(key.state)]),
        offered=key.state == KeyState.OFFERED,
        fingerprint=key.fingerprint,
        since=key.since,
        until=key.until,
    )


def _system(row: System) -> SystemLine:
    return SystemLine(
        code=row.code,
        name=row.name,
        fingerprint=row.fingerprint,
        registered_at=row.registered_at,
        retired_at=row.retired_at,
    )
