"""One lawful exchange from the first click: request, own head, reply, signature, delivery, node, ledger record."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support import browser as look
from tests.support.browser import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(280)]

RESOURCE = "常住人口基础信息"
PURPOSE = "注销登记身份核对"
CASES, CASE = "汀兰注〔20##〕####号", "汀兰注〔2026〕0003号"
SYSTEM = "tl-market-food"
DIRECTORY_S_MAX = 100  # a grant reaches the nodes within a minute; slow machines get more
RECEIPTS_S_MAX = 100
POLL_S = 2.0


@pytest.fixture
def home(city: str, city_home: Path) -> Path:
    """The home folder of the running city; CITY_HOME=DIR for one that was started by hand."""
    return Path(os.environ.get("CITY_HOME", city_home))


def test_a_request_made_in_the_browser_becomes_an_exchange_with_records_on_both_sides(
    browser: Browser, city: str, home: Path
) -> None:
    officer = look.visitor(browser, city)
    number = _ask(officer)

    _as(browser, city, ("汀兰区市场监督管理局", "工作机构负责人"), lambda page: _agree(page, number))
    _as(browser, city, ("望澜市公安局", "数据专员"), lambda page: _reply(page, number))
    _as(browser, city, ("望澜市公安局", "工作机构负责人"), lambda page: _sign(page, number))
    _as(browser, city, ("望澜市公安局", "数据专员"), lambda page: _deliver(page, number))

    answer = _query(home, f"{number}-1")
    assert set(answer["rows"][0]) == {"citizen_id", "name"}

    _wait_for_both_records(officer, f"{number}-1")
    assert not look.faults(officer)
    assert not officer.errors
    officer.close()


# -- the steps, as people do them -------------------------------------------------------------------------


def _ask(visit: Visitor) -> str:
    """The consumer's officer finds the entry by the search box and asks; only the keyboard is used."""
    visit.sign_in("B角")
    page = visit.page
    page.get_by_role("searchbox", name="搜索目录").press_sequentially("常住人口")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=RESOURCE).press("Enter")
    page.get_by_role("link", name="申请共享").press("Enter")
    for label in ("公民身份号码", "姓名", "服务接口（查询）"):
        page.get_by_label(label, exact=False).first.press("Space")
    for name, text in (
        ("legal_basis", "中华人民共和国市场主体登记管理条例（注销登记）"),
        ("scenario", "窗口受理注销登记时核对申请人身份"),
        ("scope", "区市监局登记窗口，仅限正在办理的申请人"),
        ("purpose", PURPOSE),
        ("period_from", "2026-10-16"),
        ("period_until", "2027-10-15"),
        ("use0-system", SYSTEM),
        ("use0-purpose", PURPOSE),
        ("use0-matters", CASES),
    ):
        page.locator(f"[name='{name}']").fill(text)
    page.get_by_role("button", name="保存并报负责人").press("Enter")
    page.wait_for_url(re.compile("/sharing/requests/[0-9a-f-]+$"))
    found = re.search(r"共享申请 (\d+)", page.locator("h1").inner_text())
    assert found, page.locator("main").inner_text()[:500]
    return found[1]


def _as(browser: Browser, city: str, seat: tuple[str, str], act: Callable[[Page], None]) -> None:
    """Sign in by the card of a seat, act, leave."""
    visit = look.visitor(browser, city)
    visit.open("/signin")
    card = visit.page.locator("button.zt-person")
    for words in seat:
        card = card.filter(has_text=words)
    card.first.click()
    visit.page.wait_for_load_state()
    act(visit.page)
    errors = visit.errors
    visit.close()
    assert not errors


def _from_inbox(page: Page, number: str) -> None:
    page.get_by_role("link", name="今天轮到我").first.click()
    page.locator(".zt-inbox > li").filter(has_text=number).get_by_role("link").first.click()


def _agree(page: Page, number: str) -> None:
    _from_inbox(page, number)
    page.get_by_role("button", name="同意", exact=False).first.click()
    page.wait_for_load_state()
    assert "待答复" in page.locator(".zt-standing").inner_text()


def _reply(page: Page, number: str) -> None:
    _from_inbox(page, number)
    page.locator("#id_lookup_group, [name='lookup']").first.wait_for()
    page.locator("[name='lookup'][value='citizen_id']").check()
    page.get_by_role("button", name="报负责人签发").click()
    page.wait_for_url(re.compile("/sharing/requests/[0-9a-f-]+$"))


def _sign(page: Page, number: str) -> None:
    _from_inbox(page, number)
    page.get_by_role("button", name="签发").click()
    page.wait_for_url(re.compile("/sharing/requests/[0-9a-f-]+$"))
    assert "同意共享" in page.locator(".zt-standing").inner_text()


def _deliver(page: Page, number: str) -> None:
    _from_inbox(page, f"{number}-1")
    if page.get_by_role("link", name="确认").count():
        page.get_by_role("link", name="确认").first.click()
    page.locator("main form button.btn-primary").click()
    page.wait_for_load_state()
    assert "使用中" in page.locator(".zt-standing").inner_text()


def _query(home: Path, grant: str) -> dict[str, list[dict[str, str]]]:
    """The consumer's system asks its own node, as soon as the grant has reached it."""
    person = _somebody(home / "departments")
    command = [sys.executable, "-m", "zhengtong.cli.main", "node", "query", "--home", str(home), "--node", "tl-market"]
    command += ["--grant", grant, "--purpose", PURPOSE, "--system", SYSTEM, "--case", CASE]
    command += ["--lookup", f"citizen_id={person}", "--json"]
    until = time.monotonic() + DIRECTORY_S_MAX
    while True:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL
        )
        if done.returncode == 0:
            return dict(json.loads(done.stdout))
        assert time.monotonic() < until, done.stdout + done.stderr
        time.sleep(POLL_S)


def _somebody(departments: Path) -> str:
    for file in sorted(departments.glob("*.db")):
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source:
            if source.execute("SELECT 1 FROM sqlite_master WHERE name = 'CZRK'").fetchone():
                return str(source.execute("SELECT GMSFHM FROM CZRK ORDER BY GMSFHM LIMIT 1").fetchone()[0])
    raise AssertionError(f"no table of residents below {departments}")


def _wait_for_both_records(visit: Visitor, grant: str) -> None:
    """Both nodes report their receipts; the page then shows the two ledger records side by side."""
    until = time.monotonic() + RECEIPTS_S_MAX
    while True:
        visit.open("/exchange/")
        row = visit.page.locator("tbody tr").filter(has_text=grant).first
        if row.count() and "两侧一致" in row.inner_text():
            break
        assert time.monotonic() < until, visit.page.locator("main").inner_text()[:800]
        time.sleep(POLL_S)
    row.get_by_role("link").first.click()
    visit.page.wait_for_load_state()
    assert "两侧一致" in visit.page.locator("main").inner_text()
