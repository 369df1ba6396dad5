"""Set-up of all tests: the store, the closed network, a fixed clock.

ZHENGTONG_TEST_STORE chooses the center's store: sqlite (default) or postgresql.  The environment is
written before Django reads its settings; nothing of the caller's ZHENGTONG_* reaches a test.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support import foundations, network, postgres
from tools import translations
from zhengtong.kernel.clock import FixedClock
from zhengtong.standards import tables

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = "zhengtong.config.settings"
STORES = ("sqlite", "postgresql")
WITH_DJANGO = ("integration", "e2e")
WITHOUT_DJANGO = ("unit", "spec", "property", "wire", "architecture")
KEPT = frozenset({"ZHENGTONG_TEST_STORE", "ZHENGTONG_DATA_REQUIRED"})
NINE_ON_A_MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Beijing

_open_at_end = contextlib.ExitStack()
_servers: list[postgres.Server] = []


def pytest_configure(config: pytest.Config) -> None:
    """Prepare a home and a store before pytest-django loads the settings."""
    store = os.environ.get("ZHENGTONG_TEST_STORE", "sqlite")
    if store not in STORES:
        raise pytest.UsageError(f"ZHENGTONG_TEST_STORE={store!r} is none of {STORES}")
    for name in [n for n in os.environ if n.startswith("ZHENGTONG_") and n not in KEPT]:
        del os.environ[name]
    home = Path(tempfile.mkdtemp(prefix="zhengtong-test-"))
    _open_at_end.callback(shutil.rmtree, home, ignore_errors=True)
    (home / "center").mkdir()
    os.environ["ZHENGTONG_HOME"] = str(home)
    os.environ["ZHENGTONG_DATABASE"] = _database(store, home)
    os.environ["ZHENGTONG_DEMO"] = "1"
    translations.compile_all()
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    if _wants_django(config.args):
        import django

        django.setup()
        tables.follow(lambda: None, dict)  # what is loaded as a newer edition is one test's business, not everybody's
        foundations.prepare(home)


def _wants_django(arguments: list[str]) -> bool:
    """Whether the run includes kinds of tests that use the center; the others must pass without Django set up."""
    kinds = {part for argument in arguments for part in Path(argument.partition("::")[0]).parts}
    return not kinds & {*WITHOUT_DJANGO} or bool(kinds & {*WITH_DJANGO})


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started."""
    _open_at_end.close()


def pytest_report_header() -> str:
    """Say which store is under test."""
    return f"store: {os.environ.get('ZHENGTONG_TEST_STORE', 'sqlite')}"


def _database(store: str, home: Path) -> str:
    if store == "sqlite":
        return str(home / "center" / "center.db")
    return _server().url("zhengtong")


def _server() -> postgres.Server:
    if not _servers:
        _servers.append(_open_at_end.enter_context(postgres.running()))
    return _servers[0]


@pytest.fixture(scope="session", autouse=True)
def _network_is_off() -> Iterator[None]:
    reopen = network.close_network()
    yield
    reopen()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Keep SQLite's test database in a file: threads, WAL and locks behave as they do in use."""
    from django.conf import settings

    default = settings.DATABASES["default"]
    if default["ENGINE"].endswith("sqlite3"):
        default.setdefault("TEST", {})["NAME"] = os.environ["ZHENGTONG_HOME"] + "/center/test.db"


@pytest.fixture(scope="session")
def postgres_server() -> postgres.Server:
    """The session's throw-away cluster; skips, with the one command that adds it, where none can run."""
    try:
        return _server()
    except postgres.NoPostgres as missing:
        pytest.skip(str(missing))


@pytest.fixture
def postgres_url(postgres_server: postgres.Server) -> Iterator[str]:
    """An empty PostgreSQL database, dropped after the test."""
    name = f"t_{uuid4().hex}"
    yield postgres_server.create(name)
    postgres_server.drop(name)


@pytest.fixture
def clock() -> FixedClock:
    """Nine o'clock on a Monday in Beijing."""
    return FixedClock(NINE_ON_A_MONDAY)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home folder of a deployment."""
    made = tmp_path / "home"
    made.mkdir()
    return made


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The system's chromium; skips, with the one command that adds it, where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no chromium; add it with: sudo apt-get install -y --no-install-recommends chromium fonts-noto-cjk")
    return found
