"""Open work handed from seat to seat: the sheet is the inbox of that day, the other takes it, nobody else sees it."""

from dataclasses import replace
from datetime import date

import pytest
from pytest_django import Settings

from tests.support.sharing_hall import SINCE, Hall
from tests.support.sharing_story import received
from tests.support.signing import client_of
from zhengtong.journal import queries as journal
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.parties import queries, services
from zhengtong.parties.queries import HandoverLine, SeatCard
from zhengtong.parties.rules import Role
from zhengtong.portal.inbox import inbox
from zhengtong.portal.views.handovers import open_lines

pytestmark = pytest.mark.django_db
CLOCK = FixedClock.on(date(2026, 9, 1))
LINE = HandoverLine(
    "0001", "不动产登记", "区市监局 → 市自然资源和规划局", "准备答复", date(2026, 9, 11), False, "/sharing/"
)


def seat_of(actor: Actor) -> SeatCard:
    (seat,) = queries.seats(on=CLOCK.today(), officer=actor.officer)
    return seat


def successor(hall: Hall, *roles: Role, organ: str = "wl-land") -> Actor:
    officer = services.add_officer(name="新来的同事", actor=SYSTEM, clock=CLOCK)
    services.give_seat(
        officer=officer, organization=hall.organs[organ], roles=roles, title="接任岗位", from_on=SINCE, actor=SYSTEM,
        clock=CLOCK,
    )  # fmt: skip
    place = "990100"
    return Actor(officer, "新来的同事", hall.organs[organ], frozenset(map(str, roles)), place)


def test_what_waits_for_the_seat_goes_on_the_sheet_and_the_other_takes_it(departments: Hall) -> None:
    received(departments, FixedClock.on(date(2026, 8, 28)))
    officer, other = departments.officer("wl-land"), successor(departments, Role.DATA_OFFICER)
    lines = open_lines(seat_of(officer), CLOCK)
    assert [(line.number, line.action) for line in lines] == [("0001", "准备答复")]
    made = services.hand_over(
        giver=seat_of(officer).id, taker=seat_of(other).id, lines=lines, note="卷宗在柜二", actor=officer, clock=CLOCK
    )
    waiting = [line for line in inbox(actor=other, clock=CLOCK) if line.action == "接收交接"]
    assert [line.url for line in waiting] == [f"/handovers/{made}"]
    with pytest.raises(NotFound):
        services.take_handover(handover=made, actor=officer, clock=CLOCK)
    services.take_handover(handover=made, actor=other, clock=CLOCK)
    with pytest.raises(WrongState):
        services.take_handover(handover=made, actor=other, clock=CLOCK)
    page = queries.handover(id=made, actor=other)
    assert (page.lines, page.note, page.card.taken_on, page.may_take) == (lines, "卷宗在柜二", CLOCK.today(), False)
    assert [line for line in inbox(actor=other, clock=CLOCK) if line.action == "接收交接"] == []
    events = " ".join(str(fact.payload) for fact in journal.events_of(made))
    assert "卷宗" not in events
    assert "不动产" not in events


def test_only_to_a_seat_of_the_house_that_may_do_the_work(departments: Hall) -> None:
    officer, head = departments.officer("wl-land"), departments.head("wl-land")
    clerk = successor(departments, Role.COUNTER_CLERK)
    other = successor(departments, Role.DATA_OFFICER, Role.ENGINEER)
    stranger = departments.officer("wl-tax")
    for taker, wrong, key in (
        (clerk, RuleBroken, "handover_roles"),
        (stranger, NotFound, "no_seat"),
        (officer, RuleBroken, "handover_to_oneself"),
    ):
        with pytest.raises(wrong, match=key):
            _give(officer, taker, officer)
    with pytest.raises(NotAllowed, match="handover_by_whom"):
        _give(officer, other, clerk)
    with pytest.raises(NotFound):
        _give(officer, other, departments.head("wl-tax"))
    _give(officer, other, head)
    with pytest.raises(RuleBroken, match="handover_waits"):
        _give(officer, other, officer)


def _give(giver: Actor, taker: Actor, by: Actor) -> None:
    services.hand_over(giver=seat_of(giver).id, taker=seat_of(taker).id, lines=(LINE,), note="", actor=by, clock=CLOCK)


def test_a_sheet_is_for_its_two_the_heads_and_the_auditor(departments: Hall) -> None:
    officer, other = departments.officer("wl-land"), successor(departments, Role.DATA_OFFICER)
    _give(officer, other, officer)
    (card,) = queries.handovers(actor=departments.head("wl-land")).rows
    auditor = replace(departments.head("wl-land"), officer=None, roles=frozenset({str(Role.AUDITOR)}))
    for reader in (officer, other, auditor):
        assert queries.handover(id=card.id, actor=reader).lines == (LINE,)
    engineer = departments.holder("wl-land", Role.ENGINEER)
    for stranger in (engineer, departments.head("wl-tax")):
        assert queries.handovers(actor=stranger).rows == ()
        with pytest.raises(NotFound):
            queries.handover(id=card.id, actor=stranger)


def test_the_pages_hand_over_and_take(departments: Hall, settings: Settings) -> None:
    settings.ZHENGTONG_CLOCK = CLOCK
    received(departments, FixedClock.on(date(2026, 8, 28)))
    officer, other = departments.officer("wl-land"), successor(departments, Role.DATA_OFFICER)
    at_desk, at_new = client_of(officer, clock=CLOCK), client_of(other, clock=CLOCK)
    shown = at_desk.get("/handovers/new").content.decode()
    assert "准备答复" in shown
    assert (
        "没有未办结事项" in client_of(departments.head("wl-land"), clock=CLOCK).get("/handovers/new").content.decode()
    )
    giver, taker = str(seat_of(officer).id), str(seat_of(other).id)
    assert at_desk.post("/handovers/new", {"giver": giver, "taker": giver}).status_code == 422
    engineer = client_of(departments.holder("wl-land", Role.ENGINEER), clock=CLOCK)
    assert "没有同样权限的其他岗位" in engineer.get("/handovers/new").content.decode()
    made = at_desk.post("/handovers/new", {"giver": giver, "taker": taker, "note": "卷宗在柜二"})
    page = at_new.get(made["Location"]).content.decode()
    assert "卷宗在柜二" in page
    assert at_new.post(f"{made['Location']}/take").status_code == 302
    assert "已接收" in at_desk.get("/handovers").content.decode()
    assert "新来的同事" in at_desk.get("/handovers?format=csv").content.decode("utf-8-sig")
    stranger = client_of(departments.officer("wl-tax"), clock=CLOCK)
    assert stranger.get(made["Location"]).status_code == 404
    assert stranger.post(f"{made['Location']}/take").status_code == 404
