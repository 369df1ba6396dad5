"""督查室's view of 0007 in a browser: ask with one button, explain, close; the report on A4 and on a phone."""

import re

import pytest
from playwright.sync_api import Browser

from tests.support import browser as look

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]
REPORT = "/supervision/report/2026-09"


def test_a_late_reply_is_asked_about_explained_and_closed(browser: Browser, city: str) -> None:
    wrong: list[str] = []
    supervisor, officer = look.visitor(browser, city), look.visitor(browser, city)
    supervisor.sign_in("闻一诺")
    supervisor.open("/supervision/")
    row = supervisor.page.locator("tbody tr", has_text="0007")
    listed = row.inner_text()
    row.locator("a").first.click()
    url = supervisor.page.url.removeprefix(city)
    wrong += look.faults(supervisor)
    ask = supervisor.page.get_by_role("button", name="请市自然资源和规划局说明")
    if ask.count():
        ask.click()
    officer.sign_in("简书宁")
    officer.open("/inbox")
    card = officer.page.locator("li", has_text="督办：").inner_text()
    officer.page.get_by_role("link", name="说明情况").first.click()
    officer.page.locator("textarea[name=text]").fill("保密审查尚未完成，审查后即答复。")
    officer.page.get_by_role("button", name="提交说明").click()
    wrong += look.faults(officer)
    supervisor.open(url)
    supervisor.page.locator("summary", has_text="办结").click()
    supervisor.page.locator("textarea[name=reason]").first.fill("理由成立，限期答复。")
    supervisor.page.get_by_role("button", name="办结").click()
    ended = supervisor.page.locator("main").inner_text()
    wrong += look.faults(supervisor)
    supervisor.close()
    officer.close()
    assert "逾期 4 个工作日" in listed
    assert "条例第二十九条" in card  # whence the day by which to explain
    assert "已办结" in ended
    assert not wrong


def test_the_report_prints_a_department_on_one_sheet_and_fits_a_phone(browser: Browser, city: str) -> None:
    visit = look.visitor(browser, city, width=look.PHONE)
    visit.sign_in("闻一诺")
    visit.open(REPORT)
    wrong = look.faults(visit)
    visit.page.locator("tbody th a").first.click()
    visit.page.wait_for_load_state()
    wrong += look.faults(visit)
    sheets = len(re.findall(rb"/Type /Page\b", visit.page.pdf(prefer_css_page_size=True)))
    visit.close()
    assert sheets == 1
    assert not wrong
