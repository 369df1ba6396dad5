"""Bad input at every door of sharing: one clear message, nothing written."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.support.sharing_forms import USE, grant_item, house_form, house_reply, people_form, refuse_item
from tests.support.sharing_hall import Hall
from tests.support.sharing_story import form_for, received
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import PlatformError, RuleBroken
from zhengtong.parties import queries as parties
from zhengtong.parties import services as party_services
from zhengtong.sharing import queries, services
from zhengtong.sharing.models import Reply, SharingRequest
from zhengtong.sharing.rules import Beneficiary, Ground, Mode, Quota, ReplyForm, RequestForm

pytestmark = pytest.mark.django_db
On = Callable[..., FixedClock]


def _refused(hall: Hall, form: RequestForm, clock: FixedClock) -> str:
    with pytest.raises(PlatformError) as caught:
        services.draft_request(form=form, actor=hall.officer("tl-market"), clock=clock)
    assert caught.value.message("zh")
    assert caught.value.remedy("en")
    assert not SharingRequest.objects.exists()
    return caught.value.key


@pytest.mark.fault("sharing.entry_withheld", what="withheld data are requested", unchanged="no request is kept")
@pytest.mark.fault("sharing.text_too_long", what="a text beyond its bound", unchanged="no request is kept")
@pytest.mark.fault("sharing.item_unknown", what="an item the entry does not have", unchanged="no request is kept")
def test_a_form_beyond_its_bounds_is_not_kept(hall: Hall, on: On) -> None:
    good, clock = form_for(hall), on(8, 24)
    stranger = (Beneficiary(UUID(int=5), (USE,)),)
    for form, key in (
        (replace(good, entry=hall.entries["R16"], items=("unit_name",)), "sharing.entry_withheld"),
        (replace(good, entry=UUID(int=9)), "catalog.not_published"),
        (replace(good, scope="长" * 2001), "sharing.text_too_long"),
        (replace(good, legal_basis="长" * 1001), "sharing.text_too_long"),
        (replace(good, items=("nope",)), "sharing.item_unknown"),
        (replace(good, items=()), "sharing.items_out_of_bounds"),
        (replace(good, period_from=date(2026, 9, 2), period_until=date(2026, 9, 1)), "sharing.period_backwards"),
        (replace(good, beneficiaries=good.beneficiaries * 2), "sharing.beneficiaries_out_of_bounds"),
    ):
        assert _refused(hall, form, clock) == key
    with pytest.raises(RuleBroken, match="beneficiary_unknown"):
        services.draft_request(form=replace(good, beneficiaries=stranger), actor=hall.officer("tl-market"), clock=clock)
    for number in ("12", "１２３４", "12a4", "1234567890123"):
        with pytest.raises(RuleBroken, match="number_invalid"):
            services.draft_request(form=good, number=number, actor=hall.officer("tl-market"), clock=clock)
    assert not SharingRequest.objects.exists()


@pytest.mark.fault(
    "sharing.unconditional_needs_law",
    what="unconditional data are refused because of a system upgrade",
    unchanged="no reply is kept; the clock runs on",
)
@pytest.mark.fault(
    "sharing.mask_only_on_text", what="a mask on a number", unchanged="no reply is kept; the clock runs on"
)
def test_an_unlawful_reply_is_not_kept(hall: Hall, on: On) -> None:
    people = people_form(
        entry=hall.entries["R01"],
        modes=(Mode.QUERY,),
        beneficiaries=(Beneficiary(hall.organs["tl-market"], (USE,)),),
    )
    officer, head = hall.officer("tl-market"), hall.head("tl-market")
    made = services.draft_request(form=people, actor=officer, clock=on(8, 24))
    services.submit_to_own_head(request=made, actor=officer, clock=on(8, 24))
    services.approve_own(request=made, actor=head, clock=on(8, 24))
    lawful = {"ground": Ground.PERSONAL_INFORMATION, "reason": "核对实名不需要原值"}
    upgrade = refuse_item("born_on", "系统升级", Ground.OTHER)
    others = tuple(grant_item(code) for code in ("citizen_id", "name", "sex", "ethnic"))
    police = hall.officer("wl-police")
    for answer, key in (
        (upgrade, "sharing.unconditional_needs_law"),
        (replace(grant_item("born_on", mask="name"), **lawful), "sharing.mask_only_on_text"),
        (replace(grant_item("born_on", mask="blur"), **lawful), "sharing.mask_unknown"),
    ):
        with pytest.raises(RuleBroken, match=key):
            services.prepare_reply(request=made, reply=ReplyForm((*others, answer)), actor=police, clock=on(8, 25))
    assert not Reply.objects.exists()
    assert SharingRequest.objects.get(pk=made).due_on == date(2026, 8, 25)


def test_a_batch_grant_has_rows_a_day_and_no_lookup(hall: Hall, on: On) -> None:
    """0005: 市医保局, 100,000 rows daily."""
    use = replace(USE, system="wl-medical-core", matters=())
    form = people_form(
        entry=hall.entries["R01"],
        modes=(Mode.BATCH,),
        beneficiaries=(Beneficiary(hall.organs["wl-medical"], (use,)),),
    )
    officer = hall.officer("wl-medical")
    made = services.draft_request(form=form, number="0005", actor=officer, clock=on(8, 24))
    services.submit_to_own_head(request=made, actor=officer, clock=on(8, 24))
    services.approve_own(request=made, actor=hall.head("wl-medical"), clock=on(8, 24))
    assert queries.request(actor=officer, id=made, on=date(2026, 8, 24)).gaps == ()
    reply = ReplyForm(
        tuple(grant_item(code) for code in form.items), quota=Quota(rows_per_day=100_000), note="每日一批"
    )
    services.prepare_reply(request=made, reply=reply, actor=hall.officer("wl-police"), clock=on(8, 25))
    services.sign_reply(request=made, actor=hall.head("wl-police"), clock=on(8, 25))
    (held,) = queries.grants_for_publication(at=on(8, 25).now())
    assert held.grant.lookup == ()
    assert held.grant.limits.rows_per_day == 100_000
    assert held.grant.limits.calls_per_day is None


@pytest.fixture
def land(hall: Hall, settings: Settings) -> Client:
    clock = FixedClock.on(date(2026, 9, 1))
    settings.ZHENGTONG_CLOCK = clock
    officer = hall.officer("wl-land")
    assert officer.officer
    assert officer.organization
    account = party_services.open_account(
        login="land", officer=officer.officer, is_demo=True, actor=SYSTEM, clock=clock
    )
    seat = parties.seats(organization=officer.organization, officer=officer.officer, on=clock.today())[0]
    client = Client()
    client.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
    return client


def test_odd_addresses_and_bodies_never_break_a_page(hall: Hall, on: On, land: Client) -> None:
    request = received(hall, on(8, 28))
    page = f"/sharing/requests/{request}"
    assert land.get("/sharing/", {"after": "\x00", "state": "\x00"}).status_code == 200
    assert land.get("/sharing/grants", {"after": "0" * 9000, "state": "x"}).status_code == 200
    for odd in ("²", "9" * 40, "٣"):
        assert land.get("/sharing/", {"after": odd, "state": odd, "role": odd}).status_code == 200
        assert land.post(f"{page}/act/withdraw", {"version": odd, "reason": odd}).status_code in {302, 404, 409}
    assert land.get("/sharing/new", {"entry": "x\x00"}).status_code == 404
    assert land.get(f"{page}/act/submit").status_code == 405
    assert land.post(f"{page}/act/nothing").status_code in {302, 404}
    assert land.post(f"{page}/supplement", {"missing": ["scope\x00"], "note": "\x00"}).status_code == 200
    assert land.post(f"{page}/extension", {"days": "999999999999", "reason": "x"}).status_code == 200
    assert land.get("/api/sharing/requests", {"after": "\x00"}).status_code == 422
    headers = {"If-Match": '"3"', "Idempotency-Key": "bad-input-1"}
    body = {"reason": "无\x00效的理由", "ground": "necessity"}
    answer = land.post(
        f"/api/sharing/requests/{request}/refusal", body, content_type="application/json", headers=headers
    )
    assert answer.status_code == 422
    assert SharingRequest.objects.get(pk=request).version == 3


def test_lists_cost_the_same_however_long(
    hall: Hall, on: On, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(6):
        made = received(hall, on(8, 28), purpose=f"用途 {n}")
        services.prepare_reply(request=made, reply=house_reply(), actor=hall.officer("wl-land"), clock=on(9, 1))
        services.sign_reply(request=made, actor=hall.head("wl-land"), clock=on(9, 1))
    received(hall, on(8, 28), purpose="待办")
    actor = hall.officer("wl-land")
    with django_assert_max_num_queries(5):
        assert len(queries.requests(actor=actor, on=date(2026, 9, 2)).rows) == 7
    with django_assert_max_num_queries(4):
        assert len(queries.grants(actor=actor, on=date(2026, 9, 2)).rows) == 6
    with django_assert_max_num_queries(1):
        assert len(queries.grants_for_publication(at=on(9, 2).now())) == 6


def test_a_form_of_another_entry_is_refused(hall: Hall, on: On) -> None:
    officer = hall.officer("tl-market")
    made = services.draft_request(form=form_for(hall), actor=officer, clock=on(8, 24))
    other = house_form(entry=hall.entries["R04"], items=("uscc",), beneficiaries=form_for(hall).beneficiaries)
    with pytest.raises(RuleBroken, match="other_entry"):
        services.update_draft(request=made, form=other, actor=officer, clock=on(8, 24))
