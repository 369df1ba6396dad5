"""Changing many entries at once: look first, all or none, each with its own version and events."""

from datetime import date
from uuid import UUID

import pytest
from pytest_django import Settings

from tests.support.sharing_hall import Hall
from tests.support.signing import client_of
from zhengtong.catalog import queries, services
from zhengtong.catalog.models import Revision
from zhengtong.catalog.rules import EntryDraft, EntryState
from zhengtong.catalog.rules.diffs import ChangeClass
from zhengtong.catalog.rules.many import ENTRIES_AT_ONCE
from zhengtong.journal import rebuild
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.parties.rules import Role

pytestmark = pytest.mark.django_db
CLOCK = FixedClock.on(date(2026, 10, 16))


@pytest.fixture
def entries(departments: Hall) -> dict[UUID, int]:
    """Of 市自然资源和规划局: one published, one in work."""
    officer = departments.officer("wl-land")
    made = services.draft(content=EntryDraft(name="宗地信息", guide_prefix="306001002"), actor=officer, clock=CLOCK)
    return {departments.entries["R03"]: 1, made: 1}


def test_a_version_in_work_is_edited_and_of_a_published_one_a_new_begins(
    departments: Hall, entries: dict[UUID, int]
) -> None:
    officer = departments.officer("wl-land")
    fields = {"update_cycle": "monthly", "source_system": "登记系统", "theme": ""}
    seen = queries.many_changes(entries=entries, fields=fields, actor=officer)
    assert {change.line.entry for change in seen} == set(entries)
    house = next(change for change in seen if change.line.entry == departments.entries["R03"])
    assert house.kind is ChangeClass.TIGHTENING  # daily becomes monthly
    done = services.edit_many(versions=entries, fields=fields, actor=officer, clock=CLOCK)
    assert set(done) == set(entries)
    rows = {(row.entry_id, row.number): row for row in Revision.objects.filter(entry__in=entries)}
    assert rows[departments.entries["R03"], 1].update_cycle == "daily"
    for key in (
        (departments.entries["R03"], 2),
        next((one, 1) for one in entries if one != departments.entries["R03"]),
    ):
        assert (rows[key].update_cycle, rows[key].source_system) == ("monthly", "登记系统")
        assert rows[key].state == EntryState.DRAFT
    assert rows[departments.entries["R03"], 2].theme == rows[departments.entries["R03"], 1].theme
    assert [outcome.differences for outcome in rebuild.check(area="catalog")] == [()]


def test_all_or_none(departments: Hall, entries: dict[UUID, int]) -> None:
    officer, fields = departments.officer("wl-land"), {"format": "csv"}
    stale = {**entries, departments.entries["R03"]: 9}
    before = list(Revision.objects.order_by("id").values_list("id", "format", "updated_at"))
    for versions, wrong in (
        (stale, WrongState),
        ({**entries, departments.entries["R08"]: 1}, NotFound),
        ({}, RuleBroken),
        ({UUID(int=n): 1 for n in range(ENTRIES_AT_ONCE + 1)}, RuleBroken),
    ):
        with pytest.raises(wrong):
            services.edit_many(versions=versions, fields=fields, actor=officer, clock=CLOCK)
    for given in ({}, {"theme": " "}, {"share_type": "U"}, {"secrecy_review": "保审1号"}):
        with pytest.raises(RuleBroken, match="many_fields"):
            services.edit_many(versions=entries, fields=given, actor=officer, clock=CLOCK)
    with pytest.raises(NotAllowed):
        services.edit_many(versions=entries, fields=fields, actor=departments.head("wl-land"), clock=CLOCK)
    assert list(Revision.objects.order_by("id").values_list("id", "format", "updated_at")) == before


def test_one_under_review_keeps_all_as_they_are(departments: Hall, entries: dict[UUID, int]) -> None:
    officer = departments.officer("wl-land")
    services.revise(entry=departments.entries["R03"], actor=officer, clock=CLOCK)
    services.submit(entry=departments.entries["R03"], actor=officer, clock=CLOCK)
    lines = {line.entry: line for line in queries.many_lines(actor=officer)}
    assert (lines[departments.entries["R03"]].version, lines[departments.entries["R03"]].may) == (2, False)
    versions = {**entries, departments.entries["R03"]: 2}
    with pytest.raises(WrongState):
        services.edit_many(versions=versions, fields={"format": "csv"}, actor=officer, clock=CLOCK)
    assert not Revision.objects.filter(entry__in=entries, format="csv").exists()


def test_the_page_shows_before_it_changes(departments: Hall, entries: dict[UUID, int], settings: Settings) -> None:
    settings.ZHENGTONG_CLOCK = CLOCK
    officer = client_of(departments.officer("wl-land"), clock=CLOCK)
    shown = officer.get("/catalog/many").content.decode()
    assert "宗地信息" in shown
    assert "宗地信息" not in officer.get("/catalog/many?text=不动产").content.decode()
    chosen = {"entry": [f"{entry}:{version}" for entry, version in entries.items()] + ["no id"]}
    looked = officer.post("/catalog/many", {**chosen, "update_cycle": "monthly", "do": "preview"}).content.decode()
    assert "每日" in looked
    assert "每月" in looked
    assert not Revision.objects.filter(update_cycle="monthly").exists()
    assert officer.post("/catalog/many", {**chosen, "do": "apply"}).status_code == 422
    assert officer.post("/catalog/many", {**chosen, "update_cycle": "monthly", "do": "apply"}).status_code == 302
    assert Revision.objects.filter(update_cycle="monthly").count() == len(entries)
    head = client_of(departments.holder("wl-land", Role.ENGINEER), clock=CLOCK)
    assert head.get("/catalog/many").status_code == 404
    assert head.post("/catalog/many", {**chosen, "update_cycle": "weekly", "do": "apply"}).status_code == 404
