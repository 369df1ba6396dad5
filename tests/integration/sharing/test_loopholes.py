"""Ways a clever clerk might try around the articles, and what closes them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from tests.support.sharing_forms import grant_item, house_reply, people_form, refuse_item
from tests.support.sharing_hall import Hall
from tests.support.sharing_story import form_for, granted, received
from tests.support.signing import client_of
from zhengtong.catalog import services as catalog
from zhengtong.journal import rebuild as journal_rebuild
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import RuleBroken, WrongState
from zhengtong.parties import services as parties
from zhengtong.parties.rules import Level, OrgKind, Role
from zhengtong.sharing import queries, services
from zhengtong.sharing.models import Grant, Reply, SharingRequest
from zhengtong.sharing.rules import Beneficiary, GrantState, Ground, Mode, RequestState
from zhengtong.sharing.services import recounting
from zhengtong.standards import services as standards
from zhengtong.standards.rules import DayKind

pytestmark = pytest.mark.django_db
On = Callable[..., FixedClock]
HEAD = str(Role.SHARING_OFFICE_HEAD)


def test_a_last_small_edit_by_another_does_not_let_the_first_drafter_approve(hall: Hall, on: On) -> None:
    first = hall.officer("tl-market")
    second = replace(first, officer=hall.holder("tl-market", Role.ENGINEER).officer)
    made = services.draft_request(form=form_for(hall), actor=first, clock=on(8, 24))
    services.update_draft(request=made, form=form_for(hall, scope="全区"), actor=second, clock=on(8, 24))
    services.submit_to_own_head(request=made, actor=second, clock=on(8, 24))
    with pytest.raises(RuleBroken, match="same_person"):
        services.approve_own(request=made, actor=replace(first, roles=frozenset({HEAD})), clock=on(8, 24))


def test_a_reply_written_again_by_another_does_not_let_the_first_writer_sign(hall: Hall, on: On) -> None:
    first = hall.officer("wl-land")
    second = replace(first, officer=hall.holder("wl-land", Role.ENGINEER).officer)
    made = received(hall, on(8, 25))
    for writer in (first, second):
        services.prepare_reply(request=made, reply=house_reply(), actor=writer, clock=on(8, 26))
    with pytest.raises(RuleBroken, match="same_person"):
        services.sign_reply(request=made, actor=replace(first, roles=frozenset({HEAD})), clock=on(8, 26))


def test_a_reply_to_the_form_before_the_supplement_is_not_signed(hall: Hall, on: On) -> None:
    """The supplement may change what is asked; the answer is written to what is asked now."""
    made = received(hall, on(8, 25), scope="")
    services.prepare_reply(request=made, reply=house_reply(), actor=hall.officer("wl-land"), clock=on(8, 26))
    services.ask_supplement(request=made, missing=("scope",), note="", actor=hall.officer("wl-land"), clock=on(8, 27))
    services.answer_supplement(
        request=made, form=form_for(hall), note="", actor=hall.officer("tl-market"), clock=on(8, 28)
    )
    assert not Reply.objects.filter(request=made).exists()
    with pytest.raises(WrongState, match="no_reply_prepared"):
        services.sign_reply(request=made, actor=hall.head("wl-land"), clock=on(8, 28))


def _people_asked(hall: Hall, on: On) -> UUID:
    officer = hall.officer("tl-market")
    form = replace(people_form(), entry=hall.entries["R01"], beneficiaries=form_for(hall).beneficiaries)
    made = services.draft_request(form=form, actor=officer, clock=on(8, 24))
    services.submit_to_own_head(request=made, actor=officer, clock=on(8, 24))
    services.approve_own(request=made, actor=hall.head("tl-market"), clock=on(8, 24))
    return made


def test_what_the_catalogue_dropped_since_is_refused_as_not_held(hall: Hall, on: On) -> None:
    """An entry withdrawn between request and reply can be answered, also where it was unconditional."""
    made = _people_asked(hall, on)
    answers = tuple(refuse_item(code, "该目录已撤回，本部门不再掌握", Ground.NOT_HELD) for code in people_form().items)
    reply = house_reply(answers=answers, rows=(), lookup=())
    with pytest.raises(RuleBroken, match="unconditional_needs_law"):
        services.prepare_reply(request=made, reply=reply, actor=hall.officer("wl-police"), clock=on(8, 24))
    catalog.withdraw(
        entry=hall.entries["R01"], reason="职责划出", actor=hall.holder("wl-data", Role.AUTHORITY_REVIEWER),
        clock=on(8, 24),
    )  # fmt: skip
    services.prepare_reply(request=made, reply=reply, actor=hall.officer("wl-police"), clock=on(8, 24))
    done = services.sign_reply(request=made, actor=hall.head("wl-police"), clock=on(8, 24))
    assert done.state is RequestState.REFUSED


def test_an_unconditional_item_is_masked_only_on_a_lawful_ground(hall: Hall, on: On) -> None:
    """A mask takes from what everybody may have: that is a condition of one's own (条例 第十五条)."""
    officer = hall.officer("tl-market")
    form = replace(
        people_form(modes=(Mode.QUERY,)), entry=hall.entries["R01"], beneficiaries=form_for(hall).beneficiaries
    )
    made = services.draft_request(form=form, actor=officer, clock=on(8, 24))
    services.submit_to_own_head(request=made, actor=officer, clock=on(8, 24))
    services.approve_own(request=made, actor=hall.head("tl-market"), clock=on(8, 24))
    rest = tuple(grant_item(code) for code in form.items if code != "name")

    def answer(**said: object) -> None:
        masked = replace(grant_item("name", mask="name"), **said)
        services.prepare_reply(
            request=made, reply=house_reply(answers=(*rest, masked), rows=(), lookup=("citizen_id",)),
            actor=hall.officer("wl-police"), clock=on(8, 24),
        )  # fmt: skip

    with pytest.raises(RuleBroken, match="refusal_needs_reason"):
        answer()
    with pytest.raises(RuleBroken, match="unconditional_needs_law"):
        answer(ground=Ground.OTHER, reason="系统升级，暂不提供")
    answer(ground=Ground.PERSONAL_INFORMATION, reason="核对实名不需要全名")


def test_nobody_consents_to_a_period_that_is_over(hall: Hall, on: On) -> None:
    made = received(hall, on(8, 25), period_from=date(2026, 8, 1), period_until=date(2026, 8, 31))
    services.prepare_reply(request=made, reply=house_reply(), actor=hall.officer("wl-land"), clock=on(8, 26))
    with pytest.raises(RuleBroken, match="period_over"):
        services.sign_reply(request=made, actor=hall.head("wl-land"), clock=on(9, 1))
    with pytest.raises(RuleBroken, match="period_over"):
        services.prepare_reply(request=made, reply=house_reply(), actor=hall.officer("wl-land"), clock=on(9, 1))


def test_a_permission_is_handed_back_with_the_reason(hall: Hall, on: On) -> None:
    grant = granted(hall)
    with pytest.raises(RuleBroken, match="act_needs_reason"):
        services.relinquish_grant(grant=grant, reason=" ", actor=hall.officer("tl-market"), clock=on(9, 20))
    assert Grant.objects.get(pk=grant).state == GrantState.DELIVERING


def test_no_provider_ends_a_service_alone(hall: Hall, on: On) -> None:
    grant, head = granted(hall), hall.head("wl-land")
    assert "revoke" not in queries.grant(actor=head, id=grant, on=date(2026, 10, 9)).verbs
    client = client_of(head, clock=on(10, 9))
    assert client.post(f"/sharing/grants/{grant}/act/revoke", {"reason": "系统迁移，服务停止"}).status_code == 404
    assert Grant.objects.get(pk=grant).state == GrantState.DELIVERING


def test_misuse_before_delivery_is_confirmed_can_be_suspended(hall: Hall, on: On) -> None:
    """A grant holds on the wire from its issue, so it can be misused and must be suspendable from then on."""
    grant = granted(hall)
    services.suspend_grant(
        grant=grant, reason="用于短信推广", actor=hall.holder("wl-data", Role.AUTHORITY_REVIEWER), clock=on(9, 14)
    )
    row = Grant.objects.get(pk=grant)
    assert row.state == GrantState.SUSPENDED


def test_a_limit_tightened_later_keeps_an_extension_already_agreed(hall: Hall, on: On) -> None:
    made = received(hall, on(9, 2))
    services.ask_extension(request=made, days=10, reason="纸质档案核对", actor=hall.head("wl-land"), clock=on(9, 10))
    services.agree_extension(request=made, actor=hall.holder("wl-data", Role.AUTHORITY_LEADER), clock=on(9, 11))
    before = SharingRequest.objects.get(pk=made).due_on
    standards.override_limit(
        limit_id="REPLY_CONDITIONAL", jurisdiction="990100", days=10, extension_days=5, in_force_from=date(2026, 9, 1),
        cites="望澜市细则", actor=hall.holder("wl-data", Role.AUTHORITY_LEADER), clock=on(9, 14),
    )  # fmt: skip
    assert SharingRequest.objects.get(pk=made).due_on == before
    assert not any(area.differences for area in journal_rebuild.check())


def test_every_open_clock_is_counted_again_however_many(hall: Hall, on: On, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recounting, "RECOUNT_BATCH", 2)
    made = [received(hall, on(9, 7), purpose=f"用途{n}") for n in range(5)]
    standards.set_calendar_day(
        jurisdiction="990100", day=date(2026, 9, 10), kind=DayKind.HOLIDAY, name="市庆", source="演示", actor=SYSTEM,
        clock=on(9, 8),
    )  # fmt: skip
    assert {row.due_on for row in SharingRequest.objects.filter(pk__in=made)} == {date(2026, 9, 21)}


def test_a_number_beyond_the_register_is_refused(hall: Hall, on: On) -> None:
    with pytest.raises(RuleBroken, match="number_invalid"):
        services.draft_request(
            form=form_for(hall), actor=hall.officer("tl-market"), clock=on(8, 24), number="999999999999"
        )


def test_a_request_due_past_the_published_years_is_provisional_until_the_year_is_loaded(hall: Hall) -> None:
    clock = FixedClock.on(date(2026, 12, 24))
    made = received(hall, clock, period_from=date(2027, 1, 1), period_until=date(2027, 12, 31))
    row = SharingRequest.objects.get(pk=made)
    assert row.due_provisional
    standards.load_year(
        year=2027, days=[(date(2027, 1, 1), DayKind.HOLIDAY, "元旦"), (date(2027, 1, 2), DayKind.MAKEUP, "调休")],
        source="国务院办公厅通知（演示）", actor=SYSTEM, clock=clock,
    )  # fmt: skip
    again = SharingRequest.objects.get(pk=made)
    assert not again.due_provisional
    assert (row.due_on, again.due_on) == (date(2027, 1, 7), date(2027, 1, 7))
    assert not any(area.differences for area in journal_rebuild.check())


def test_the_organ_of_another_place_is_no_way_to_data_of_ones_own(hall: Hall, on: On) -> None:
    form = form_for(hall)
    with pytest.raises(RuleBroken, match="own_resource"):
        services.draft_request(
            form=replace(form, beneficiaries=(Beneficiary(hall.organs["wl-land"], form.beneficiaries[0].uses),)),
            actor=hall.officer("tl-market"), clock=on(8, 24),
        )  # fmt: skip


def test_a_calendar_changed_later_does_not_move_a_clock_that_has_stopped(hall: Hall, on: On) -> None:
    """What was due when it was answered stays on record, and events alone still say so."""
    granted(hall)
    withdrawn = received(hall, on(9, 10), purpose="另一用途")
    services.withdraw(request=withdrawn, reason="不再需要", actor=hall.officer("tl-market"), clock=on(9, 11))
    before = dict(SharingRequest.objects.values_list("id", "due_on"))
    for day in (date(2026, 9, 3), date(2026, 9, 14)):
        standards.set_calendar_day(
            jurisdiction="990100",
            day=day,
            kind=DayKind.HOLIDAY,
            name="市庆",
            source="演示",
            actor=SYSTEM,
            clock=on(9, 12),
        )  # fmt: skip
    assert dict(SharingRequest.objects.values_list("id", "due_on")) == before
    assert not any(area.differences for area in journal_rebuild.check())


def test_suspended_undelivered_and_lifted_still_owes_delivery(hall: Hall, on: On) -> None:
    grant, reviewer = granted(hall), hall.holder("wl-data", Role.AUTHORITY_REVIEWER)
    services.suspend_grant(grant=grant, reason="用于短信推广", actor=reviewer, clock=on(9, 14))
    services.lift_suspension(grant=grant, evidence="已停止推广并删除", actor=reviewer, clock=on(9, 16))
    assert Grant.objects.get(pk=grant).state == GrantState.DELIVERING
    services.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=on(9, 17))
    services.suspend_grant(grant=grant, reason="用于短信推广", actor=reviewer, clock=on(9, 18))
    services.lift_suspension(grant=grant, evidence="已停止推广并删除", actor=reviewer, clock=on(9, 21))
    assert Grant.objects.get(pk=grant).state == GrantState.ACTIVE
    assert not any(area.differences for area in journal_rebuild.check())


def test_a_suspension_runs_into_termination_only_when_the_time_to_rectify_is_over(hall: Hall, on: On) -> None:
    grant, reviewer = granted(hall), hall.holder("wl-data", Role.AUTHORITY_REVIEWER)
    services.suspend_grant(
        grant=grant, reason="用于短信推广", rectify_by=date(2026, 9, 18), actor=reviewer, clock=on(9, 14)
    )
    with pytest.raises(RuleBroken, match="rectification_runs"):
        services.terminate_grant(grant=grant, reason="拒不整改", actor=reviewer, clock=on(9, 18, hour=23, minute=59))
    services.terminate_grant(grant=grant, reason="拒不整改", actor=reviewer, clock=on(9, 19, hour=0))
    assert services.expire_grants(clock=FixedClock.on(date(2027, 9, 1))) == 0
    assert not any(area.differences for area in journal_rebuild.check())


def test_a_grant_ends_at_midnight_in_beijing(hall: Hall) -> None:
    granted(hall)  # until 31 August 2027
    assert services.expire_grants(clock=FixedClock.on(date(2027, 8, 31), hour=23, minute=59)) == 0
    assert services.expire_grants(clock=FixedClock.on(date(2027, 9, 1), hour=0)) == 1


def test_a_body_outside_government_is_no_organ_of_a_request(hall: Hall, on: On) -> None:
    bank = parties.register_organization(
        code="wl-bank", name="望澜某银行", short_name="某银行", level=Level.CITY, kind=OrgKind.OTHER,
        jurisdiction="990100", actor=SYSTEM, clock=on(8, 1),
    )  # fmt: skip
    form = form_for(hall)
    organs = (*form.beneficiaries, Beneficiary(bank, form.beneficiaries[0].uses))
    with pytest.raises(RuleBroken, match="beneficiary_outside"):
        services.draft_request(
            form=replace(form, beneficiaries=organs), actor=hall.officer("tl-market"), clock=on(8, 24)
        )


def test_a_notice_after_the_due_day_does_not_make_the_reply_timely(hall: Hall, on: On) -> None:
    made = received(hall, on(9, 2), scope="")
    land = hall.officer("wl-land")
    services.ask_supplement(request=made, missing=("scope",), note="", actor=land, clock=on(9, 17))
    assert [line.number for line in queries.overdue(actor=None, on=date(2026, 9, 17))] == ["0001"]
    services.answer_supplement(
        request=made, form=form_for(hall), note="", actor=hall.officer("tl-market"), clock=on(9, 18)
    )
    assert SharingRequest.objects.get(pk=made).due_on == date(2026, 9, 16)
    services.prepare_reply(request=made, reply=house_reply(), actor=land, clock=on(9, 18))
    services.sign_reply(request=made, actor=hall.head("wl-land"), clock=on(9, 18))
    assert SharingRequest.objects.get(pk=made).answered_late
    assert not any(area.differences for area in journal_rebuild.check())


def test_an_extension_waits_at_the_authority_that_may_agree_to_it_and_nowhere_else(hall: Hall, on: On) -> None:
    """A district with an authority of its own is that authority's business, not the city's."""
    leader = hall.holder("wl-data", Role.AUTHORITY_LEADER)
    made = received(hall, on(9, 2))
    services.ask_extension(request=made, days=5, reason="纸质档案核对", actor=hall.head("wl-land"), clock=on(9, 10))

    def waits() -> bool:
        return any(card.verb == "agree_extension" for card in queries.inbox(actor=leader, on=date(2026, 9, 10)))

    assert waits()
    SharingRequest.objects.filter(pk=made).update(provider=hall.organs["tl-urban"], jurisdiction="990102")
    assert waits()
    parties.register_organization(
        code="tl-data", name="汀兰区数据局", short_name="区数据局", level=Level.COUNTY, kind=OrgKind.DEPARTMENT,
        jurisdiction="990102", is_authority=True, actor=SYSTEM, clock=on(9, 1),
    )  # fmt: skip
    assert not waits()


def test_an_extension_agreed_once_the_reply_is_late_does_not_make_it_timely(hall: Hall, on: On) -> None:
    """The article wants the authority's consent before more days run; one that comes later cures nothing."""
    made = received(hall, on(9, 2))
    leader = hall.holder("wl-data", Role.AUTHORITY_LEADER)
    services.ask_extension(request=made, days=5, reason="纸质档案核对", actor=hall.head("wl-land"), clock=on(9, 16))
    with pytest.raises(RuleBroken, match="extension_agreed_too_late"):
        services.agree_extension(request=made, actor=leader, clock=on(9, 17))
    assert SharingRequest.objects.get(pk=made).due_on == date(2026, 9, 16)
    late = {who: queries.request(actor=who, id=made, on=date(2026, 9, 17)) for who in (leader, hall.head("wl-land"))}
    assert "agree_extension" not in late[leader].verbs
    assert "ask_extension" not in late[hall.head("wl-land")].verbs
    assert [page.turn.verb for page in late.values() if page.turn] == ["prepare_reply", "prepare_reply"]
    services.decline_extension(request=made, reason="期限已过", actor=leader, clock=on(9, 17))
