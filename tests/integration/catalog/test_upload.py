"""The page for one's own file: looked at without keeping anything, put right, taken in, remembered."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.support.workbooks import guide_workbook, plain_workbook
from zhengtong.catalog import queries, upload
from zhengtong.catalog.upload import PAGE_FILE_BYTES_MAX

pytestmark = pytest.mark.django_db

PAGE = "/catalog/intake"
ROWS = [
    ["标题", "来源", "归口", "周期"],
    ["公共厕所分布信息", "市住房和城乡建设局", "城建", "每年"],
    ["民办学校名单", "市住房和城乡建设局", "教育", "每年"],
    ["", "市住房和城乡建设局", "教育", "每年"],
]


def _file(body: bytes, name: str = "目录.xlsx") -> dict[str, object]:
    return {"file": SimpleUploadedFile(name, body)}


def _hidden(page: str) -> dict[str, str]:
    return {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("carried", "filename")}  # type: ignore[index]


def _chosen(page: str) -> dict[str, str]:
    """The choices as the form would send them back."""
    found = {}
    for name, inside in re.findall(
        r'<select class="form-select zt-takes" name="([^"]+)".*?>(.*?)</select>', page, re.DOTALL
    ):
        told = re.search(r'value="([^"]*)" selected', inside)
        found[name] = told[1] if told else ""
    return found


def test_a_visitor_looks_at_a_file_and_nothing_is_kept(hall: Any) -> None:
    page = Client().post(PAGE, _file(guide_workbook())).content.decode()
    assert "还没有保存任何内容" in page
    assert "隐藏列，不读取" in page
    assert "房屋租赁登记备案信息" in page
    assert "导入为草稿</button>" not in page
    assert queries.entries(actor=hall.other, filters=queries.EntryFilters(scope="mine")).rows == ()


def test_visitors_take_turns_and_officers_do_not_wait_for_them(
    hall: Any, enter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "VISITOR_WAIT_S", 0.01)
    officer = enter(hall.other)
    with upload.a_turn(visitor=True):
        answer = Client().post(PAGE, _file(plain_workbook(ROWS)))
        assert (answer.status_code, "有别的访客正在预览文件" in answer.content.decode()) == (503, True)
        assert officer.post(PAGE, _file(plain_workbook(ROWS))).status_code == 200
    assert Client().post(PAGE, _file(plain_workbook(ROWS))).status_code == 200


def test_a_visitor_who_asks_to_keep_is_led_to_the_sign_in_page(hall: Any) -> None:
    visitor = Client()
    page = visitor.post(PAGE, _file(guide_workbook())).content.decode()
    answer = visitor.post(PAGE, {**_hidden(page), "keep": "1"})
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/signin")


def test_what_an_officer_chooses_is_taken_remembered_told_and_forgotten(hall: Any, enter: Any) -> None:
    browser = enter(hall.other)
    page = browser.post(PAGE, _file(plain_workbook(ROWS))).content.decode()
    chosen = _chosen(page)
    assert chosen["column-0-0"] == "title"
    chosen["column-0-2"] = "tags"
    again = browser.post(PAGE, {**_hidden(page), **chosen, "again": "1"}).content.decode()
    assert "按您的选择" in again
    assert "还没有保存任何内容" in again
    done = browser.post(PAGE, {**_hidden(again), **_chosen(again), "keep": "1"}).content.decode()
    assert "导入结果" in done
    assert "“数据目录名称”没有填写" in done
    mine = queries.entries(actor=hall.other, filters=queries.EntryFilters(scope="mine")).rows
    assert {row.name for row in mine} == {"公共厕所分布信息", "民办学校名单"}
    later = browser.post(PAGE, _file(plain_workbook(ROWS))).content.decode()
    assert _chosen(later)["column-0-2"] == "tags"
    remembered = queries.column_decisions(actor=hall.other)
    assert ("归口", "tags") in {(row.source, row.field) for row in remembered}
    assert "归口" in browser.get(PAGE).content.decode()
    for row in remembered:
        browser.post(f"{PAGE}/forget/{row.id}")
    assert queries.column_decisions(actor=hall.other) == ()


def test_another_organizations_memory_is_out_of_reach(hall: Any, enter: Any) -> None:
    browser = enter(hall.other)
    page = browser.post(PAGE, _file(plain_workbook(ROWS))).content.decode()
    browser.post(PAGE, {**_hidden(page), **_chosen(page), "column-0-2": "tags", "keep": "1"})
    (row, *_) = queries.column_decisions(actor=hall.other)
    assert enter(hall.officer).post(f"{PAGE}/forget/{row.id}").status_code == 404


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "没有选择文件"),
        (_file(b"%PDF", "a.pdf"), "不读取.pdf文件"),
        (_file(b" " * (PAGE_FILE_BYTES_MAX + 1), "a.csv"), "不超过4MB"),
        ({"carried": "!!", "filename": "a.csv"}, "带回的文件不完整"),
        (_file(b"PK\x03\x04", "a.xlsx"), "工作簿无法读取"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_words(db: None, given: dict[str, object], words: str) -> None:
    answer = Client().post(PAGE, given)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_without_a_column_of_names_the_page_asks_for_one(db: None) -> None:
    visitor = Client()
    page = visitor.post(PAGE, _file("甲,乙\n1,一个较长的信息\n2,另一个较长的信息\n".encode(), "a.csv")).content.decode()
    assert "没有一列可以认作名称" in page
    again = visitor.post(PAGE, {**_hidden(page), "column-0-1": "title", "again": "1"}).content.decode()
    assert "另一个较长的信息" in again
    assert "没有一列可以认作名称" not in again


def test_the_english_page_speaks_english(db: None) -> None:
    visitor = Client()
    visitor.cookies["django_language"] = "en"
    page = visitor.post(PAGE, _file(plain_workbook(ROWS))).content.decode()
    for words in ("Drop in your own catalogue", "Very sure", "Read again as chosen", "Nothing has been kept"):
        assert words in page


def test_the_authority_says_which_organization_an_unknown_department_is_and_it_is_remembered(
    hall: Any, enter: Any
) -> None:
    browser, rows = enter(hall.reviewer), [["标题", "来源部门", "更新周期"], ["公共厕所分布信息", "市城建委", "每年"]]
    page = browser.post(PAGE, _file(plain_workbook(rows))).content.decode()
    assert "“市城建委”是哪个机构" in page
    given = {**_hidden(page), **_chosen(page), "department": ["市城建委"], "organ": ["wl-housing"], "keep": "1"}
    assert "导入结果" in browser.post(PAGE, given).content.decode()
    mine = queries.entries(actor=hall.other, filters=queries.EntryFilters(scope="mine")).rows
    assert [row.name for row in mine] == ["公共厕所分布信息"]
    later = browser.post(PAGE, _file(plain_workbook([*rows, ["民办学校名单", "市城建委", "每年"]]))).content.decode()
    assert "是哪个机构" not in later
    assert "市城建委" in browser.get(PAGE).content.decode()
