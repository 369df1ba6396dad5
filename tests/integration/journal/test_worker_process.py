"""A worker that is killed in the middle of a job loses nothing: the job is tried again, within its bound."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

START_WAIT_S = 30.0

# A worker of its own process: its job writes a line, and the first two attempts kill the process.
PROGRAM = """
import os, sys, signal
import django
django.setup()
from datetime import timedelta
from pathlib import Path
from zhengtong.journal import dispatch
from zhengtong.journal.services import enqueue
from zhengtong.journal.worker import Worker
from zhengtong.kernel.clock import FixedClock, SystemClock
from django.db import transaction

trace, ahead_s = Path(sys.argv[1]), int(sys.argv[2])
dispatch.clear()

@dispatch.job("probe.crash")
def crash(payload, /, *, clock):
    with trace.open("a") as out:
        out.write("begun\\n")
    if trace.read_text().count("begun") <= 2:
        os.kill(os.getpid(), signal.SIGKILL)
    with trace.open("a") as out:
        out.write("done\\n")

later = FixedClock(SystemClock().now() + timedelta(seconds=ahead_s))
if sys.argv[3] == "enqueue":
    with transaction.atomic():
        enqueue("probe.crash", {}, clock=later)
worker = Worker(clock=later, machine=later)
worker.drain()
later.move(timedelta(seconds=60))
worker.drain()
"""


def _environment(home: Path, store: str) -> dict[str, str]:
    return {
        **os.environ,
        "ZHENGTONG_HOME": str(home),
        "ZHENGTONG_DATABASE": store,
        "DJANGO_SETTINGS_MODULE": "zhengtong.config.settings",
    }


@pytest.fixture
def installed(home: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    on_postgresql = os.environ.get("ZHENGTONG_TEST_STORE") == "postgresql"
    store = request.getfixturevalue("postgres_url") if on_postgresql else ""
    environment = _environment(home, store)
    command = [sys.executable, "-m", "zhengtong.cli.main", "center", "init"]
    subprocess.run(command, env=environment, check=True, timeout=50, stdout=subprocess.DEVNULL)
    return environment


@pytest.mark.timeout(120)
def test_a_worker_killed_in_a_job_is_followed_by_one_that_does_it(installed: dict[str, str], tmp_path: Path) -> None:
    trace = tmp_path / "trace"

    def work(ahead_s: int, act: str) -> int:
        command = [sys.executable, "-c", PROGRAM, str(trace), str(ahead_s), act]
        return subprocess.run(command, env=installed, timeout=40, check=False).returncode

    assert work(0, "enqueue") == -signal.SIGKILL
    assert work(1000, "go on") == -signal.SIGKILL
    assert work(2000, "go on") == 0
    assert trace.read_text().split() == ["begun", "begun", "begun", "done"]
    assert work(3000, "go on") == 0
    assert trace.read_text().count("done") == 1


@pytest.mark.timeout(120)
def test_the_worker_command_seals_events_and_stops_when_told(installed: dict[str, str], home: Path) -> None:
    command = [sys.executable, "-m", "zhengtong.cli.main", "center", "worker"]
    with subprocess.Popen(command, env=installed) as working:
        try:
            _until_sealing(installed, home)
            working.send_signal(signal.SIGTERM)
            assert working.wait(timeout=20) == 0
        finally:
            working.kill()


def _until_sealing(installed: dict[str, str], home: Path) -> None:
    """Wait until the worker has set up its clockwork, which it does after it listens to signals."""
    deadline = time.monotonic() + START_WAIT_S
    while time.monotonic() < deadline:
        if _clockwork(installed["ZHENGTONG_DATABASE"], home):
            return
        time.sleep(0.2)
    raise AssertionError("the worker set up no clockwork")


def _clockwork(store: str, home: Path) -> int:
    asked = "SELECT count(*) FROM journal_job WHERE every_s IS NOT NULL"
    opened = psycopg.connect(store) if store else sqlite3.connect(home / "center" / "center.db")
    with closing(opened) as connection:
        return connection.execute(asked).fetchone()[0]
