"""What an audit reads and what it finds (核验所见): plain values between `audit`, `cross_check` and `verifier`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from zhengtong.kernel import messages
from zhengtong.kernel.errors import Fact, PlatformError
from zhengtong.wire.directory import JournalHead
from zhengtong.wire.records import Octets, OutcomeKind, Role, TreeHead

PROBLEMS_MAX = 100  # for one ledger; the first names the place, the rest only show the extent

__all__ = ["Audited", "Exchange", "HeadClaim", "LedgerBytes", "Problem", "Told"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong (问题): in which ledger, where, and why."""

    ledger: str
    where: str  # "record 12", "head 3", "L01", a file name
    index: int | None  # of the record, where one can be named
    key: str
    facts: dict[str, Fact] = field(default_factory=dict[str, Fact])

    def message(self, lang: messages.Lang = "zh") -> str:
        """What is wrong."""
        return messages.text(self.key, lang=lang, facts=self.facts)

    def remedy(self, lang: messages.Lang = "zh") -> str:
        """What to do next."""
        return messages.remedy(self.key, lang=lang, facts=self.facts)


@dataclass(frozen=True, slots=True)
class LedgerBytes:
    """A ledger folder as bytes (账本文件)."""

    name: str
    entries: Octets
    heads: bytes
    cosigned: bytes
    levels: Mapping[int, bytes]
    directory: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Told:
    """What is kept of a record to compare it with the other side (要点): no evidence, for memory's sake."""

    index: int
    at: datetime
    envelope_digest: str | None
    outcome: OutcomeKind | None
    refusal: str | None
    rows: int | None
    body_digest: str | None
    signers: frozenset[str]
    answered_by: frozenset[str]  # who signed it as an HTTP message, which leaves only when its record is durable


@dataclass(slots=True)
class Exchange:
    """What one side recorded of one exchange (单方记录)."""

    role: Role
    peer: str
    intent: Told | None = None
    outcome: Told | None = None


@dataclass(frozen=True, slots=True)
class HeadClaim:
    """A head of a peer's ledger that the peer put its signature under (对方树头)."""

    peer: str
    size: int
    root: str
    index: int  # of our record that holds it


@dataclass(slots=True)
class Audited:
    """What the audit of one ledger gave (核验结果)."""

    name: str
    node: str = ""
    octets: int = 0  # of the entries that were read
    leaves: list[bytes] = field(default_factory=list[bytes])
    head: TreeHead | None = None
    heads: int = 0
    cosigned: TreeHead | None = None  # the highest that the center co-signed, whether the ledger reaches it or not
    journal_head: JournalHead | None = None  # the center's own, in the newest directory of the archive
    later: "Audited | None" = None  # the same ledger read again, when its node went on writing
    alarms: int = 0
    alarmed: set[str] = field(default_factory=set[str])  # exchanges turned away with an alarm instead of an outcome
    exchanges: dict[str, Exchange] = field(default_factory=dict[str, Exchange])
    claims: list[HeadClaim] = field(default_factory=list[HeadClaim])
    problems: list[Problem] = field(default_factory=list[Problem])

    @property
    def open_intents(self) -> tuple[str, ...]:
        """Exchanges begun and not ended (未结)."""
        return tuple(exchange for exchange, found in self.exchanges.items() if found.outcome is None)

    def add(self, key: str, *, where: str, index: int | None = None, **facts: Fact) -> None:
        """Note a problem."""
        if len(self.problems) < PROBLEMS_MAX:
            self.problems.append(Problem(ledger=self.name, where=where, index=index, key=key, facts=facts))

    def add_error(self, bad: PlatformError, *, where: str, index: int | None = None) -> None:
        """Note what a rule of the wire refused."""
        if len(self.problems) < PROBLEMS_MAX:
            self.problems.append(Problem(ledger=self.name, where=where, index=index, key=bad.key, facts=bad.facts))
