"""The sequencer (编链): numbers events after commit and chains their digests, one writer at a time."""

from django.db import connection, transaction

from zhengtong.journal.models import Event
from zhengtong.journal.queries import head, stored
from zhengtong.journal.rules import SEAL_EVENTS_MAX, chained
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.events import JsonValue

ADVISORY_LOCK = 0x5A54_5345  # "ZTSE": one sequencer on a PostgreSQL database
BATCHES_MAX = 200  # batches in one run; the next run goes on


def seal_job(_payload: dict[str, JsonValue], *, clock: Clock) -> None:  # noqa: ARG001 -- a job's signature
    """Seal what has been committed since the last run (编链任务)."""
    for _ in range(BATCHES_MAX):
        if seal() < SEAL_EVENTS_MAX:
            return


@transaction.atomic
def seal(*, most: int = SEAL_EVENTS_MAX) -> int:
    """Number and chain up to `most` unsealed events (编链).  Returns how many.

    The order is that of ids, which sort by time of birth; an event that committed late gets
    a later number.  A second sequencer waits for the first.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
    after, count = head(), 0
    for row in Event.objects.filter(seq=None).order_by("id")[:most]:
        after = chained(stored(row, lift=False), after=after)
        Event.objects.filter(id=row.id).update(seq=after.seq, digest=after.digest)
        count += 1
    return count
