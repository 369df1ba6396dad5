"""The desk at real nodes: refused for real, recorded at both ends, rows repaired once, hostile visitors out."""

import contextlib
import io
import sqlite3
import time
import urllib.request
import zipfile
from collections.abc import Iterator

import pytest

from tests.support import desk
from tests.support.desk import BAD, GOOD, WORKSHOPS, Page, Reader, seated
from tests.support.wire_city import (
    PERSON_FIELDS,
    Place,
    Running,
    make_home,
    masked,
    person,
    person_grant,
    two_departments,
)
from zhengtong.node import contracts, sheets, store
from zhengtong.node.bindings import SourceBinding, bind_source, ceiling_of
from zhengtong.node.bounds import ENTER_TRIES, UPLOAD_BODY_B
from zhengtong.node.desk import people
from zhengtong.node.desk.visits import HEADERS
from zhengtong.wire.grant import FieldType, Grant, GrantField, Mode
from zhengtong.wire.masks import Mask
from zhengtong.wire.records import RecordKind, parse_record

PERSONS = "306001002/000123"
ALL_ITEMS = {
    "resource": PERSONS, "title": "常住人口基础信息",
    "items": [
        {"name": "GMSFHM", "title": "公民身份号码", "type": "C", "personal": True},
        *({"name": f.name, "title": f.title, "type": f.type.value} for f in PERSON_FIELDS[1:4]),
        {"name": "SG", "title": "身高", "type": "N", "length": "6,2"},
        {"name": "MZ", "title": "民族", "type": "C", "length": "2"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("desk")
    with contextlib.closing(sqlite3.connect(folder / "tl-market.db")) as db:
        db.execute(
            "CREATE TABLE people (GMSFHM TEXT PRIMARY KEY, XM TEXT NOT NULL, CSRQ TEXT, QH TEXT,"
            " SG TEXT CHECK (CAST(SG AS REAL) < 168))"
        )
    with two_departments(folder) as two:
        county = make_home(folder, two.city, "yz-market")
        desk.workshop_contract(county, two.city.clock)
        contracts.learn(two.consumer, contracts.contract_from_json(ALL_ITEMS), clock=two.city.clock)
        two.city.grant(person_grant(fields=masked(PERSON_FIELDS[:3], XM=Mask.NAME)))
        two.city.grant(person_grant(id="0" * 8 + "-0000-4000-8000-000000000005", number="0005-1"))
        two.publish()
        yield two


@pytest.fixture(scope="module")
def county(place: Place) -> Running:
    from zhengtong.node.home import NodeHome

    running = Running(NodeHome.open(place.folder, "yz-market"), place.city)
    place.running["yz-market"] = running
    return running


@pytest.fixture(scope="module")
def officer(place: Place) -> Reader:
    return seated(place.c, place.city.clock)


def ask(reader: Reader, number: str = "0001-1", **more: object) -> Page:
    form = reader.open(f"/desk/query?grant={number}")
    fields = {
        "grant": form.hidden("grant"), "purpose": "food-licence", "case": "TLCY20260017", "system": "licensing",
        "mode": "query", "lookup.GMSFHM": person(1)[0], "items": ["XM", "CSRQ"],
    }  # fmt: skip
    return reader.send(f"/desk/query?grant={number}", **{**fields, **more})


def last_outcome(node: Running) -> str | None:
    records = [parse_record(raw) for _, raw in node.node.core.ledger.records(0)]
    return [r.refusal for r in records if r.kind is RecordKind.OUTCOME][-1]


def test_an_officer_asks_and_is_answered_masked_as_granted(place: Place, officer: Reader) -> None:
    page = ask(officer)
    assert page.status == 200
    assert "程*" in page.words
    assert person(1)[1] not in page.words
    assert "已按许可遮盖： 姓名" in page.words
    assert "本结点账本 tl-market 第" in page.words
    assert "提供方账本 wl-police 第" in page.words


def test_an_item_that_is_not_granted_is_refused_by_the_provider_and_recorded_at_both_ends(
    place: Place, officer: Reader
) -> None:
    page = ask(officer, items=["XM", "MZ"])
    assert page.status == 422
    for words in ("提供方拒绝了这次查询", "不含信息项：民族", "政务数据共享条例第二十条", "双方都留有记录", "怎么办"):
        assert words in page.words
    assert (last_outcome(place.c), last_outcome(place.p)) == ("wire.refused_field", "wire.refused_field")


def test_items_named_in_the_link_are_chosen_even_if_not_granted(officer: Reader) -> None:
    page = officer.open("/desk/query?grant=0001-1&items=MZ")
    assert 'value="MZ" checked' in page.text
    assert 'value="XM" checked' not in page.text
    assert "民族 未许可" in page.words


def test_a_claim_is_compared_and_a_purpose_of_another_grant_refused(officer: Reader) -> None:
    assert "一致" in ask(officer, mode="verify", **{"claim.XM": person(1)[1]}).words
    assert "不一致" in ask(officer, mode="verify", **{"claim.XM": "别人"}).words
    refused = ask(officer, purpose="daily-check")
    assert (refused.status, "政务数据共享条例第二十五条" in refused.words) == (422, True)


def test_a_case_number_of_no_granted_form_is_refused_before_any_peer_is_asked(officer: Reader) -> None:
    page = ask(officer, case="x")
    assert "没有记录：没有联系对方" in page.words


def test_every_look_leaves_a_record_of_who_and_why_and_no_value(place: Place, officer: Reader) -> None:
    ask(officer)
    page = officer.open("/desk/records")
    assert "温以宁 查询 许可 0001-1：姓名、出生日期（已答复） food-licence" in page.words
    with contextlib.closing(store.connect_reader(place.consumer.database)) as db:
        kept = "\n".join(str(tuple(row)) for row in db.execute("SELECT * FROM desk_record"))
    assert person(1)[0] not in kept
    assert person(1)[1] not in kept


def test_a_county_uploads_repairs_and_serves_its_sheet(place: Place, county: Running) -> None:
    reader = seated(county, place.city.clock, name="何某")
    reader.open("/desk/upload")
    looked = reader.upload(WORKSHOPS, "台账.xlsx", desk.workbook(desk.workshop_rows()), act="look")
    assert "试读结果，没有保存" in looked.words
    page = reader.upload(WORKSHOPS, "台账.xlsx", desk.workbook(desk.workshop_rows()))
    assert f"{GOOD + BAD} 行：收下 {GOOD} 行，隔离 {BAD} 行。" in page.words
    listed = reader.open("/desk/quarantine")
    assert f"上传表格 {BAD} 行" in listed.words
    assert "第 213 行" in listed.words
    path = "/desk/quarantine/upload/1/213"
    form = reader.open(path)
    assert "“登记日期”不是日历上有的日期" in form.words
    assert "程乙" not in form.text
    again = reader.send(path, act="repair", **{"cell.DJRQ": "20250231", "empty": ["DJRQ"]})
    assert (again.status, "不是日历上有的日期" in again.words) == (422, True)
    done = reader.send(path, act="repair", **{"cell.DJRQ": "20250228", "empty": ["DJRQ"]})
    assert f"上传表格 {BAD - 1} 行" in done.words
    assert reader.send(path, act="repair", **{"cell.DJRQ": "20250228"}).status == 409
    reader.open("/desk/quarantine/upload/1/214")
    assert reader.send("/desk/quarantine/upload/1/214", act="discard").status == 422
    gone = reader.send("/desk/quarantine/upload/1/214", act="discard", reason="已注销")
    assert f"上传表格 {BAD - 2} 行" in gone.words
    assert "现有 203 行" in reader.open("/desk/upload").words
    assert workshops_of(place, county) == GOOD + 1


def workshops_of(place: Place, county: Running) -> int:
    """Rows that a grant on the sheet gives the market office."""
    names = ("BH", "DZ", "DJRQ")
    url, table = sheets.prepare(county.home, WORKSHOPS)
    with contextlib.closing(store.connect(county.home.database)) as db:
        ceiling = ceiling_of(WORKSHOPS, {n: n for n in names}, masks={}, purposes=(), rows_a_day=None, accept="auto")
        columns = {name: name for name in names}
        bind_source(db, SourceBinding(resource=WORKSHOPS, url=url, table=table, columns=columns, ceiling=ceiling))
    grant = workshop_grant()
    place.city.grant(grant)
    place.publish()
    with contextlib.closing(store.connect(place.consumer.database)) as db:
        from zhengtong.node.bindings import TargetBinding, bind_target

        target = f"sqlite://{place.folder}/tl-market.db"
        bind_target(db, TargetBinding(resource=WORKSHOPS, url=target, table="workshops", columns={}))
    body = {"grant": grant.id, "purpose": "food-licence", "case_ref": "TLCY20260017", "wait": True}
    status, answer = place.c.post("/local/v1/pull", body, token=place.token)
    assert (status, answer["reconciled"]) == (200, True), answer
    return int(answer["rows"])


def workshop_grant() -> Grant:
    fields = (
        GrantField("BH", FieldType.STRING, "编号"),
        GrantField("DZ", FieldType.STRING, "地址"),
        GrantField("DJRQ", FieldType.DATE, "登记日期"),
    )
    return person_grant(
        id="0" * 8 + "-0000-4000-8000-000000000017", number="0017-1", provider="yz-market", resource=WORKSHOPS,
        resource_title="食品小作坊登记台账", fields=fields, verify_fields=(), lookup=(),
        modes=frozenset({Mode.BATCH}),
    )  # fmt: skip


def test_rows_a_target_refused_are_repaired_once_and_both_sides_still_agree(place: Place, officer: Reader) -> None:
    body = {"grant": "0005-1", "purpose": "food-licence", "case_ref": "TLCY20260017", "wait": True}
    status, answer = place.c.post("/local/v1/pull", body, token=place.token)
    assert status == 200, answer
    assert (answer["rows"], answer["quarantined"], answer["reconciled"]) == (18, 2, True)
    count = "SELECT count(*) FROM desk_record WHERE act = 'read_bad_row'"

    def looks() -> int:
        with contextlib.closing(sqlite3.connect(place.c.home.database)) as db:
            return int(db.execute(count).fetchone()[0])

    listed = officer.open("/desk/quarantine")
    assert "批量传输 2 行" in listed.words
    path = listed.text.partition('<a href="/desk/quarantine/run/')[2].partition('"')[0].replace("&amp;", "&")
    form = officer.open(f"/desk/quarantine/run/{path}")
    assert "不符合目标表的取值约束" in form.words
    assert (person(18)[0] in form.text, "990102********0018" in form.words) == (False, True)
    seen = looks()
    again = officer.send(f"/desk/quarantine/run/{path}", act="repair", resource=PERSONS, **{"cell.SG": "169"})
    assert (again.status, "目标表仍不接受这一行" in again.words) == (422, True)
    assert looks() == seen + 1  # a refused form shows the row again
    done = officer.send(f"/desk/quarantine/run/{path}", act="repair", resource=PERSONS, **{"cell.SG": "165"})
    assert "批量传输 1 行" in done.words
    assert officer.send(f"/desk/quarantine/run/{path}", act="repair", resource=PERSONS).status == 409
    runs = officer.open("/desk/runs")
    assert "双方一致" in runs.words
    assert "目标库与提供方送出的一致" in officer.send("/desk/runs", run=answer["run"]).words
    with contextlib.closing(sqlite3.connect(place.folder / "tl-market.db")) as db:
        db.execute("UPDATE people SET XM = '改' WHERE rowid = 3")
        db.commit()
    assert "目标库已不一致" in officer.send("/desk/runs", run=answer["run"]).words


def test_an_engineer_sees_figures_and_no_rows(place: Place) -> None:
    engineer = seated(place.c, place.city.clock, name="工程师", role="engineer")
    assert engineer.open("/desk/runs").status == 200
    for path in ("/desk/query", "/desk/upload", "/desk/quarantine/upload/1/1"):
        assert engineer.open(path).status == 403
    assert "原值" not in engineer.open("/desk/quarantine").words


@pytest.mark.fault("node.desk_form", what="别的网站或别的结点替人提交工作台表单", unchanged="什么也没有提交，会话仍在")
def test_a_form_without_the_sessions_token_changes_nothing(place: Place, county: Running) -> None:
    reader = seated(county, place.city.clock, name="甲")
    for page in (
        reader.upload(WORKSHOPS, "a.csv", b"a", csrf=""),
        reader.open("/desk/leave", b"csrf=wrong"),
        reader.send("/desk/leave", {"sec-fetch-site": "same-site"}),
        reader.send("/desk/leave", {"sec-fetch-site": "cross-site"}),
    ):
        assert (page.status, "表单已失效" in page.words) == (403, True)
    assert reader.open("/desk/").status == 200


def test_a_number_that_no_row_can_have_is_no_bug_of_ours(officer: Reader) -> None:
    assert officer.open(f"/desk/quarantine/upload/{10**20}/1").status == 404


def test_the_cookie_of_one_node_opens_no_other(place: Place, officer: Reader) -> None:
    other = Reader(place.p.url, jar=officer.jar)
    assert other.open("/desk/").status == 403
    key = next(c.value for c in officer.jar if c.name == "zt_desk_tl-market")
    assert other.open("/desk/", headers={"cookie": f"zt_desk_wl-police={key}"}).status == 403


def test_the_cookie_is_for_this_site_and_no_script(place: Place) -> None:
    link = people.add(place.c.home, name="乙", clock=place.city.clock)
    reader = Reader(place.c.url)
    token = reader.open(link).hidden("token")

    class Still(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args: object) -> None:
            return None

    request = urllib.request.Request(place.c.url + "/desk/enter", f"token={token}&next=/desk/".encode())
    with pytest.raises(urllib.request.HTTPError) as got:
        urllib.request.build_opener(Still).open(request, timeout=10)
    cookie = got.value.headers["set-cookie"]
    got.value.close()
    assert all(part in cookie for part in ("zt_desk_tl-market=", "HttpOnly", "SameSite=strict", "Path=/desk"))


@pytest.mark.parametrize("path", ["/desk/enter?token=x", "/desk/", "/desk/desk.css", "/desk/nothing"])
def test_every_answer_forbids_scripts_frames_and_caching(place: Place, path: str) -> None:
    headers = {name.lower(): value for name, value in Reader(place.c.url).open(path).headers.items()}
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")


@pytest.mark.fault("node.desk_host", what="以别的主机名访问工作台（重绑定）", unchanged="不答复任何页面")
def test_another_host_name_is_not_answered(place: Place) -> None:
    page = Reader(place.c.url).open("/desk/desk.css", headers={"host": "evil.example"})
    assert (page.status, "工作台不在这个地址上提供" in page.words) == (403, True)


def test_wrong_links_make_an_address_wait(place: Place) -> None:
    place.c.node  # noqa: B018 - the node is up
    reader = Reader(place.p.url)
    pages = [reader.open("/desk/enter?token=wrong") for _ in range(ENTER_TRIES + 1)]
    assert ["登录尝试过多" in page.words for page in pages] == [False] * ENTER_TRIES + [True]


def test_wrong_links_of_a_stranger_keep_nobody_out_who_has_a_right_one(place: Place) -> None:
    """Behind a TLS front everybody comes from one address, and any page may load a picture from this one."""
    reader = Reader(place.p.url)
    for _ in range(ENTER_TRIES + 1):
        reader.open("/desk/enter?token=wrong")
    link = people.add(place.p.home, name="戊", clock=place.city.clock)
    assert "戊" in Reader(place.p.url).open(link).words


@pytest.mark.fault("node.sheet_unpacks", what="上传的工作簿解开后过大", unchanged="没有打开，现用的表不变")
def test_an_upload_that_is_too_long_or_a_bomb_is_refused(
    place: Place, county: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zhengtong.node.sheets import reading

    reader = seated(county, place.city.clock, name="丙")
    with contextlib.suppress(OSError):  # the line may be cut before everything was sent
        assert reader.upload(WORKSHOPS, "a.xlsx", b"x" * (UPLOAD_BODY_B + 1)).status == 422
    monkeypatch.setattr(reading, "SHEET_UNPACKED_B", 1 << 20)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", b"0" * (4 << 20))
    began = time.monotonic()
    page = reader.upload(WORKSHOPS, "bomb.xlsx", packed.getvalue())
    assert (page.status, "解开后过大" in page.words) == (422, True)
    assert time.monotonic() - began < 10


def test_a_name_with_markup_is_shown_as_text(place: Place, county: Running) -> None:
    reader = seated(county, place.city.clock, name="丁")
    reader.open("/desk/upload")
    rows = "编号,业主姓名,地址,登记日期\nX1,<script>alert(1)</script>,<b>,坏\nX2,甲,乙,20250101\n".encode()
    page = reader.upload(WORKSHOPS, '"><script>x.csv', rows)
    assert "<script" not in page.text
    assert "<script" not in reader.open("/desk/quarantine").text


def test_the_language_can_be_switched(place: Place, county: Running) -> None:
    reader = seated(county, place.city.clock, name="戊")
    page = reader.send("/desk/language", language="en", next="/desk/records")
    assert "Records of use" in page.words
    assert 'lang="en"' in page.text


def test_signing_out_ends_the_session(place: Place, county: Running) -> None:
    reader = seated(county, place.city.clock, name="己")
    assert "已退出" in reader.send("/desk/leave").words
    assert reader.open("/desk/").status == 403
