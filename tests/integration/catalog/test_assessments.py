"""Assessments are put on record when an entry is submitted, and an item that came later needs a new one (条例 13)."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from pytest_django import Settings

from tests.support.sharing_hall import Hall
from tests.support.signing import client_of
from zhengtong.catalog import queries, services
from zhengtong.catalog.models import Assessment
from zhengtong.catalog.queries import drafts
from zhengtong.catalog.queries.rows import revisions
from zhengtong.catalog.rules import EntryDraft, ItemDraft, ShareType
from zhengtong.catalog.rules.assessments import AssessmentKind
from zhengtong.journal import rebuild
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import RuleBroken
from zhengtong.parties.rules import Role

pytestmark = pytest.mark.django_db
CLOCK = FixedClock.on(date(2026, 10, 16))
OWNER = ItemDraft("owner_phone", "权利人电话", "C", "20", ShareType.CONDITIONAL, is_personal=True)
PARCEL = ItemDraft("parcel_no", "宗地号", "C", "20", ShareType.CONDITIONAL)


def revised(hall: Hall, *more: ItemDraft, **changes: str) -> UUID:
    """A new version of R03 with more items, submitted."""
    entry, officer = hall.entries["R03"], hall.officer("wl-land")
    services.revise(entry=entry, actor=officer, clock=CLOCK)
    row = revisions().prefetch_related("items", "origins").get(entry=entry, number=2)
    held: EntryDraft = drafts.read(row)
    content = replace(held, items=(*held.items, *more), **changes)
    services.edit(entry=entry, content=content, actor=officer, clock=CLOCK)
    services.submit(entry=entry, actor=officer, clock=CLOCK)
    return entry


def test_who_stated_which_document_for_which_items_is_on_record(departments: Hall) -> None:
    found = queries.assessments_of(entry=departments.entries["R01"])
    said = {(line.kind, line.document, line.version, line.items, line.stated_by) for line in found}
    assert said == {
        (AssessmentKind.SECRECY, "保审〔2026〕3号", 1, 6, "wl-police data_officer"),
        (AssessmentKind.PERSONAL, "个评〔2026〕3号", 1, 2, "wl-police data_officer"),
    }
    assert [outcome.differences for outcome in rebuild.check(area="catalog")] == [()]


def test_an_item_that_came_later_needs_a_new_review(departments: Hall) -> None:
    with pytest.raises(RuleBroken, match="assessment_outdated") as caught:
        revised(departments, PARCEL)
    assert "宗地号" in caught.value.message("zh")


def test_a_personal_item_that_came_later_needs_both(departments: Hall) -> None:
    with pytest.raises(RuleBroken, match="assessment_outdated") as caught:
        revised(departments, OWNER, secrecy_review="保审〔2026〕9号")
    assert "个人信息保护影响评估" in caught.value.message("zh")
    assert Assessment.objects.filter(entry=departments.entries["R03"], version=2).count() == 0


def test_with_new_documents_it_goes_its_way(departments: Hall) -> None:
    entry = revised(departments, OWNER, PARCEL, secrecy_review="保审〔2026〕9号", pi_assessment="个评〔2026〕9号")
    latest = [line for line in queries.assessments_of(entry=entry) if line.version == 2]
    assert {(line.kind, line.items) for line in latest} == {(AssessmentKind.SECRECY, 11), (AssessmentKind.PERSONAL, 1)}
    assert [outcome.differences for outcome in rebuild.check(area="catalog")] == [()]


def test_fewer_items_need_no_new_one(departments: Hall) -> None:
    entry, officer = departments.entries["R03"], departments.officer("wl-land")
    services.revise(entry=entry, actor=officer, clock=CLOCK)
    row = revisions().prefetch_related("items", "origins").get(entry=entry, number=2)
    held = drafts.read(row)
    content = replace(held, items=held.items[:-1], breaking_on=date(2027, 3, 1))
    services.edit(entry=entry, content=content, actor=officer, clock=CLOCK)
    services.submit(entry=entry, actor=officer, clock=CLOCK)
    assert Assessment.objects.filter(entry=entry).count() == 2


def test_the_page_shows_it_to_its_department_and_the_reviewer(departments: Hall, settings: Settings) -> None:
    settings.ZHENGTONG_CLOCK = CLOCK
    address = f"/catalog/{departments.entries['R03']}"
    reviewer = departments.holder("wl-data", Role.AUTHORITY_REVIEWER)
    for reader, sees in (
        (departments.officer("wl-land"), True),
        (reviewer, True),
        (departments.officer("wl-tax"), False),
    ):
        shown = client_of(reader, clock=CLOCK).get(address).content.decode()
        assert ("提交时记录" in shown) is sees
