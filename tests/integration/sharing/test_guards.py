"""Who may not, when it is too late, and what the database itself holds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from tests.support.sharing_forms import house_reply
from tests.support.sharing_hall import Hall
from tests.support.sharing_story import form_for, granted, received
from zhengtong.journal import rebuild as journal_rebuild
from zhengtong.journal.queries import events_of
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.parties.rules import Role
from zhengtong.sharing import queries, services
from zhengtong.sharing.models import Grant, SharingRequest
from zhengtong.sharing.rules import RequestState
from zhengtong.standards import services as standards
from zhengtong.standards.rules import DayKind

pytestmark = pytest.mark.django_db
On = Callable[..., FixedClock]


@pytest.mark.fault(
    "sharing.same_person", what="one person drafts and approves a request", unchanged="the request stays with the head"
)
def test_the_drafter_cannot_approve_even_with_both_roles_or_as_a_substitute(hall: Hall, on: On) -> None:
    officer = hall.officer("tl-market")
    both = replace(officer, roles=officer.roles | {str(Role.SHARING_OFFICE_HEAD)})
    head = hall.head("tl-market")
    made = services.draft_request(form=form_for(hall), actor=officer, clock=on(8, 24))
    services.submit_to_own_head(request=made, actor=officer, clock=on(8, 24))
    stand_in = replace(head, officer=officer.officer, acting_for=head.officer)
    for actor in (both, stand_in):
        with pytest.raises(RuleBroken, match="same_person"):
            services.approve_own(request=made, actor=actor, clock=on(8, 24))
    assert SharingRequest.objects.get(pk=made).state == RequestState.OWN_REVIEW


@pytest.mark.fault(
    "sharing.no_request", what="an officer of another department acts on a request", unchanged="nothing is written"
)
def test_another_department_cannot_act(hall: Hall, on: On) -> None:
    made = received(hall, on(8, 25))
    for act in (
        lambda a: services.prepare_reply(request=made, reply=house_reply(), actor=a, clock=on(8, 26)),
        lambda a: services.ask_supplement(request=made, missing=("scope",), note="", actor=a, clock=on(8, 26)),
        lambda a: services.withdraw(request=made, reason="不需要了", actor=a, clock=on(8, 26)),
    ):
        with pytest.raises(NotFound, match="no_request"):
            act(hall.officer("wl-police"))
    assert SharingRequest.objects.get(pk=made).version == 3


def test_the_wrong_role_and_the_wrong_moment_are_refused(hall: Hall, on: On) -> None:
    made = received(hall, on(8, 25))
    services.prepare_reply(request=made, reply=house_reply(), actor=hall.officer("wl-land"), clock=on(8, 26))
    with pytest.raises(NotAllowed):
        services.sign_reply(request=made, actor=hall.officer("wl-land"), clock=on(8, 26))
    services.sign_reply(request=made, actor=hall.head("wl-land"), clock=on(8, 26))
    with pytest.raises(WrongState, match="wrong_state"):
        services.sign_reply(request=made, actor=hall.head("wl-land"), clock=on(8, 27))


@pytest.mark.fault(
    "sharing.already_open",
    what="the same request is sent twice",
    unchanged="one request stands; the second is not kept",
)
def test_one_open_request_for_a_resource_and_purpose(hall: Hall, on: On) -> None:
    made = received(hall, on(8, 25))
    with pytest.raises(RuleBroken, match="already_open"):
        services.draft_request(form=form_for(hall), actor=hall.officer("tl-market"), clock=on(8, 26))
    assert SharingRequest.objects.count() == 1
    row = SharingRequest.objects.get(pk=made)
    row.id, row.number = UUID(int=7), "0099"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.fault(
    "sharing.changed_meanwhile", what="two people change a draft at once", unchanged="the first change stands"
)
def test_a_stale_version_is_refused(hall: Hall, on: On) -> None:
    officer = hall.officer("tl-market")
    made = services.draft_request(form=form_for(hall), actor=officer, clock=on(8, 24))
    services.update_draft(request=made, form=form_for(hall, scope="全区"), version=1, actor=officer, clock=on(8, 24))
    with pytest.raises(WrongState, match="changed_meanwhile"):
        services.update_draft(
            request=made, form=form_for(hall, scope="一街"), version=1, actor=officer, clock=on(8, 24)
        )
    assert SharingRequest.objects.get(pk=made).scope == "全区"


def test_the_authority_as_provider_needs_a_second_approver(hall: Hall, on: On) -> None:
    """An entry of the authority's own is answered by two signatures."""
    made = received(hall, on(8, 25))
    row = SharingRequest.objects.get(pk=made)
    SharingRequest.objects.filter(pk=made).update(provider=hall.organs["wl-data"])
    assert row.provider_id != hall.organs["wl-data"]
    services.prepare_reply(request=made, reply=house_reply(), actor=hall.officer("wl-data"), clock=on(8, 26))
    first = services.sign_reply(request=made, actor=hall.head("wl-data"), clock=on(8, 26))
    assert first.awaits_countersignature
    assert not first.grants
    head = hall.head("wl-data")
    same = replace(head, roles=head.roles | {str(Role.AUTHORITY_LEADER)})
    with pytest.raises(RuleBroken, match="same_person"):
        services.countersign_reply(request=made, actor=same, clock=on(8, 27))
    leader = hall.holder("wl-data", Role.AUTHORITY_LEADER)
    assert services.countersign_reply(request=made, actor=leader, clock=on(8, 27)).grants


def test_the_database_refuses_a_decision_without_a_record_and_a_signer_who_prepared(hall: Hall, on: On) -> None:
    made = received(hall, on(8, 25))
    with pytest.raises(IntegrityError), transaction.atomic():
        SharingRequest.objects.filter(pk=made).update(state=str(RequestState.CONSENTED))
    with pytest.raises(IntegrityError), transaction.atomic():
        SharingRequest.objects.filter(pk=made).update(approved_by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        SharingRequest.objects.filter(pk=made).update(state="lost")


def test_rows_equal_what_the_events_imply(hall: Hall, on: On) -> None:
    grant = granted(hall)
    services.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=on(9, 16))
    head = hall.head("wl-land")
    services.suspend_grant(grant=grant, reason="超出使用用途", actor=head, clock=on(9, 21))
    services.lift_suspension(grant=grant, evidence="已删除并核验", actor=head, clock=on(9, 24))
    second = received(hall, on(9, 24), purpose="日常检查", scope="")
    land = hall.officer("wl-land")
    services.ask_supplement(request=second, missing=("scope",), note="", actor=land, clock=on(9, 28))
    (found,) = journal_rebuild.check(area="sharing")
    assert found.differences == ()
    assert found.things == 3
    assert [fact.name for fact in events_of(grant)] == [
        "sharing.grant.issued",
        "sharing.grant.delivered",
        "sharing.grant.suspended",
        "sharing.grant.lifted",
    ]
    Grant.objects.filter(pk=grant).update(state="expired", ended_on=date(2026, 9, 30))
    (off,) = journal_rebuild.check(area="sharing")
    assert off.differences


def test_events_carry_no_names_of_people(hall: Hall, on: On) -> None:
    made = received(hall, on(8, 25))
    said = " ".join(str(fact.payload) for fact in events_of(made))
    assert "tl-market" not in said  # officers' names here begin with their organ's code


def test_setting_a_calendar_day_recounts_open_clocks(hall: Hall, on: On) -> None:
    made = received(hall, on(8, 28))
    assert SharingRequest.objects.get(pk=made).due_on == date(2026, 9, 11)
    standards.set_calendar_day(
        jurisdiction="990100",
        day=date(2026, 9, 3),
        kind=DayKind.HOLIDAY,
        name="全市停工",
        source="演示",
        actor=SYSTEM,
        clock=on(8, 31),
    )
    assert SharingRequest.objects.get(pk=made).due_on == date(2026, 9, 14)


def test_a_department_may_hand_back(hall: Hall, on: On) -> None:
    grant = granted(hall)
    services.relinquish_grant(grant=grant, reason="事项取消", actor=hall.officer("tl-market"), clock=on(9, 14))
    assert queries.grant(actor=hall.head("wl-land"), id=grant, on=date(2026, 9, 14)).end_how == "relinquish"


def test_people_decide_not_the_system(hall: Hall, on: On) -> None:
    with pytest.raises(NotAllowed):
        services.draft_request(form=form_for(hall), actor=SYSTEM, clock=on(8, 24))
    nobody = Actor(None, "", hall.organs["tl-market"], frozenset({"data_officer"}), "990102")
    with pytest.raises(NotAllowed, match="needs_a_person"):
        services.draft_request(form=form_for(hall), actor=nobody, clock=on(8, 24))


def test_lists_page_by_number(hall: Hall, on: On) -> None:
    for n in range(5):
        received(hall, on(8, 25), purpose=f"用途 {n}")
    actor = hall.officer("wl-land")
    first = queries.requests(actor=actor, on=date(2026, 8, 26), rows=3)
    rest = queries.requests(actor=actor, on=date(2026, 8, 26), rows=3, after=first.next_after)
    assert [r.number for r in (*first.rows, *rest.rows)] == ["0005", "0004", "0003", "0002", "0001"]
    assert rest.next_after == ""
    counted = queries.counts(actor=actor, on=date(2026, 9, 8))
    assert (counted.open, counted.due_today, counted.late) == (5, 5, 0)


@pytest.mark.fault(
    "sharing.lift_by_who_suspended", what="提供方恢复主管部门决定暂停的许可", unchanged="许可仍为暂停，结点继续拒绝"
)
def test_the_provider_does_not_lift_what_the_authority_ordered(hall: Hall, on: On) -> None:
    grant, reviewer = granted(hall), hall.holder("wl-data", Role.AUTHORITY_REVIEWER)
    services.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=on(9, 16))
    services.suspend_grant(grant=grant, reason="用于短信推广", breach="U2", actor=reviewer, clock=on(9, 17))
    head = hall.head("wl-land")
    assert "lift" not in queries.grant(actor=head, id=grant, on=date(2026, 9, 18)).verbs
    with pytest.raises(RuleBroken, match="lift_by_who_suspended"):
        services.lift_suspension(grant=grant, evidence="已停用并复核", actor=head, clock=on(9, 18))
    assert "lift" in queries.grant(actor=reviewer, id=grant, on=date(2026, 9, 18)).verbs
    services.lift_suspension(grant=grant, evidence="已停用并复核", actor=reviewer, clock=on(9, 18))
    services.suspend_grant(grant=grant, reason="再次用于推广", breach="U2", actor=head, clock=on(9, 21))
    services.lift_suspension(grant=grant, evidence="已停用并复核", actor=reviewer, clock=on(9, 22))
