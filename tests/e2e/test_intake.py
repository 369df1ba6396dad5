"""One's own catalogue file on the page: a visitor looks, nothing is kept; an officer takes it in, without scripts."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support import browser as look
from tests.support.browser import DESKTOP, PHONE
from tests.support.workbooks import guide_workbook

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "目录.xlsx"
    path.write_bytes(guide_workbook())
    return path


def _drop(page: Page, file: Path) -> None:
    """Drag a file over the page and let it go on the box, as a hand does."""
    box = page.locator("input[type=file]").bounding_box()
    assert box is not None
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    given = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    hand = page.context.new_cdp_session(page)
    for act in ("dragEnter", "dragOver", "drop"):
        hand.send("Input.dispatchDragEvent", {"type": act, "data": given, **place})
    page.wait_for_function("() => document.querySelector('input[type=file]').files.length === 1")


@pytest.mark.parametrize(("language", "width"), [("zh-hans", PHONE), ("en", DESKTOP)])
def test_a_visitor_drops_a_file_and_sees_what_was_guessed(
    browser: Browser, city: str, workbook: Path, language: str, width: int
) -> None:
    visit = look.visitor(browser, city, language=language, width=width)
    visit.open("/catalog/intake")
    wrong = look.faults(visit)
    _drop(visit.page, workbook)
    visit.page.locator(".zt-filedrop-form button").press("Enter")
    visit.page.wait_for_load_state()
    wrong = [*wrong, *look.faults(visit)]
    shown = visit.page.locator("main").inner_text()
    keeps = visit.page.locator("button[name=keep]").count()
    visit.close()
    assert not wrong
    assert "房屋租赁登记备案信息" in shown
    assert keeps == 0


def test_an_officer_takes_a_file_in_without_scripts(browser: Browser, city: str, workbook: Path) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{city}/signin")
    page.locator("button.zt-person", has_text="简书宁").first.click()
    page.goto(f"{city}/catalog/intake")
    page.locator("input[type=file]").set_input_files(workbook)
    page.locator(".zt-filedrop-form button").press("Enter")
    page.locator("button[name=keep]").press("Enter")
    page.wait_for_load_state()
    heading = page.locator("h1").inner_text()
    context.close()
    assert heading == "导入结果"
