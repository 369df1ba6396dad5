"""Merging and splitting drafts, over services and pages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from django.test import Client

from tests.support.sharing_forms import USE, people_form
from tests.support.sharing_hall import Hall
from tests.support.sharing_story import form_for, granted, received
from zhengtong.journal import rebuild
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotFound, RuleBroken, WrongState
from zhengtong.sharing import queries, services
from zhengtong.sharing.models import SharingRequest
from zhengtong.sharing.rules import Beneficiary, RequestState

pytestmark = pytest.mark.django_db
On = Callable[..., FixedClock]
SignIn = Callable[[Actor], Client]


def draft(hall: Hall, on: On, purpose: str, *, actor: Actor | None = None, **changes: object) -> UUID:
    form = form_for(hall, purpose=purpose, **changes)
    return services.draft_request(form=form, actor=actor or hall.officer("tl-market"), clock=on(9, 1))


def standing(hall: Hall, request: UUID) -> tuple[str, set[str], str]:
    page = queries.request(actor=hall.officer("tl-market"), id=request, on=date(2026, 9, 2))
    return str(page.line.state), {item.code for item in page.items}, page.form.purpose


def test_drafts_for_one_entry_go_out_as_one(hall: Hall, on: On) -> None:
    first = draft(hall, on, "经营场所核验", items=("located",))
    second = draft(hall, on, "招牌核验", items=("usage", "located"))
    officer = hall.officer("tl-market")
    page = queries.request(actor=officer, id=first, on=date(2026, 9, 1))
    assert [line.id for line in page.siblings] == [second]
    services.merge_drafts(request=first, others=(second,), actor=officer, clock=on(9, 2))
    assert standing(hall, first) == ("draft", {"located", "usage"}, "经营场所核验；招牌核验")
    gone = queries.request(actor=officer, id=second, on=date(2026, 9, 2))
    assert (gone.line.state, gone.withdraw_reason) == (RequestState.WITHDRAWN, f"并入 {page.line.number}")
    services.submit_to_own_head(request=first, actor=officer, clock=on(9, 2))
    services.approve_own(request=first, actor=hall.head("tl-market"), clock=on(9, 2))
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]


def test_whoever_wrote_any_of_them_does_not_approve_the_one(hall: Hall, on: On) -> None:
    officer = hall.officer("tl-market")
    both = replace(hall.head("tl-market"), roles=officer.roles | hall.head("tl-market").roles)
    first, second = draft(hall, on, "经营场所核验"), draft(hall, on, "招牌核验", actor=both)
    services.merge_drafts(request=first, others=(second,), actor=officer, clock=on(9, 2))
    services.submit_to_own_head(request=first, actor=officer, clock=on(9, 2))
    with pytest.raises(RuleBroken, match="same_person"):
        services.approve_own(request=first, actor=hall.head("tl-market"), clock=on(9, 2))


def test_only_own_drafts_for_the_same_entry_are_merged(hall: Hall, on: On) -> None:
    first, sent = draft(hall, on, "经营场所核验"), received(hall, on(8, 28), purpose="已发出")
    officer = hall.officer("tl-market")
    people = people_form(entry=hall.entries["R01"], beneficiaries=(Beneficiary(hall.organs["tl-market"], (USE,)),))
    other_entry = services.draft_request(form=people, actor=officer, clock=on(9, 1))
    theirs = replace(form_for(hall), beneficiaries=(Beneficiary(hall.organs["tl-urban"], (USE,)),))
    foreign = services.draft_request(form=theirs, actor=hall.officer("tl-urban"), clock=on(9, 1))
    for other, wrong in ((sent, WrongState), (other_entry, RuleBroken), (foreign, NotFound), (first, RuleBroken)):
        with pytest.raises(wrong):
            services.merge_drafts(request=first, others=(other,), actor=officer, clock=on(9, 2))
    assert standing(hall, first)[0] == "draft"
    assert SharingRequest.objects.get(pk=other_entry).state == RequestState.DRAFT


def test_part_of_a_draft_is_asked_for_apart(hall: Hall, on: On) -> None:
    officer = hall.officer("tl-market")
    first = draft(hall, on, "经营场所核验", items=("located", "usage"))
    made = services.part_draft(
        request=first, items={"usage"}, organs=(), purpose="只核房屋用途", actor=officer, clock=on(9, 2)
    )
    assert standing(hall, first) == ("draft", {"located"}, "经营场所核验")
    assert standing(hall, made) == ("draft", {"usage"}, "只核房屋用途")
    with pytest.raises(RuleBroken, match="part_leaves_nothing"):
        services.part_draft(request=first, items={"located"}, organs=(), purpose="再拆", actor=officer, clock=on(9, 2))
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]


def test_a_draft_that_renews_a_grant_stays_alone(hall: Hall, on: On) -> None:
    grant = granted(hall)
    services.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=on(9, 16))
    officer = hall.officer("tl-market")
    form = form_for(hall, purpose="续期")
    renewal = services.draft_request(form=form, follows=grant, actor=officer, clock=on(9, 17))
    other = draft(hall, on, "另一件")
    page = queries.request(actor=officer, id=other, on=date(2026, 9, 17))
    assert (page.siblings, page.may_part) == ((), True)
    with pytest.raises(RuleBroken, match="merge_renewal"):
        services.merge_drafts(request=renewal, others=(other,), actor=officer, clock=on(9, 17))
    with pytest.raises(RuleBroken, match="merge_renewal"):
        services.part_draft(request=renewal, items={"usage"}, organs=(), purpose="拆", actor=officer, clock=on(9, 17))


def test_the_page_merges_and_splits(hall: Hall, on: On, today: FixedClock, sign_in: SignIn) -> None:
    first, second = draft(hall, on, "经营场所核验"), draft(hall, on, "招牌核验")
    officer, address = sign_in(hall.officer("tl-market")), f"/sharing/requests/{first}"
    shown = officer.get(address).content.decode()
    assert "合并草稿" in shown
    assert "拆分草稿" in shown
    assert "合并草稿" not in sign_in(hall.head("tl-market")).get(address).content.decode()
    assert sign_in(hall.officer("wl-tax")).post(f"{address}/merge", {"others": [str(second)]}).status_code == 404
    officer.post(f"{address}/merge", {"others": ["no id", str(second)]})
    assert standing(hall, second)[0] == "withdrawn"
    refused = officer.post(f"{address}/part", {"purpose": "拆"}, follow=True).content.decode()
    assert "同时选择了信息项和使用机构" in refused
    made = officer.post(f"{address}/part", {"items": ["usage"], "purpose": "只核房屋用途"})
    assert "只核房屋用途" in officer.get(made["Location"]).content.decode()
