"""Who may join the exchange, and what its directory holds of them (接入规则)."""

import hmac
import ipaddress
import re
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

from zhengtong.kernel.errors import NotAllowed, RuleBroken
from zhengtong.kernel.lifecycle import Lifecycle, Step
from zhengtong.parties.rules import ROLE_WORDS, Role

INVITATION_VALID = timedelta(hours=72)
DIRECTORY_VALID = timedelta(hours=24)  # design §6: nodes refuse after
RESIGN_AFTER = timedelta(minutes=5)  # nodes count staleness from the last members document (at least every 10 min)
MEMBERS_KEPT = 10_000  # serials of members documents: about a month
DELTAS_KEPT = 256  # serials a node may be behind and still get a delta
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

_WORDS = {
    "结点": ("结点", "node"),
    "invited": ("已邀请", "invited"),
    "pending": ("待批准", "waiting for approval"),
    "active": ("运行", "active"),
    "suspended": ("暂停", "suspended"),
    "rejected": ("未批准", "rejected"),
    "retired": ("已注销", "retired"),
    "invite": ("邀请", "invite"),
    "join": ("接入", "join"),
    "approve": ("批准接入", "approve"),
    "reject": ("不予接入", "reject"),
    "suspend": ("暂停", "suspend"),
    "resume": ("恢复", "resume"),
    "retire": ("注销", "retire"),
    NODE_ITSELF: ("结点自身", "the node itself"),
}

NODE = Lifecycle(
    name="结点",
    start=_N.INVITED,
    steps=(
        Step("invite", _N.INVITED, _N.INVITED, by=_INVITERS),
        Step("invite", _N.REJECTED, _N.INVITED, by=_INVITERS),
        Step("invite", _N.RETIRED, _N.INVITED, by=_INVITERS, needs="new keys: those of the retired node stay retired"),
        Step("join", _N.INVITED, _N.PENDING, by=frozenset({NODE_ITSELF}), needs="the one-time code"),
        Step("approve", _N.PENDING, _N.ACTIVE, by=_SECURITY, needs="the fingerprint, read from the node's own screen"),
        Step("reject", _N.PENDING, _N.REJECTED, by=_SECURITY, needs="a reason"),
        Step("suspend", _N.ACTIVE, _N.SUSPENDED, by=_SECURITY, needs="a reason"),
        Step("resume", _N.SUSPENDED, _N.ACTIVE, by=_SECURITY),
        Step("retire", _N.ACTIVE, _N.RETIRED, by=_SECURITY, needs="a reason"),
        Step("retire", _N.SUSPENDED, _N.RETIRED, by=_SECURITY, needs="a reason"),
    ),
    words={**_WORDS, **ROLE_WORDS},
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
