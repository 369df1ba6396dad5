"""Each detector: what raises a finding, what does not, with which facts, and what puts it right."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from tests.support.sharing_forms import HOUSES, house_reply
from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted, received
from zhengtong.catalog import services as catalog
from zhengtong.journal import rebuild
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties.rules import Role
from zhengtong.sharing import services as sharing
from zhengtong.sharing.rules import DisputeKind, Ground, ItemAnswer, Outcome, ReplyForm
from zhengtong.supervision import queries, services

pytestmark = pytest.mark.django_db
At = Callable[[int, int], FixedClock]


@pytest.fixture
def at() -> At:
    return lambda month, day: FixedClock.on(date(2026, month, day))


def _found(supervisor: Actor, clock: FixedClock) -> dict[str, queries.FindingLine]:
    services.detect(clock=clock)
    services.detect(clock=clock)  # safe to repeat
    rows = queries.findings(actor=supervisor, on=clock.today()).rows
    assert len({line.breach.id for line in rows}) == len(rows)
    assert [outcome.differences for outcome in rebuild.check(area="supervision")] == [()]
    return {line.breach.id: line for line in rows}


def _facts(supervisor: Actor, line: queries.FindingLine, clock: FixedClock) -> dict[str, str]:
    return dict(queries.finding(actor=supervisor, id=line.id, on=clock.today()).facts)


def _refuse(hall: Hall, at: At, ground: Ground, reason: str) -> UUID:
    asked = received(hall, at(8, 31))
    answers = tuple(ItemAnswer(code, Outcome.REFUSE, ground=ground, reason=reason) for code in HOUSES)
    sharing.prepare_reply(request=asked, reply=ReplyForm(answers), actor=hall.officer("wl-land"), clock=at(9, 2))
    sharing.sign_reply(request=asked, actor=hall.head("wl-land"), clock=at(9, 3))
    return asked


def test_p1_an_entry_not_brought_up_to_date_in_time(hall: Hall, supervisor: Actor, at: At) -> None:
    officer, entry = hall.officer("wl-land"), hall.entries["R03"]
    catalog.report_change(
        entry=entry, reason="机构职责调整", happened_on=date(2026, 9, 7), actor=officer, clock=at(9, 8)
    )
    assert "P1" not in _found(supervisor, at(9, 20))  # ten working days after 7 September
    line = _found(supervisor, at(9, 21))["P1"]
    assert (line.organization_name, line.passed_on, line.is_late) == ("市自然资源和规划局", date(2026, 9, 20), True)
    assert _facts(supervisor, line, at(9, 21)) == {"changed": "2026-09-07"}


def test_p2_shareable_data_refused_for_a_reason_that_is_none(hall: Hall, supervisor: Actor, at: At) -> None:
    asked = _refuse(hall, at, Ground.OTHER, "系统升级")
    line = _found(supervisor, at(9, 4))["P2"]
    assert (line.about, line.passed_on, line.is_late, line.done_on) == (asked, date(2026, 9, 3), False, None)
    assert _facts(supervisor, line, at(9, 4))["reason"] == "系统升级"
    dispute = sharing.open_dispute(
        kind=DisputeKind.REQUEST,
        about=asked,
        claim="“系统升级”不是依据",
        actor=hall.officer("tl-market"),
        clock=at(9, 4),
    )
    head = hall.head("tl-market")
    sharing.move_dispute(dispute=dispute, verb="agree", text="同意提供", provides=True, actor=head, clock=at(9, 8))
    assert _found(supervisor, at(9, 9))["P2"].done_on == date(2026, 9, 8)


@pytest.mark.parametrize(
    ("ground", "reason"), [(Ground.NECESSITY, "办理该事项不需要此项"), (Ground.RANGE, "不在目录列明的范围内")]
)
def test_p2_is_not_raised_by_a_ground_the_decree_knows(
    hall: Hall, supervisor: Actor, at: At, ground: Ground, reason: str
) -> None:
    _refuse(hall, at, ground, reason)
    assert _found(supervisor, at(9, 4)) == {}


def test_p7_an_entry_taken_away_under_a_grant_in_force(hall: Hall, supervisor: Actor, at: At) -> None:
    from zhengtong.catalog.models import Revision

    grant = granted(hall)
    sharing.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=at(9, 16))
    assert _found(supervisor, at(9, 17)) == {}
    Revision.objects.filter(entry=hall.entries["R03"]).update(state="withdrawn", updated_at=at(9, 18).now())
    line = _found(supervisor, at(9, 19))["P7"]
    assert (line.about, line.organization_name, line.passed_on) == (grant, "市自然资源和规划局", date(2026, 9, 18))


@pytest.mark.parametrize("breach", ["U2", "U3"])
def test_u2_and_u3_a_suspension_names_the_item_and_lifting_puts_it_right(
    hall: Hall, supervisor: Actor, at: At, breach: str
) -> None:
    grant, head = granted(hall), hall.head("wl-land")
    sharing.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=at(9, 16))
    sharing.suspend_grant(
        grant=grant, reason="用于短信推广", breach=breach, rectify_by=date(2026, 10, 26), actor=head, clock=at(10, 12)
    )
    line = _found(supervisor, at(10, 13))[breach]
    assert (line.organization_name, line.passed_on, line.done_on) == ("区市监局", date(2026, 10, 12), None)
    assert _facts(supervisor, line, at(10, 13))["reason"] == "用于短信推广"
    sharing.lift_suspension(grant=grant, evidence="已停用推广系统并复核", actor=head, clock=at(10, 15))
    assert _found(supervisor, at(10, 16))[breach].done_on == date(2026, 10, 16)


def test_a2_a_mediation_without_end(hall: Hall, supervisor: Actor, at: At) -> None:
    asked = _refuse(hall, at, Ground.NECESSITY, "办理该事项不需要此项")
    officer = hall.officer("tl-market")
    dispute = sharing.open_dispute(
        kind=DisputeKind.REQUEST, about=asked, claim="确属履职必要", actor=officer, clock=at(9, 4)
    )
    sharing.move_dispute(dispute=dispute, verb="fail", text="协商不成", actor=officer, clock=at(9, 8))
    assert _found(supervisor, at(10, 12)) == {}
    line = _found(supervisor, at(10, 13))["A2"]
    assert (line.organization_name, line.late_days) == ("市政数局", 1)
    reviewer = hall.holder("wl-data", Role.AUTHORITY_REVIEWER)
    sharing.move_dispute(dispute=dispute, verb="take_up", text="", actor=reviewer, clock=at(10, 13))
    sharing.move_dispute(dispute=dispute, verb="settle", text="双方同意核验", actor=reviewer, clock=at(10, 14))
    assert _found(supervisor, at(10, 15))["A2"].done_on == date(2026, 10, 14)


def test_a_quiet_city_has_no_finding(hall: Hall, supervisor: Actor, at: At) -> None:
    asked = received(hall, at(8, 28))
    sharing.prepare_reply(request=asked, reply=house_reply(), actor=hall.officer("wl-land"), clock=at(9, 8))
    sharing.sign_reply(request=asked, actor=hall.head("wl-land"), clock=at(9, 9))
    assert _found(supervisor, at(9, 17)) == {}
