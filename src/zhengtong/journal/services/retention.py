"""Retention (保存期限): what may be forgotten, and when.

Events and read records are kept: their disposal is an archiving act of its own (seam for the
issue on archives).  Only expired idempotency keys and old sessions are swept.
"""

from importlib import import_module

from django.conf import settings
from django.db import transaction

from zhengtong.journal.models import OnceKey
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.events import JsonValue

SWEEP_ROWS_MAX = 10_000


def sweep_job(_payload: dict[str, JsonValue], *, clock: Clock) -> None:
    """Forget expired idempotency keys and sessions (清理任务)."""
    sweep(clock=clock)
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


@transaction.atomic
def sweep(*, clock: Clock) -> int:
    """Delete idempotency keys past their time, at most SWEEP_ROWS_MAX (清理).  Returns how many."""
    old = OnceKey.objects.filter(expires_at__lte=clock.now()).order_by("expires_at").values_list("id", flat=True)
    gone, _ = OnceKey.objects.filter(id__in=list(old[:SWEEP_ROWS_MAX])).delete()
    return gone
