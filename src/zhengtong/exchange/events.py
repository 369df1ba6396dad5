"""Facts of the exchange's control plane (交换体系事件).  `subject` is a node, a system or an epoch."""

from dataclasses import dataclass
from uuid import UUID

from zhengtong.kernel.events import Event, event


@event("exchange.node.invited", version=1)
@dataclass(frozen=True, slots=True)
class NodeInvited(Event):
    """A department was given a one-time code for a node (邀请结点)."""

    code: str
    organization: UUID
    hosted: bool
    expires_at: str


@event("exchange.node.joined", version=1)
@dataclass(frozen=True, slots=True)
class NodeJoined(Event):
    """A node used its code and showed its key (结点申请接入)."""

    code: str
    fingerprint: str
    suite: str
    address: str


@event("exchange.node.approved", version=1)
@dataclass(frozen=True, slots=True)
class NodeApproved(Event):
    """The security administrator compared the fingerprint and let the node in (批准接入)."""

    code: str
    fingerprint: str


@event("exchange.node.rejected", version=1)
@dataclass(frozen=True, slots=True)
class NodeRejected(Event):
    """The node was not let in (不予接入)."""

    code: str
    reason: str


@event("exchange.node.suspended", version=1)
@dataclass(frozen=True, slots=True)
class NodeSuspended(Event):
    """The node was taken out of the directory for a time (暂停结点)."""

    code: str
    reason: str


@event("exchange.node.resumed", version=1)
@dataclass(frozen=True, slots=True)
class NodeResumed(Event):
    """The node is back in the directory (恢复结点)."""

    code: str


@event("exchange.node.retired", version=1)
@dataclass(frozen=True, slots=True)
class NodeRetired(Event):
    """The node left the exchange for good (注销结点)."""

    code: str
    reason: str


@event("exchange.node.address-asked", version=1)
@dataclass(frozen=True, slots=True)
class NodeAddressAsked(Event):
    """A node wants to be reached elsewhere (申请变更地址)."""

    code: str
    address: str


@event("exchange.node.moved", version=1)
@dataclass(frozen=True, slots=True)
class NodeMoved(Event):
    """The security administrator let peers call the node at its new address (批准变更地址)."""

    code: str
    old_address: str
    address: str


@event("exchange.node.key-asked", version=1)
@dataclass(frozen=True, slots=True)
class NodeKeyAsked(Event):
    """A node announced its next key (申请更换密钥)."""

    code: str
    fingerprint: str


@event("exchange.node.key-rotated", version=1)
@dataclass(frozen=True, slots=True)
class NodeKeyRotated(Event):
    """The announced key took the place of the old one (更换密钥)."""

    code: str
    old_fingerprint: str
    fingerprint: str


@event("exchange.system.registered", version=1)
@dataclass(frozen=True, slots=True)
class SystemRegistered(Event):
    """A consumer's system was entered with its own key (登记业务系统)."""

    organization: UUID
    code: str
    fingerprint: str


@event("exchange.system.retired", version=1)
@dataclass(frozen=True, slots=True)
class SystemRetired(Event):
    """A system may no longer ask (注销业务系统)."""

    organization: UUID
    code: str


@event("exchange.directory.key-rotated", version=1)
@dataclass(frozen=True, slots=True)
class OnlineKeyRotated(Event):
    """The offline keys named another online key (更换在线签名密钥).  Subject: the roots document."""

    version: int
    fingerprint: str


@event("exchange.epoch.opened", version=1)
@dataclass(frozen=True, slots=True)
class EpochOpened(Event):
    """A restored center started a new epoch, so that older serials bind nobody (开启新纪元)."""

    number: int
    reason: str


@event("exchange.receipt.mismatched", version=1)
@dataclass(frozen=True, slots=True)
class ReceiptMismatched(Event):
    """The two sides of one exchange do not say the same (两侧记录不一致).  Subject: the finding."""

    exchange: str
    kind: str
    fields: tuple[str, ...]


@event("exchange.ledger.forked", version=1)
@dataclass(frozen=True, slots=True)
class LedgerForked(Event):
    """A node's ledger head does not continue the one the center had signed (账本分叉).  Subject: the node."""

    code: str
    size: int
    held_size: int


@event("exchange.notice.exempted", version=1)
@dataclass(frozen=True, slots=True)
class NoticeExempted(Event):
    """Queries under a grant are kept from the person, on an article of law (免予告知)."""

    grant: str
    ground: str
    legal_basis: str


@event("exchange.notice.restored", version=1)
@dataclass(frozen=True, slots=True)
class NoticeRestored(Event):
    """The person is told again (恢复告知)."""

    grant: str
    reason: str
