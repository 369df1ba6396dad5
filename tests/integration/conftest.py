"""What tests of several areas stand on."""

from collections.abc import Iterator
from datetime import date

import pytest
from pytest_django import DjangoDbBlocker

from tests.support.sharing_hall import Hall, build
from tests.support.standing import standing
from zhengtong.kernel.clock import FixedClock


@pytest.fixture(scope="module")
def departments(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Hall]:
    """The city's departments on the first story day, for all tests of a module."""
    with standing(lambda: build(FixedClock.on(date(2026, 6, 1))), django_db_blocker) as built:
        yield built
