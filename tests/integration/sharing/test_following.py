"""A grant is renewed or widened by a request the provider consents to; the old one holds until the new one does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from pytest_django import Settings

from tests.support.sharing_forms import USE, grant_item, house_reply
from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted
from tests.support.signing import client_of
from zhengtong.journal import rebuild
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotFound, RuleBroken, WrongState
from zhengtong.sharing import queries, services
from zhengtong.sharing.models import Grant
from zhengtong.sharing.rules import Beneficiary, GrantState, Outcome, ReplyForm, RequestForm, Wider

pytestmark = pytest.mark.django_db
On = Callable[..., FixedClock]
DELIVERED = date(2026, 10, 20)


@pytest.fixture
def grant(hall: Hall, on: On) -> UUID:
    made = granted(hall)
    services.confirm_delivered(grant=made, actor=hall.officer("wl-land"), clock=on(9, 16))
    return made


def _form(hall: Hall, grant: UUID, **changes: object) -> RequestForm:
    return replace(queries.follow_form(grant=grant, actor=hall.officer("tl-market")), **changes)


def _asked(hall: Hall, on: On, grant: UUID, form: RequestForm) -> UUID:
    officer = hall.officer("tl-market")
    made = services.draft_request(form=form, follows=grant, actor=officer, clock=on(9, 21))
    services.submit_to_own_head(request=made, actor=officer, clock=on(9, 21))
    services.approve_own(request=made, actor=hall.head("tl-market"), clock=on(9, 22))
    return made


def _reply(form: RequestForm, **changes: object) -> ReplyForm:
    given = {a.item: a for a in house_reply().answers if a.outcome is not Outcome.REFUSE}
    answers = tuple(given.get(code) or grant_item(code) for code in form.items)
    return replace(house_reply(), answers=answers, **changes)


def _consented(hall: Hall, on: On, grant: UUID, form: RequestForm, **reply: object) -> tuple[UUID, ...]:
    made = _asked(hall, on, grant, form)
    officer, head = hall.officer("wl-land"), hall.head("wl-land")
    services.prepare_reply(request=made, reply=_reply(form, **reply), actor=officer, clock=on(9, 28))
    return services.sign_reply(request=made, actor=head, clock=on(9, 29)).grants


def _state(grant: UUID) -> tuple[str, str]:
    row = Grant.objects.get(pk=grant)
    return row.state, row.end_how


def test_a_renewal_on_the_same_terms_goes_on_without_a_gap_and_nothing_is_disposed_of(
    hall: Hall, on: On, grant: UUID
) -> None:
    form = _form(hall, grant)
    assert (form.period_from, form.period_until) == (date(2027, 9, 1), date(2028, 8, 30))
    (new,) = _consented(hall, on, grant, form)
    officer = hall.officer("tl-market")
    page = queries.request(actor=hall.head("wl-land"), id=Grant.objects.get(pk=new).request_id, on=DELIVERED)
    assert page.follows is not None
    old = queries.grant(actor=officer, id=grant, on=DELIVERED).line
    assert (page.follows.number, page.follows.wider) == (old.number, ())
    services.confirm_delivered(grant=new, actor=hall.officer("wl-land"), clock=on(10, 20))
    assert _state(grant) == (GrantState.ACTIVE, "")  # the new period has not begun
    last, first = FixedClock.on(date(2027, 8, 31)), FixedClock.on(date(2027, 9, 1))
    assert (services.let_followers_take_over(clock=last), services.expire_grants(clock=last)) == (0, 0)
    assert (services.let_followers_take_over(clock=first), services.expire_grants(clock=first)) == (0, 1)
    assert _state(grant) == (GrantState.EXPIRED, "expire")
    assert queries.disposal(grant=grant, actor=officer, on=first.today()) is None
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]


def test_a_wider_grant_takes_the_old_ones_place_once_it_is_delivered(hall: Hall, on: On, grant: UUID) -> None:
    more = Beneficiary(hall.organs["tl-market"], (USE, replace(USE, purpose="日常检查")))
    form = _form(hall, grant)
    form = replace(form, items=(*form.items, "mortgaged"), beneficiaries=(more,), period_from=date(2026, 10, 1))
    (new,) = _consented(hall, on, grant, form)
    request = Grant.objects.get(pk=new).request_id
    seen = queries.request(actor=hall.officer("wl-land"), id=request, on=DELIVERED).follows
    assert seen is not None
    assert dict(seen.wider) == {Wider.ITEMS: ("抵押状态",), Wider.PURPOSES: ("日常检查",)}
    held = {p.grant.id: p.grant for p in queries.grants_for_publication(at=on(10, 15).now())}
    assert {use.purpose for use in held[str(grant)].uses} == {"经营场所核验"}  # unchanged, and in force
    assert {use.purpose for use in held[str(new)].uses} == {"经营场所核验", "日常检查"}
    assert _state(grant) == (GrantState.ACTIVE, "")
    services.confirm_delivered(grant=new, actor=hall.officer("wl-land"), clock=on(10, 20))
    assert _state(grant) == (GrantState.TERMINATED, "supersede")
    assert queries.disposal(grant=grant, actor=hall.officer("tl-market"), on=DELIVERED) is None
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]


def test_what_the_new_grant_no_longer_covers_is_disposed_of(hall: Hall, on: On, grant: UUID) -> None:
    form = _form(hall, grant)
    fewer = tuple(code for code in form.items if code != "area")
    (new,) = _consented(hall, on, grant, replace(form, items=fewer, period_from=date(2026, 10, 1)))
    services.confirm_delivered(grant=new, actor=hall.officer("wl-land"), clock=on(10, 20))
    assert _state(grant) == (GrantState.TERMINATED, "supersede")
    assert queries.disposal(grant=grant, actor=hall.officer("tl-market"), on=DELIVERED) is not None


def test_giving_data_on_needs_consent_and_gives_the_third_organ_a_grant_of_its_own(
    hall: Hall, on: On, grant: UUID
) -> None:
    form, third = _form(hall, grant), hall.organs["wl-tax"]
    own = form.beneficiaries[0]
    onward = replace(form, beneficiaries=(own, Beneficiary(third, (replace(USE, system="wl-tax-desk"),))))
    request = _asked(hall, on, grant, onward)
    assert not Grant.objects.filter(consumer=third).exists()
    page = queries.request(actor=hall.officer("wl-land"), id=request, on=date(2026, 9, 22))
    assert page.follows is not None
    assert [kind for kind, _ in page.follows.wider] == [Wider.ORGANS]
    officer, head = hall.officer("wl-land"), hall.head("wl-land")
    services.prepare_reply(request=request, reply=_reply(onward), actor=officer, clock=on(9, 28))
    grants = services.sign_reply(request=request, actor=head, clock=on(9, 29)).grants
    assert Grant.objects.get(consumer=third).id in grants


def test_a_suspended_or_strange_grant_is_not_followed_and_one_request_at_a_time(
    hall: Hall, on: On, grant: UUID
) -> None:
    form, officer = _form(hall, grant), hall.officer("tl-market")
    with pytest.raises(NotFound):
        services.draft_request(form=form, follows=grant, actor=hall.officer("wl-tax"), clock=on(9, 21))
    with pytest.raises(NotFound):
        queries.follow_form(grant=grant, actor=hall.officer("wl-land"))
    first = services.draft_request(form=form, follows=grant, actor=officer, clock=on(9, 21))
    with pytest.raises(RuleBroken, match="follow_without_holder"):
        services.update_draft(
            request=first, form=replace(form, beneficiaries=(Beneficiary(hall.organs["wl-tax"], (USE,)),)),
            actor=officer, clock=on(9, 21),
        )  # fmt: skip
    with pytest.raises(RuleBroken, match="follow_open_already"):
        services.draft_request(form=replace(form, purpose="日常检查"), follows=grant, actor=officer, clock=on(9, 22))
    services.withdraw(request=first, reason="暂不续期", actor=officer, clock=on(9, 22))
    services.suspend_grant(grant=grant, reason="用于短信推广", actor=hall.head("wl-land"), clock=on(9, 22))
    with pytest.raises(WrongState, match="follow_not_in_force"):
        services.draft_request(form=form, follows=grant, actor=officer, clock=on(9, 23))


def test_the_holder_asks_from_the_page_of_the_grant(hall: Hall, on: On, grant: UUID, settings: Settings) -> None:
    settings.ZHENGTONG_CLOCK = on(9, 21)
    client, entry = client_of(hall.officer("tl-market"), clock=on(9, 21)), hall.entries["R03"]
    address = f"/sharing/new?entry={entry}&amp;follows={grant}"
    assert address in client.get(f"/sharing/grants/{grant}").content.decode()
    form = client.get(address.replace("&amp;", "&")).content.decode()
    assert "2027年9月1日" in form or "2027-09-01" in form
    assert f'name="follows" value="{grant}"' in form
    typed = {
        "entry": str(entry), "follows": str(grant), "rows": "1", "do": "save", "items": ["located"],
        "modes": ["query"], "legal_basis": "食品经营许可和备案管理办法", "purpose": "经营场所核验", "scenario": "核验",
        "scope": "汀兰区", "period_from": "2027-09-01", "period_until": "2028-08-31",
        "use0-organization": str(hall.organs["tl-market"]), "use0-system": "tl-market-food",
    }  # fmt: skip
    done = client.post("/sharing/new", typed)
    assert done.status_code == 302, done.content.decode()[:4000]
    page = client.get(done["location"]).content.decode()
    assert "同样内容，只是续期" in page
    assert done["location"] in client.get(f"/sharing/grants/{grant}").content.decode()
    assert client.get(f"/sharing/new?entry={entry}&follows=nothing").status_code == 404
    stranger = client_of(hall.officer("wl-tax"), clock=on(9, 21))
    assert stranger.get(f"/sharing/new?entry={entry}&follows={grant}").status_code == 404
