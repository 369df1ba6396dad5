"""Sharing that existed before: filed by the authority, confirmed by the provider, a grant like any other, reviewed."""

import json
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings
from typer.testing import CliRunner

from tests.support.sharing_hall import Hall
from tests.support.signing import client_of
from zhengtong.journal import rebuild
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.parties.rules import Role
from zhengtong.sharing import queries, services
from zhengtong.sharing.cli import app
from zhengtong.sharing.models import Grant, SharingRequest, Takeover
from zhengtong.sharing.rules import COLUMNS, GrantState, TakeoverState, rows_of
from zhengtong.sharing.tables import lines_of
from zhengtong.wire import grant as wire

pytestmark = pytest.mark.django_db
On = Callable[..., FixedClock]
REVIEW, UNTIL = date(2027, 3, 1), date(2027, 12, 31)


def _cells(hall: Hall, **changes: str) -> dict[str, str]:
    code = queries_code(hall.entries["R03"])
    given = {
        "目录代码": code, "使用方代码": "tl-market", "信息项": "不动产单元号、坐落、房屋用途", "共享方式": "查询",
        "系统编码": "tl-market-food", "用途": "经营场所核验", "使用依据": "食品经营许可和备案管理办法",
        "查询条件": "不动产单元号", "每日次数": "200", "每日行数": "200", "到期日": "2027-12-31",
        "复核日": "2027-03-01",
    }  # fmt: skip
    return given | changes


def queries_code(entry: UUID) -> str:
    from zhengtong.sharing.offers import offer

    return offer(entry=entry).code


def _table(*rows: dict[str, str]) -> list[list[str]]:
    return [list(COLUMNS), *([row[title] for title in COLUMNS] for row in rows)]


def _csv(*rows: dict[str, str]) -> bytes:
    return "\n".join(",".join(line) for line in _table(*rows)).encode("utf-8-sig")


def _reviewer(hall: Hall) -> Actor:
    return hall.holder("wl-data", Role.AUTHORITY_REVIEWER)


def _filed(hall: Hall, on: On, **changes: str) -> UUID:
    rows = rows_of(_table(_cells(hall, **changes)))
    (made,) = services.file_takeovers(rows=rows, actor=_reviewer(hall), clock=on(9, 1))
    return made


def _answer(hall: Hall, takeover: UUID, verb: str, clock: FixedClock, reason: str = "") -> TakeoverState:
    return services.answer_takeover(
        takeover=takeover, verb=verb, reason=reason, actor=hall.head("wl-land"), clock=clock
    )


def _cards(actor: Actor, on: date) -> list[tuple[str, str, bool]]:
    kinds = {"confirm_takeover", "review", "urge_review"}
    return [(c.verb, c.number, c.late) for c in queries.inbox(actor=actor, on=on) if c.verb in kinds]


def test_confirmed_sharing_becomes_a_grant_compiled_like_others(hall: Hall, on: On) -> None:
    made = _filed(hall, on)
    assert _cards(hall.head("wl-land"), date(2026, 9, 2)) == [("confirm_takeover", "J01", False)]
    assert not Grant.objects.exists()
    assert _answer(hall, made, "confirm", on(9, 2)) is TakeoverState.CONFIRMED
    row = Grant.objects.get()
    assert (row.state, row.origin, row.review_on, row.valid_until) == (GrantState.DELIVERING, "legacy", REVIEW, UNTIL)
    (published,) = queries.grants_for_publication(at=on(9, 2).now())
    assert {f.name for f in published.grant.fields} == {"unit_no", "located", "usage"}
    assert published.grant.lookup == ("unit_no",)
    assert {use.system for use in published.grant.uses} == {"tl-market-food"}
    wire.check_grant(published.grant)
    assert SharingRequest.objects.get().decision_digest == row.decision_digest
    with pytest.raises(WrongState):
        _answer(hall, made, "confirm", on(9, 3))
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]


def test_a_review_is_due_by_its_day_and_escalates_when_it_is_missed(hall: Hall, on: On) -> None:
    _answer(hall, _filed(hall, on), "confirm", on(9, 2))
    grant, head, reviewer = Grant.objects.get(), hall.head("wl-land"), _reviewer(hall)
    assert _cards(head, date(2027, 1, 29)) == []
    assert _cards(head, date(2027, 1, 30)) == [("review", grant.number, False)]
    assert _cards(reviewer, REVIEW) == []
    late = date(2027, 3, 2)
    assert _cards(head, late) == [("review", grant.number, True)]
    assert _cards(reviewer, late) == [("urge_review", grant.number, True)]
    clock = FixedClock.on(late)
    with pytest.raises(RuleBroken, match="review_day"):
        services.review_grant(grant=grant.id, note="仍需核验", next_on=date(2028, 1, 1), actor=head, clock=clock)
    with pytest.raises(NotFound):
        services.review_grant(grant=grant.id, note="仍需核验", actor=hall.head("tl-market"), clock=clock)
    services.review_grant(grant=grant.id, note="仍需核验", next_on=date(2027, 9, 1), actor=head, clock=clock)
    assert _cards(reviewer, late) == []
    services.review_grant(grant=grant.id, note="依据仍有效", actor=head, clock=clock)
    assert "review" not in queries.grant(actor=head, id=grant.id, on=late).verbs
    with pytest.raises(NotFound):
        services.review_grant(grant=grant.id, note="再次复核", actor=head, clock=clock)
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]


def test_what_the_provider_does_not_confirm_gives_no_grant(hall: Hall, on: On) -> None:
    made = _filed(hall, on)
    with pytest.raises(RuleBroken, match="act_needs_reason"):
        _answer(hall, made, "decline", on(9, 2))
    with pytest.raises(NotAllowed):
        services.answer_takeover(takeover=made, verb="confirm", actor=hall.officer("wl-land"), clock=on(9, 2))
    with pytest.raises(NotFound):
        services.answer_takeover(takeover=made, verb="confirm", actor=hall.head("tl-market"), clock=on(9, 2))
    with pytest.raises(NotFound):
        queries.takeover(id=made, actor=hall.head("wl-tax"))
    assert _answer(hall, made, "decline", on(9, 2), "早已停止提供") is TakeoverState.DECLINED
    assert not Grant.objects.exists()
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"目录代码": "306001002/999999"}, "takeover_cell"),
        ({"使用方代码": "nobody"}, "takeover_cell"),
        ({"共享方式": "传真"}, "takeover_cell"),
        ({"每日行数": "许多"}, "takeover_cell"),
        ({"复核日": "2028-01-01"}, "takeover_review_day"),
        ({"复核日": "2026-09-01"}, "takeover_review_day"),
        ({"使用依据": ""}, "takeover_incomplete"),
        ({"信息项": "房屋用途、没有的项"}, "item_unknown"),
        ({"查询条件": "建筑面积"}, "lookup_not_granted"),
    ],
)
def test_one_wrong_line_files_none(hall: Hall, on: On, changes: dict[str, str], key: str) -> None:
    good, bad = _cells(hall, 用途="日常检查"), _cells(hall, **changes)
    with pytest.raises(RuleBroken, match=key):
        services.file_takeovers(rows=rows_of(_table(good, bad)), actor=_reviewer(hall), clock=on(9, 1))


def test_only_the_authority_files_and_nothing_twice(hall: Hall, on: On) -> None:
    rows = rows_of(_table(_cells(hall)))
    with pytest.raises(NotAllowed):
        services.file_takeovers(rows=rows, actor=hall.head("wl-land"), clock=on(9, 1))
    services.file_takeovers(rows=rows, actor=_reviewer(hall), clock=on(9, 1))
    with pytest.raises(RuleBroken, match="takeover_twice"):
        services.file_takeovers(rows=rows, actor=_reviewer(hall), clock=on(9, 1))


def test_a_workbook_and_text_say_the_same_and_rubbish_is_refused(hall: Hall) -> None:
    book = BytesIO()
    with xlsxwriter.Workbook(book) as written:
        sheet = written.add_worksheet("清单")
        for n, line in enumerate(_table(_cells(hall))):
            sheet.write_row(n, 0, [200 if cell == "200" else cell for cell in line])  # numbers as people type them
    assert rows_of(lines_of(book.getvalue())) == rows_of(lines_of(_csv(_cells(hall))))
    for rubbish in (b"PK\x03\x04rubbish", b"\xff\xfe\x00", b"x" * (2 * 1024 * 1024 + 1)):
        with pytest.raises(RuleBroken):
            rows_of(lines_of(rubbish))
    with pytest.raises(RuleBroken, match="takeover_columns"):
        rows_of([["目录代码"], ["306001002/000123"]])
    with pytest.raises(RuleBroken, match="takeover_rows"):
        rows_of([list(COLUMNS)])


def test_the_command_files_a_list(hall: Hall, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(_csv(_cells(hall)))
    done = CliRunner().invoke(app, ["take-over", str(path), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["number"] == "J01"
    assert Takeover.objects.get().state == "filed"


def test_the_pages_lead_from_the_list_to_the_grant_and_its_review(hall: Hall, on: On, settings: Settings) -> None:
    settings.ZHENGTONG_CLOCK = on(9, 1)
    authority = client_of(_reviewer(hall), clock=on(9, 1))
    file = SimpleUploadedFile("list.csv", _csv(_cells(hall)))
    assert authority.post("/sharing/takeovers", {"file": file}).status_code == 302
    assert authority.post("/sharing/takeovers", {}).status_code == 422
    assert "J01" in authority.get("/sharing/takeovers").content.decode()
    provider = client_of(hall.head("wl-land"), clock=on(9, 1))
    assert provider.post("/sharing/takeovers", {"file": file}).status_code == 403
    page = f"/sharing/takeovers/{Takeover.objects.get().id}"
    assert page in provider.get("/sharing/inbox").content.decode()
    assert "确认并签发许可" in provider.get(page).content.decode()
    assert "确认并签发许可" not in authority.get(page).content.decode()
    assert provider.post(f"{page}/act/decline", {"reason": ""}).status_code == 422
    assert provider.post(f"{page}/act/confirm").status_code == 302
    grant = f"/sharing/grants/{Grant.objects.get().id}"
    assert grant in provider.get(page).content.decode()
    shown = provider.get(grant).content.decode()
    assert "接管的既有共享" in shown
    assert "2027年3月1日" in shown
    assert provider.post(f"{grant}/act/review", {"reason": "仍需核验", "next_on": ""}).status_code == 302
    assert Grant.objects.get().review_on is None
    assert client_of(hall.head("wl-tax"), clock=on(9, 1)).get(page).status_code == 404
