"""What tests need from the journal: column keys in the test's home, and a flush that append-only tables allow."""

from pathlib import Path
from typing import Any

import pytest


def prepare(home: Path) -> None:
    """Make the keys of encrypted columns for this session's home, and let transactional tests clean up."""
    from zhengtong.journal import keys

    keys.create(home / "center" / "keys")
    _lift_triggers_around_flush()


def _lift_triggers_around_flush() -> None:
    """Append-only tables refuse the flush after a transactional test, as they should; lift the triggers for it."""
    from django.test import TransactionTestCase

    if getattr(TransactionTestCase, "zhengtong_lifted", False):
        return
    plain: Any = getattr(TransactionTestCase, "_fixture_teardown")  # noqa: B009 -- a private seam, named once

    def lifted(self: Any) -> None:
        from django.db import connection

        from zhengtong.journal import append_only

        with connection.cursor() as cursor:
            for statement in append_only.drop_statements(connection.vendor):
                cursor.execute(statement)
        try:
            plain(self)
        finally:
            with connection.cursor() as cursor:
                for statement in append_only.create_statements(connection.vendor):
                    cursor.execute(statement)

    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lifted)
    patch.setattr(TransactionTestCase, "zhengtong_lifted", True, raising=False)
