"""The guided tour: every card, by keyboard, without scripts, on a phone; and what its pages then say."""

import pytest
from playwright.sync_api import Browser, Page

from tests.support import browser as look
from tests.support.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

# What each card opens: words of the page's heading, and of its content.
CARDS = {
    "turn": ("今天轮到我", "今天到期"),
    "days": ("0002-1", "10月10日"),
    "answer": ("逐项答复 0002", "抵押状态"),
    "refused": ("一次交换", "所要的信息项不在许可范围内"),
    "listing": ("目录表", "什么都不保存"),
    "late": ("督办", "未按时答复"),  # whatever its state
    "month": ("月", "逾期"),
}


def _go(page: Page, city: str, card: str) -> None:
    page.goto(f"{city}/tour")
    page.locator(f"button[name=card][value={card}]").press("Enter")
    page.wait_for_load_state()


def test_every_card_of_the_tour_changes_the_seat_and_opens_its_page(browser: Browser, city: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN", viewport={"width": PHONE, "height": 800})
    page = context.new_page()
    page.goto(f"{city}/tour")
    cards = page.locator("button[name=card]").evaluate_all("found => found.map(one => one.value)")
    people = page.locator(".zt-tour-you strong").all_inner_texts()
    seen: dict[str, tuple[str, str, str]] = {}
    for card in cards:
        _go(page, city, card)
        seen[card] = (page.locator("h1").inner_text(), page.locator("main").inner_text(), page.inner_text("aside"))
    context.close()
    assert set(CARDS) <= set(cards)
    for card, person in zip(cards, people, strict=True):
        heading, content, bar = seen[card]
        assert person in bar, card
        assert "错误代号" not in content
        words = CARDS.get(card)
        if words:
            assert words[0] in heading, card
            assert words[1] in content, card


def test_the_strip_of_the_tour_explains_the_sunday_the_holidays_and_the_saturday(browser: Browser, city: str) -> None:
    visit = look.visitor(browser, city)
    _go(visit.page, city, "days")
    days = {
        one.locator("time").inner_text(): one.inner_text().replace("\n", " ")
        for one in visit.page.locator(".zt-days > li").all()
    }
    shown = visit.page.locator(".zt-days").is_visible()
    visit.close()
    assert shown
    assert "调休上班 第 8 日" in days["9月20日"]
    assert "放假 不计" in days["9月25日"]
    assert "放假 不计" in days["10月4日"]
    assert "调休上班 第 18 日" in days["10月10日"]
    assert "第 20 日 到期" in days["10月13日"]


def test_the_code_on_a_paper_is_checked_without_showing_the_paper(browser: Browser, city: str) -> None:
    visit = look.visitor(browser, city)
    _go(visit.page, city, "answer")
    visit.page.get_by_role("link", name="打印答复书").click()
    visit.page.wait_for_load_state()
    code = visit.page.locator(".zt-sheet-code code").inner_text()
    visit.page.locator(".zt-sheet-code a").click()
    visit.page.wait_for_load_state()
    genuine = visit.page.locator("main").inner_text()
    visit.open(f"/verify?code={code[:-1]}{'0' if code[-1] != '0' else '1'}")
    changed = visit.page.locator("main").inner_text()
    visit.open("/verify?code=D0002-0000-0000-0000-0000")
    forged = visit.page.locator("main").inner_text()
    visit.close()
    assert "文书真实" in genuine
    assert "2026年9月9日" in genuine
    assert "抵押状态" not in genuine
    assert "已变更" in changed
    assert "查无此文书" in forged
    assert "0002" not in forged.replace("D0002", "")


def test_asking_for_an_item_that_was_not_granted_is_refused_with_a_record_at_both_ends(
    browser: Browser, city: str
) -> None:
    visit = look.visitor(browser, city)
    visit.open("/tour")
    visit.page.get_by_role("link", name="到本机构结点试一次").press("Enter")
    visit.page.wait_for_load_state()
    visit.page.locator("main form button").last.press("Enter")  # the desk asks to enter, once
    visit.page.wait_for_load_state()
    visit.page.get_by_role("button", name="提交").press("Enter")
    visit.page.wait_for_load_state()
    said = visit.page.locator("main").inner_text()
    visit.close()
    assert "不含信息项：抵押状态" in said
    assert "第二十条" in said
    assert "本结点账本" in said
    assert "提供方账本" in said
