"""What people and nodes can do with a node: invite, join, approve, suspend, retire (结点生命周期)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.exchange import rules
from zhengtong.exchange.events import (
    NodeApproved,
    NodeInvited,
    NodeJoined,
    NodeRejected,
    NodeResumed,
    NodeRetired,
    NodeSuspended,
)
from zhengtong.exchange.models import Invitation, LedgerHead, Node, NodeKey, Receipt
from zhengtong.exchange.rules import NODE, KeyState, NodeState
from zhengtong.exchange.services.publicity import queue_publication
from zhengtong.journal.services import record
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.kernel.ids import new_id
from zhengtong.parties.queries import organization as organization_card
from zhengtong.wire.join import JoinRequest, check_join, code_id, join_fingerprint, parse_join
from zhengtong.wire.suites import INTL, key_id


@dataclass(frozen=True, slots=True)
class Invited:
    """A fresh invitation.  `code` is shown once and never stored."""

    node: UUID
    node_code: str
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Joined:
    """Where the node stands after joining."""

    node: UUID
    code: str
    state: NodeState
    organization: str
    fingerprint: str


@transaction.atomic
def invite(*, organization: UUID, node_code: str, actor: Actor, clock: Clock, hosted: bool = False) -> Invited:
    """Give a department a one-time code for its node (邀请结点).  Renewing makes the older code void.

    Raises:
        RuleBroken: the node code is malformed or not the organization's.
        NotAllowed: the actor is neither system administrator nor reviewer of the authority.
    """
    rules.check_node_code(node_code)
    card = organization_card(id=organization)
    if node_code != card.code:  # grants name organizations and nodes by the same code
        raise RuleBroken("exchange.node_code_foreign", code=node_code, organization=card.code)
    node = Node.objects.select_for_update().filter(code=node_code).first()
    state = NodeState.INVITED if node is None else NodeState(node.state)
    step = NODE.step("invite", state=state, roles=actor.roles)
    now = clock.now()
    if node is None:
        node = Node(id=new_id(now), code=node_code, organization_id=card.id, state=step.target)
    node.state, node.hosted, node.invited_by, node.invited_at = step.target, hosted, actor.officer, now
    node.decided_by, node.decided_at, node.reason = None, None, ""
    node.save()
    Invitation.objects.filter(node=node, used_at=None).update(used_at=now, secret="")
    code = rules.new_code()
    expires_at = now + rules.INVITATION_VALID
    Invitation.objects.create(
        id=new_id(now), node=node, code_id=code_id(code), secret=code, created_at=now, expires_at=expires_at
    )
    fact = NodeInvited(
        subject=node.id, code=node.code, organization=card.id, hosted=hosted, expires_at=expires_at.isoformat()
    )
    record(fact, actor=actor, clock=clock, jurisdiction=card.jurisdiction)
    return Invited(node=node.id, node_code=node.code, code=code, expires_at=expires_at)


@transaction.atomic
def join(*, document: bytes, clock: Clock) -> Joined:
    """Take in a node that proves its one-time code and its keys; approval is another person's (接入).

    Raises:
        NotAllowed: the code is wrong, used or expired, or the document is not signed by its own key.
        RuleBroken: the document is malformed, or a key belongs to another node.
    """
    request, _ = parse_join(document)
    now = clock.now()
    node = Node.objects.select_for_update().filter(code=request.node).first()
    invitation = Invitation.objects.filter(node=node, code_id=request.code_id).order_by("-id").first() if node else None
    if node is None or invitation is None:
        raise NotAllowed("exchange.code_wrong")
    rules.check_invitation(expires_at=invitation.expires_at, used_at=invitation.used_at, now=now)
    check_join(request, one_time_code=invitation.secret)
    card = organization_card(id=node.organization_id)
    if request.organization != card.code:
        raise NotAllowed("exchange.code_wrong")
    for address in request.addresses:
        rules.check_address(address, loopback_too=True)  # whoever approves sees it on the page
    step = NODE.step("join", state=NodeState(node.state), roles={rules.NODE_ITSELF})
    fingerprint = join_fingerprint(request)
    invitation.used_at, invitation.secret = now, ""
    invitation.save(update_fields=["used_at", "secret"])
    _first_key(node, request=request, fingerprint=fingerprint, now=now)
    _next_ledger(node)
    node.state, node.joined_at, node.last_seen_at = step.target, now, now
    node.address, node.tls_pin = next(iter(request.addresses), ""), next(iter(request.tls_pins), "")
    node.save()
    actor = node_actor(node_code=node.code, organization=card.id, jurisdiction=card.jurisdiction)
    fact = NodeJoined(subject=node.id, code=node.code, fingerprint=fingerprint, suite=INTL, address=node.address)
    record(fact, actor=actor, clock=clock, jurisdiction=card.jurisdiction)
    return Joined(
        node=node.id, code=node.code, state=NodeState(node.state), organization=card.code, fingerprint=fingerprint
    )


@transaction.atomic
def approve_node(*, node: UUID, fingerprint: str, actor: Actor, clock: Clock) -> NodeState:
    """Let a node in whose fingerprint was compared (批准接入).

    Raises:
        NotFound, WrongState; NotAllowed: not the security administrator, or the one who invited;
        RuleBroken: the fingerprint typed in is not that of the key that joined.
    """
    row = locked(node)
    step = NODE.step("approve", state=NodeState(row.state), roles=actor.roles)
    key = current_key(row)
    rules.check_approval(inviter=row.invited_by, approver=actor.officer, typed=fingerprint, actual=key.fingerprint)
    row.state, row.decided_by, row.decided_at = step.target, actor.officer, clock.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    record(NodeApproved(subject=row.id, code=row.code, fingerprint=key.fingerprint), actor=actor, clock=clock)
    queue_publication(clock=clock)
    return NodeState(step.target)


@transaction.atomic
def reject_node(*, node: UUID, reason: str, actor: Actor, clock: Clock) -> NodeState:
    """Keep a node out and say why (不予接入); its key may never be used again."""
    row = locked(node)
    step = NODE.step("reject", state=NodeState(row.state), roles=actor.roles)
    why = _reason(reason)
    now = clock.now()
    NodeKey.objects.filter(node=row, state=KeyState.CURRENT).update(state=KeyState.FORMER, until=now)
    row.state, row.decided_by, row.decided_at, row.reason = step.target, actor.officer, now, why
    row.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    record(NodeRejected(subject=row.id, code=row.code, reason=why), actor=actor, clock=clock)
    return NodeState(step.target)


@transaction.atomic
def suspend_node(*, node: UUID, reason: str, actor: Actor, clock: Clock) -> NodeState:
    """Take a node out of the directory until resumed (暂停结点); effective with the next publication."""
    row = locked(node)
    step = NODE.step("suspend", state=NodeState(row.state), roles=actor.roles)
    why = _reason(reason)
    row.state, row.reason = step.target, why
    row.save(update_fields=["state", "reason"])
    record(NodeSuspended(subject=row.id, code=row.code, reason=why), actor=actor, clock=clock)
    queue_publication(clock=clock)
    return NodeState(step.target)


@transaction.atomic
def resume_node(*, node: UUID, actor: Actor, clock: Clock) -> NodeState:
    """Put a suspended node back into the directory (恢复结点)."""
    row = locked(node)
    step = NODE.step("resume", state=NodeState(row.state), roles=actor.roles)
    row.state, row.reason = step.target, ""
    row.save(update_fields=["state", "reason"])
    record(NodeResumed(subject=row.id, code=row.code), actor=actor, clock=clock)
    queue_publication(clock=clock)
    return NodeState(step.target)


@transaction.atomic
def retire_node(*, node: UUID, reason: str, actor: Actor, clock: Clock) -> NodeState:
    """Take a node out for good (注销结点); its keys still verify what they signed before."""
    row = locked(node)
    step = NODE.step("retire", state=NodeState(row.state), roles=actor.roles)
    why = _reason(reason)
    now = clock.now()
    NodeKey.objects.filter(node=row).exclude(state=KeyState.FORMER).update(state=KeyState.FORMER, until=now)
    row.state, row.reason = step.target, why
    row.save(update_fields=["state", "reason"])
    record(NodeRetired(subject=row.id, code=row.code, reason=why), actor=actor, clock=clock)
    queue_publication(clock=clock)
    return NodeState(step.target)


# ── shared by the services of this area ─────────────────────────────────────


def node_actor(*, node_code: str, organization: UUID | None, jurisdiction: str = "") -> Actor:
    """The node as the one who acts, for the event log."""
    roles = frozenset({rules.NODE_ITSELF})
    return Actor(
        officer=None, name=f"node {node_code}", organization=organization, roles=roles, jurisdiction=jurisdiction
    )


def locked(node: UUID) -> Node:
    """The node's row, locked for this transaction.  Raises NotFound."""
    row = Node.objects.select_for_update().filter(id=node).first()
    if row is None:
        raise NotFound("exchange.no_node", code=str(node))
    return row


def current_key(node: Node) -> NodeKey:
    """The key the node signs with now.  Raises NotFound for a node that never joined."""
    key = NodeKey.objects.filter(node=node, state=KeyState.CURRENT).first()
    if key is None:
        raise NotFound("exchange.no_node", code=node.code)
    return key


def _first_key(node: Node, *, request: JoinRequest, fingerprint: str, now: datetime) -> None:
    """Hold the keys a node joined with.  A key that was ever known stays with its past."""
    if NodeKey.objects.filter(public=request.sign_key).exists():
        raise RuleBroken("exchange.key_known")
    NodeKey.objects.filter(node=node, state=KeyState.CURRENT).update(state=KeyState.FORMER, until=now)
    NodeKey.objects.create(
        id=new_id(now),
        node=node,
        state=KeyState.CURRENT,
        suite=INTL,
        key_id=key_id(request.sign_key),
        public=request.sign_key,
        sealing=request.seal_key,
        fingerprint=fingerprint,
        since=now,
    )


def _next_ledger(node: Node) -> None:
    """A node that joins again keeps a new ledger; heads and receipts of the one before stay, and count no more."""
    before = {"node": node, "ledger": node.ledger}
    if LedgerHead.objects.filter(**before).exists() or Receipt.objects.filter(**before).exists():
        node.ledger, node.ledger_size = node.ledger + 1, 0


def _reason(text: str) -> str:
    if not text.strip():
        raise RuleBroken("exchange.reason_missing")
    return text.strip()[:500]
