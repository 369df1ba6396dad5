"""Who stands in for whom: appointed within one house by those who answer for the seat, ended early, shown on a page."""

from datetime import date, timedelta

import pytest
from pytest_django import Settings

from tests.support.sharing_hall import Hall
from tests.support.signing import client_of
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.parties import queries, services
from zhengtong.parties.rules import Role

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 16)
CLOCK = FixedClock.on(TODAY)
NEXT = TODAY + timedelta(days=1)


def _appoint(absent: Actor, substitute: Actor, actor: Actor, *, from_on: date = TODAY) -> None:
    assert absent.officer
    assert substitute.officer
    services.appoint_substitute(
        absent=absent.officer, substitute=substitute.officer, from_on=from_on, until_on=TODAY + timedelta(days=9),
        reason="休假", actor=actor, clock=CLOCK,
    )  # fmt: skip


def test_a_substitute_is_of_the_same_house_unless_the_security_administrator_says_so(departments: Hall) -> None:
    officer, stranger = departments.officer("wl-land"), departments.officer("wl-tax")
    head = departments.head("wl-land")
    with pytest.raises(RuleBroken, match="substitute_elsewhere"):
        _appoint(officer, stranger, head)
    _appoint(officer, head, officer)
    security = Actor(head.officer, "安全管理员", head.organization, frozenset({str(Role.SECURITY_ADMIN)}))
    _appoint(departments.officer("tl-market"), stranger, security)


def test_nobody_takes_anothers_place_by_his_own_word(departments: Hall) -> None:
    officer, head = departments.officer("wl-land"), departments.head("wl-land")
    with pytest.raises(NotAllowed, match="no_substitute_for_oneself"):
        _appoint(officer, head, head)
    assert officer.officer
    assert queries.absence(officer=officer.officer, on=TODAY) is None


def test_standing_in_ends_early_and_gives_no_power_afterwards(departments: Hall) -> None:
    officer, head = departments.officer("wl-land"), departments.head("wl-land")
    _appoint(officer, head, officer)
    assert officer.officer
    assert queries.absence(officer=officer.officer, on=TODAY) is not None
    (line,) = queries.substitutions(actor=head, on=TODAY)
    with pytest.raises(NotAllowed):
        services.end_substitution(substitution=line.id, actor=departments.head("wl-tax"), clock=CLOCK)
    services.end_substitution(substitution=line.id, actor=officer, clock=CLOCK)
    assert queries.absence(officer=officer.officer, on=TODAY) is None
    with pytest.raises(NotFound):
        services.end_substitution(substitution=line.id, actor=officer, clock=CLOCK)
    _appoint(officer, head, officer)  # another may follow in the same time


def test_the_page_appoints_shows_and_ends(departments: Hall, settings: Settings) -> None:
    settings.ZHENGTONG_CLOCK = CLOCK
    officer, head = departments.officer("wl-land"), departments.head("wl-land")
    at_head, at_officer = client_of(head, clock=CLOCK), client_of(officer, clock=CLOCK)
    given = {
        "absent": str(officer.officer), "substitute": str(head.officer), "from_on": "2026-10-17",
        "until_on": "2026-10-20", "reason": "出差",
    }  # fmt: skip
    assert at_officer.post("/substitutes", {**given, "until_on": "2026-10-01"}).status_code == 422
    refused = at_head.post("/substitutes", given)
    assert refused.status_code == 403
    assert "不能安排自己代岗" in refused.content.decode()
    assert at_officer.post("/substitutes", given).status_code == 302
    assert "还没有开始" in at_officer.get("/substitutes").content.decode()
    other = {**given, "absent": str(head.officer), "substitute": str(officer.officer)}
    assert at_officer.post("/substitutes", other).status_code == 422  # an officer lends out no seat but the own
    (line,) = queries.substitutions(actor=officer, on=TODAY)
    client_of(departments.officer("wl-tax"), clock=CLOCK).post(f"/substitutes/{line.id}/end")
    assert len(queries.substitutions(actor=officer, on=TODAY)) == 1
    assert at_officer.post(f"/substitutes/{line.id}/end").status_code == 302
    assert queries.substitutions(actor=officer, on=TODAY) == ()
