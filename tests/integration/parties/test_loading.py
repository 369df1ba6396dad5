"""A city's organizations, people and duties come in from one workbook; the same workbook twice changes nothing."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from typer.testing import CliRunner

from zhengtong.journal.models import Event
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties import queries, services
from zhengtong.parties.cli import app
from zhengtong.parties.models import Account, Officer
from zhengtong.parties.rules import Role
from zhengtong.parties.rules.workbook import DUTIES, ORGANIZATIONS, PEOPLE, SHEETS, Cell

pytestmark = pytest.mark.django_db

Tables = dict[str, Sequence[Sequence[Cell]]]


def tables(**changes: Sequence[Sequence[Cell]]) -> Tables:
    """A small city: a government below which a bureau stands, two people, one duty."""
    held: Tables = {
        ORGANIZATIONS: [
            [
                "wl-land",
                "望澜市自然资源和规划局",
                "市资规局",
                "",
                "市级",
                "政府部门",
                "990100",
                "wl-gov",
                "",
                "",
                "",
                "信息中心",
            ],
            ["wl-gov", "望澜市人民政府", "市政府", "", "市级", "人民政府", "990100", "", "", "", "", ""],
        ],
        PEOPLE: [
            ["jian.shuning", "简书宁", "wl-land", "数据专员", "数据专员", "2026-01-05", "", "10012345678", ""],
            ["he.yanqiu", "何砚秋", "wl-land", "负责人", "政务数据共享工作机构负责人", "", "", "", ""],
        ],
        DUTIES: [["wl-land", "ZR-01", "不动产登记", "不动产登记暂行条例"]],
    }
    held |= changes
    return {sheet: [[column.title for column in SHEETS[sheet]], *rows] for sheet, rows in held.items()}


def load(rows: Tables, clock: FixedClock, **more: Any) -> services.LoadReport:
    return services.load_parties(tables=rows, actor=SYSTEM, seats_by=SYSTEM, clock=clock, **more)


def test_what_stands_below_may_come_first_and_everybody_gets_seat_and_account(clock: FixedClock) -> None:
    report = load(tables(), clock)
    assert (report.total("created"), report.total("refused")) == (5, 0)
    land = queries.organization_by_code(code="wl-land")
    assert land.parent == queries.organization_by_code(code="wl-gov").id
    assert land.sharing_office == "信息中心"
    actor = queries.seat_holder(organization_code="wl-land", role=Role.DATA_OFFICER, on=clock.today())
    assert actor.name == "简书宁"
    assert [duty.name for duty in queries.duties(organization=land.id)] == ["不动产登记"]
    account = Account.objects.get(login="jian.shuning")
    assert not account.has_usable_password()
    assert not account.is_demo


def test_the_second_run_changes_nothing_and_records_nothing(clock: FixedClock) -> None:
    load(tables(), clock)
    events = Event.objects.count()
    again = load(tables(), clock)
    assert (again.total("unchanged"), again.total("created"), again.total("changed")) == (5, 0, 0)
    assert Event.objects.count() == events


def test_what_changed_is_brought_up_to_date_and_nothing_is_removed(clock: FixedClock) -> None:
    load(tables(), clock)
    head: list[Cell] = ["he.yanqiu", "何砚秋", "wl-land", "负责人", "部门负责人", "", "", "", ""]
    land: list[Cell] = [
        "wl-land",
        "望澜市自然资源和规划局",
        "市资规局",
        "",
        "市级",
        "政府部门",
        "990100",
        "wl-gov",
        "",
        "",
        "",
        "数据中心",
    ]
    report = load(tables(**{PEOPLE: [head], ORGANIZATIONS: [land]}), clock)
    assert {sheet.sheet: sheet.changed for sheet in report.sheets} == {ORGANIZATIONS: 1, PEOPLE: 1, DUTIES: 0}
    assert queries.organization_by_code(code="wl-land").sharing_office == "数据中心"
    assert (
        queries.seat_holder(organization_code="wl-land", role=Role.DEPARTMENT_HEAD, on=clock.today()).name == "何砚秋"
    )
    assert queries.seat_holder(organization_code="wl-land", role=Role.DATA_OFFICER, on=clock.today()).name == "简书宁"


@pytest.mark.fault("parties.no_organization", what="上级机构没有登记", unchanged="该行没有导入，其余行照常导入")
def test_a_row_that_breaks_a_rule_is_left_out_and_the_others_stay(clock: FixedClock) -> None:
    rows: list[list[Cell]] = [
        ["wl-a", "甲机构", "", "", "市级", "政府部门", "990100", "wl-nowhere", "", "", "", ""],
        ["wl-b", "乙机构", "", "11990100MB00012340", "市级", "政府部门", "990100", "", "", "", "", ""],
        ["wl-c", "丙机构", "", "", "市级", "政府部门", "990100", "", "", "", "", ""],
    ]
    report = load(tables(**{ORGANIZATIONS: rows, PEOPLE: [], DUTIES: [["wl-a", "1", "职责", "依据"]]}), clock)
    assert {(one.sheet, one.row, one.field): one.key for one in report.refused} == {
        (ORGANIZATIONS, 2, "wl-a"): "parties.no_organization",
        (ORGANIZATIONS, 3, "wl-b"): "parties.uscc_wrong",
        (DUTIES, 2, "1"): "parties.no_organization",
    }
    assert [one.code for one in queries.organizations(actor=SYSTEM)] == ["wl-c"]


def test_a_dry_run_says_what_would_happen_and_keeps_nothing(clock: FixedClock) -> None:
    report = load(tables(), clock, dry_run=True)
    assert (report.dry_run, report.total("created")) == (True, 5)
    assert queries.organizations(actor=SYSTEM) == ()
    assert not Officer.objects.exists()


@pytest.mark.fault("parties.role_needed", what="没有安全管理员授予岗位", unchanged="人员和账号都没有登记")
def test_without_the_security_administrator_no_seat_is_given(clock: FixedClock) -> None:
    report = services.load_parties(tables=tables(), actor=SYSTEM, clock=clock)
    assert {one.key for one in report.refused} == {"parties.role_needed"}
    assert not Account.objects.exists()
    assert report.total("created") == 3


def test_the_command_reads_a_file_and_reports_row_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    rows = tables(**{DUTIES: [["wl-none", "1", "=1+1", "依据"]]})
    with xlsxwriter.Workbook(tmp_path / "city.xlsx", {"strings_to_formulas": False}) as book:
        for sheet, lines in rows.items():
            page = book.add_worksheet(sheet)
            for number, line in enumerate(lines):
                page.write_row(number, 0, line)
    done = CliRunner().invoke(app, ["load", str(tmp_path / "city.xlsx"), "--json"])
    assert done.exit_code == 1, done.output
    said = json.loads(done.output)
    assert said["rows"] == {"total": 5, "created": 4, "changed": 0, "unchanged": 0, "refused": 1}
    assert [(one["sheet"], one["row"], one["reason"]) for one in said["refused"]] == [(DUTIES, 2, "没有机构“wl-none”")]
    again = CliRunner().invoke(app, ["load", str(tmp_path / "city.xlsx"), "--dry-run"])
    assert "无变化 2" in again.output
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    again = CliRunner().invoke(app, ["load", str(tmp_path / "city.xlsx"), "--dry-run"])
    assert "2 unchanged" in again.output


def test_an_account_that_was_loaded_signs_in_after_a_password_was_set(clock: FixedClock) -> None:
    load(tables(), clock)
    services.set_password(login="jian.shuning", password="绿水青山-2026-望澜", actor=SYSTEM, clock=clock)
    assert Account.objects.get(login="jian.shuning").has_usable_password()


def test_a_last_day_in_the_file_ends_the_seat(clock: FixedClock) -> None:
    load(tables(), clock)
    last = "2026-03-31"
    officer: list[Cell] = ["jian.shuning", "简书宁", "wl-land", "数据专员", "数据专员", "2026-01-05", last, "", ""]
    report = load(tables(**{PEOPLE: [officer]}), clock)
    assert report.total("changed") == 1
    land = queries.organization_by_code(code="wl-land").id
    (seat,) = queries.seats(organization=land, role=Role.DATA_OFFICER, on=clock.today())
    assert seat.until_on is not None
    assert seat.until_on.isoformat() == last


@pytest.mark.fault("parties.above_itself", what="机构把自己填成上级", unchanged="已登记的机构不变")
def test_an_organization_does_not_stand_above_itself(clock: FixedClock) -> None:
    load(tables(), clock)
    gov: list[Cell] = ["wl-gov", "望澜市人民政府", "", "", "市级", "人民政府", "990100", "wl-gov", "", "", "", ""]
    report = load(tables(**{ORGANIZATIONS: [gov]}), clock)
    assert [one.key for one in report.refused] == ["parties.above_itself"]
    assert queries.organization_by_code(code="wl-gov").parent is None
