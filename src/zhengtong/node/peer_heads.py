"""What peers' ledgers once looked like (对方账本树头): the longest head each showed, on either side of a call.

Every envelope carries its sender's head.  The same length with another root is a rewritten ledger:
an alarm, and nothing is exchanged on that message.  A node whose ledger was lost joins anew, which the
security administrator approves, and shows a shorter one; its sealing key tells, because only a join
brings another: a signing key that was merely rotated still belongs to the ledger before.
"""

from datetime import datetime

from zhengtong.kernel.errors import NotAllowed
from zhengtong.node.core import Core
from zhengtong.node.directory import alarm
from zhengtong.node.journal_thread import Step
from zhengtong.wire.directory import Members
from zhengtong.wire.ledger import Frontier
from zhengtong.wire.records import record_to_bytes

_EMPTY = Frontier().root().hex()


class PeerHeads:
    """Compares and remembers; one for a node."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._heads: dict[str, tuple[int, str, str]] = {}

    def fits(self, peer: str, head: str, *, ledger: str) -> bool:
        """Whether a head may be true beside those seen before; a longer one becomes the one to compare with."""
        size_text, _, root = head.partition(":")
        size = int(size_text)
        if peer not in self._heads:
            statement = "SELECT size, head, ledger FROM peer_head WHERE node = ?"
            row = self._core.reader.execute(statement, (peer,)).fetchone()
            self._heads[peer] = (row["size"], row["head"], row["ledger"]) if row else (-1, "", ledger)
        known, known_root, known_ledger = self._heads[peer]
        if known_ledger and ledger and ledger != known_ledger and size < known:
            known, known_root = -1, ""  # another ledger; its first head is the one to compare with from now on
        if (size == known and root != known_root) or (size == 0 and root != _EMPTY):
            return False
        if known < size:
            self._heads[peer] = (size, root, ledger)
        return True

    async def check(self, peer: str, head: str, *, ledger: str) -> None:
        """Raise NotAllowed, with an alarm, for a head that cannot be true (`fits`)."""
        if self.fits(peer, head, ledger=ledger):
            return
        record = alarm(self._core.now(), key="node.peer_ledger_forked", peer=peer, said=head)
        await self._core.journal.do(lambda step: step.append(record_to_bytes(record)))
        raise forked(peer, head)

    def keep(self, step: Step, peer: str) -> None:
        """Write the longest head of a peer, with the record of the exchange that brought it."""
        if self._heads.get(peer, (-1, "", ""))[0] >= 0:
            statement = "INSERT OR REPLACE INTO peer_head (node, size, head, ledger) VALUES (?, ?, ?, ?)"
            step.db.execute(statement, (peer, *self._heads[peer]))


def ledger_of(members: Members, peer: str, *, at: datetime) -> str:
    """By what a peer's ledger is told from one it kept before it joined anew: its sealing key."""
    try:
        return members.seal_key(peer, at=at)
    except NotAllowed:
        return ""


def forked(peer: str, head: str) -> NotAllowed:
    """The refusal of a message with such a head."""
    return NotAllowed("node.peer_ledger_forked", peer=peer, size=int(head.partition(":")[0]))
