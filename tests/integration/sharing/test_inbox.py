"""今天轮到我: silence comes to those above, and every card opens the page of its own thing."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from pytest_django import Settings

from tests.support.sharing_forms import house_reply
from tests.support.sharing_hall import Hall
from tests.support.sharing_story import form_for, granted, received
from tests.support.signing import client_of
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties.rules import Role
from zhengtong.sharing import queries, services
from zhengtong.sharing.rules import CorrectionOutcome, DisposalMethod

pytestmark = pytest.mark.django_db
RECEIVED, DUE, AFTER = date(2026, 9, 21), date(2026, 10, 12), date(2026, 10, 13)
DAY = timedelta(days=1)


def _verbs(actor: Actor, on: date) -> list[str]:
    return [card.verb for card in queries.inbox(actor=actor, on=on)]


def test_a_request_nobody_touched_comes_to_the_head_and_the_authority_after_its_day(hall: Hall) -> None:
    request = received(hall, FixedClock.on(RECEIVED))
    head, reviewer = hall.head("wl-land"), hall.holder("wl-data", Role.AUTHORITY_REVIEWER)
    assert (_verbs(head, DUE), _verbs(reviewer, DUE)) == ([], [])
    for actor in (head, reviewer):
        (card,) = queries.inbox(actor=actor, on=AFTER)
        assert (card.id, card.verb, card.late, card.due_on) == (request, "urge", True, DUE)
    assert _verbs(hall.head("wl-tax"), AFTER) == []
    reply = house_reply()
    services.prepare_reply(request=request, reply=reply, actor=hall.officer("wl-land"), clock=FixedClock.on(AFTER))
    assert _verbs(head, AFTER) == ["consent"]  # the head's own turn now, not to urge
    assert _verbs(reviewer, AFTER) == []


def test_a_late_delivery_comes_to_the_head(hall: Hall) -> None:
    grant = granted(hall)  # due on 13 October
    head = hall.head("wl-land")
    assert _verbs(head, date(2026, 10, 13)) == []
    (card,) = queries.inbox(actor=head, on=date(2026, 10, 14))
    assert (card.id, card.verb, card.page) == (grant, "urge_delivery", "sharing:grant")


def _urged(hall: Hall, on: date, *, head: str) -> list[tuple[str, date | None, bool]]:
    """What the head of a sharing office is to urge; the authority has the same and other heads have nothing."""
    actors = hall.head(head), hall.holder("wl-data", Role.AUTHORITY_REVIEWER), hall.head("wl-tax")
    of_head, of_authority, of_others = (
        [
            (card.verb, card.due_on, card.late)
            for card in queries.inbox(actor=actor, on=on)
            if card.verb.startswith("urge")
        ]
        for actor in actors
    )
    assert (of_head, of_others) == (of_authority, [])
    return of_head


def test_a_correction_nobody_answered_comes_to_the_head_and_the_authority(hall: Hall) -> None:
    grant = granted(hall)
    services.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=FixedClock.on(date(2026, 9, 16)))
    correction = services.file_correction(
        entry=hall.entries["R03"], item="usage", record_key="990102001001GB00017F00010001", value_seen="住宅",
        value_claimed="商业服务", evidence="证书记载为商业服务", actor=hall.officer("tl-market"),
        clock=FixedClock.on(RECEIVED),
    )  # fmt: skip
    due = queries.correction(id=correction, actor=hall.officer("wl-land"), on=RECEIVED).line.due_on
    assert due is not None
    assert _urged(hall, due, head="wl-land") == []
    assert _urged(hall, due + DAY, head="wl-land") == [("urge_correction", due, True)]
    services.answer_correction(
        correction=correction, outcome=CorrectionOutcome.NOT_CORRECTED, cause="登记簿记载为住宅",
        actor=hall.officer("wl-land"), clock=FixedClock.on(due + DAY),
    )  # fmt: skip
    assert _urged(hall, due + DAY, head="wl-land") == []


def test_a_disposal_nobody_reported_comes_to_the_head_and_the_authority(hall: Hall) -> None:
    grant = granted(hall)
    services.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=FixedClock.on(date(2026, 9, 16)))
    ended = FixedClock.on(date(2026, 9, 25))
    services.relinquish_grant(grant=grant, reason="不再需要", actor=hall.head("tl-market"), clock=ended)
    due = date(2026, 10, 15)
    assert _urged(hall, due, head="tl-market") == []
    assert _urged(hall, due + DAY, head="tl-market") == [("urge_disposal", due, True)]
    services.report_disposal(
        grant=grant, method=DisposalMethod.DESTROYED, evidence="删除业务库副本和备份", actor=hall.officer("tl-market"),
        clock=FixedClock.on(due + DAY),
    )  # fmt: skip
    assert _urged(hall, due + DAY, head="tl-market") == []


def test_a_source_that_has_not_catalogued_comes_to_its_head_and_the_authority(hall: Hall) -> None:
    on, due = FixedClock.on(RECEIVED), date(2026, 10, 12)
    demand = services.raise_demand(
        what="管线数据", items=("管径",), matter="道路挖掘", legal_basis="城市道路管理条例",
        actor=hall.officer("tl-market"), clock=on, holder=hall.organs["wl-police"],
    )  # fmt: skip
    services.name_demand_source(
        demand=demand, source=hall.organs["wl-land"], catalog_by=due, note="登记机构是数源",
        actor=hall.holder("wl-data", Role.AUTHORITY_REVIEWER), clock=on,
    )  # fmt: skip
    assert _urged(hall, due, head="wl-land") == []
    assert _urged(hall, due + DAY, head="wl-land") == [("urge_catalogue", due, True)]
    services.link_demand(
        demand=demand, entry=hall.entries["R03"], actor=hall.officer("wl-land"), clock=FixedClock.on(due + DAY)
    )
    assert _urged(hall, due + DAY, head="wl-land") == []


def test_every_card_opens_the_page_of_its_thing(hall: Hall, settings: Settings) -> None:
    on = settings.ZHENGTONG_CLOCK = FixedClock.on(date(2026, 10, 8))
    officer = hall.officer("tl-market")
    services.draft_request(form=form_for(hall, purpose="另一事项"), actor=officer, clock=on)
    grant = granted(hall)
    services.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=FixedClock.on(date(2026, 9, 16)))
    services.file_correction(
        entry=hall.entries["R03"], item="usage", record_key="990102001001GB00017F00010001", value_seen="住宅",
        value_claimed="商业服务", evidence="证书记载为商业服务", actor=officer, clock=on,
    )  # fmt: skip
    services.relinquish_grant(grant=grant, reason="不再需要", actor=hall.head("tl-market"), clock=on)
    services.raise_demand(
        what="管线数据", items=("管径",), matter="道路挖掘", legal_basis="城市道路管理条例", actor=officer, clock=on,
        holder=hall.organs["wl-land"],
    )  # fmt: skip
    seen = set[str]()
    for actor in (officer, hall.officer("wl-land"), hall.holder("wl-data", Role.AUTHORITY_REVIEWER)):
        reader = client_of(actor, clock=on)
        assert reader.get("/sharing/inbox").status_code == 200
        for card in queries.inbox(actor=actor, on=on.today()):
            seen.add(card.kind)
            address = reverse(card.page, args=[card.id])
            assert f'href="{address}"' in reader.get("/sharing/inbox").content.decode()
            assert reader.get(address).status_code == 200
    assert seen == {"request", "correction", "demand", "disposal"}
