"""A center with keys of its own for every test, and a clock that the requests see too."""

from pathlib import Path

import pytest
from pytest_django import Settings

from zhengtong.kernel.clock import FixedClock


@pytest.fixture
def center(db: None, tmp_path: Path, settings: Settings, clock: FixedClock) -> Path:
    """HOME/center after `center init`, with three departments."""
    from tests.support.exchange_world import found_city  # imports models: only when Django is ready
    from zhengtong.exchange import services
    from zhengtong.journal import keys

    settings.ZHENGTONG_HOME = tmp_path
    settings.ZHENGTONG_KEYS = tmp_path / "center" / "keys"
    settings.ZHENGTONG_CLOCK = clock
    keys.create(settings.ZHENGTONG_KEYS)
    services.install(clock=clock)
    found_city(clock)
    return tmp_path / "center"
