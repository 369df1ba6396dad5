"""What batch runs say of data (批量运行): when rows last arrived under a grant, and how many were set aside.

No actor: areas above scope.  A run is read from the signed batch that told of it, so only the latest few are.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from zhengtong.exchange.models import Receipt
from zhengtong.exchange.queries.figures import figures_told

RUNS_READ = 5  # of one entry
GRANTS_MAX = 200


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The latest runs under some grants."""

    last_at: datetime
    rows: int
    quarantined: int


def runs_of(grants: Collection[str]) -> RunFacts | None:
    """The latest runs that consumers stored under these grants (ids as on the wire); None if there was none."""
    some = list(grants)[:GRANTS_MAX]
    told = Receipt.objects.filter(grant__in=some, side="consumer", outcome="answered", rows__gt=0)
    last_at, rows, quarantined = None, 0, 0
    for receipt in told.select_related("batch").order_by("-at")[:RUNS_READ]:
        figures = figures_told(receipt)
        if figures is None or figures.quarantined is None:
            continue  # a query, not a run
        last_at = last_at or receipt.at
        rows, quarantined = rows + figures.rows, quarantined + figures.quarantined
    return RunFacts(last_at, rows, quarantined) if last_at else None
