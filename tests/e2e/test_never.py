"""What makes an official close a page never shows: every page, every kind of seat, both languages (demo-city §11).

Each seat's pages are read over HTTP and checked as sent; the first page of each kind is also
opened in a browser, where layout is measured and axe looks for barriers.
"""

import os
import re
from math import ceil
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Browser

from tests.support import browser as look
from tests.support import never
from tests.support.browser import DESKTOP, PHONE
from tests.support.pages import Page, Reader

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

# One card for each kind of seat; the words are on the card.
SEATS = {
    "nobody": "",
    "consumer": "温以宁",
    "provider": "简书宁",
    "authority": "周允衡",
    "head": "顾明澜",
    "department-head": "许怀谷",
    "due-today": "乔疏影",
    "supervisor": "闻一诺",
    "auditor": "白既明",
    "security": "安全管理员",
}
IN_ENGLISH = ("nobody", "consumer", "provider", "authority", "supervisor", "security")
READERS = [("zh", DESKTOP, seat) for seat in SEATS] + [("en", PHONE, seat) for seat in IN_ENGLISH]
LISTS_PAGES_MAX = 40


class Album:
    """Which kinds of page a browser has seen, and pictures for people to look at (PICTURES=DIR keeps them)."""

    def __init__(self) -> None:
        given = os.environ.get("PICTURES")
        self.folder = Path(given) if given else None
        self.seen: set[tuple[str, int]] = set()

    def is_new(self, path: str, width: int) -> bool:
        """Whether this kind of page meets the browser for the first time at this width."""
        key = (look.kind_of(path), width)
        fresh = key not in self.seen
        self.seen.add(key)
        return fresh

    def keep(self, visit: look.Visitor, name: str) -> None:
        """Write a picture of the whole page, if somebody wants them."""
        if self.folder:
            visit.page.screenshot(path=self.folder / f"{re.sub(r'[^0-9A-Za-z]+', '-', name)[:90]}.png", full_page=True)


@pytest.fixture(scope="session")
def album() -> Album:
    return Album()


@pytest.mark.parametrize(("language", "width", "seat"), READERS, ids=[f"{one[0]}-{one[2]}" for one in READERS])
def test_no_page_of_any_seat_shows_what_makes_an_official_close_it(
    browser: Browser, city: str, album: Album, language: str, width: int, seat: str
) -> None:
    reader = Reader(city, language=language)
    visit = look.visitor(browser, city, language="en" if language == "en" else "zh-hans", width=width)
    if SEATS[seat]:
        reader.sign_in(SEATS[seat])
        visit.sign_in(SEATS[seat])
    found: dict[str, list[str]] = {}
    for page in reader.crawl():
        if page.kind != "text/html":
            continue
        wrong = never.faults(page, language=language)
        if album.is_new(page.path, width):
            visit.open(page.path)
            wrong += look.faults(visit)
            album.keep(visit, f"{language}-{width}-{seat}{page.path}")
        if wrong:
            found[page.path] = wrong
    errors = visit.errors
    visit.close()
    assert not found, "\n".join(f"{path}: {one}" for path, all_of in found.items() for one in dict.fromkeys(all_of))
    assert not errors


@pytest.mark.parametrize("seat", [seat for seat in SEATS if SEATS[seat]])
def test_every_number_on_the_home_page_is_the_length_of_the_list_behind_it(city: str, seat: str) -> None:
    reader = Reader(city, language="zh")
    reader.sign_in(SEATS[seat])
    home = reader.open("/")
    numbers = {
        next(n.find(css="zt-number-label")).words(): (
            next(n.find(css="zt-number-value")).words(),
            next(n.find("a")).attrs["href"],
        )
        for n in home.root.find(css="zt-number")
    }
    assert len(numbers) >= 9
    for label, (value, url) in numbers.items():
        if "中位数" in label:
            days = [int(one) for one in _column(reader, url, css="zt-figure")]
            assert value == (str(ceil(median(days))) if days else "—"), label
        else:
            assert int(value) == sum(_rows(page) for page in _pages(reader, url)), label


def test_a_visitor_who_cannot_open_the_lists_sees_no_numbers(city: str) -> None:
    assert not any(Reader(city, language="zh").open("/").root.find(css="zt-number"))


def _pages(reader: Reader, url: str) -> list[Page]:
    """All pages of a list."""
    found = [reader.open(url)]
    while len(found) < LISTS_PAGES_MAX:
        more = next((a.attrs["href"] for a in found[-1].root.find("a") if a.attrs.get("rel") == "next"), "")
        if not more:
            return found
        found.append(reader.open(url.partition("?")[0] + more if more.startswith("?") else more))
    raise AssertionError(f"{url} has more pages than {LISTS_PAGES_MAX}")


def _rows(page: Page) -> int:
    """Rows of the page's list; a page without one must say why."""
    assert page.status == 200, page.path
    body = next(page.main.find("tbody"), None)
    if body is None or not any(page.main.find("table")):
        assert any(page.main.find(css="zt-empty")), f"{page.path} has neither rows nor a word why"
        return 0
    return sum(1 for _ in body.find("tr"))


def _column(reader: Reader, url: str, *, css: str) -> list[str]:
    return [cell.words() for page in _pages(reader, url) for cell in page.main.find("td", css=css)]
