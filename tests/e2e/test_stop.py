"""An emergency stop ordered in the browser is refused at the node of the consumer, until another person lifts it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support import browser as look
from tests.support.browser import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(280)]
REACHES_S_MAX = 100  # nodes pull every 30 s and the worker publishes at once: within 60 s; slow machines get more
POLL_S = 2.0
GRANT, PURPOSE, SYSTEM, CASE = "0001-1", "登记实名核验", "tl-market-food", "汀兰食〔2026〕0042号"
SUSPENDED = "wire.refused_suspended"


@pytest.fixture
def home(city: str, city_home: Path) -> Path:
    """The home folder of the running city; CITY_HOME=DIR for one that was started by hand."""
    return Path(os.environ.get("CITY_HOME", city_home))


def test_a_halted_consumer_is_refused_within_the_minute(browser: Browser, city: str, home: Path) -> None:
    guard, leader = look.visitor(browser, city), look.visitor(browser, city)
    assert SUSPENDED not in _asked(home)
    guard.sign_in("安全管理员")
    guard.open("/sharing/stops/new")
    wrong = look.faults(guard)
    guard.page.locator("[name=scope]").select_option("consumer")
    guard.page.locator("[name=organization]").select_option(label="区市监局")
    guard.page.locator("[name=reason]").fill("发现该部门账号批量异常查询，先停用再查明")
    guard.page.get_by_role("button", name="立即停用").press("Enter")
    guard.page.wait_for_load_state()
    record = guard.page.url.removeprefix(city)
    wrong += look.faults(guard)
    try:
        seconds = _until(home, lambda said: SUSPENDED in said)
        _shown_to_the_consumer(browser, city, record)
    finally:
        _lift(leader, record)
    wrong += look.faults(leader)
    back = _until(home, lambda said: SUSPENDED not in said)
    guard.close()
    leader.close()
    print(f"refused at the node after {seconds:.0f} s, answered again after {back:.0f} s")
    assert not wrong


def _shown_to_the_consumer(browser: Browser, city: str, record: str) -> None:
    officer = look.visitor(browser, city)
    officer.sign_in("顾明澜")
    officer.open(record)
    told = officer.page.locator("main").inner_text()
    officer.close()
    assert "停用中" in told
    assert "另一名有权人员" in told


def _lift(leader: Visitor, record: str) -> None:
    leader.sign_in("陆观澜")
    leader.open(record)
    leader.page.locator("[name=report]").fill("查明为测试脚本误配，已改正")
    leader.page.get_by_role("button", name="恢复").press("Enter")
    leader.page.wait_for_load_state()
    assert "已恢复" in leader.page.locator(".zt-standing").inner_text()


def _until(home: Path, done: Callable[[str], bool]) -> float:
    """How long it takes until the node's answer is as wanted."""
    began = time.monotonic()
    while not done(said := _asked(home)):
        assert time.monotonic() - began < REACHES_S_MAX, said
        time.sleep(POLL_S)
    return time.monotonic() - began


def _asked(home: Path) -> str:
    """What the consumer's own node says to its system now; nobody of that number exists, which is an answer too."""
    command = [sys.executable, "-m", "zhengtong.cli.main", "node", "query", "--home", str(home), "--node", "tl-market"]
    command += ["--grant", GRANT, "--purpose", PURPOSE, "--system", SYSTEM, "--case", CASE, "--json"]
    command += ["--lookup", "citizen_id=990102199001010000"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
    said = done.stdout + done.stderr
    assert said, json.dumps(command)
    return said
