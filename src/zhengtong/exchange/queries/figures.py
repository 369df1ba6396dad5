"""Figures of a batch run as both sides reported them (批量对账), read from the batches as they were signed."""

from dataclasses import dataclass

from zhengtong.exchange.models import Receipt
from zhengtong.kernel.errors import PlatformError
from zhengtong.wire.documents import parse_document
from zhengtong.wire.figures import RunFigures
from zhengtong.wire.records import RECEIPTS_BYTES_MAX, receipts_in


@dataclass(frozen=True, slots=True)
class RunPage:
    """Both sides' figures of a run, and whether they agree (批量对账)."""

    provider: RunFigures | None
    consumer: RunFigures | None

    @property
    def waiting(self) -> bool:
        """Whether one side has not told its figures yet."""
        return self.provider is None or self.consumer is None

    @property
    def same(self) -> bool:
        """Whether what was sent is what was stored, by count and by fingerprint, as told by both."""
        p, c = self.provider, self.consumer
        if p is None or c is None:
            return False
        stored = c.rows + (c.quarantined or 0)
        return p.reconciled and c.reconciled and (p.rows, p.fingerprint) == (stored, c.fingerprint)


def run_of(provider: Receipt | None, consumer: Receipt | None) -> RunPage | None:
    """The figures of the two receipts of an exchange; None if neither tells of a run."""
    told = RunPage(figures_told(provider), figures_told(consumer))
    return None if told.provider is None and told.consumer is None else told


def figures_told(receipt: Receipt | None) -> RunFigures | None:
    """The figures in the signed batch that brought a receipt; its signature was checked when it came."""
    if receipt is None:
        return None
    try:
        document = parse_document(bytes(receipt.batch.body), kind="receipts", max_bytes=RECEIPTS_BYTES_MAX * 2)
        held = receipts_in(document)
    except PlatformError:  # a batch of an older form; the receipt itself stands
        return None
    return next((one.run for one in held if one.index == receipt.record), None)
