"""The only writers of the journal's rows (日志写入); each module one family of use cases."""

from zhengtong.journal.services.audit import audit_read
from zhengtong.journal.services.events import record, record_all
from zhengtong.journal.services.jobs import enqueue
from zhengtong.journal.services.once import Answer, OnceResult, answered, once, run_once

__all__ = ["Answer", "OnceResult", "answered", "audit_read", "enqueue", "once", "record", "record_all", "run_once"]
