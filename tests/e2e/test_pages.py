"""How pages look and are worked: the other width, chosen looks, keyboard, print, no scripts."""

import re

import pytest
from playwright.sync_api import Browser

from tests.support import browser as look
from tests.support.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.mark.parametrize(("language", "width"), [("zh-hans", PHONE), ("en", DESKTOP)])
def test_the_other_width_fits_too(browser: Browser, city: str, language: str, width: int) -> None:
    visit = look.visitor(browser, city, language=language, width=width)
    visit.sign_in("简书宁")
    found = {path: wrong for path in look.crawl(visit) if (wrong := look.faults(visit, accessibility=False))}
    visit.close()
    assert not found


@pytest.mark.parametrize("choices", [("large",), ("dark",), ("contrast",), ("large", "dark", "contrast")])
def test_the_look_is_chosen_with_the_keyboard_and_stays_readable(
    browser: Browser, city: str, choices: tuple[str, ...]
) -> None:
    visit = look.visitor(browser, city, width=PHONE)
    visit.sign_in("简书宁")
    visit.page.locator("summary", has_text="显示").press("Enter")
    for choice in choices:
        visit.page.locator(f"input[name={choice}]").press("Space")
    visit.page.get_by_role("button", name="应用").press("Enter")
    visit.page.wait_for_load_state()
    wrong = look.faults(visit)
    chosen = visit.page.evaluate(
        "() => document.documentElement.className + ' ' + (document.documentElement.dataset.bsTheme || '')"
    )
    visit.close()
    assert not wrong
    assert all({"large": "zt-large", "dark": "dark", "contrast": "zt-contrast"}[choice] in chosen for choice in choices)


def test_the_first_key_stroke_offers_to_skip_to_the_content(browser: Browser, city: str) -> None:
    visit = look.visitor(browser, city)
    visit.open("/")
    visit.page.keyboard.press("Tab")
    skip = visit.page.evaluate("() => document.activeElement.getAttribute('href')")
    visit.page.keyboard.press("Enter")
    focused = visit.page.evaluate("() => document.activeElement.id")
    visit.close()
    assert (skip, focused) == ("#main", "main")


def test_pages_work_without_scripts(browser: Browser, city: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{city}/signin")
    page.locator("button.zt-person", has_text="简书宁").first.click()
    page.wait_for_load_state()
    shown = page.locator("header").inner_text()
    context.close()
    assert "简书宁" in shown


def test_an_address_that_does_not_exist_says_what_to_do(browser: Browser, city: str) -> None:
    visit = look.visitor(browser, city)
    status = visit.open("/no-such-page")
    text = visit.page.locator("main").inner_text()
    wrong = look.faults(visit)
    visit.close()
    assert status == 404
    assert "首页" in text
    assert not wrong


def test_a_reply_prints_on_one_sheet_without_the_frame_of_the_page(browser: Browser, city: str) -> None:
    visit = look.visitor(browser, city)
    visit.sign_in("简书宁")
    visit.open("/sharing/?state=answered")
    visit.page.locator("tbody a", has_text="0002").first.click()
    visit.page.get_by_role("link", name="打印答复书").click()
    visit.page.wait_for_load_state()
    sheets = len(re.findall(rb"/Type /Page\b", visit.page.pdf(prefer_css_page_size=True)))
    visit.page.emulate_media(media="print")
    shown = [
        visit.page.locator(part).is_visible() for part in (".zt-header", ".zt-demo", ".zt-print-tools", ".zt-sheet")
    ]
    visit.close()
    assert sheets == 1
    assert shown == [False, False, False, True]
