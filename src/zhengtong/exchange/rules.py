"""Who may join the exchange, and when two receipts agree (交换体系规则).  Pure: no database, no clock."""

import hmac
import ipaddress
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

from zhengtong.kernel.errors import NotAllowed, RuleBroken
from zhengtong.kernel.lifecycle import Lifecycle, Step
from zhengtong.parties.rules import Role

INVITATION_VALID = timedelta(hours=72)
DIRECTORY_VALID = timedelta(hours=24)  # design §6: nodes refuse after
RESIGN_AFTER = timedelta(minutes=5)  # nodes count staleness from the last members document (at least every 10 min)
MEMBERS_KEPT = 10_000  # serials of members documents: about a month
DELTAS_KEPT = 256  # serials a node may be behind and still get a delta
RECEIPTS_A_BATCH = 500
ANSWERED, REFUSED, FAILED = "answered", "refused", "failed"  # wire.records.OutcomeKind
PROVIDER, CONSUMER = "provider", "consumer"  # wire.records.Role
RECEIPT_GRACE = timedelta(minutes=10)  # how long one side may be heard before the other
SYSTEMS_AN_ORGANIZATION = 200  # live at once: one node must not fill the city's directory
FORMER_KEYS_PUBLISHED = 8  # older ones stay in the members documents that nodes archive
FORMER_KEY_TAKEN = timedelta(hours=1)  # how long after a change of key the old one's signatures are still taken in
ADDRESS_MAX = 200  # characters
NODE_SILENT_AFTER = timedelta(minutes=5)  # ten polls missed: the node is shown as not heard

_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O 1 I L: the code is read out on the telephone
_CODE_GROUPS, _CODE_GROUP = 4, 5  # 20 characters, 99 bits
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9_-]+)*/?")
_NODE_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")

# The node itself acts with its key, not with a seat.
NODE_ITSELF = "node"


class NodeState(StrEnum):
    INVITED = "invited"  # 已邀请
    PENDING = "pending"  # 待批准
    ACTIVE = "active"  # 运行
    SUSPENDED = "suspended"  # 暂停
    REJECTED = "rejected"  # 未批准
    RETIRED = "retired"  # 已注销


class KeyState(StrEnum):
    OFFERED = "offered"  # 待批准
    CURRENT = "current"  # 现用
    FORMER = "former"  # 曾用: still verifies what it signed then


_N = NodeState
_INVITERS = frozenset({Role.SYSTEM_ADMIN, Role.AUTHORITY_REVIEWER})
_SECURITY = frozenset({Role.SECURITY_ADMIN})

NODE = Lifecycle(
    name="结点",
    start=_N.INVITED,
    steps=(
        Step("invite", _N.INVITED, _N.INVITED, by=_INVITERS),
        Step("invite", _N.REJECTED, _N.INVITED, by=_INVITERS),
        Step("join", _N.INVITED, _N.PENDING, by=frozenset({NODE_ITSELF}), needs="the one-time code"),
        Step("approve", _N.PENDING, _N.ACTIVE, by=_SECURITY, needs="the fingerprint, read from the node's own screen"),
        Step("reject", _N.PENDING, _N.REJECTED, by=_SECURITY, needs="a reason"),
        Step("suspend", _N.ACTIVE, _N.SUSPENDED, by=_SECURITY, needs="a reason"),
        Step("resume", _N.SUSPENDED, _N.ACTIVE, by=_SECURITY),
        Step("retire", _N.ACTIVE, _N.RETIRED, by=_SECURITY, needs="a reason"),
        Step("retire", _N.SUSPENDED, _N.RETIRED, by=_SECURITY, needs="a reason"),
    ),
)


def check_node_code(code: str) -> None:
    """Accept a node code of the wire: 2–40 of a–z, 0–9 and hyphen.  Raises RuleBroken."""
    if not _NODE_CODE.fullmatch(code):
        raise RuleBroken("exchange.node_code_malformed", code=code[:60])


def check_address(address: str, *, loopback_too: bool) -> None:
    """Accept an address at which peers may call a node: scheme, host, port and plain path, nothing else.

    Peers send signed requests there, so it may not point at a machine's inner services: no
    link-local, unspecified or multicast address, and the peers' own loopback only where the whole
    exchange runs on one machine.  Raises RuleBroken.
    """
    try:
        parts = urlsplit(address)
        held = bool(parts.hostname) and len(address) <= ADDRESS_MAX and parts.port != 0
    except ValueError:
        raise RuleBroken("exchange.address_malformed", address=_shown(address)) from None
    if not held or not _ADDRESS.fullmatch(address) or not _host_allowed(parts.hostname or "", loopback_too):
        raise RuleBroken("exchange.address_malformed", address=_shown(address))


def is_loopback(address: str) -> bool:
    """Whether an address is on the machine itself; the first of a node is compared with this."""
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host_allowed(host: str, loopback_too: bool) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return loopback_too
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return not host.replace(".", "").isdigit()  # 127.1 and 2130706433 are addresses to some resolvers
    if found.is_loopback:
        return loopback_too
    mapped = getattr(found, "ipv4_mapped", None)
    return mapped is None and not (found.is_link_local or found.is_unspecified or found.is_multicast)


def _shown(address: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in address[:60])


def check_system_code(code: str, *, organization: str, live: int) -> None:
    """Accept the code of a further system: the organization's own code, a hyphen, a name.  Raises RuleBroken."""
    check_node_code(code)
    if not code.startswith(f"{organization}-"):
        raise RuleBroken("exchange.system_code_foreign", code=code, organization=organization)
    if live >= SYSTEMS_AN_ORGANIZATION:
        raise RuleBroken("exchange.systems_too_many", limit=SYSTEMS_AN_ORGANIZATION)


def new_code() -> str:
    """A one-time code (一次性接入码) of 99 random bits, in four groups that can be read out."""
    groups = ("".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_GROUP)) for _ in range(_CODE_GROUPS))
    return "-".join(groups)


def plain_code(code: str) -> str:
    """A code as it is used under the proof: blanks, hyphens and case ignored."""
    return re.sub(r"[\s-]", "", code).upper()


def check_invitation(*, expires_at: datetime, used_at: datetime | None, now: datetime) -> None:
    """Let a code be used once and in time.  Raises NotAllowed."""
    if used_at is not None:
        raise NotAllowed("exchange.code_used")
    if now >= expires_at:
        raise NotAllowed("exchange.code_expired")


def bare_fingerprint(text: str) -> str:
    """A fingerprint without the blanks, colons and hyphens people read it with, in lower case."""
    return re.sub(r"[\s:-]", "", text).lower()


def check_approval(*, inviter: UUID | None, approver: UUID | None, typed: str, actual: str) -> None:
    """Let the security administrator approve what was compared.

    Raises:
        NotAllowed: the approver is the one who invited the node (design §5, separation).
        RuleBroken: the fingerprint read from the node is not the one that joined.
    """
    if approver is None or approver == inviter:
        raise NotAllowed("exchange.approver_invited")
    if not hmac.compare_digest(bare_fingerprint(typed), bare_fingerprint(actual)):
        raise RuleBroken("exchange.fingerprint_differs", actual=actual[:9])


# ── why a node refused ──────────────────────────────────────────────────────

# From the end of the refusal's message key to the article that the refused act would have run against.
_DECREE = "政务数据共享条例"
REFUSAL_ARTICLES: dict[str, str] = {
    "field": f"{_DECREE}第二十条",  # 申请须合法、正当、必要，写明使用范围
    "lookup": f"{_DECREE}第二十条",
    "rows": f"{_DECREE}第二十条",
    "rows_day": f"{_DECREE}第二十条",
    "calls": f"{_DECREE}第二十条",
    "subjects": f"{_DECREE}第二十条",
    "mode": f"{_DECREE}第二十条",  # 共享方式
    "expired": f"{_DECREE}第二十条",  # 使用时限
    "not_yet": f"{_DECREE}第二十条",
    "purpose": f"{_DECREE}第二十五条",  # 不得用于其他目的
    "case": f"{_DECREE}第二十五条",
    "system": f"{_DECREE}第二十五条",
    "consumer": f"{_DECREE}第二十五条",  # 未经同意不得提供给第三方
    "suspended": f"{_DECREE}第二十七条",
    "revoked": f"{_DECREE}第二十七条",
}


def refusal_kind(key: str) -> str:
    """The last part of a refusal's key: `wire.refused_field` → `field`."""
    return key.rpartition(".")[2].removeprefix("refused_").removeprefix("status_")


def refusal_article(key: str) -> str:
    """The article behind a refusal of the wire (拒绝依据); empty for a technical refusal."""
    return REFUSAL_ARTICLES.get(refusal_kind(key), "")


# ── receipts ────────────────────────────────────────────────────────────────


class Match(StrEnum):
    """What the two receipts of one exchange say together (回执比对)."""

    EQUAL = "equal"  # 两侧一致
    LOCAL = "local"  # 使用方结点自行拒绝: nothing left it
    UNANSWERED = "unanswered"  # 未获应答: the consumer asked, no reply came, the provider knows of none
    REPLY_LOST = "reply_lost"  # 应答未送达: the provider replied, the consumer did not get it
    WAITING = "waiting"  # 等待另一侧回执
    PROVIDER_MISSING = "provider_missing"  # 缺提供方回执
    CONSUMER_MISSING = "consumer_missing"  # 缺使用方回执
    DIFFER = "differ"  # 两侧不一致
    CONTRADICTS = "contradicts"  # 一侧前后矛盾


WRONG: frozenset[Match] = frozenset({Match.PROVIDER_MISSING, Match.CONSUMER_MISSING, Match.DIFFER, Match.CONTRADICTS})
COMPARED = ("request_digest", "reply_digest", "outcome", "refusal", "rows", "grant")


class Dispute(StrEnum):
    """Why the center keeps a receipt as a finding instead of believing it (存疑回执)."""

    ITSELF = "itself"  # 以本结点为对方
    OUTSIDE_GRANT = "outside_grant"  # 与许可的双方不符
    CONTRADICTS = "contradicts"  # 与先前回执矛盾


DISPUTE_KEYS = {
    Dispute.ITSELF: "exchange.receipt_of_itself",
    Dispute.OUTSIDE_GRANT: "exchange.receipt_outside_grant",
    Dispute.CONTRADICTS: "exchange.receipt_contradicts",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """The two nodes of an exchange (双方), by code."""

    provider: str
    consumer: str


def pair_of(*, node: str, side: str, peer: str) -> Pair:
    """The two nodes as one of them names them; a node has only its own word, so it names itself on one side."""
    return Pair(node, peer) if side == PROVIDER else Pair(peer, node)


def dispute_of(pair: Pair, *, outcome: str, granted: Pair | None) -> Dispute | None:
    """Why a receipt that contradicts nothing is still not believed; None: it is (回执可信性).

    Whoever is refused may be anybody, but an answer was given under a grant, between its two parties.
    """
    if pair.provider == pair.consumer:
        return Dispute.ITSELF
    return Dispute.OUTSIDE_GRANT if outcome == ANSWERED and pair != granted else None


def compared_of(outcome: str) -> tuple[str, ...]:
    """What both sides must say alike, by the provider's outcome (比对项).

    A batch that broke off counts what left on one side and what came on the other: only the rows of
    an answer must be equal.
    """
    return COMPARED if outcome == ANSWERED else tuple(name for name in COMPARED if name != "rows")


@dataclass(frozen=True, slots=True)
class Side:
    """One side's receipt, reduced to what must agree (一侧回执).  Empty digest: no such envelope."""

    at: datetime  # when the center heard it: a node's own clock does not prolong the wait
    grant: str
    outcome: str
    refusal: str
    rows: int
    request_digest: str
    reply_digest: str


def compare(*, provider: Side | None, consumer: Side | None, now: datetime) -> tuple[Match, tuple[str, ...]]:
    """Compare the receipts of both sides; the second value names the fields that differ.

    Raises ValueError when neither side reported: there is no such exchange.
    """
    if provider and consumer:
        if consumer.outcome == FAILED and not consumer.reply_digest and provider.reply_digest:
            return Match.REPLY_LOST, ()
        names = compared_of(provider.outcome)
        unlike = tuple(name for name in names if getattr(provider, name) != getattr(consumer, name))
        return (Match.DIFFER, unlike) if unlike else (Match.EQUAL, ())
    if consumer:
        return _consumer_alone(consumer, now=now), ()
    if provider:
        return (Match.WAITING if now - provider.at < RECEIPT_GRACE else Match.CONSUMER_MISSING), ()
    raise ValueError("neither side reported")


def _consumer_alone(consumer: Side, *, now: datetime) -> Match:
    if not consumer.reply_digest and consumer.outcome == REFUSED:
        return Match.LOCAL
    if now - consumer.at < RECEIPT_GRACE:
        return Match.WAITING
    return Match.PROVIDER_MISSING if consumer.reply_digest else Match.UNANSWERED
