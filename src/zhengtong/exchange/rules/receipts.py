"""When the two receipts of an exchange agree, and which receipt is not believed (回执规则)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from zhengtong.wire.records import OutcomeKind, Role

RECEIPTS_A_BATCH = 500
RECEIPT_GRACE = timedelta(minutes=10)  # how long one side may be heard before the other
ANSWERED, REFUSED, FAILED = OutcomeKind.ANSWERED.value, OutcomeKind.REFUSED.value, OutcomeKind.FAILED.value
PROVIDER, CONSUMER = Role.PROVIDER.value, Role.CONSUMER.value


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
