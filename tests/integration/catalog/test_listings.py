"""Real listings into drafts: a department's own, the authority's for others, twice without change, in bounded time."""

import gzip
import json
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.support.shared_data import shared_data
from tests.support.workbooks import guide_workbook
from zhengtong.catalog import queries, services
from zhengtong.catalog.cli import app
from zhengtong.catalog.services.intake import Intake
from zhengtong.catalog.services.reindexing import differences
from zhengtong.journal import rebuild
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed

pytestmark = pytest.mark.django_db

LISTINGS = "catalogues/cn_open_data"
BIG = f"{LISTINGS}/sichuan_meishan.json.gz"
CPU_S_MAX = 25.0  # for 6,154 rows; about 5 on the machine this was written on


def take(
    body: bytes, filename: str, actor: Actor, clock: FixedClock, *, dry_run: bool = False, strangers_too: bool = False
) -> Intake:
    """Read a file for an actor and take it in."""
    tables = queries.read_listing(body=body, filename=filename, organization=actor.organization)
    return services.import_entries(
        tables=tables, actor=actor, clock=clock, dry_run=dry_run, strangers_too=strangers_too
    )


def test_a_listing_of_six_thousand_rows_is_taken_in_one_go_and_the_second_time_changes_nothing(
    hall: Any, clock: FixedClock
) -> None:
    body = shared_data(BIG).read_bytes()
    began = time.process_time()
    done = take(body, "listing.json.gz", hall.officer, clock, strangers_too=True)
    spent = time.process_time() - began
    total = len(json.loads(gzip.decompress(body)))
    assert (done.rows, done.created + len(done.refusals)) == (total, total)
    assert done.accepted == done.created > 5_500, [r.key for _, r in done.refusals][:5]
    again = take(body, "listing.json.gz", hall.officer, clock, strangers_too=True)
    assert (again.created, again.updated, again.unchanged) == (0, 0, done.created)
    assert spent < CPU_S_MAX, f"{spent:.1f} s of processor time"


CITY = """资源名称,数源单位,更新周期,数据格式,开放条件
公共厕所分布信息,市住房和城乡建设局,每年,csv,无条件开放
不动产抵押情况,市自然资源和规划局,实时,mysql,暂无
海上交通信息,市海事局,每天,api,无条件开放
房屋租赁备案,市住建局,每月,xls,依申请开放
,市住建局,每月,xls,依申请开放
"""


def test_the_authority_takes_entries_for_the_departments_that_rows_name_and_makes_none_up(
    hall: Any, clock: FixedClock
) -> None:
    done = take(CITY.encode(), "city.csv", hall.reviewer, clock)
    assert (done.created, done.waiting) == (3, {"市海事局": 1})
    assert [(r.row, r.field) for _, r in done.refusals] == [(6, "title")]
    mine = queries.entries(actor=hall.other, filters=queries.EntryFilters(scope="mine")).rows
    assert {row.name for row in mine} == {"公共厕所分布信息", "房屋租赁备案"}
    again = take(CITY.encode(), "city.csv", hall.reviewer, clock)
    assert (again.created, again.unchanged) == (0, 3)
    changed = take(CITY.replace("每月", "每年").encode(), "city.csv", hall.reviewer, clock)
    assert (changed.updated, len(changed.refusals)) == (0, 2), "a draft is its department's to change"


def test_a_data_officer_takes_the_own_departments_rows_only(hall: Any, clock: FixedClock) -> None:
    done = take(CITY.encode(), "city.csv", hall.officer, clock)
    assert (done.created, done.waiting) == (1, {"市海事局": 1}), "whose the other is, a person says"
    assert take(CITY.encode(), "city.csv", hall.officer, clock, strangers_too=True).created == 1
    assert [(r.row, r.key) for _, r in done.refusals] == [
        (2, "catalog.import_other_department"),
        (5, "catalog.import_other_department"),
        (6, "catalog.import_value_missing"),
    ]


def test_what_was_imported_is_what_the_events_tell(hall: Any, clock: FixedClock) -> None:
    take(CITY.encode(), "city.csv", hall.reviewer, clock)
    assert not any(area.differences for area in rebuild.check())
    assert differences() == ()


def test_a_sheet_of_the_guide_comes_in_with_its_items_and_twice_changes_nothing(hall: Any, clock: FixedClock) -> None:
    done = take(guide_workbook(), "目录.xlsx", hall.other, clock)
    assert (done.created, done.items, done.refusals) == (2, 4, [])
    again = take(guide_workbook(), "目录.xlsx", hall.other, clock)
    assert (again.unchanged, again.created) == (2, 0)
    mine = queries.entries(actor=hall.other, filters=queries.EntryFilters(scope="mine")).rows
    assert "=SUM(A1:A9)" in {row.name for row in mine}


def test_a_clerk_imports_nothing(hall: Any, clock: FixedClock) -> None:
    with pytest.raises(NotAllowed):
        take(CITY.encode(), "city.csv", hall.head, clock)


def test_the_command_reports_columns_rows_and_what_waits(
    hall: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: FixedClock
) -> None:
    monkeypatch.setattr("zhengtong.catalog.cli.current_clock", lambda: clock)
    file = tmp_path / "city.csv"
    file.write_text(CITY, encoding="gb18030")
    run = CliRunner().invoke(app, ["import", str(file), "--dry-run", "--json"])
    said = json.loads(run.stdout)
    assert run.exit_code == 1
    assert [(c["source"], c["field"]) for c in said["columns"]][:2] == [
        ("资源名称", "title"),
        ("数源单位", "department"),
    ]
    assert (said["rows"]["total"], said["rows"]["accepted"], said["created"]) == (5, 4, 3)
    assert said["rows"]["refused"][0]["row"] == 6
    assert said["waiting"] == [{"department": "市海事局", "entries": 1}]
    assert queries.entries(actor=hall.other, filters=queries.EntryFilters(scope="mine")).rows == ()
    given = ["--map", "资源名称=description", "--map", "数源单位=title"]
    told = CliRunner().invoke(app, ["import", str(file), "--dry-run", *given])
    assert "列“数源单位” → 名称" in told.stdout
    wrong = CliRunner().invoke(app, ["import", str(file), "--dry-run", "--map", "资源名称=nonsense"])
    assert wrong.exit_code == 2


def test_a_file_can_be_looked_at_before_anything_is_founded(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: FixedClock
) -> None:
    monkeypatch.setattr("zhengtong.catalog.cli.current_clock", lambda: clock)
    file = tmp_path / "city.csv"
    file.write_text(CITY, encoding="utf-8")
    run = CliRunner().invoke(app, ["import", str(file), "--dry-run", "--json"])
    assert json.loads(run.stdout)["rows"]["accepted"] == 4
    assert CliRunner().invoke(app, ["import", str(file)]).exit_code == 2
