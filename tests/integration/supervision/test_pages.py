"""The pages of supervision: a late reply from the list to its end, the report and its lists, strangers outside."""

import json
import re
from datetime import date
from pathlib import Path
from typing import cast

import pytest
from django.http import HttpResponse
from django.test import Client
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from tests.integration.supervision.conftest import Late, SignIn
from tests.support.sharing_story import received
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties.rules import Role
from zhengtong.supervision import services

pytestmark = pytest.mark.django_db
MONTH = "/supervision/report/2026-10"


def text(client: Client, url: str) -> str:
    answer = cast(HttpResponse, client.get(url))
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


@pytest.fixture
def watcher(late: Late, today: FixedClock, sign_in: SignIn) -> Client:
    services.detect(clock=today)
    return sign_in(late.supervisor)


def test_ask_explain_close_by_pages_alone(late: Late, watcher: Client, sign_in: SignIn) -> None:
    listed = text(watcher, "/supervision/")
    assert "第三十九条第（四）项" in listed
    assert "逾期 4 个工作日" in listed
    (url,) = set(re.findall(r'href="(/supervision/[0-9a-f-]{36})"', listed))
    assert "请市自然资源和规划局说明" in text(watcher, url)
    watcher.post(f"{url}/ask")
    officer = sign_in(late.hall.officer("wl-land"))
    assert "说明情况" in text(officer, "/inbox")
    assert "2026年10月23日" in text(officer, url)
    assert cast(HttpResponse, officer.post(f"{url}/explain", {"text": ""})).status_code == 422
    officer.post(f"{url}/explain", {"text": "管线数据正在作保密审查，10月20日前答复"})
    assert "保密审查" in text(watcher, url)
    watcher.post(f"{url}/close", {"reason": "理由成立"})
    assert "已办结" in text(watcher, url)
    assert "没有符合条件的督办" in text(watcher, "/supervision/")


def test_a_stranger_finds_neither_finding_nor_report(late: Late, watcher: Client, sign_in: SignIn) -> None:
    (url,) = set(re.findall(r'href="(/supervision/[0-9a-f-]{36})"', text(watcher, "/supervision/")))
    stranger = sign_in(late.hall.officer("wl-tax"))
    for path in (url, f"{MONTH}/of/wl-land", f"{MONTH}/of/wl-land/replies_late"):
        assert cast(HttpResponse, stranger.get(path)).status_code == 404
    engineer = sign_in(late.hall.holder("wl-tax", Role.ENGINEER))
    assert cast(HttpResponse, engineer.get(f"{MONTH}/of/wl-tax")).status_code == 404
    assert cast(HttpResponse, stranger.get(MONTH)).headers["Location"] == f"{MONTH}/of/wl-tax"


def test_every_number_of_the_report_has_a_list_of_that_many(watcher: Client) -> None:
    page = text(watcher, MONTH)
    found = re.findall(rf'href="({MONTH}/of/wl-land/\w+)">(.*?)</a>', page)
    counts = {url.rpartition("/")[2]: re.sub(r"<[^>]+>|\D", "", value) for url, value in found if "%" not in value}
    assert {"requests_received", "replies_late", "findings_live"} & counts.keys()
    for figure, value in counts.items():
        if figure != "median_days":
            assert text(watcher, f"{MONTH}/of/wl-land/{figure}").count("<tr>") - 1 == int(value), figure


def test_the_workbook_holds_numbers_as_numbers_and_no_formula(watcher: Client, tmp_path: Path) -> None:
    answer = cast(HttpResponse, watcher.get(f"{MONTH}/sheet.xlsx"))
    file = tmp_path / "report.xlsx"
    file.write_bytes(answer.content)
    book = CalamineWorkbook.from_path(file)
    assert book.sheet_names == ["说明", "答复", "提供与目录", "校核与更正", "提供与使用", "结点与督办"]
    rows = book.get_sheet_by_name("答复").to_python()
    land = next(row for row in rows if row[0] == "市自然资源和规划局")
    assert land[4] == 1.0
    assert land[5] == 0.0


def test_the_commands_say_the_same(late: Late, today: FixedClock, tmp_path: Path) -> None:
    from zhengtong.supervision.cli import app

    run = CliRunner()
    services.detect(clock=today)
    (line,) = run.invoke(app, ["findings", "--json"]).stdout.splitlines()
    assert {k: json.loads(line)[k] for k in ("rule", "state")} == {"rule": "P4", "state": "open"}
    said = json.loads(run.invoke(app, ["report", "--month", "2026-10", "--json"]).stdout)
    assert said["total"]["replies_late"] == 1
    out = tmp_path / "r.xlsx"
    assert run.invoke(app, ["report", "--month", "2026-10", "--xlsx", str(out)]).exit_code == 0
    assert out.read_bytes()[:2] == b"PK"


def test_the_report_reads_in_english_too(watcher: Client) -> None:
    watcher.cookies["django_language"] = "en"
    page = text(watcher, f"{MONTH}/of/wl-land")
    assert "On-time rate" in page
    assert "Decree 809, art. 38" in page


def test_a_month_that_has_not_begun_is_refused_with_a_remedy(watcher: Client) -> None:
    answer = cast(HttpResponse, watcher.get("/supervision/report/2026-11"))
    assert answer.status_code == 422
    assert "选择已经开始的月份" in answer.content.decode()


def test_the_api_asks_once_per_key(late: Late, watcher: Client) -> None:
    (row,) = json.loads(text(watcher, "/api/supervision/findings"))["rows"]
    path = f"/api/supervision/findings/{row['id']}/ask"
    for _ in range(2):
        answer = cast(
            HttpResponse,
            watcher.post(path, {}, content_type="application/json", headers={"Idempotency-Key": "ask-2026-1016-0001"}),
        )
        assert json.loads(answer.content)["state"] == "explanation_asked"


def test_a_late_reply_counts_in_the_month_its_limit_ran_out(watcher: Client) -> None:
    assert "/replies_late" in text(watcher, f"{MONTH}/of/wl-land")
    assert "/replies_late" not in text(watcher, "/supervision/report/2026-09/of/wl-land")


SORTED = {
    "/supervision/": "organization", "/supervision/directives": "due", "/supervision/meetings": "held",
    "/supervision/bulletins": "issued", "/supervision/projects": "planned", "/supervision/budget": "asked",
    "/exchange/": "time",
}  # fmt: skip


@pytest.mark.parametrize("address", SORTED)
def test_lists_sort_up_and_down_and_are_taken_away_so(late: Late, sign_in: SignIn, address: str) -> None:
    reader = sign_in(late.hall.holder("wl-data", Role.AUTHORITY_LEADER))
    for sort in (SORTED[address], f"-{SORTED[address]}"):
        assert reader.get(address, {"sort": sort}).status_code == 200
        assert reader.get(address, {"sort": sort, "format": "csv"})["Content-Disposition"].endswith('.csv"')


def test_findings_stand_in_the_order_that_was_asked_for(late: Late, today: FixedClock, sign_in: SignIn) -> None:
    received(late.hall, FixedClock.on(date(2026, 9, 15)), purpose="另一用途")
    services.detect(clock=today)
    watcher = sign_in(late.supervisor)

    def order(sort: str) -> list[str]:
        table = watcher.get("/supervision/", {"sort": sort, "format": "csv", "state": "any"})
        return [line.split(",")[9] for line in table.content.decode("utf-8-sig").splitlines()[1:]]

    assert order("day") == ["2026-09-29", "2026-10-12"]
    assert order("-day") == ["2026-10-12", "2026-09-29"]
