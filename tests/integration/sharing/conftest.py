"""The city's departments on the first story day, and a clock that is moved from act to act."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.support.sharing_hall import Hall
from zhengtong.kernel.clock import FixedClock

On = Callable[..., FixedClock]


@pytest.fixture
def hall(departments: Hall, db: None) -> Hall:
    return departments


@pytest.fixture
def on() -> On:
    """A clock that stands on a day of 2026: `on(8, 25)`."""

    def standing(month: int, day: int, *, hour: int = 9, minute: int = 0) -> FixedClock:
        return FixedClock.on(date(2026, month, day), hour=hour, minute=minute)

    return standing
