"""A consumer's systems and a node's next key (业务系统、更换结点密钥)."""

from uuid import UUID

from django.db import transaction

from zhengtong.exchange import rules
from zhengtong.exchange.events import NodeKeyAsked, NodeKeyRotated, SystemRegistered, SystemRetired
from zhengtong.exchange.models import NodeKey, System
from zhengtong.exchange.rules import KeyState, NodeState
from zhengtong.exchange.services.nodes import current_key, locked, node_actor
from zhengtong.exchange.services.publicity import queue_publication
from zhengtong.journal.services import Answer, answered, once, record
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed, NotFound, PlatformError, RuleBroken
from zhengtong.kernel.ids import new_id
from zhengtong.parties.queries import organization as organization_card
from zhengtong.parties.rules import Role
from zhengtong.wire.suites import INTL, SIGNATURE_BYTES, fingerprint, key_id, unb64, verify

_MAY_REGISTER = frozenset({Role.ENGINEER, Role.DATA_OFFICER, Role.SYSTEM_ADMIN, rules.NODE_ITSELF})


@transaction.atomic
def register_system(
    *, organization: UUID, code: str, name: str, public: str, actor: Actor, clock: Clock, suite: str = INTL
) -> UUID:
    """Enter a system with its own public key (登记业务系统); it is published with the next directory.

    Registering the same system with the same key again changes nothing.

    Raises:
        NotAllowed: the actor does not act for that organization.
        RuleBroken: the code is malformed, another organization's or taken, or the key is malformed, or
            there are SYSTEMS_AN_ORGANIZATION already.
    """
    _check_own(organization, actor=actor)
    mark = _fingerprint(public)
    held = System.objects.select_for_update().filter(code=code, retired_at=None).first()
    if held is not None and (held.organization_id, held.public) == (organization, public):
        return held.id
    live = System.objects.filter(organization=organization, retired_at=None).count()
    rules.check_system_code(code, organization=organization_card(id=organization).code, live=live)
    if held is not None:
        raise RuleBroken("exchange.system_known", code=code)
    now = clock.now()
    system = System.objects.create(
        id=new_id(now),
        organization_id=organization,
        code=code,
        name=name.strip()[:100] or code,
        suite=suite,
        public=public,
        fingerprint=mark,
        registered_at=now,
    )
    record(
        SystemRegistered(subject=system.id, organization=organization, code=code, fingerprint=mark),
        actor=actor,
        clock=clock,
    )
    queue_publication(clock=clock)
    return system.id


@transaction.atomic
def retire_system(*, organization: UUID, code: str, actor: Actor, clock: Clock) -> None:
    """Take a system out of the directory (注销业务系统)."""
    _check_own(organization, actor=actor)
    found = System.objects.select_for_update().filter(organization=organization, code=code, retired_at=None).first()
    if found is None:
        raise NotFound("exchange.no_system", code=code[:40])
    found.retired_at = clock.now()
    found.save(update_fields=["retired_at"])
    record(SystemRetired(subject=found.id, organization=organization, code=code), actor=actor, clock=clock)
    queue_publication(clock=clock)


@transaction.atomic
def offer_key(*, node: UUID, public: str, proof: str, clock: Clock) -> None:
    """Hold a node's next signing key until the security administrator approves it (申请更换密钥).

    `proof` is the new key's signature over `rotation_text`; the request itself was signed by the old key.
    """
    row = locked(node)
    old = current_key(row)
    mark = _fingerprint(public)
    message = rotation_text(node_code=row.code, old_public=old.public)
    try:
        held = verify(public, message=message, signature=unb64(proof, size=SIGNATURE_BYTES))
    except PlatformError:
        held = False
    if not held:
        raise RuleBroken("exchange.key_proof_bad")
    if NodeKey.objects.filter(public=public).exclude(node=row, state=KeyState.OFFERED).exists():
        raise RuleBroken("exchange.key_known")
    NodeKey.objects.filter(node=row, state=KeyState.OFFERED).delete()
    now = clock.now()
    NodeKey.objects.create(
        id=new_id(now),
        node=row,
        state=KeyState.OFFERED,
        suite=INTL,
        key_id=key_id(public),
        public=public,
        sealing=old.sealing,
        fingerprint=mark,
        since=now,
    )
    actor = node_actor(node_code=row.code, organization=row.organization_id)
    record(NodeKeyAsked(subject=row.id, code=row.code, fingerprint=mark), actor=actor, clock=clock)


@transaction.atomic
def approve_key(*, node: UUID, fingerprint: str, actor: Actor, clock: Clock) -> None:
    """Put a node's offered key in the place of the old one, after comparing (批准更换密钥)."""
    row = locked(node)
    if NodeState(row.state) is not NodeState.ACTIVE or not actor.has(Role.SECURITY_ADMIN):
        raise NotAllowed("exchange.approver_invited")
    offered = NodeKey.objects.select_for_update().filter(node=row, state=KeyState.OFFERED).first()
    if offered is None:
        raise NotFound("exchange.no_key_offered")
    rules.check_approval(inviter=None, approver=actor.officer, typed=fingerprint, actual=offered.fingerprint)
    old = current_key(row)
    now = clock.now()
    old.state, old.until = KeyState.FORMER, now
    old.save(update_fields=["state", "until"])
    offered.state, offered.since = KeyState.CURRENT, now
    offered.save(update_fields=["state", "since"])
    fact = NodeKeyRotated(
        subject=row.id, code=row.code, old_fingerprint=old.fingerprint, fingerprint=offered.fingerprint
    )
    record(fact, actor=actor, clock=clock)
    queue_publication(clock=clock)


def rotation_text(*, node_code: str, old_public: str) -> bytes:
    """What the new key signs to prove that the node holds it (换钥证明)."""
    return f"zhengtong-rotate:{node_code}:{old_public}".encode()


@transaction.atomic
def first_time(*, node: str, organization: UUID, nonce: str, clock: Clock) -> bool:
    """Whether a node's signed act comes for the first time (防重放); remembered far longer than it may travel."""
    actor = node_actor(node_code=node, organization=organization)
    key = f"signed-{nonce}"
    if not once(key, actor=actor, clock=clock, body_digest="").fresh:
        return False
    answered(key, actor=actor, answer=Answer(202, None))
    return True


def _check_own(organization: UUID, *, actor: Actor) -> None:
    if actor == SYSTEM:
        return
    card = organization_card(id=organization)
    own = actor.organization == card.id or actor.has(Role.SYSTEM_ADMIN)
    if not own or not _MAY_REGISTER & actor.roles:
        raise NotAllowed("exchange.not_your_organization")


def _fingerprint(public: str) -> str:
    try:
        return fingerprint(public)
    except PlatformError:
        raise RuleBroken("exchange.key_malformed") from None


__all__ = ["approve_key", "first_time", "offer_key", "register_system", "retire_system", "rotation_text"]
