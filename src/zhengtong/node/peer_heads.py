"""What peers' ledgers once looked like (对方账本树头): the longest head each showed, on either side of a call.

Every envelope carries its sender's head.  The same length with another root is a rewritten ledger:
an alarm, and nothing is exchanged on that message.  A peer that signs with another key may show a
shorter ledger: a node whose ledger was lost joins anew with new keys, and the center approved them.
"""

from zhengtong.kernel.errors import NotAllowed
from zhengtong.node.core import Core
from zhengtong.node.directory import alarm
from zhengtong.node.journal_thread import Step
from zhengtong.wire.ledger import Frontier
from zhengtong.wire.records import record_to_bytes

_EMPTY = Frontier().root().hex()


class PeerHeads:
    """Compares and remembers; one for a node."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._heads: dict[str, tuple[int, str, str]] = {}

    def fits(self, peer: str, head: str, *, key: str) -> bool:
        """Whether a head may be true beside those seen before; a longer one becomes the one to compare with."""
        size_text, _, root = head.partition(":")
        size = int(size_text)
        if peer not in self._heads:
            row = self._core.reader.execute("SELECT size, head, key FROM peer_head WHERE node = ?", (peer,)).fetchone()
            self._heads[peer] = (row["size"], row["head"], row["key"]) if row else (-1, "", key)
        known, known_root, known_key = self._heads[peer]
        if known_key and key != known_key and size < known:
            known, known_root = -1, ""  # another ledger; its first head is the one to compare with from now on
        if (size == known and root != known_root) or (size == 0 and root != _EMPTY):
            return False
        if known < size:
            self._heads[peer] = (size, root, key)
        return True

    async def check(self, peer: str, head: str, *, key: str) -> None:
        """Raise NotAllowed, with an alarm, for a head that cannot be true (`fits`)."""
        if self.fits(peer, head, key=key):
            return
        record = alarm(self._core.now(), key="node.peer_ledger_forked", peer=peer, said=head)
        await self._core.journal.do(lambda step: step.append(record_to_bytes(record)))
        raise forked(peer, head)

    def keep(self, step: Step, peer: str) -> None:
        """Write the longest head of a peer, with the record of the exchange that brought it."""
        if self._heads.get(peer, (-1, "", ""))[0] >= 0:
            step.db.execute("INSERT OR REPLACE INTO peer_head VALUES (?, ?, ?, ?)", (peer, *self._heads[peer]))


def forked(peer: str, head: str) -> NotAllowed:
    """The refusal of a message with such a head."""
    return NotAllowed("node.peer_ledger_forked", peer=peer, size=int(head.partition(":")[0]))
