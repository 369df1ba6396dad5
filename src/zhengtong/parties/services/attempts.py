"""Attempts at a secret (尝试次数): counted whatever the secret, and an account is locked for a while after too many.

The count must outlive the refusal: whoever counts returns the refusal from its transaction and raises it outside.
"""

from datetime import datetime, timedelta

from zhengtong.journal.services import record
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import NotAllowed
from zhengtong.parties import events, queries
from zhengtong.parties.models import Account

FAILED_SIGN_INS_MAX = 5
LOCK_MINUTES = 15


def locked(row: Account, clock: Clock) -> NotAllowed | None:
    """The refusal of a locked account; None where it is open."""
    if row.locked_until is None or clock.now() >= row.locked_until:
        return None
    return NotAllowed("parties.sign_in_locked", minutes=_minutes_left(row.locked_until, clock.now()))


def missed(row: Account, key: str, clock: Clock) -> NotAllowed:
    """Count an attempt that failed, and lock the account after too many; the caller holds the row."""
    row.failed_sign_ins += 1
    if row.failed_sign_ins >= FAILED_SIGN_INS_MAX:
        row.locked_until = clock.now() + timedelta(minutes=LOCK_MINUTES)
        own = queries.account_seats(account=row.id, on=clock.today())
        place = own[0].seat.organization.jurisdiction if own else ""  # the auditor of that place reads it
        record(events.AccountLocked(row.id, row.failed_sign_ins), actor=SYSTEM, clock=clock, jurisdiction=place)
        row.failed_sign_ins = 0
    row.save(update_fields=["failed_sign_ins", "locked_until"])
    return NotAllowed(key)


def _minutes_left(until: datetime, now: datetime) -> int:
    return max(1, -int((now - until).total_seconds() // 60))
