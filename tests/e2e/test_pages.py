"""Every page as every kind of user sees it: both languages, desktop and phone."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support import browser as look
from tests.support.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

# One card for each kind of seat; the words are on the card.
SEATS = {
    "nobody": "",
    "consumer": "温以宁",
    "provider": "简书宁",
    "authority": "周允衡",
    "head": "顾明澜",
    "due-today": "乔疏影",
    "supervisor": "闻一诺",
    "security": "安全管理员",
}


class Album:
    """Screenshots for people to look at (PICTURES=DIR keeps them), and which kinds of page axe has seen."""

    def __init__(self) -> None:
        given = os.environ.get("PICTURES")
        self.folder = Path(given) if given else None
        self.seen: set[tuple[str, int]] = set()

    def is_new(self, path: str, width: int) -> bool:
        """Whether this kind of page meets axe for the first time at this width."""
        key = (look.kind_of(path), width)
        fresh = key not in self.seen
        self.seen.add(key)
        return fresh

    def keep(self, page: Page, name: str) -> None:
        """Write a picture of the whole page, if somebody wants them."""
        if self.folder:
            page.screenshot(path=self.folder / f"{re.sub(r'[^0-9A-Za-z]+', '-', name)[:90]}.png", full_page=True)


@pytest.fixture(scope="session")
def album() -> Album:
    return Album()


@pytest.mark.parametrize("seat", SEATS, ids=list(SEATS))
@pytest.mark.parametrize(
    ("language", "width"), [("zh-hans", DESKTOP), ("en", PHONE)], ids=["chinese-desktop", "english-phone"]
)
def test_every_page_is_fit_for_its_reader(
    browser: Browser, city: str, album: Album, seat: str, language: str, width: int
) -> None:
    visit = look.visitor(browser, city, language=language, width=width)
    if SEATS[seat]:
        visit.sign_in(SEATS[seat])
    found: dict[str, list[str]] = {}
    for number, path in enumerate(look.crawl(visit)):
        wrong = look.faults(visit, accessibility=album.is_new(path, width))
        if wrong:
            found[path] = wrong
        album.keep(visit.page, f"{seat}-{language}-{number:02d}{path}")
    errors = visit.errors
    visit.close()
    assert not found, "\n".join(f"{path}: {one}" for path, all_of in found.items() for one in all_of)
    assert not errors


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
