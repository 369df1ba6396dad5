"""What stands for a whole module of tests (常备数据): built once, and as it was again before each test.

The transaction that holds it stays open for the module; each test's own is a savepoint inside it,
and is undone as ever.  So a test must not use `transactional_db` beside it, nor end transactions.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from pytest_django import DjangoDbBlocker

_T = TypeVar("_T")


@contextmanager
def standing(build: Callable[[], _T], blocker: DjangoDbBlocker) -> Iterator[_T]:
    """Build rows that stand until the module is over; the database is open to the building only."""
    from django.db import transaction

    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # else a durable transaction of a service would refuse it
    with blocker.unblock():
        block.__enter__()
    try:
        with blocker.unblock():
            built = build()
        yield built
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            block.__exit__(None, None, None)
