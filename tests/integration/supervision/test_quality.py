"""Data quality: a profile is filed by its provider, values put right count, each reader sees the score."""

import json
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from django.test import Client
from typer.testing import CliRunner

from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted
from zhengtong.catalog import services as catalog
from zhengtong.catalog.models import DataProfile
from zhengtong.journal import rebuild
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.parties.rules import Role
from zhengtong.sharing import services as sharing
from zhengtong.sharing.rules import CorrectionOutcome
from zhengtong.supervision import queries
from zhengtong.supervision.cli import app
from zhengtong.supervision.rules.quality import Part

pytestmark = pytest.mark.django_db
SignIn = Callable[[Actor], Client]
TODAY = date(2026, 10, 16)
CLOCK = FixedClock.on(TODAY)


def column(name: str, comment: str = "", **shares: float) -> dict[str, object]:
    return {"name": name, "comment": comment, "null_rate": 0.0, "suggested": {"code": name.lower()}, **shares}


PROFILE = {
    "draft": "zhengtong-node-profile", "version": 1, "source": "登记库", "tables": [
        {"table": "LOG", "rows": 9, "columns": [column("ID")]},
        {"table": "HOUSE", "rows": 1000, "columns": [
            column("LOCATED", null_rate=0.2), column("YT", "房屋用途", invalid_share=0.1), column("OTHER"),
        ]},
    ],
}  # fmt: skip


def filed(hall: Hall, document: object = PROFILE, *, actor: Actor | None = None, table: str = "") -> UUID:
    body = json.dumps(document).encode()
    return catalog.file_data_profile(
        entry=hall.entries["R03"], body=body, table=table, actor=actor or hall.officer("wl-land"), clock=CLOCK
    )


def worth(hall: Hall, name: str) -> int | None:
    line = queries.quality(actor=hall.officer("tl-market"), entry=hall.entries["R03"], on=TODAY)
    return next(one.worth for one in line.score.checks if one.id == name)


def test_a_profile_is_read_by_the_entrys_own_items(hall: Hall) -> None:
    made = filed(hall, actor=hall.holder("wl-land", Role.ENGINEER))
    row = DataProfile.objects.get(pk=made)
    assert (row.table, row.rows, row.filled, row.valid) == ("HOUSE", 1000, 900, 950)
    assert [one["item"] for one in row.columns] == ["located", "usage"]
    assert (worth(hall, "filled"), worth(hall, "valid")) == (900, 950)
    assert [outcome.differences for outcome in rebuild.check(area="catalog")] == [()]


def test_what_is_no_profile_or_of_another_table_is_refused(hall: Hall) -> None:
    for document, key in (
        ([], "profile_form"), ({"draft": "x"}, "profile_form"), ({**PROFILE, "tables": "x"}, "profile_form"),
        ({**PROFILE, "tables": [None]}, "profile_no_table"),
        ({**PROFILE, "tables": [{"table": 1, "columns": [3, {"name": 4}]}]}, "profile_no_items"),
    ):  # fmt: skip
        with pytest.raises(RuleBroken, match=key):
            filed(hall, document)
    with pytest.raises(RuleBroken, match="profile_no_items"):
        filed(hall, table="LOG")
    with pytest.raises(RuleBroken, match="profile_no_table"):
        filed(hall, table="NONE")
    with pytest.raises(RuleBroken, match="profile_form"):
        catalog.file_data_profile(entry=hall.entries["R03"], body=b"\xff{", actor=hall.officer("wl-land"), clock=CLOCK)
    with pytest.raises(NotFound):
        filed(hall, actor=hall.officer("wl-tax"))
    with pytest.raises(NotAllowed):
        filed(hall, actor=hall.head("wl-land"))
    assert DataProfile.objects.count() == 0


def test_values_put_right_lower_the_score_of_what_is_read(hall: Hall) -> None:
    assert worth(hall, "corrected") is None
    grant = granted(hall)
    sharing.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=FixedClock.on(date(2026, 9, 16)))
    assert worth(hall, "corrected") == 1000
    made = sharing.file_correction(
        entry=hall.entries["R03"], item="usage", record_key="990102001001GB00017F00010001", value_seen="住宅",
        value_claimed="商业", evidence="证书记载为商业", actor=hall.officer("tl-market"), clock=CLOCK,
    )  # fmt: skip
    assert worth(hall, "corrected") == 1000
    sharing.answer_correction(
        correction=made, outcome=CorrectionOutcome.CORRECTED, cause="登记时录入有误", actor=hall.head("wl-land"),
        clock=CLOCK,
    )  # fmt: skip
    assert worth(hall, "corrected") == 800


def test_the_list_of_a_department_sorts_and_is_taken_away(hall: Hall, today: FixedClock, sign_in: SignIn) -> None:
    filed(hall)
    reader = sign_in(hall.officer("tl-market"))
    shown = reader.get("/supervision/quality?department=wl-land").content.decode()
    assert "不动产登记（房屋）信息" in shown
    for sort in ("score", "-score", "known", "code", *Part, "nonsense"):
        address = f"/supervision/quality?department=wl-land&sort={sort}"
        assert reader.get(address).status_code == 200
    table = reader.get("/supervision/quality?department=wl-land&format=csv").content.decode("utf-8-sig")
    assert len(table.splitlines()) == 3
    assert reader.get("/supervision/quality?department=nowhere").status_code == 404
    scores = [
        line.score.permille for line in queries.qualities(actor=hall.head("wl-tax"), department="wl-land", on=TODAY)
    ]
    assert scores == sorted(scores)


def test_the_page_files_a_profile_for_its_provider_alone(hall: Hall, today: FixedClock, sign_in: SignIn) -> None:
    from io import BytesIO

    address = f"/supervision/quality/{hall.entries['R03']}"
    own, other = sign_in(hall.officer("wl-land")), sign_in(hall.officer("tl-market"))
    assert "提交数据画像" in own.get(address).content.decode()
    assert "提交数据画像" not in other.get(address).content.decode()
    assert "数据质量评分" in other.get(f"/catalog/{hall.entries['R03']}").content.decode()
    assert other.post(address, {"file": _upload(BytesIO, PROFILE)}).status_code == 404
    refused = own.post(address, {"file": _upload(BytesIO, [])})
    assert refused.status_code == 422
    assert "不是结点数据画像文件" in refused.content.decode()
    assert own.post(address, {"file": _upload(BytesIO, PROFILE), "table": "HOUSE"}).status_code == 302
    assert "90%" in own.get(address).content.decode()


def _upload(make: Callable[[bytes], object], document: object) -> object:
    held = make(json.dumps(document).encode())
    held.name = "profile.json"  # type: ignore[attr-defined]
    return held


def test_the_command_says_the_same(hall: Hall, today: FixedClock) -> None:
    filed(hall)
    told = [json.loads(line) for line in CliRunner().invoke(app, ["quality", "--json"]).output.splitlines()]
    (house,) = [one for one in told if one["name"] == "不动产登记（房屋）信息"]
    line = queries.quality(actor=hall.officer("wl-land"), entry=hall.entries["R03"], on=TODAY)
    assert (house["score"], house["known"]) == (line.score.permille, line.score.known)
    assert house["checks"]["filled"] == 900
    assert "known" in CliRunner().invoke(app, ["quality", "--department", "wl-land", "--rows", "1"]).output
