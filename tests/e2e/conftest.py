"""One small demo city for all browser tests: center and nodes as processes of their own, started once."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support import browser as look

PEOPLE = 400
READY_S_MAX = 150
STOP_S_MAX = 30


@pytest.fixture(scope="session")
def browser(browser_path: str) -> Iterator[Browser]:
    """The system's chromium."""
    with look.chromium(browser_path) as running:
        yield running


@pytest.fixture(scope="session")
def city_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder of the city."""
    return tmp_path_factory.mktemp("city") / "home"


@pytest.fixture(scope="session")
def city(city_home: Path, browser_path: str) -> Iterator[str]:
    """The address of the city's pages; CITY=URL uses one that is already running."""
    if given := os.environ.get("CITY"):
        yield given.rstrip("/")
        return
    report = city_home.parent / "report.json"
    log = city_home.parent / "demo.log"
    command = [sys.executable, "-m", "zhengtong.cli.main", "demo", "--serve", "--people", str(PEOPLE)]
    command += ["--home", str(city_home), "--json", str(report)]
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("ZHENGTONG_", "DJANGO_"))}
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=clean)
    try:
        yield _pages(process, report, log)
    finally:
        process.terminate()
        try:
            process.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            process.kill()


def _pages(process: subprocess.Popen[bytes], report: Path, log: Path) -> str:
    """Wait for the demo's report, which names the address of its pages."""
    until = time.monotonic() + READY_S_MAX
    while time.monotonic() < until and process.poll() is None:
        if report.is_file() and report.read_text(encoding="utf-8").endswith("}\n"):
            return str(json.loads(report.read_text(encoding="utf-8"))["pages"]).rstrip("/")
        time.sleep(0.2)
    pytest.fail("the demo did not come up:\n" + log.read_text(encoding="utf-8", errors="replace")[-3000:])
