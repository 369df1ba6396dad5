"""Receipts to the center (回执): in batches, resumable, however long the center is away.

A receipt waits in node.db until the center has taken it; one that the center refuses is kept with an
alarm.  After each batch the node asks the center to co-sign its head; the co-signed head is kept
beside the ledger's own.  A center that remembers a shorter ledger than it co-signed was restored from a
backup: what it had taken since is sent again.
"""

import json
import shutil
from importlib.metadata import version

from zhengtong.node import accounts
from zhengtong.node.bounds import RECEIPTS_A_BATCH, RESEND_MARGIN, SENT_RECORDS_KEPT
from zhengtong.node.center import CenterClient
from zhengtong.node.core import Core
from zhengtong.node.directory import alarm
from zhengtong.node.journal_thread import Step
from zhengtong.node.store import fact, remember
from zhengtong.wire.canonical import Json, instant
from zhengtong.wire.documents import check_signatures, document_from_json
from zhengtong.wire.records import (
    HEAD_BYTES_MAX,
    Receipt,
    ReceiptBatch,
    parse_head,
    parse_record,
    receipts_document,
    record_to_bytes,
)

_SAID_CHARS = 200


class Receipts:
    """Sends what waits; made once for a node."""

    def __init__(self, core: Core, center: CenterClient) -> None:
        self._core = core
        self._center = center

    def waiting(self) -> int:
        """Receipts the center has not taken yet."""
        return int(self._core.reader.execute("SELECT count(*) FROM receipt").fetchone()[0])

    async def send_all(self) -> int:
        """Send until nothing waits.  Raises Unreachable if the center is away; what it took stays taken."""
        sent = await self._send_waiting()
        if (sent or self._core.ledger.size != self._cosigned_size()) and await self._cosign():
            sent += await self._send_waiting()
        return sent

    async def _send_waiting(self) -> int:
        sent = 0
        while count := await self._send_batch():
            sent += count
        return sent

    async def report(self, *, directory: str) -> None:
        """Say how the node is doing: version, directory held, receipts waiting, ledger size, free disk."""
        core = self._core
        told = {
            "software": f"zhengtong/{version('zhengtong')}",
            "queue": self.waiting(),
            "ledger_size": core.ledger.size,
            "disk_free_bytes": shutil.disk_usage(core.home.folder).free,
            **({"directory": directory} if directory else {}),
        }
        await self._center.call("POST", "/status", body=json.dumps(told).encode())

    async def _send_batch(self) -> int:
        core = self._core
        rows = core.reader.execute(
            "SELECT idx, request_digest FROM receipt ORDER BY idx LIMIT ?", (RECEIPTS_A_BATCH,)
        ).fetchall()
        if not rows:
            return 0
        receipts: list[Receipt] = []
        for row in rows:
            record = parse_record(core.ledger.record(row["idx"]))
            receipts.append(accounts.receipt_of(record, index=row["idx"], request_digest=row["request_digest"]))
        number = int(fact(core.reader, "receipt_batch") or 0) + 1
        batch = ReceiptBatch(node=core.code, number=number, head=core.ledger.head, receipts=tuple(receipts))
        answer = await self._center.call("POST", "/receipts", body=receipts_document(batch, key=core.key).to_bytes())
        through, refused = int(rows[-1]["idx"]), _refused(answer.json(), receipts)

        def taken(step: Step) -> None:
            for receipt, key, said in refused:
                self._keep_refused(step, receipt, key=key, said=said)
            step.db.execute("INSERT OR IGNORE INTO sent_receipt SELECT * FROM receipt WHERE idx <= ?", (through,))
            step.db.execute("DELETE FROM receipt WHERE idx <= ?", (through,))
            step.db.execute("DELETE FROM sent_receipt WHERE idx < ?", (through - SENT_RECORDS_KEPT,))
            remember(step.db, "receipt_batch", str(number))

        await core.journal.do(taken)
        return len(rows)

    def _keep_refused(self, step: Step, receipt: Receipt, *, key: str, said: str) -> None:
        """A receipt that the center did not believe: somebody told it otherwise.  It is kept, and an alarm says so."""
        core, at = self._core, self._core.now()
        core.counts["receipts refused"] += 1
        step.db.execute(
            "INSERT OR REPLACE INTO refused_receipt VALUES (?, ?, ?, ?, ?)",
            (receipt.index, receipt.request_digest or "", key, said, instant(at)),
        )
        told = alarm(at, key="node.receipt_refused", peer=receipt.peer, exchange=receipt.exchange, said=key)
        step.append(record_to_bytes(told))

    async def _cosign(self) -> bool:
        """Show the center our head with the proof that it continues the last one it saw.

        True if the center had forgotten heads it co-signed, so that receipts wait again.
        """
        core = self._core
        said = (await self._center.call("GET", "/heads")).json().get("size")
        last = said if isinstance(said, int) and said >= 0 else 0
        forgotten = last < self._cosigned_size()
        size, head = core.ledger.size, core.ledger.head
        proof = core.ledger.consistency(first=last, second=size) if 0 < last < size else []
        body = json.dumps({"head": head.to_json(), "proof": [node.hex() for node in proof]}).encode()
        answer = (await self._center.call("POST", "/heads", body=body)).json()
        cosigned = document_from_json(answer.get("cosigned"), kind="head")
        view = core.directory.last_view()
        if view is None or parse_head(cosigned).node != core.code or len(cosigned.to_bytes()) > HEAD_BYTES_MAX:
            return False
        check_signatures(cosigned, keys=view.roots.keys_for("heads", at=core.now()))

        def kept(step: Step) -> None:
            if forgotten:
                step.db.execute(
                    "INSERT OR IGNORE INTO receipt SELECT * FROM sent_receipt WHERE idx >= ?", (last - RESEND_MARGIN,)
                )
            remember(step.db, "cosigned_size", str(parse_head(cosigned).size))

        await core.journal.do(kept)
        core.ledger.keep_cosigned(cosigned)
        return forgotten

    def _cosigned_size(self) -> int:
        return int(fact(self._core.reader, "cosigned_size") or "0")


def _refused(answer: dict[str, Json], sent: list[Receipt]) -> list[tuple[Receipt, str, str]]:
    """The receipts of this batch that the center did not take, with its key and words."""
    held, by_index = answer.get("refused"), {receipt.index: receipt for receipt in sent}
    found: list[tuple[Receipt, str, str]] = []
    for one in held if isinstance(held, list) else []:
        index = one.get("index") if isinstance(one, dict) else None
        if isinstance(one, dict) and isinstance(index, int) and index in by_index:
            receipt = by_index.pop(index)
            found.append((receipt, str(one.get("key"))[:_SAID_CHARS], str(one.get("message"))[:_SAID_CHARS]))
    return found
