"""The desk as people see it: every page by keyboard and phone, in both languages, WCAG 2.2 AA, no script."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.support import browser as look
from tests.support import desk
from tests.support.browser import DESKTOP, PHONE, Visitor
from tests.support.wire_city import MORNING, PERSON_FIELDS, Place, masked, person, person_grant, two_departments
from zhengtong.kernel.clock import StoryClock
from zhengtong.node import contracts, schedules, sheets, store
from zhengtong.node.desk import people
from zhengtong.wire.grant import Use
from zhengtong.wire.masks import Mask

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PERSONS = "306001002/000123"
ITEMS: dict[str, Any] = {
    "resource": PERSONS, "title": "常住人口基础信息",
    "items": [*({"name": f.name, "title": f.title} for f in PERSON_FIELDS), {"name": "MZ", "title": "民族"}],
}  # fmt: skip
PURPOSE, CASE = "经营场所核验", "汀兰食〔2026〕0017号"
USES = (Use("licensing", PURPOSE, ("汀兰食〔20##〕####号",)),)
VIEWS = [("zh-hans", DESKTOP), ("en", PHONE)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A consumer with refused rows, a schedule, a sheet with bad rows, and grants of several states."""
    folder = tmp_path_factory.mktemp("desk-pages")
    with contextlib.closing(sqlite3.connect(folder / "tl-market.db")) as db:
        db.execute(
            "CREATE TABLE people (GMSFHM TEXT PRIMARY KEY, XM TEXT, CSRQ TEXT, QH TEXT,"
            " SG TEXT CHECK (CAST(SG AS REAL) < 168))"
        )
    clock = StoryClock(folder / "clock.json")
    clock.jump(MORNING)
    with two_departments(folder, clock=clock) as two:
        two.city.names = {"tl-market": "汀兰区市场监督管理局", "wl-police": "望澜市公安局"}
        contracts.learn(two.consumer, contracts.contract_from_json(ITEMS), clock=clock)
        desk.workshop_contract(two.consumer, clock)
        sheets.upload_bytes(
            two.consumer, resource=desk.WORKSHOPS, name="台账.xlsx", content=desk.workbook(desk.workshop_rows()),
            by="何某", clock=clock,
        )  # fmt: skip
        two.city.grant(person_grant(uses=USES, fields=masked(PERSON_FIELDS[:3], XM=Mask.NAME, GMSFHM=Mask.CITIZEN_ID)))
        two.city.grant(person_grant(id="0" * 8 + "-0000-4000-8000-000000000005", number="0005-1", uses=USES))
        two.publish()
        body = {"grant": "0005-1", "purpose": PURPOSE, "case_ref": CASE, "wait": True}
        status, told = two.c.post("/local/v1/pull", body, token=two.token)
        assert (status, told["quarantined"]) == (200, 2), told
        with contextlib.closing(store.connect(two.consumer.database)) as db:
            every = schedules.Schedule(grant="0005-1", system="licensing", purpose=PURPOSE)
            schedules.keep(db, every, now=clock.now())
        yield two


def seat(browser: Browser, place: Place, language: str, width: int, *, role: str = "officer") -> Visitor:
    """Somebody at the desk, who came by a link and the keyboard."""
    visit = look.visitor(browser, place.c.url, language=language, width=width)
    link = people.add(place.consumer, name="温以宁", role=role, clock=place.city.clock)
    visit.open(link.removeprefix(place.c.url))
    visit.page.locator("main button").press("Enter")
    visit.page.wait_for_url("**/desk/")
    return visit


def keep(page: Page, name: str) -> None:
    """A picture, if somebody wants it (PICTURES=DIR)."""
    if given := os.environ.get("PICTURES"):
        page.screenshot(path=Path(given) / f"desk-{name}.png", full_page=True)


def ask(page: Page, *, item: str = "") -> None:
    """Fill the form in and send it."""
    page.fill("#case", CASE)
    page.fill("#lookup-1", person(1)[0])
    if item:
        page.check(f"input[value={item}]")
    page.locator(".zt-form .zt-button").press("Enter")
    page.wait_for_load_state()


@pytest.mark.parametrize(("language", "width"), VIEWS)
def test_every_page_of_the_desk_is_fit_for_its_reader(
    browser: Browser, place: Place, language: str, width: int
) -> None:
    visit = seat(browser, place, language, width)
    page, found = visit.page, dict[str, list[str]]()

    def see(name: str) -> None:
        if wrong := look.faults(visit):
            found[name] = wrong
        keep(page, f"{name}-{language}-{width}")

    see("first")
    for path in ("query", "query?grant=0001-1&items=MZ", "quarantine", "upload", "runs", "schedules", "records"):
        assert visit.open(f"/desk/{path}") == 200
        see(path.replace("?", "-").replace("&", "-"))
    visit.open("/desk/query?grant=0001-1")
    ask(page)
    see("answer")
    visit.open("/desk/query?grant=0001-1")
    ask(page, item="MZ")
    see("refusal")
    for number, link in enumerate(("/desk/quarantine/upload/1/213", "/desk/quarantine/upload/1/209")):
        visit.open(link)
        see(f"repair-{number}")
    visit.open("/desk/quarantine")
    page.locator("a[href*='/run/']").first.click()
    page.wait_for_load_state()
    see("repair-run")
    visit.open("/desk/upload")
    rows = [*desk.workshop_rows()[:4], ["", "程甲", "", "", "", ""]]
    page.set_input_files("#file", {"name": "台账.xlsx", "mimeType": "", "buffer": desk.workbook(rows)})
    page.select_option("#resource", desk.WORKSHOPS)
    page.locator("button[value=look]").click()
    page.wait_for_load_state()
    see("report")
    visit.open("/desk/runs")
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    see("recheck")
    visit.open("/desk/nothing")
    see("sorry")
    errors = [
        said for said in visit.errors if "404" not in said and "422" not in said
    ]  # asked for, and said on the page
    visit.close()
    assert not errors
    assert not found, "\n".join(f"{name}: {one}" for name, all_of in found.items() for one in all_of)


def test_an_engineer_switches_a_schedule_off_and_on(browser: Browser, place: Place) -> None:
    visit = seat(browser, place, "zh-hans", DESKTOP, role="engineer")
    visit.open("/desk/schedules")
    assert look.faults(visit) == []
    visit.page.get_by_role("button", name="停止").press("Enter")
    visit.page.get_by_role("button", name="恢复").press("Enter")
    visit.page.get_by_role("button", name="停止").wait_for()
    visit.close()


def test_the_way_in_is_fit_too(browser: Browser, place: Place) -> None:
    for language in ("zh-hans", "en"):
        visit = look.visitor(browser, place.c.url, language=language, width=PHONE)
        link = people.add(place.consumer, name="温以宁", clock=place.city.clock)
        visit.open(link.removeprefix(place.c.url))
        assert look.faults(visit) == []
        keep(visit.page, f"enter-{language}")
        visit.close()
