"""Before a limit is saved its page shows which open clocks would move: those that then do; nothing is kept."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.support.sharing_hall import CITY, Hall
from tests.support.sharing_story import form_for
from zhengtong.config import wiring
from zhengtong.journal.models import Event
from zhengtong.kernel.actors import SYSTEM
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import RuleBroken
from zhengtong.parties import queries as parties
from zhengtong.parties import services as people
from zhengtong.parties.rules import Role
from zhengtong.sharing import services as sharing
from zhengtong.sharing.models import SharingRequest
from zhengtong.standards import queries
from zhengtong.standards.previewing import Preview, preview_override
from zhengtong.standards.services import override_limit

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 16)
SAID: dict[str, Any] = {
    "limit_id": "REPLY_CONDITIONAL", "jurisdiction": CITY, "extension_days": 5, "in_force_from": date(2026, 1, 1),
    "cites": "望澜市细则（演示）第九条", "mark": "D",
}  # fmt: skip


@pytest.fixture
def hall(departments: Hall, db: None, settings: Settings) -> Hall:
    settings.ZHENGTONG_CLOCK = FixedClock.on(TODAY)
    wiring.connect()
    for day in (14, 15):
        clock = FixedClock.on(date(2026, 10, day))
        form = form_for(departments, purpose=f"第{day}日的事项")
        request = sharing.draft_request(form=form, actor=departments.officer("tl-market"), clock=clock)
        sharing.submit_to_own_head(request=request, actor=departments.officer("tl-market"), clock=clock)
        sharing.approve_own(request=request, actor=departments.head("tl-market"), clock=clock)
    return departments


def _preview(hall: Hall, days: int) -> Preview:
    leader = hall.holder("wl-data", Role.AUTHORITY_LEADER)
    return preview_override(**SAID, days=days, actor=leader, clock=FixedClock.on(TODAY))


def _due() -> dict[str, date | None]:
    return dict(SharingRequest.objects.values_list("number", "due_on"))


def test_the_preview_is_what_then_happens_and_keeps_nothing(hall: Hall) -> None:
    before, events = _due(), Event.objects.count()
    shown = _preview(hall, 5)
    assert shown.count == len(shown.moved) == 2
    assert (_due(), Event.objects.count(), queries.limits_of_all_places()) == (before, events, ())
    override_limit(**SAID, days=5, actor=hall.holder("wl-data", Role.AUTHORITY_LEADER), clock=FixedClock.on(TODAY))
    after = _due()
    assert {one.number: (one.before, one.after) for one in shown.moved} == {
        number: (before[number], after[number]) for number in after if after[number] != before[number]
    }


def test_a_limit_that_moves_nothing_says_so(hall: Hall) -> None:
    assert _preview(hall, 10).count == 0


def test_a_value_that_would_be_refused_is_refused_in_the_preview(hall: Hall) -> None:
    with pytest.raises(RuleBroken, match="override_against_requester"):
        _preview(hall, 12)


def test_the_page_shows_the_preview_before_saving(hall: Hall) -> None:
    leader, clock = hall.holder("wl-data", Role.AUTHORITY_LEADER), FixedClock.on(TODAY)
    assert leader.officer
    account = people.open_account(login="leader", officer=leader.officer, is_demo=True, actor=SYSTEM, clock=clock)
    seat = parties.seats(organization=leader.organization, officer=leader.officer, on=TODAY)[0]
    browser = Client(headers={"accept-language": "zh-CN"})
    browser.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
    said = {"days": 5, "extension_days": 5, "in_force_from": "2026-01-01", "cites": SAID["cites"], "mark": "D"}
    answer = browser.post("/standards/limits/REPLY_CONDITIONAL", {**said, "preview": "1"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "2 件的期限会变动" in page
    assert queries.limits_of_all_places() == ()
    assert 'value="5"' in page  # what was typed is still there to be saved
    assert browser.post("/standards/limits/REPLY_CONDITIONAL", said).status_code == 302
