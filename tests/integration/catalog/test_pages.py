"""Pages and API of the catalogue, as each reader meets them."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from zhengtong.catalog import queries, services
from zhengtong.catalog.rules import EntryDraft, EntryState
from zhengtong.kernel.clock import FixedClock

pytestmark = pytest.mark.django_db


def test_a_stranger_is_led_to_the_sign_in_page_and_back(db: None) -> None:
    answer = Client().get("/catalog/?text=房屋")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/signin?next=%2Fcatalog%2F")
    assert Client().get("/api/catalog/entries").status_code == 401


def test_the_list_shows_narrows_and_says_when_nothing_is_left(hall: Any, published: UUID, enter: Any) -> None:
    browser = enter(hall.other)
    page = browser.get("/catalog/").content.decode()
    assert "不动产登记（房屋）信息" in page
    assert "有条件共享" in page
    assert "不动产登记（房屋）信息" not in browser.get("/catalog/?text=没有的词").content.decode()
    narrowed = browser.get("/catalog/?text=房屋用途&share_type=K&provider=wl-land").content.decode()
    assert "不动产登记（<mark>房屋</mark>）信息" in narrowed
    assert "<mark>房屋用途</mark>" in narrowed


def test_the_entry_says_what_whose_on_which_terms_and_where_it_comes_from(
    hall: Any, published: UUID, enter: Any
) -> None:
    page = enter(hall.other).get(f"/catalog/{published}").content.decode()
    for words in ("权利人名称", "核查经营场所", "不动产登记", "首次登记", "不动产权证书", "已发布", "每日"):
        assert words in page
    assert "保审〔2026〕3号" not in page  # the provider's own assessments are its own business


def test_the_english_page_has_no_chinese_interface_words(hall: Any, published: UUID, enter: Any) -> None:
    browser = enter(hall.other)
    browser.cookies["django_language"] = "en"
    page = browser.get(f"/catalog/{published}").content.decode()
    assert "Conditional" in page
    assert "共享属性" not in page


def test_an_entry_is_drafted_by_hand_signed_and_published_through_the_pages(hall: Any, enter: Any) -> None:
    form = {
        "name": "地籍图信息", "guide_prefix": "306001002", "abstract": "宗地", "format": "database",
        "update_cycle": "weekly", "share_modes": ["service"], "data_class": "space", "data_grade": "L2",
        "secrecy_review": "保审〔2026〕9号",
        "origins": [str(hall.document)], "items-TOTAL_FORMS": "2", "items-INITIAL_FORMS": "0",
        "items-0-name": "宗地代码", "items-0-code": "parcel", "items-0-data_type": "C", "items-0-length": "19",
        "items-0-share_type": "U",
        "items-1-name": "",
    }  # fmt: skip
    officer = enter(hall.officer)
    saved = officer.post("/catalog/new", form)
    assert saved.status_code == 302, saved.content.decode()
    entry = UUID(saved["Location"].split("/")[2].split("?")[0])

    def act(browser: Client, verb: str, **more: str) -> int:
        return browser.post(f"/catalog/{entry}/act", {"verb": verb, **more}).status_code

    assert act(officer, "submit") == 302
    head = enter(hall.head)
    assert "地籍图信息" in head.get("/catalog/inbox").content.decode()
    assert act(head, "return", reason="") == 422
    assert act(head, "sign") == 302
    reviewer = enter(hall.reviewer)
    assert "地籍图信息" in reviewer.get("/catalog/inbox").content.decode()
    assert act(reviewer, "start_review") == 302
    assert act(reviewer, "publish") == 302
    assert queries.published(id=entry).row.state is EntryState.PUBLISHED


def test_a_form_with_a_fault_comes_back_filled_in_with_the_reason(hall: Any, enter: Any) -> None:
    answer = enter(hall.officer).post(
        "/catalog/new",
        {"name": "半份", "guide_prefix": "99", "items-TOTAL_FORMS": "0", "items-INITIAL_FORMS": "0"},
    )
    assert answer.status_code == 422
    assert "半份" in answer.content.decode()


def test_a_withheld_entry_shows_the_article_and_no_request_button(
    hall: Any, parcels: EntryDraft, enter: Any, clock: FixedClock
) -> None:
    content = replace(
        parcels, items=(), format="file", share_type="W", reason="统计调查对象资料", legal_basis="统计法 第二十八条",
        basis_kind="law", range="", purpose="", review_on=date(2027, 3, 1),
    )  # fmt: skip
    entry = services.draft(content=content, actor=hall.officer, clock=clock)
    services.submit(entry=entry, actor=hall.officer, clock=clock)
    services.sign(entry=entry, actor=hall.head, clock=clock)
    services.start_review(entry=entry, actor=hall.reviewer, clock=clock)
    services.publish(entry=entry, actor=hall.reviewer, clock=clock)
    page = enter(hall.other).get(f"/catalog/{entry}").content.decode()
    assert "统计法 第二十八条" in page
    assert "申请共享" not in page


def test_another_departments_draft_is_not_found(hall: Any, parcels: EntryDraft, enter: Any, clock: FixedClock) -> None:
    entry = services.draft(content=parcels, actor=hall.officer, clock=clock)
    stranger = enter(hall.other)
    assert stranger.get(f"/catalog/{entry}").status_code == 404
    assert stranger.get(f"/catalog/{entry}/edit").status_code == 404
    assert stranger.post(f"/catalog/{entry}/act", {"verb": "submit"}).status_code in (302, 404)
    assert queries.entry(id=entry, actor=hall.officer).row.state is EntryState.DRAFT


def test_the_api_lists_and_answers_unchanged_entries_with_304(hall: Any, published: UUID, enter: Any) -> None:
    browser = enter(hall.other)
    listed = browser.get("/api/catalog/entries").json()
    assert [row["guide_code"] for row in listed["rows"]] == ["306001002/000001"]
    answer = browser.get(f"/api/catalog/entries/{published}")
    assert [i["code"] for i in answer.json()["items"]] == ["unit_no", "usage", "owner"]
    again = browser.get(f"/api/catalog/entries/{published}", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_odd_addresses_never_break_a_page(hall: Any, published: UUID, enter: Any) -> None:
    """Digits that are none to a parser, NUL that a database cannot take, numbers beyond every column."""
    browser = enter(hall.officer)
    page = f"/catalog/{published}"
    for odd in ("²", "\x00", "9" * 40, "٣", "\ud7ff~²", "306001002/000001~²", "x~" + "9" * 60):
        for path in ("/catalog/", "/catalog/mine", "/api/catalog/entries"):
            for name in ("after", "text", "provider", "share_type", "theme", "state"):
                assert browser.get(path, {name: odd}).status_code in {200, 422}, (path, name, odd)
        assert browser.get(page, {"version": odd}).status_code in {200, 404}, odd
        assert browser.post(f"{page}/act", {"verb": odd, "reason": odd}).status_code in {200, 302, 404, 422}, odd
    assert browser.get("/api/catalog/entries", {"rows": "99999999999999999999"}).status_code in {200, 422}
    assert browser.get("/api/catalog/entries", {"rows": "-5"}).status_code in {200, 422}
