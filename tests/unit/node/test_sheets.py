"""Spreadsheets as people send them: read, matched, judged, kept; nothing guessed silently, nothing lost."""

import io
import zipfile
from pathlib import Path

import pytest

from tests.support import desk
from tests.support.desk import BAD, GOOD, WORKSHOPS
from tests.support.wire_city import City, make_home
from zhengtong.kernel.errors import NotFound, RuleBroken, WrongState
from zhengtong.node import contracts, sheets
from zhengtong.node.bounds import CELL_CHARS, SHEET_COLUMNS
from zhengtong.node.home import NodeHome
from zhengtong.node.sheets import checking, reading, store
from zhengtong.node.sheets.matching import match_columns

CONTRACT = contracts.contract_from_json(desk.WORKSHOP_CONTRACT)
CITY = City()


@pytest.fixture
def home(tmp_path: Path) -> NodeHome:
    made = make_home(tmp_path, CITY, "yz-market")
    desk.workshop_contract(made, CITY.clock)
    return made


def take(home: NodeHome, content: bytes, *, dry_run: bool = False, name: str = "台账.xlsx") -> sheets.UploadReport:
    return sheets.upload_bytes(
        home, resource=WORKSHOPS, name=name, content=content, by="何某", clock=CITY.clock, dry_run=dry_run
    )  # fmt: skip


def kept(home: NodeHome) -> int:
    with store.opened(home) as db:
        return store.count_rows(db, WORKSHOPS)


def test_a_county_register_is_taken_in_with_its_twelve_bad_rows_put_aside(home: NodeHome) -> None:
    report = take(home, desk.workbook(desk.workshop_rows()))
    assert (report.total, report.accepted, report.quarantined) == (GOOD + BAD, GOOD, BAD)
    assert {column.source: column.item for column in report.columns if column.source} == {
        "编 号": "BH", "业主姓名": "YZXM", "业主证件号码": "YZHM", "内部备注": None, "地址": "DZ", "生产品种": "PZ",
        "登记日期": "DJRQ",
    }  # fmt: skip
    first = 3 + GOOD + 1
    rules = {bad.row - first: bad.problems[0].key.removeprefix("node.rule_") for bad in report.bad}
    assert list(rules.values()) == [
        "unique", "required", "required", "citizen_id", "citizen_id", "required", "formula", "date", "date",
        "required", "length", "length",
    ]  # fmt: skip
    assert kept(home) == GOOD
    assert report.bad[0].problems[0].message() == "“编号”与第 7 行重复"


def test_the_report_names_columns_and_rules_for_programs(home: NodeHome) -> None:
    told = take(home, desk.workbook(desk.workshop_rows()), dry_run=True).to_json()
    rows = told["rows"]
    assert isinstance(rows, dict)
    assert (rows["total"], rows["accepted"], rows["quarantined"]) == (GOOD + BAD, GOOD, BAD)
    assert rows["refused"][6] == {
        "row": 212, "field": "DZ", "rule": "node.rule_formula",
        "reason": "“地址”以 = 等符号开头，像是公式，没有当作数据收下",
    }  # fmt: skip


def test_a_dry_run_saves_nothing(home: NodeHome) -> None:
    assert take(home, desk.workbook(desk.workshop_rows()), dry_run=True).accepted == GOOD
    assert kept(home) == 0


def test_the_same_file_again_changes_nothing_and_the_next_replaces_the_whole(home: NodeHome) -> None:
    content = desk.workbook(desk.workshop_rows())
    assert not take(home, content).unchanged
    assert take(home, content).unchanged
    with store.opened(home) as db:
        assert len(store.uploads(db, limit=10)) == 1
    take(home, desk.workbook(desk.workshop_rows()[:5]), name="十月.xlsx")
    assert kept(home) == 5
    with store.opened(home) as db:
        assert store.count_open(db) == 0
        assert [u.current for u in store.uploads(db, limit=10)] == [True, False]


def test_the_same_file_is_judged_anew_under_a_new_contract(home: NodeHome) -> None:
    content = desk.workbook(desk.workshop_rows())
    take(home, content)
    items = [{**item, "length": "3"} if item["name"] == "PZ" else item for item in desk.WORKSHOP_CONTRACT["items"]]
    stricter = contracts.contract_from_json({**desk.WORKSHOP_CONTRACT, "items": [*items[:-1], {**items[-1]}]})
    contracts.learn(home, stricter, clock=CITY.clock)
    assert not take(home, content).unchanged


def test_a_file_without_one_good_row_does_not_replace_the_sheet(home: NodeHome) -> None:
    take(home, desk.workbook(desk.workshop_rows()))
    with pytest.raises(RuleBroken, match="sheet_nothing_good"):
        take(home, desk.workbook(desk.workshop_rows()[GOOD + 1 :]))
    with pytest.raises(RuleBroken, match="sheet_nothing_good"):
        take(home, "编号,业主姓名,地址,登记日期\n".encode())
    assert kept(home) == GOOD


def test_gb18030_with_a_character_beyond_the_basic_plane_is_read(home: NodeHome, tmp_path: Path) -> None:
    rows = [["YZ1", "程𠮷", "", "某村", "糕点", "2025年3月1日"]]
    report = sheets.upload(
        home, resource=WORKSHOPS, file=desk.csv_file(tmp_path / "a.csv", rows), by="", clock=CITY.clock
    )
    assert (report.accepted, report.bound) == (1, False)
    with store.opened(home) as db:
        assert tuple(db.execute(f'SELECT YZXM, DJRQ FROM "{store.table_of(WORKSHOPS)}"').fetchone()) == (
            "程𠮷",
            "2025-03-01",
        )


def test_the_first_upload_binds_the_sheet_and_lets_nothing_out_unconfirmed(home: NodeHome) -> None:
    from contextlib import closing

    from zhengtong.node import store as node_store
    from zhengtong.node.bindings import source_binding
    from zhengtong.wire.ceiling import Accept

    take(home, desk.workbook(desk.workshop_rows()))
    with closing(node_store.connect(home.database)) as db:
        binding = source_binding(db, WORKSHOPS)
    assert (binding.ceiling.accept, set(binding.columns)) == (Accept.CONFIRM, {i.name for i in CONTRACT.items})


def test_a_repaired_row_goes_in_once_and_a_discarded_one_never(home: NodeHome) -> None:
    take(home, desk.workbook(desk.workshop_rows()))
    with store.opened(home) as db:
        rows = store.bad_rows(db, open_only=True, limit=50)
        good = {**rows[7].cells, "DJRQ": "20250228"}
        checked = checking.check_row(CONTRACT, good)
        put = {"upload": rows[7].upload, "row": rows[7].row, "checked": checked, "cells": good, "by": "何某"}
        assert store.resubmit(db, CONTRACT, at=CITY.clock.now(), **put) == ()
        with pytest.raises(WrongState):
            store.resubmit(db, CONTRACT, at=CITY.clock.now(), **put)
        store.discard(db, upload=rows[8].upload, row=rows[8].row, reason="已注销", by="何某", at=CITY.clock.now())
        with pytest.raises(WrongState):
            store.discard(db, upload=rows[8].upload, row=rows[8].row, reason="已注销", by="何某", at=CITY.clock.now())
        assert (store.count_rows(db, WORKSHOPS), store.count_open(db)) == (GOOD + 1, BAD - 2)


def test_a_repair_that_repeats_a_key_stays_in_quarantine(home: NodeHome) -> None:
    take(home, desk.workbook(desk.workshop_rows()))
    with store.opened(home) as db:
        row = store.bad_rows(db, open_only=True, limit=1)[0]
        cells = dict(row.cells)
        left = store.resubmit(
            db, CONTRACT, upload=row.upload, row=row.row, checked=checking.check_row(CONTRACT, cells), cells=cells,
            by="何某", at=CITY.clock.now(),
        )  # fmt: skip
        assert [p.key for p in left] == ["node.rule_unique"]
        assert store.count_open(db) == BAD


def test_a_resource_without_a_contract_and_a_file_without_header_are_refused(home: NodeHome, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no_contract"):
        sheets.upload_bytes(home, resource="x/1", name="a.csv", content=b"a", clock=CITY.clock)
    with pytest.raises(RuleBroken, match="sheet_no_header"):
        take(home, "甲,乙\n1,2\n".encode())
    with pytest.raises(RuleBroken, match="sheet_no_column"):
        take(home, "编号,业主姓名\n1,2\n".encode())
    with pytest.raises(NotFound, match="sheet_no_file"):
        sheets.upload(home, resource=WORKSHOPS, file=tmp_path / "nothing.xlsx", clock=CITY.clock)


def test_a_workbook_that_unpacks_to_too_much_is_never_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", b"0" * (6 << 20))
    monkeypatch.setattr(reading, "SHEET_UNPACKED_B", 1 << 20)
    with pytest.raises(RuleBroken, match="sheet_unpacks"):
        reading.read_sheet(packed.getvalue())


def test_a_workbook_that_lies_about_its_size_is_counted_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("a.xml", b"0" * (6 << 20))
    raw = packed.getvalue().replace((6 << 20).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    monkeypatch.setattr(reading, "SHEET_UNPACKED_B", 1 << 20)
    with pytest.raises(RuleBroken, match=r"sheet_unpacks|sheet_unreadable"):
        reading.read_sheet(raw)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"PK\x03\x04 not a zip", "sheet_unreadable"),
        (b"\xd0\xcf\x11\xe0 not excel", "sheet_unreadable"),
        (b"\xff\xff\xff", "sheet_encoding"),
        (b"a,b\0c\n", "sheet_unreadable"),
        (b"x" * (CELL_CHARS + 1), "sheet_cell_long"),
        (b"," * SHEET_COLUMNS, "sheet_too_long"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_a_reason(content: bytes, key: str) -> None:
    with pytest.raises(RuleBroken, match=key):
        reading.read_sheet(content)


def test_a_header_that_is_only_alike_is_marked_as_such() -> None:
    rows = reading.read_sheet("登记编号,业主姓名,地 址,品种,登记日期（年月日）\n1,2,3,4,5\n".encode())
    matched = match_columns(rows, CONTRACT)
    found = {column.source: (column.item, column.confidence == 1) for column in matched.columns}
    assert found["登记日期（年月日）"] == ("DJRQ", True)
    assert found["地 址"] == ("DZ", True)
    assert found["登记编号"] == ("BH", False)


@pytest.mark.parametrize(
    ("kind", "said", "kept_as"),
    [("D", "２０２５年3月1日", "2025-03-01"), ("D", "2025/3/1", "2025-03-01"), ("I", " １２ ", "12"),
     ("N", "3.50", "3.50"), ("L", "是", "1"), ("L", "否", "0"), ("C", " 某村　", "某村"), ("C", "+86 100", "+86 100")],
)  # fmt: skip
def test_what_typing_leaves_behind_is_tidied(kind: str, said: str, kept_as: str) -> None:
    item = {"name": "X", "title": "项", "type": kind, "length": "12,2" if kind == "N" else ""}
    contract = contracts.contract_from_json({"resource": "r/1", "title": "t", "items": [item]})
    checked = checking.check_row(contract, {"X": said})
    assert (checked.problems, checked.values["X"]) == ((), kept_as) or said.startswith("+")


@pytest.mark.parametrize(
    "broken",
    [None, {}, {"resource": "r", "title": "t"}, {"resource": "r", "title": "t", "items": []},
     {"resource": "r", "title": "t", "items": [{"name": "a b", "title": "x"}]},
     {"resource": "r", "title": "t", "items": [{"name": "a"}, {"name": "a"}]},
     {"resource": "r", "title": "t", "items": [{"name": "a", "type": "Q"}]},
     {"resource": "r", "title": "t", "items": [{"name": "a", "length": "x"}]}],
)  # fmt: skip
def test_a_contract_of_another_form_is_refused(broken: object) -> None:
    with pytest.raises(RuleBroken, match="contract_shape"):
        contracts.contract_from_json(broken)


def test_a_contract_survives_being_written_down() -> None:
    assert contracts.contract_from_json(contracts.contract_to_json(CONTRACT)) == CONTRACT
