"""What doors ask about their surroundings (入口): clock, home folder, the running request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from django.conf import settings

from zhengtong.kernel.clock import Clock

_request_id: ContextVar[str] = ContextVar("zhengtong_request_id", default="")


def current_clock() -> Clock:
    """The deployment's clock: the machine's, or the demo's story clock."""
    return settings.ZHENGTONG_CLOCK


def home() -> Path:
    """The deployment's folder (ZHENGTONG_HOME)."""
    return settings.ZHENGTONG_HOME


def center_home() -> Path:
    """HOME/center: database, keys and exports of the control plane."""
    return home() / "center"


def keys_dir() -> Path:
    """The folder of secret keys, mode 700."""
    return settings.ZHENGTONG_KEYS


def is_demo() -> bool:
    """Whether this deployment is a demo (ZHENGTONG_DEMO=1)."""
    return settings.ZHENGTONG_DEMO


def request_id() -> str:
    """The id of the running request, or an empty string outside one."""
    return _request_id.get()


@contextmanager
def request_running(identity: str) -> Iterator[None]:
    """Name the request that everything recorded inside belongs to."""
    token = _request_id.set(identity)
    try:
        yield
    finally:
        _request_id.reset(token)
