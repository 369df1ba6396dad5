"""Requests 0001, 0002, 0004, 0010 and 0011 of the demo city, with their exact dates (demo-city §6)."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from tests.support.sharing_forms import (
    HOUSES,
    PEOPLE,
    USE,
    grant_item,
    house_form,
    house_reply,
    people_form,
    refuse_item,
)
from tests.support.sharing_hall import Hall
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotFound, PlatformError, RuleBroken, WrongState
from zhengtong.parties.rules import Role
from zhengtong.sharing import queries, services
from zhengtong.sharing.rules import (
    Beneficiary,
    GrantState,
    Ground,
    ItemAnswer,
    Mode,
    Outcome,
    Quota,
    ReplyForm,
    RequestForm,
    RequestState,
)
from zhengtong.wire.grant import GrantStatus

pytestmark = pytest.mark.django_db
On = Callable[..., FixedClock]


def _send(hall: Hall, code: str, form: RequestForm, number: str, clock: FixedClock) -> UUID:
    made = services.draft_request(form=form, number=number, actor=hall.officer(code), clock=clock)
    services.submit_to_own_head(request=made, actor=hall.officer(code), clock=clock)
    services.approve_own(request=made, actor=hall.head(code), clock=clock)
    return made


def _answer(hall: Hall, code: str, request: UUID, reply: ReplyForm, clock: FixedClock) -> services.SignedReply:
    services.prepare_reply(request=request, reply=reply, actor=hall.officer(code), clock=clock)
    return services.sign_reply(request=request, actor=hall.head(code), clock=clock)


def _organs(hall: Hall, *codes: str) -> tuple[Beneficiary, ...]:
    return tuple(Beneficiary(hall.organs[code], (replace(USE, system=f"{code}-food"),)) for code in codes)


def _houses(hall: Hall, **changes: object) -> RequestForm:
    organs = _organs(hall, "tl-market", "tl-urban")
    return house_form(entry=hall.entries["R03"], beneficiaries=organs, **changes)


def test_0001_is_answered_the_same_day_and_gives_each_organ_its_own_grant(hall: Hall, on: On) -> None:
    form = people_form(entry=hall.entries["R01"], beneficiaries=_organs(hall, "tl-market", "tl-tax"))
    request = _send(hall, "tl-market", form, "0001", on(8, 24))
    page = queries.request(actor=hall.officer("wl-police"), id=request, on=date(2026, 8, 24))
    assert (page.line.due_on, page.line.remaining, page.line.limit_id) == (date(2026, 8, 25), 1, "REPLY_UNCONDITIONAL")
    reply = ReplyForm(answers=tuple(ItemAnswer(code, Outcome.VERIFY) for code in PEOPLE), quota=Quota(200, 200, 200, 1))
    signed = _answer(hall, "wl-police", request, reply, on(8, 24, hour=16))
    assert signed.state is RequestState.CONSENTED
    for grant in signed.grants:
        services.confirm_delivered(grant=grant, actor=hall.officer("wl-police"), clock=on(8, 26))
    held = queries.grants(actor=hall.officer("wl-police"), on=date(2026, 8, 26)).rows
    assert [(g.number, g.consumer.code, g.state) for g in held] == [
        ("0001-2", "tl-tax", GrantState.ACTIVE),
        ("0001-1", "tl-market", GrantState.ACTIVE),
    ]
    published = {p.grant.number: p for p in queries.grants_for_publication(at=on(8, 26).now())}
    first = published["0001-1"].grant
    assert first.modes == {Mode.VERIFY}
    assert first.fields == ()
    assert first.lookup == ("citizen_id",)
    assert [f.name for f in first.verify_fields] == list(PEOPLE)
    assert first.limits.calls_per_day == 200
    assert (first.provider, first.consumer) == ("wl-police", "tl-market")
    assert first.uses[0].system == "tl-market-food"
    assert published["0001-2"].grant.uses[0].system == "tl-tax-food"


def test_0002_is_told_once_supplemented_and_partly_consented(hall: Hall, on: On) -> None:
    bare = _houses(hall, scope="", period_until=None)
    request = _send(hall, "tl-market", bare, "0002", on(8, 25))
    land, land_head = hall.officer("wl-land"), hall.head("wl-land")
    everything = ReplyForm(tuple(refuse_item(code) for code in HOUSES))
    with pytest.raises(RuleBroken) as outright:
        services.prepare_reply(request=request, reply=everything, actor=land, clock=on(8, 26))
    assert outright.value.key == "sharing.never_refused_outright"
    services.ask_supplement(request=request, missing=("scope", "period"), note="请补全", actor=land, clock=on(8, 27))
    waiting = queries.request(actor=land, id=request, on=date(2026, 8, 27))
    assert waiting.line.due_on is None
    assert waiting.turn is not None
    assert waiting.turn.verb == "answer_supplement"
    services.answer_supplement(
        request=request, form=_houses(hall), note="已补", actor=hall.officer("tl-market"), clock=on(8, 28)
    )
    again = queries.request(actor=land, id=request, on=date(2026, 8, 28))
    assert (again.line.due_on, again.line.remaining) == (date(2026, 9, 11), 10)
    with pytest.raises(RuleBroken, match="supplement_only_once"):
        services.ask_supplement(request=request, missing=("scenario",), note="", actor=land, clock=on(8, 31))
    signed = _answer(hall, "wl-land", request, house_reply(), on(9, 9))
    assert signed.state is RequestState.PARTLY_CONSENTED
    for grant in signed.grants:
        services.confirm_delivered(grant=grant, actor=land, clock=on(9, 16))
    page = queries.request(actor=hall.officer("tl-market"), id=request, on=date(2026, 10, 16))
    outcomes = [item.outcome for item in page.items]
    assert [outcomes.count(o) for o in (Outcome.GRANT, Outcome.VERIFY, Outcome.REFUSE)] == [5, 2, 2]
    assert not page.answered_late
    assert page.line.decided_on == date(2026, 9, 9)
    assert [grant.number for grant in page.grants] == ["0002-1", "0002-2"]
    assert page.grants[0].delivered_on == date(2026, 9, 16)
    assert land_head.officer is not None


def test_the_consumer_of_0002_sees_the_row_scope_in_words_only(hall: Hall, on: On) -> None:
    request = _send(hall, "tl-market", _houses(hall), "0002", on(8, 28))
    signed = _answer(hall, "wl-land", request, house_reply(), on(9, 9))
    theirs = queries.grant(actor=hall.officer("tl-market"), id=signed.grants[0], on=date(2026, 9, 9))
    ours = queries.grant(actor=hall.officer("wl-land"), id=signed.grants[0], on=date(2026, 9, 9))
    assert theirs.rows == ()
    assert theirs.rows_note == "只限坐落在汀兰区的房屋"
    assert theirs.filter_digest
    assert ours.rows[0].values == ("望澜市汀兰区",)
    assert theirs.line.due_on == date(2026, 10, 13)
    record = queries.decision_record(actor=hall.officer("tl-market"), request=request)
    assert "望澜市汀兰区" not in record.decode()
    assert "sha-256:" + hashlib.sha256(record).hexdigest() == theirs.decision_digest
    told = json.loads(record)
    assert told["answer"]["rows"]["digest"] == theirs.filter_digest
    assert told["clock"]["due_on"] == "2026-09-11"
    bundle = {p.grant.number: p.grant for p in queries.grants_for_publication(at=on(9, 9).now())}
    assert bundle["0002-1"].row_filter is not None
    assert bundle["0002-1"].decision_digest == theirs.decision_digest
    assert {f.name: f.mask for f in bundle["0002-1"].fields}["owner"] == "name"


def test_0004_is_due_on_a_sunday_and_refused_with_an_alternative(hall: Hall, on: On) -> None:
    form = house_form(
        entry=hall.entries["R08"],
        items=("taxpayer_id", "taxable_sales"),
        purpose="筛选重点商户",
        beneficiaries=_organs(hall, "tl-urban"),
    )
    request = _send(hall, "tl-urban", form, "0004", on(9, 7))
    page = queries.request(actor=hall.head("wl-tax"), id=request, on=date(2026, 9, 7))
    assert page.line.due_on == date(2026, 9, 20)
    assert date(2026, 9, 20).isoweekday() == 7
    refusal = ReplyForm(
        (
            refuse_item("taxpayer_id", "只用于关联销售额，销售额不提供则不需要"),
            ItemAnswer(
                "taxable_sales",
                Outcome.REFUSE,
                ground=Ground.STATUTE,
                reason="招牌管理不需要销售额，且属于纳税人依法保密的情况",
                article="税收征管法 第八条",
                alternative="登记状态为无条件共享，可直接使用",
            ),
        )
    )
    signed = _answer(hall, "wl-tax", request, refusal, on(9, 16))
    assert signed.state is RequestState.REFUSED
    assert signed.grants == ()
    seen = queries.request(actor=hall.officer("tl-urban"), id=request, on=date(2026, 9, 16))
    assert seen.items[1].article == "税收征管法 第八条"
    assert "登记状态" in seen.items[1].alternative
    assert seen.turn is None
    assert not seen.answered_late


def test_0007_is_four_working_days_late_on_the_16th(hall: Hall, on: On) -> None:
    _send(hall, "tl-market", _houses(hall), "0007", on(9, 21))
    assert queries.overdue(actor=None, on=date(2026, 10, 12)) == ()
    late = queries.overdue(actor=hall.officer("wl-land"), on=date(2026, 10, 16))
    assert [(line.number, line.due_on, line.remaining) for line in late] == [("0007", date(2026, 10, 12), -4)]
    assert queries.overdue(actor=hall.officer("wl-police"), on=date(2026, 10, 16)) == ()


def test_an_extension_needs_the_authority_and_moves_the_due_date(hall: Hall, on: On) -> None:
    request = _send(hall, "tl-market", _houses(hall), "0003", on(9, 2))
    land, leader = hall.officer("wl-land"), hall.holder("wl-data", Role.AUTHORITY_LEADER)
    with pytest.raises(WrongState, match="no_extension_asked"):
        services.agree_extension(request=request, actor=leader, clock=on(9, 15))
    services.ask_extension(request=request, days=5, reason="纸质档案核对", actor=land, clock=on(9, 15))
    assert [c.verb for c in queries.inbox(actor=leader, on=date(2026, 9, 15))] == ["agree_extension"]
    services.agree_extension(request=request, actor=leader, clock=on(9, 15, hour=15))
    page = queries.request(actor=hall.officer("tl-market"), id=request, on=date(2026, 9, 15))
    assert (page.line.state, page.line.due_on) == (RequestState.EXTENDED, date(2026, 9, 22))
    assert _answer(hall, "wl-land", request, house_reply(), on(9, 21)).grants


def test_0010_expires_after_its_last_day_and_0011_is_suspended(hall: Hall, on: On) -> None:
    medical = people_form(
        entry=hall.entries["R01"],
        items=("citizen_id", "deceased"),
        modes=(Mode.QUERY,),
        period_from=date(2026, 6, 15),
        period_until=date(2026, 9, 30),
        beneficiaries=_organs(hall, "wl-medical"),
    )
    old = _send(hall, "wl-medical", medical, "0010", on(6, 2))
    given = ReplyForm((grant_item("citizen_id"), grant_item("deceased")))
    expiring = _answer(hall, "wl-police", old, given, on(6, 10)).grants[0]
    phones = house_form(
        entry=hall.entries["R04"],
        items=("uscc", "contact_phone"),
        period_from=date(2026, 7, 1),
        period_until=date(2027, 6, 30),
        beneficiaries=_organs(hall, "tl-urban"),
    )
    contact = _send(hall, "tl-urban", phones, "0011", on(6, 20))
    reply = ReplyForm((grant_item("uscc"), grant_item("contact_phone")))
    misused = _answer(hall, "wl-market", contact, reply, on(6, 26)).grants[0]
    services.confirm_delivered(grant=misused, actor=hall.officer("wl-market"), clock=on(7, 1))
    assert services.expire_grants(clock=on(9, 30)) == 0
    assert services.expire_grants(clock=on(10, 1)) == 1
    assert services.expire_grants(clock=on(10, 1)) == 0
    reviewer = hall.holder("wl-data", Role.AUTHORITY_REVIEWER)
    services.suspend_grant(grant=misused, reason="用于短信推广，超出使用用途", actor=reviewer, clock=on(10, 12))
    page = queries.grant(actor=hall.officer("tl-urban"), id=misused, on=date(2026, 10, 12))
    assert (page.line.state, page.rectify_by) == (GrantState.SUSPENDED, date(2026, 10, 26))
    state = {p.grant.number: (p.state, p.grant.status) for p in queries.grants_for_publication(at=on(10, 16).now())}
    assert state == {
        "0010-1": (GrantState.EXPIRED, GrantStatus.ACTIVE),
        "0011-1": (GrantState.SUSPENDED, GrantStatus.SUSPENDED),
    }
    with pytest.raises(RuleBroken, match="rectification_runs"):
        services.terminate_grant(grant=misused, reason="拒不整改", actor=reviewer, clock=on(10, 26))
    services.terminate_grant(grant=misused, reason="拒不整改", actor=reviewer, clock=on(10, 27))
    assert expiring != misused
    assert queries.grant_brief(number="0010-1", on=date(2026, 10, 16)) is not None


def test_withheld_data_have_no_request_only_the_law(hall: Hall, on: On) -> None:
    form = house_form(entry=hall.entries["R16"], items=("unit_name",), beneficiaries=_organs(hall, "tl-market"))
    with pytest.raises(RuleBroken) as refused:
        services.draft_request(form=form, actor=hall.officer("tl-market"), clock=on(8, 24))
    assert refused.value.key == "sharing.entry_withheld"
    assert "统计法" in refused.value.message("zh")


def test_strangers_see_nothing(hall: Hall, on: On) -> None:
    request = _send(hall, "tl-market", _houses(hall), "0002", on(8, 28))
    signed = _answer(hall, "wl-land", request, house_reply(), on(9, 9))
    day = date(2026, 9, 9)
    for code in ("wl-police", "tl-tax"):
        stranger = hall.officer(code)
        with pytest.raises(NotFound):
            queries.request(actor=stranger, id=request, on=day)
        with pytest.raises(NotFound):
            queries.grant(actor=stranger, id=signed.grants[0], on=day)
        with pytest.raises(NotFound):
            queries.decision_record(actor=stranger, request=request)
        assert queries.requests(actor=stranger, on=day).rows == ()
        assert queries.inbox(actor=stranger, on=day) == ()
    beneficiary = hall.officer("tl-urban")
    assert queries.request(actor=beneficiary, id=request, on=day).line.number == "0002"
    other = {signed.grants[0]: NotFound}
    with pytest.raises(other[signed.grants[0]]):
        queries.grant(actor=beneficiary, id=signed.grants[0], on=day)  # nobody reads under another organ's grant
    assert queries.grant(actor=beneficiary, id=signed.grants[1], on=day).line.number == "0002-2"


def test_the_provider_does_not_see_a_draft(hall: Hall, on: On) -> None:
    made = services.draft_request(form=_houses(hall), actor=hall.officer("tl-market"), clock=on(8, 24))
    for actor in (hall.officer("wl-land"), hall.holder("wl-data", Role.AUTHORITY_REVIEWER)):
        with pytest.raises(PlatformError):
            queries.request(actor=actor, id=made, on=date(2026, 8, 24))
