"""Catalogues of others are taken in by the authority, compared run by run, and never published by themselves."""

import json
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from tests.integration.catalog.conftest import Hall
from zhengtong.catalog import queries, services
from zhengtong.catalog.models import HarvestedEntry, UpwardReport
from zhengtong.catalog.queries import Home
from zhengtong.catalog.rules.harvest import Relation
from zhengtong.journal.queries import events_of
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken

pytestmark = pytest.mark.django_db


@pytest.fixture
def upper(hall: Hall, clock: FixedClock) -> UUID:
    return services.add_source(
        code="province", name="省政务数据目录", relation=Relation.UPPER, actor=hall.reviewer, clock=clock
    )


def _file(*titles: str) -> bytes:
    datasets = [
        {"identifier": title, "title": title, "description": "说明", "publisher": {"name": "省厅", "mbox": "a@b.cn"},
         "superTheme": ["x"], "accrualPeriodicity": "R/P1M", "issued": "2026-01-05", "distribution": []}
        for title in titles
    ]  # fmt: skip
    catalogue = {"title": "省目录", "description": "省", "publisher": {"name": "省局", "mbox": "a@b.cn"},
                 "superThemeTaxonomy": "https://p.example/themes", "dataset": datasets}  # fmt: skip
    return json.dumps(catalogue).encode()


def _standings(code: str, hall: Hall) -> dict[str, str]:
    page = queries.source(code=code, actor=hall.reviewer)
    return {line.title: str(line.standing) for line in page.entries.rows}


def test_runs_are_compared_and_what_is_gone_leaves_a_tombstone(hall: Hall, upper: UUID, clock: FixedClock) -> None:
    def take(*titles: str) -> dict[str, int]:
        taken = services.take_in(source=upper, body=_file(*titles), actor=hall.reviewer, clock=clock)
        return {move: n for move, n in taken.counts.items() if n}

    assert take("甲", "乙") == {"new": 2}
    assert take("甲", "乙") == {"same": 2}
    assert take("甲") == {"same": 1, "missing": 1}
    assert _standings("province", hall) == {"甲": "present", "乙": "missing"}
    assert take("甲") == {"same": 1, "gone": 1}
    assert take("甲") == {"same": 1}
    assert _standings("province", hall)["乙"] == "gone"
    assert take("甲", "乙") == {"same": 1, "back": 1}
    page = queries.source(code="province", actor=hall.reviewer)
    assert [run.number for run in page.runs] == [6, 5, 4, 3, 2, 1]
    names = [event.name for event in events_of(upper)]
    assert names.count("catalog.source.taken") == 6


def test_a_file_that_cannot_be_read_keeps_nothing_and_ends_nothing(hall: Hall, upper: UUID, clock: FixedClock) -> None:
    services.take_in(source=upper, body=_file("甲"), actor=hall.reviewer, clock=clock)
    for body in (b"{", b"\xff", _file()):
        services.take_in(source=upper, body=body, actor=hall.reviewer, clock=clock)
        services.take_in(source=upper, body=body, actor=hall.reviewer, clock=clock)
    assert _standings("province", hall) == {"甲": "present"}


def test_a_dry_run_changes_nothing(hall: Hall, upper: UUID, clock: FixedClock) -> None:
    taken = services.take_in(source=upper, body=_file("甲"), actor=hall.reviewer, clock=clock, dry_run=True)
    assert (taken.run, taken.counts["new"]) == (None, 1)
    assert not HarvestedEntry.objects.exists()


def test_only_the_authority_takes_in_and_only_oversight_looks(hall: Hall, upper: UUID, clock: FixedClock) -> None:
    for actor in (hall.officer, hall.head):
        with pytest.raises(NotAllowed):
            services.take_in(source=upper, body=_file("甲"), actor=actor, clock=clock)
        with pytest.raises(NotFound):
            queries.source(code="province", actor=actor)
        assert queries.sources(actor=actor) == ()
        with pytest.raises(NotAllowed):
            services.add_source(code="x", name="x", relation=Relation.PEER, actor=actor, clock=clock)


def test_a_code_is_used_once(hall: Hall, upper: UUID, clock: FixedClock) -> None:
    with pytest.raises(RuleBroken):
        services.add_source(code="province", name="又一个", relation=Relation.PEER, actor=hall.reviewer, clock=clock)


def test_an_own_entry_of_the_same_name_is_pointed_out(
    hall: Hall, upper: UUID, published: UUID, clock: FixedClock
) -> None:
    services.take_in(source=upper, body=_file("不动产登记（房屋）信息", "别的"), actor=hall.reviewer, clock=clock)
    own = {line.title: line.own_code for line in queries.source(code="province", actor=hall.reviewer).entries.rows}
    assert own["不动产登记（房屋）信息"].startswith("306001002/")
    assert own["别的"] == ""


def test_rows_that_contradict_themselves_are_refused_by_the_store(hall: Hall, upper: UUID, clock: FixedClock) -> None:
    services.take_in(source=upper, body=_file("甲"), actor=hall.reviewer, clock=clock)
    with pytest.raises(IntegrityError), transaction.atomic():
        HarvestedEntry.objects.update(standing="gone")


def test_the_page_takes_a_file_and_shows_its_faults(hall: Hall, upper: UUID, enter: Any) -> None:
    client = enter(hall.reviewer)
    broken = json.loads(_file("甲"))
    broken["issued"] = "2026/01/05"
    answer = client.post("/catalog/sources/province", {"file": BytesIO(json.dumps(broken).encode())}, follow=True)
    shown = answer.content.decode()
    assert "2026/01/05" in shown
    assert "甲" in shown
    tried = client.post("/catalog/sources/province", {"file": BytesIO(_file("甲", "乙")), "dry_run": "on"})
    assert "试运行" in tried.content.decode()
    assert "乙" not in client.get("/catalog/sources/province").content.decode()
    assert enter(hall.officer).get("/catalog/sources").status_code == 403
    assert enter(hall.head).get("/catalog/sources/province").status_code == 404


def test_a_source_is_added_on_the_page(hall: Hall, enter: Any) -> None:
    client = enter(hall.reviewer)
    assert client.post("/catalog/sources", {"code": "bad code", "name": "x", "relation": "peer"}).status_code == 422
    added = client.post(
        "/catalog/sources", {"code": "district-a", "name": "甲区目录", "relation": "lower"}, follow=True
    )
    assert "下级上报" in added.content.decode()
    assert client.post("/catalog/sources", {"code": "district-a", "name": "又", "relation": "lower"}).status_code == 422


def test_programs_read_what_was_taken_in(hall: Hall, upper: UUID, clock: FixedClock, enter: Any) -> None:
    services.take_in(source=upper, body=_file("甲", "乙"), actor=hall.reviewer, clock=clock)
    client = enter(hall.reviewer)
    assert client.get("/api/catalog/sources").json()[0]["present"] == 2
    page = client.get("/api/catalog/sources/province?rows=1").json()
    assert (len(page["rows"]), page["last_counts"]["new"]) == (1, 2)
    assert client.get(f"/api/catalog/sources/province?after={page['next_after']}").json()["next_after"] == ""
    assert enter(hall.officer).get("/api/catalog/sources").status_code == 403


def test_the_catalogue_is_reported_upward_with_what_changed(hall: Hall, published: UUID, clock: FixedClock) -> None:
    home = Home("https://data.example", "wl-data", "市政数局", "990100")
    body, counts = services.report_upward(receiver="省平台", home=home, actor=hall.reviewer, clock=clock)
    assert len(json.loads(body)["dcat:dataset"]) == 1
    assert counts["new"] == 1
    _, again = services.report_upward(receiver="省平台", home=home, actor=hall.reviewer, clock=clock)
    assert {move: n for move, n in again.items() if n} == {"same": 1}
    assert [row.serial for row in UpwardReport.objects.all()] == [2, 1]
    assert [line.serial for line in queries.reports(actor=hall.reviewer)] == [2, 1]
    with pytest.raises(NotAllowed):
        services.report_upward(receiver="省平台", home=home, actor=hall.officer, clock=clock)
    with pytest.raises(RuleBroken):
        services.report_upward(receiver=" ", home=home, actor=hall.reviewer, clock=clock)


def test_what_one_level_reports_the_level_above_takes_in(
    hall: Hall, upper: UUID, published: UUID, clock: FixedClock
) -> None:
    home = Home("https://data.example", "wl-data", "市政数局", "990100")
    body, _ = services.report_upward(receiver="省平台", home=home, actor=hall.reviewer, clock=clock)
    taken = services.take_in(source=upper, body=body, actor=hall.reviewer, clock=clock)
    assert (taken.counts["new"], taken.findings, taken.form) == (1, (), "jsonld")
