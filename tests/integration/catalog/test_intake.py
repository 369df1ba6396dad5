"""Entries from a file: each line taken or refused with line, column and reason; safe to repeat."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from zhengtong.catalog import queries, services
from zhengtong.catalog.cli import app
from zhengtong.catalog.rules.intake import COLUMNS
from zhengtong.catalog.rules.reading import FILE_BYTES_MAX, ROWS_MAX
from zhengtong.catalog.services.intake import Intake
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import RuleBroken

pytestmark = pytest.mark.django_db

CSV = """\
数据目录名称,信息资源代码,简码,数据更新频率,共享方式,数据分类,数据分级,信息项名称,信息项代码,数据类型,长度,信息项共享属性,个人信息
不动产登记信息,306001002/000003,R03,每日,服务接口；批量交换,space,L3,不动产单元号,unit_no,字符型,28,有条件,否
,,,,,,,权利人名称,owner,C,100,K,是
地下管线信息,306001002/000011,R11,每季度,batch,space,L3,管径,diameter,I,,K,
"""


def _take(body: bytes, hall: Any, clock: FixedClock, *, kind: str = "csv", dry_run: bool = False) -> Intake:
    return _take_as(hall.officer, body, clock, kind=kind, dry_run=dry_run)


def _take_as(actor: Actor, body: bytes, clock: FixedClock, *, kind: str = "csv", dry_run: bool = False) -> Intake:
    tables = queries.read_listing(body=body, filename=f"entries.{kind}", organization=actor.organization)
    return services.import_entries(tables=tables, actor=actor, clock=clock, dry_run=dry_run)


def _refused(done: Intake) -> list[tuple[int, str]]:
    return [(refusal.row, refusal.field) for _, refusal in done.refusals]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_of_either_encoding_becomes_drafts(encoding: str, hall: Any, clock: FixedClock) -> None:
    done = _take(CSV.encode(encoding), hall, clock)
    assert (done.created, done.items, done.refusals) == (2, 3, [])
    page = queries.entry_by_code(code="R03", actor=hall.officer)
    assert [(i.name, i.share_type, i.length, i.is_personal) for i in page.items] == [
        ("不动产单元号", "K", "28", False),
        ("权利人名称", "K", "100", True),
    ]
    assert page.share_modes == ("service", "batch")


def test_a_repeated_file_changes_nothing_and_a_changed_one_only_what_changed(hall: Any, clock: FixedClock) -> None:
    _take(CSV.encode(), hall, clock)
    again = _take(CSV.encode(), hall, clock)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    changed = _take(CSV.replace("管径,diameter", "管线直径,diameter").encode(), hall, clock)
    assert (changed.created, changed.updated, changed.unchanged) == (0, 1, 1)


def test_a_dry_run_says_the_same_and_writes_nothing(hall: Any, clock: FixedClock) -> None:
    assert _take(CSV.encode(), hall, clock, dry_run=True).created == 2
    mine = queries.EntryFilters(scope="mine")
    assert queries.entries(actor=hall.officer, filters=mine).rows == ()


@pytest.mark.parametrize(
    ("wrong", "right", "row", "field"),
    [
        ("每季度", "偶尔", 4, "update_frequency"),
        ("306001002/000011", "99/1", 4, "guide_code"),
        ("权利人名称,owner,C,100", "权利人名称,owner,Q,100", 3, "item_data_type"),
        ("权利人名称,owner", "权利人名称,unit_no", 3, "item_code"),
        ("权利人名称,owner", "权利人名称,", 3, "item_code"),
        (",100,K,是", ",100,K,也许", 3, "item_is_personal"),
        ("地下管线信息", "管" * 201, 4, "title"),
    ],
)
@pytest.mark.fault(
    "catalog.import_code_unknown", what="导入文件的一行用了代码表之外的值", unchanged="该行未接收，其他行照常接收"
)
def test_a_bad_line_is_refused_with_line_and_column_and_the_others_are_taken(
    wrong: str, right: str, row: int, field: str, hall: Any, clock: FixedClock
) -> None:
    done = _take(CSV.replace(wrong, right).encode(), hall, clock)
    assert _refused(done) == [(row, field)]
    assert done.created >= 1


def test_an_entry_of_another_department_is_refused(hall: Any, clock: FixedClock) -> None:
    _take(CSV.encode(), hall, clock)
    done = _take_as(hall.other, CSV.encode(), clock)
    assert (done.created, done.updated, len(done.refusals)) == (0, 0, 2)


def test_json_of_the_same_fields_is_taken(hall: Any, clock: FixedClock) -> None:
    entry = {
        "name": "餐饮选址条件信息", "guide_prefix": "309001001", "short_code": "R07", "update_cycle": "monthly",
        "open_flag": True, "share_modes": ["service", "file"],
        "items": [{"code": "flue", "name": "专用烟道", "data_type": "L", "share_type": "U"}],
    }  # fmt: skip
    body = json.dumps([entry]).encode()
    assert _take(body, hall, clock, kind="json").created == 1
    assert _take(body, hall, clock, kind="json").unchanged == 1
    assert queries.entry_by_code(code="R07", actor=hall.officer).row.guide_code == "309001001/000001"


@pytest.mark.parametrize(
    ("body", "kind", "key"),
    [
        (b"\xff\x00\x81", "csv", "import_encoding"),
        (b"a,b\n1,2\n", "csv", "import_headings"),
        (b"", "csv", "import_empty"),
        ('数据目录名称\n"没有收尾'.encode(), "csv", "import_csv_broken"),
        (b"{", "json", "import_json_broken"),
        (b'"text"', "json", "import_json_shape"),
    ],
)
@pytest.mark.fault("catalog.import_encoding", what="导入文件的编码无法识别", unchanged="没有写入任何条目")
@pytest.mark.fault("catalog.import_csv_broken", what="导入的CSV引号不成对", unchanged="没有写入任何条目")
@pytest.mark.fault("catalog.import_json_broken", what="导入的JSON不完整", unchanged="没有写入任何条目")
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(
    body: bytes, kind: str, key: str, hall: Any, clock: FixedClock
) -> None:
    with pytest.raises(RuleBroken, match=key) as refused:
        _take(body, hall, clock, kind=kind)
    assert refused.value.remedy("zh")
    assert queries.entries(actor=hall.officer, filters=queries.EntryFilters(scope="mine")).rows == ()


def test_files_have_bounds(hall: Any, clock: FixedClock) -> None:
    with pytest.raises(RuleBroken, match="import_too_big"):
        _take(b" " * (FILE_BYTES_MAX + 1), hall, clock)
    with pytest.raises(RuleBroken, match="import_too_many_rows"):
        _take(("数据目录名称\n" + "x\n" * (ROWS_MAX + 1)).encode(), hall, clock)


def test_the_command_reports_lines_and_exits_with_one_if_any_was_refused(
    hall: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: FixedClock
) -> None:
    monkeypatch.setattr("zhengtong.catalog.cli.current_clock", lambda: clock)
    file = tmp_path / "entries.csv"
    file.write_text(CSV.replace("每季度", "偶尔"), encoding="utf-8")
    run = CliRunner().invoke(app, ["import", str(file), "--provider", "wl-land", "--json"])
    said = json.loads(run.stdout)
    assert run.exit_code == 1
    (refused,) = said["rows"]["refused"]
    assert (said["created"], refused["row"], refused["field"]) == (1, 4, "update_frequency")
    assert "偶尔" in refused["reason"]
    assert (said["rows"]["total"], said["rows"]["accepted"]) == (3, 2)
    listed = CliRunner().invoke(app, ["list", "--scope", "open", "--json"])
    assert json.loads(listed.stdout)["short_code"] == "R03"
    checked = CliRunner().invoke(app, ["check", "--provider", "wl-land", "--json"])
    assert checked.exit_code == 1
    assert "secrecy_review" in {json.loads(line)["field"] for line in checked.stdout.splitlines()}


def test_the_template_names_every_column_once() -> None:
    assert len(set(COLUMNS.values())) == len(COLUMNS)
