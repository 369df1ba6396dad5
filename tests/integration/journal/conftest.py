"""The journal's tables on the store under test, and wiring that a test may add to."""

from collections.abc import Iterator

import pytest

from zhengtong.journal import dispatch


@pytest.fixture
def wiring() -> Iterator[None]:
    """Give the dispatch tables back as they were."""
    held = (dict(dispatch._listeners), dict(dispatch._jobs), dict(dispatch._periods))
    dispatch.clear()
    yield
    dispatch.clear()
    dispatch._listeners.update(held[0])
    dispatch._jobs.update(held[1])
    dispatch._periods.update(held[2])
