"""`zhengtong center …` as a new user types it: install, check, serve, stop."""

import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(150)
ROOT = Path(__file__).resolve().parents[3]
ZHENGTONG = [sys.executable, "-m", "zhengtong.cli.main"]


def _environment(home: Path, **given: str) -> dict[str, str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("ZHENGTONG_", "LC_", "LANG"))}
    return {**plain, "ZHENGTONG_HOME": str(home), **given}


def _run(*args: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*ZHENGTONG, *args], env=environment, capture_output=True, text=True, timeout=60, check=False)


@contextmanager
def _serving(environment: dict[str, str]) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    command = [*ZHENGTONG, "center", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline().rsplit(":", 1)[1]), process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `center init` makes, once; tests take copies of it."""
    made = tmp_path_factory.mktemp("fresh") / "home"
    assert _run("center", "init", environment=_environment(made)).returncode == 0
    return made


@pytest.fixture
def installed(fresh: Path, tmp_path: Path) -> Path:
    """An installed home of the test's own."""
    return shutil.copytree(fresh, tmp_path / "home")


def test_init_makes_home_keys_and_tables_and_may_be_repeated(home: Path) -> None:
    environment = _environment(home, ZHENGTONG_DEMO="1")
    first = json.loads(_run("center", "init", "--json", environment=environment).stdout)
    again = json.loads(_run("center", "init", "--json", environment=environment).stdout)
    assert (first["keys"], again["keys"]) == ("made", "kept")
    assert first["root_fingerprint"] == again["root_fingerprint"]
    assert (home / "center" / "center.db").stat().st_mode & 0o077 == 0
    assert (home / "center" / "center.db").exists()
    assert (home / "center" / "keys").stat().st_mode & 0o077 == 0


def test_a_command_before_init_explains_what_to_do(home: Path) -> None:
    for args in (("parties", "organizations"), ("journal", "verify"), ("catalog", "list")):
        answer = _run(*args, environment=_environment(home, LANG="en_US.UTF-8"))
        assert answer.returncode == 4
        assert "center init" in answer.stderr
        assert "Traceback" not in answer.stderr


@pytest.mark.fault(
    "config.key_missing",
    what="the center was never installed, or its keys are gone",
    unchanged="the check changes nothing",
)
@pytest.mark.fault(
    "config.database_unreachable", what="the database cannot be reached", unchanged="the check changes nothing"
)
def test_check_before_init_explains_what_to_do(home: Path) -> None:
    answer = _run("center", "check", "--json", environment=_environment(home, LANG="en_US.UTF-8"))
    found = [json.loads(line) for line in answer.stdout.splitlines()]
    assert answer.returncode == 1
    assert {"config.key_missing", "config.database_unreachable"} <= {f["key"] for f in found}
    assert all(f["message"] and f["remedy"] for f in found)


def test_a_fresh_center_says_that_nobody_administers_it(installed: Path) -> None:
    answer = _run("center", "check", "--json", environment=_environment(installed, LANG="en_US.UTF-8"))
    found = [json.loads(line) for line in answer.stdout.splitlines()]
    assert answer.returncode == 0
    assert [f["message"] for f in found if f["key"] == "config.nobody_administers"] == [
        "No System administrator can sign in yet.",
        "No Security administrator can sign in yet.",
    ]


@pytest.mark.fault(
    "config.key_readable", what="a key file can be read by other users", unchanged="the check changes nothing"
)
def test_a_key_that_others_can_read_fails_the_check(installed: Path) -> None:
    environment = _environment(installed)
    assert _run("center", "check", environment=environment).returncode == 0
    (installed / "center" / "keys" / "columns.json").chmod(0o644)
    answer = _run("center", "check", "--json", environment=environment)
    assert answer.returncode == 1
    assert [json.loads(line)["key"] for line in answer.stdout.splitlines()] == ["config.key_readable"]


@pytest.mark.fault(
    "config.demo_not_on_loopback",
    what="a demo is to be served to other machines",
    unchanged="the server does not start",
)
def test_a_demo_is_not_served_to_other_machines(home: Path) -> None:
    environment = _environment(home, ZHENGTONG_DEMO="1")
    answer = _run("center", "serve", "--host", "0.0.0.0", environment=environment)
    assert (answer.returncode, "config.demo_not_on_loopback" in answer.stderr) == (3, True)
    opened = _environment(home, ZHENGTONG_DEMO="1", ZHENGTONG_HOSTS="example.gov.test")
    found = _run("center", "check", "--json", environment=opened).stdout
    assert "config.demo_not_on_loopback" in found
    behind = _run("center", "serve", "--host", "127.0.0.1", environment=opened)  # a proxy on the same machine
    assert (behind.returncode, "config.demo_not_on_loopback" in behind.stderr) == (3, True)


def test_a_wrong_setting_is_named_without_a_trace(home: Path) -> None:
    answer = _run("center", "check", environment=_environment(home, ZHENGTONG_DEMO="yes"))
    assert (answer.returncode, answer.stderr.strip()) == (2, "ZHENGTONG_DEMO is 0 or 1, not 'yes'")


def test_serve_answers_and_stops_at_a_signal(installed: Path) -> None:
    environment = _environment(installed, ZHENGTONG_DEMO="1")
    with _serving(environment) as (port, process):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/livez")
        assert connection.getresponse().read() == b"ok\n"
        connection.close()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
        with pytest.raises(ConnectionRefusedError):
            http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()


FACTS = """
import django
django.setup()
from django.db import transaction
from tests.support.facts import SUBJECT, WANG, ThingOpened
from zhengtong.journal.services import record
from zhengtong.journal.services.sequencer import seal
from zhengtong.kernel.clock import SystemClock

with transaction.atomic():
    for number in range(3):
        record(ThingOpened(SUBJECT, title=f"t{number}"), actor=WANG, clock=SystemClock())
seal()
"""
DEMO_ACCOUNT = """
import django
django.setup()
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import SystemClock
from zhengtong.parties import services

clock = SystemClock()
officer = services.add_officer(name="演示员", actor=SYSTEM, clock=clock)
services.open_account(login="demo.one", officer=officer, actor=SYSTEM, clock=clock, is_demo=True)
"""


def _python(program: str, environment: dict[str, str]) -> None:
    settings = {**environment, "DJANGO_SETTINGS_MODULE": "zhengtong.config.settings"}
    subprocess.run([sys.executable, "-c", program], env=settings, cwd=ROOT, timeout=60, check=True)


@pytest.mark.fault(
    "config.demo_accounts",
    what="a database with demo accounts runs as no demo",
    unchanged="the check changes nothing; the accounts do not show at sign-in",
)
def test_demo_accounts_outside_a_demo_fail_the_check(installed: Path) -> None:
    demo = _environment(installed, ZHENGTONG_DEMO="1")
    _python(DEMO_ACCOUNT, demo)
    assert _run("center", "check", environment=demo).returncode == 0
    answer = _run("center", "check", "--json", environment=_environment(installed))
    assert answer.returncode == 1
    found = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [f["key"] for f in found if f["fatal"]] == ["config.demo_accounts"]


def test_verify_names_the_event_that_was_flipped(installed: Path) -> None:
    environment = _environment(installed)
    _python(FACTS, environment)
    whole = _run("journal", "verify", "--json", environment=environment)
    said = json.loads(whole.stdout)
    assert (whole.returncode, said["flaw"]) == (0, None)
    published = _run("journal", "verify", "--head", said["head"], environment=environment)
    assert published.returncode == 0
    with closing(sqlite3.connect(installed / "center" / "center.db")) as store, store:
        store.execute("DROP TRIGGER journal_event_no_update")
        store.execute("UPDATE journal_event SET request_id = 'x' WHERE name = 'probe.thing.opened' AND seq % 2 = 0")
        flipped = store.execute("SELECT min(seq) FROM journal_event WHERE request_id = 'x'").fetchone()[0]
    answer = _run("journal", "verify", "--json", environment=environment)
    found = json.loads(answer.stdout)
    assert (answer.returncode, found["flaw"], found["seq"]) == (1, "altered", flipped)
    assert found["name"] == "probe.thing.opened"


@pytest.mark.fault("journal.no_such_head", what="a head is typed in another form", unchanged="the chain is only read")
def test_a_head_in_another_form_is_refused(installed: Path) -> None:
    environment = _environment(installed)
    wrong = _run("journal", "verify", "--head", "1:abc", environment=environment)
    assert (wrong.returncode, "journal.no_such_head" in wrong.stderr) == (3, True)


def test_a_port_in_use_is_said_so(installed: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        answer = _run("center", "serve", "--port", port, environment=_environment(installed))
    assert answer.returncode == 3
    assert "config.port_taken" in answer.stderr
    assert "Traceback" not in answer.stderr
