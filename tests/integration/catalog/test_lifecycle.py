"""An entry from draft to publication and change, on a real database (条例 12–17、19)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from zhengtong.catalog import queries, services
from zhengtong.catalog.models import Revision
from zhengtong.catalog.rules import EntryDraft, EntryState, ShareType
from zhengtong.journal.queries import events_of
from zhengtong.journal.rebuild import check
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, PlatformError, RuleBroken, WrongState
from zhengtong.parties.rules import Role
from zhengtong.standards import services as standards
from zhengtong.standards.rules import DayKind

pytestmark = pytest.mark.django_db


def _state(entry: UUID, actor: Actor) -> EntryState:
    return queries.entry(id=entry, actor=actor).row.state


def test_an_entry_goes_from_draft_to_publication_by_three_people(hall: Any, published: UUID) -> None:
    page = queries.published(id=published)
    assert page.row.guide_code == "306001002/000001"
    assert (page.row.state, page.row.version, page.row.share_type) == (EntryState.PUBLISHED, 1, "K")
    assert [e.name.rpartition(".")[2] for e in events_of(published)] == [
        "drafted", "submitted", "signed", "review-started", "published",
    ]  # fmt: skip
    assert page.origins[0].duty == "不动产登记"
    assert page.origins[0].document == "不动产权证书"


def test_the_rows_equal_what_the_events_imply(hall: Any, published: UUID, clock: FixedClock) -> None:
    services.report_change(
        entry=published, reason="职责变化", happened_on=clock.today(), actor=hall.officer, clock=clock
    )
    services.extend_change(entry=published, reason="涉及多个系统", actor=hall.leader, clock=clock)
    services.revise(entry=published, actor=hall.officer, clock=clock)
    services.submit(entry=published, actor=hall.officer, clock=clock)
    services.sign(entry=published, actor=hall.head, clock=clock)
    assert [outcome.differences for outcome in check(area="catalog")] == [()]


@pytest.mark.parametrize(
    ("missing", "key"),
    [
        ({"secrecy_review": ""}, "保密风险评估"),
        ({"pi_assessment": ""}, "个人信息保护影响评估"),
        ({"range": ""}, "共享范围"),
        ({"purpose": ""}, "使用用途"),
        ({"update_cycle": ""}, "数据更新频率"),
        ({"data_grade": ""}, "数据分级"),
    ],
)
@pytest.mark.fault("catalog.not_ready", what="缺少评估、范围、用途等必填内容的条目提交审核", unchanged="条目仍为草稿")
def test_an_incomplete_entry_cannot_be_submitted_and_stays_a_draft(
    missing: dict[str, Any], key: str, hall: Any, parcels: EntryDraft, clock: FixedClock
) -> None:
    entry = services.draft(content=replace(parcels, **missing), actor=hall.officer, clock=clock)
    with pytest.raises(RuleBroken, match="not_ready") as refused:
        services.submit(entry=entry, actor=hall.officer, clock=clock)
    assert key in refused.value.message("zh")
    assert _state(entry, hall.officer) is EntryState.DRAFT
    assert any(f.severity == "error" for f in queries.entry(id=entry, actor=hall.officer).findings)


def test_only_the_head_of_the_department_signs(hall: Any, parcels: EntryDraft, clock: FixedClock) -> None:
    entry = services.draft(content=parcels, actor=hall.officer, clock=clock)
    services.submit(entry=entry, actor=hall.officer, clock=clock)
    office_head = replace(hall.head, roles=frozenset({str(Role.SHARING_OFFICE_HEAD)}))
    for wrong in (hall.officer, office_head, hall.reviewer):
        with pytest.raises((NotAllowed, NotFound)):
            services.sign(entry=entry, actor=wrong, clock=clock)
    head_elsewhere = replace(hall.head, organization=hall.other.organization)
    with pytest.raises(NotFound):
        services.sign(entry=entry, actor=head_elsewhere, clock=clock)
    assert _state(entry, hall.officer) is EntryState.DEPT_REVIEW


@pytest.mark.fault("parties.same_person", what="编制人自己或者通过替班审核同意", unchanged="条目仍在待审核")
def test_who_drafted_does_not_sign_not_even_through_a_substitute(
    hall: Any, parcels: EntryDraft, clock: FixedClock
) -> None:
    drafted_for_head = replace(hall.officer, acting_for=hall.head.officer)
    entry = services.draft(content=parcels, actor=drafted_for_head, clock=clock)
    services.submit(entry=entry, actor=hall.officer, clock=clock)
    with pytest.raises(RuleBroken, match="same_person"):
        services.sign(entry=entry, actor=hall.head, clock=clock)
    assert _state(entry, hall.officer) is EntryState.DEPT_REVIEW


def test_a_return_needs_a_reason_and_the_department_may_send_again(
    hall: Any, parcels: EntryDraft, clock: FixedClock
) -> None:
    entry = services.draft(content=parcels, actor=hall.officer, clock=clock)
    services.submit(entry=entry, actor=hall.officer, clock=clock)
    with pytest.raises(RuleBroken, match="reason_missing"):
        services.return_(entry=entry, reason=" ", actor=hall.head, clock=clock)
    services.return_(entry=entry, reason="摘要太简单", actor=hall.head, clock=clock)
    assert queries.entry(id=entry, actor=hall.officer).standing.return_reason == "摘要太简单"
    services.edit(entry=entry, content=replace(parcels, abstract="更详细"), actor=hall.officer, clock=clock)
    services.submit(entry=entry, actor=hall.officer, clock=clock)
    assert _state(entry, hall.head) is EntryState.DEPT_REVIEW


def test_a_published_revision_stays_current_until_the_next_is_published(
    hall: Any, published: UUID, parcels: EntryDraft, clock: FixedClock
) -> None:
    assert services.revise(entry=published, actor=hall.officer, clock=clock) == 2
    with pytest.raises(WrongState, match="revision_open_already"):
        services.revise(entry=published, actor=hall.officer, clock=clock)
    services.edit(entry=published, content=replace(parcels, name="新名称"), actor=hall.officer, clock=clock)
    services.submit(entry=published, actor=hall.officer, clock=clock)
    services.sign(entry=published, actor=hall.head, clock=clock)
    assert queries.published(id=published).row.name == "不动产登记（房屋）信息"
    services.start_review(entry=published, actor=hall.reviewer, clock=clock)
    services.publish(entry=published, actor=hall.reviewer, clock=clock)
    assert queries.published(id=published).row.name == "新名称"
    assert queries.entry(id=published, actor=hall.officer, version=1).row.state is EntryState.SUPERSEDED


def test_an_update_is_due_in_ten_working_days_and_reviewed_in_two(
    hall: Any, published: UUID, clock: FixedClock
) -> None:
    services.report_change(
        entry=published, reason="法规修改", happened_on=date(2026, 3, 2), actor=hall.officer, clock=clock
    )
    assert queries.published(id=published).row.due_on == date(2026, 3, 16)
    services.extend_change(entry=published, reason="跨部门", actor=hall.leader, clock=clock)
    assert queries.published(id=published).row.due_on == date(2026, 3, 23)
    with pytest.raises(RuleBroken, match="extended_already"):
        services.extend_change(entry=published, reason="再延", actor=hall.leader, clock=clock)
    services.revise(entry=published, actor=hall.officer, clock=clock)
    services.submit(entry=published, actor=hall.officer, clock=clock)
    clock.move(timedelta(days=3))
    services.sign(entry=published, actor=hall.head, clock=clock)
    page = queries.entry(id=published, actor=hall.reviewer, version=2)
    assert page.standing.due_on == date(2026, 3, 9)  # Thursday the 5th, then Friday and Monday
    assert page.standing.late(date(2026, 3, 10))
    assert not page.standing.late(date(2026, 3, 9))
    assert queries.published(id=published).row.due_on is None  # the department's clock has stopped
    clock.move(timedelta(days=10))
    assert [r.id for r in queries.overdue(on=clock.today(), actor=SYSTEM)] == [published]


def test_a_first_filing_has_no_review_limit(hall: Any, parcels: EntryDraft, clock: FixedClock) -> None:
    entry = services.draft(content=parcels, actor=hall.officer, clock=clock)
    services.submit(entry=entry, actor=hall.officer, clock=clock)
    services.sign(entry=entry, actor=hall.head, clock=clock)
    assert queries.entry(id=entry, actor=hall.reviewer).standing.due_on is None


def test_loading_a_holiday_moves_open_due_dates(hall: Any, published: UUID, clock: FixedClock) -> None:
    services.report_change(
        entry=published, reason="法规修改", happened_on=date(2026, 3, 2), actor=hall.officer, clock=clock
    )
    standards.set_calendar_day(
        jurisdiction="990100", day=date(2026, 3, 5), kind=DayKind.HOLIDAY, name="市庆", source="市政府公告",
        actor=hall.reviewer, clock=clock,
    )  # fmt: skip
    services.recount(clock=clock)
    assert queries.published(id=published).row.due_on == date(2026, 3, 17)


@pytest.mark.fault(
    "catalog.own_entry_needs_leader", what="主管部门审核员发布本部门自己的条目", unchanged="条目仍在审核中，未发布"
)
def test_the_authority_publishes_its_own_entry_only_through_its_leader(
    hall: Any, parcels: EntryDraft, clock: FixedClock
) -> None:
    def of_authority(role: Role) -> Actor:
        return replace(hall.other, organization=hall.reviewer.organization, roles=frozenset({str(role)}))

    mine = replace(parcels, origins=())
    entry = services.draft(content=mine, actor=of_authority(Role.DATA_OFFICER), clock=clock)
    services.submit(entry=entry, actor=of_authority(Role.DATA_OFFICER), clock=clock)
    head = replace(hall.head, organization=hall.reviewer.organization)
    services.sign(entry=entry, actor=head, clock=clock)
    services.start_review(entry=entry, actor=hall.reviewer, clock=clock)
    with pytest.raises(RuleBroken, match="own_entry_needs_leader"):
        services.publish(entry=entry, actor=hall.reviewer, clock=clock)
    assert _state(entry, hall.reviewer) is EntryState.AUTHORITY_REVIEW
    assert services.publish(entry=entry, actor=hall.leader, clock=clock) == 1


def test_what_is_in_work_is_seen_by_its_department_and_once_reported_by_its_authority(
    hall: Any, parcels: EntryDraft, clock: FixedClock
) -> None:
    entry = services.draft(content=parcels, actor=hall.officer, clock=clock)
    for stranger in (hall.other, hall.reviewer):
        with pytest.raises(NotFound):
            queries.entry(id=entry, actor=stranger)
    services.submit(entry=entry, actor=hall.officer, clock=clock)
    services.sign(entry=entry, actor=hall.head, clock=clock)
    assert _state(entry, hall.reviewer) is EntryState.SUBMITTED
    with pytest.raises(NotFound):
        queries.entry(id=entry, actor=hall.other)
    nobody = replace(hall.other, roles=frozenset())
    assert queries.entries(actor=nobody).rows == ()


def test_each_person_finds_what_waits_for_him(hall: Any, parcels: EntryDraft, clock: FixedClock) -> None:
    entry = services.draft(content=parcels, actor=hall.officer, clock=clock)
    services.submit(entry=entry, actor=hall.officer, clock=clock)
    waits: Callable[[Actor], list[UUID]] = lambda actor: [r.id for r in queries.inbox(actor=actor)]  # noqa: E731
    assert waits(hall.head) == [entry]
    assert waits(hall.reviewer) == []
    assert waits(hall.other) == []
    services.sign(entry=entry, actor=hall.head, clock=clock)
    assert waits(hall.head) == []
    assert waits(hall.reviewer) == [entry]


def test_one_source_is_named_for_an_item_that_two_departments_list(
    hall: Any, published: UUID, clock: FixedClock
) -> None:
    with pytest.raises(NotAllowed):
        services.name_source(entry=published, item_name="房屋用途", reason="登记机关", actor=hall.officer, clock=clock)
    services.name_source(entry=published, item_name="房屋用途", reason="登记机关", actor=hall.reviewer, clock=clock)
    page = queries.entry(id=published, actor=hall.other)
    assert page.is_source
    assert page.sources == ("房屋用途",)
    assert [h.is_named for h in queries.item_holders(name="房屋用途", actor=hall.other)] == [True]


@pytest.mark.parametrize("verb", ["submit", "sign", "start_review", "publish"])
def test_a_published_entry_cannot_be_moved_without_a_new_revision(
    verb: str, hall: Any, published: UUID, clock: FixedClock
) -> None:
    actors = {"submit": hall.officer, "sign": hall.head}
    with pytest.raises(PlatformError):
        getattr(services, verb)(entry=published, actor=actors.get(verb, hall.reviewer), clock=clock)
    assert queries.published(id=published).row.version == 1


@pytest.mark.fault("catalog.code_taken", what="使用已撤回条目的代码", unchanged="没有新条目")
def test_a_code_is_never_used_again(hall: Any, parcels: EntryDraft, clock: FixedClock) -> None:
    first = services.draft(content=parcels, actor=hall.officer, clock=clock)
    services.withdraw(entry=first, reason="重复", actor=hall.officer, clock=clock)
    with pytest.raises(RuleBroken, match="code_taken"):
        services.draft(content=replace(parcels, guide_code="306001002/000001"), actor=hall.officer, clock=clock)
    second = services.draft(content=replace(parcels, short_code=""), actor=hall.officer, clock=clock)
    assert queries.entry(id=second, actor=hall.officer).row.guide_code == "306001002/000002"


def test_an_origin_of_another_department_is_refused(hall: Any, parcels: EntryDraft, clock: FixedClock) -> None:
    with pytest.raises(NotFound, match="no_document"):
        services.draft(content=parcels, actor=hall.other, clock=clock)


@pytest.mark.fault("catalog.text_too_long", what="名称超过200个字符", unchanged="没有写入任何内容")
def test_an_overlong_name_is_refused_before_the_database_sees_it(
    hall: Any, parcels: EntryDraft, clock: FixedClock
) -> None:
    with pytest.raises(RuleBroken, match="text_too_long"):
        services.draft(content=replace(parcels, name="长" * 201), actor=hall.officer, clock=clock)
    assert queries.entries(actor=hall.officer, filters=queries.EntryFilters(scope="mine")).rows == ()


def test_the_database_itself_refuses_a_conditional_publication_without_terms(hall: Any, published: UUID) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Revision.objects.filter(entry=published).update(range="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Revision.objects.filter(entry=published).update(state="imagined")


def test_listing_pages_filter_and_count(hall: Any, published: UUID, parcels: EntryDraft, clock: FixedClock) -> None:
    for n in range(2, 6):
        name = f"登记信息{n}"
        entry = services.draft(content=replace(parcels, name=name, short_code=""), actor=hall.officer, clock=clock)
        services.submit(entry=entry, actor=hall.officer, clock=clock)
        services.sign(entry=entry, actor=hall.head, clock=clock)
        services.start_review(entry=entry, actor=hall.reviewer, clock=clock)
        services.publish(entry=entry, actor=hall.reviewer, clock=clock)
    first = queries.entries(actor=hall.other, rows=3)
    rest = queries.entries(actor=hall.other, rows=3, after=first.next_after)
    codes = [r.guide_code for r in (*first.rows, *rest.rows)]
    assert codes == sorted(codes)
    assert len(codes) == 5
    assert rest.next_after == ""
    assert queries.published_counts()[ShareType.CONDITIONAL] == 5
    found = queries.entries(actor=hall.other, filters=queries.EntryFilters(text="信息3 登记"))
    assert [r.name for r in found.rows] == ["登记信息3"]
    assert queries.facets(actor=hall.other).providers[0].count == 5
    assert queries.entries(actor=hall.other, filters=queries.EntryFilters(scope="mine")).rows == ()


def test_the_contract_leaves_withheld_items_out(hall: Any, parcels: EntryDraft, clock: FixedClock) -> None:
    first, *others = parcels.items
    hidden = replace(first, share_type=ShareType.WITHHELD, reason="统计资料", legal_basis="统计法", basis_kind="law")
    entry = services.draft(content=replace(parcels, items=(hidden, *others)), actor=hall.officer, clock=clock)
    for act, actor in (
        ("submit", hall.officer),
        ("sign", hall.head),
        ("start_review", hall.reviewer),
        ("publish", hall.reviewer),
    ):
        getattr(services, act)(entry=entry, actor=actor, clock=clock)
    assert [f["name"] for f in queries.contract(queries.published(id=entry))["fields"]] == ["usage", "owner"]


def test_a_last_small_edit_by_another_does_not_let_the_first_writer_sign(
    hall: Any, parcels: EntryDraft, clock: FixedClock
) -> None:
    both = replace(hall.head, roles=frozenset({str(Role.DATA_OFFICER), str(Role.DEPARTMENT_HEAD)}))
    entry = services.draft(content=parcels, actor=both, clock=clock)
    services.edit(entry=entry, content=replace(parcels, abstract="改一字"), actor=hall.officer, clock=clock)
    services.submit(entry=entry, actor=hall.officer, clock=clock)
    with pytest.raises(RuleBroken, match="same_person"):
        services.sign(entry=entry, actor=both, clock=clock)


def test_a_listing_asks_the_database_the_same_few_questions_however_long_it_is(
    hall: Any, parcels: EntryDraft, clock: FixedClock, django_assert_max_num_queries: Any
) -> None:
    for n in range(12):
        services.draft(content=replace(parcels, name=f"条目{n}", short_code=""), actor=hall.officer, clock=clock)
    with django_assert_max_num_queries(3):
        page = queries.entries(actor=hall.officer, filters=queries.EntryFilters(scope="mine"))
    assert [r.item_count for r in page.rows] == [3] * 12
