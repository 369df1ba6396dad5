"""A late reply is found, explained and judged by people; strangers see nothing."""

from dataclasses import replace
from datetime import date

import pytest

from tests.integration.supervision.conftest import Late
from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted
from zhengtong.journal import rebuild
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.parties.rules import Role
from zhengtong.sharing import services as sharing
from zhengtong.supervision import queries, services
from zhengtong.supervision.rules import FindingState

pytestmark = pytest.mark.django_db
DUE, DAY_AFTER, STORY = date(2026, 10, 12), date(2026, 10, 13), date(2026, 10, 16)


def at(day: date) -> FixedClock:
    return FixedClock.on(day)


def found(late: Late, on: date = STORY) -> queries.FindingLine:
    services.detect(clock=at(on))
    (line,) = queries.findings(actor=late.supervisor, on=on).rows
    return line


def test_on_the_last_day_nothing_is_late(late: Late) -> None:
    assert services.detect(clock=at(DUE)) == 0


def test_the_day_after_the_limit_one_finding_opens_and_never_a_second(late: Late) -> None:
    assert services.detect(clock=at(DAY_AFTER)) == 1
    assert services.detect(clock=at(STORY)) == 0
    (line,) = queries.findings(actor=late.supervisor, on=STORY).rows
    assert (line.breach.id, line.breach.cites()) == ("P4", "政务数据共享条例 第三十九条第（四）项")
    assert (line.late_days, line.organization_name) == (4, "市自然资源和规划局")
    assert (line.passed_on, line.opened_on, line.number) == (DUE, DAY_AFTER, "督办〔2026〕0001号")


def test_a_supervisor_asks_the_department_explains_the_supervisor_closes(late: Late) -> None:
    finding, officer = found(late).id, late.hall.officer("wl-land")
    services.ask_explanation(finding=finding, actor=late.supervisor, clock=at(STORY))
    (card,) = queries.inbox(actor=officer, on=STORY)
    assert (card.verb, card.line.due_on) == ("explain", date(2026, 10, 23))
    assert card.limit_id == "EXPLANATION"  # the day rests on it, not on the item that may be breached
    services.explain(finding=finding, text="管线数据正在作保密审查", actor=officer, clock=at(date(2026, 10, 19)))
    assert queries.inbox(actor=officer, on=STORY) == ()
    (judge,) = queries.inbox(actor=late.supervisor, on=STORY)
    assert judge.verb == "judge"
    services.close(finding=finding, reason="理由成立，已限期答复", actor=late.supervisor, clock=at(date(2026, 10, 20)))
    page = queries.finding(actor=late.supervisor, id=finding, on=date(2026, 10, 20))
    assert (page.line.state, page.turn, page.verbs) == (FindingState.CLOSED, "", ())
    assert [outcome.differences for outcome in rebuild.check(area="supervision")] == [()]
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]


def test_what_was_done_after_all_stops_the_count_of_late_days(late: Late) -> None:
    finding = found(late, DAY_AFTER).id
    officer = late.hall.officer("tl-market")
    sharing.withdraw(request=late.request, reason="不再需要", actor=officer, clock=at(date(2026, 10, 14)))
    services.detect(clock=at(STORY))
    line = queries.finding(actor=late.supervisor, id=finding, on=STORY).line
    assert (line.done_on, line.late_days, line.state) == (date(2026, 10, 14), 2, FindingState.OPEN)
    assert [outcome.differences for outcome in rebuild.check(area="supervision")] == [()]


def test_silence_is_upheld_only_after_the_time_to_explain(late: Late) -> None:
    finding = found(late).id
    services.ask_explanation(finding=finding, actor=late.supervisor, clock=at(STORY))
    with pytest.raises(RuleBroken, match="explanation_runs"):
        services.uphold(finding=finding, reason="没有说明", actor=late.supervisor, clock=at(date(2026, 10, 23)))
    services.uphold(finding=finding, reason="逾期没有说明", actor=late.supervisor, clock=at(date(2026, 10, 26)))


def test_each_step_belongs_to_one_side(late: Late) -> None:
    finding, officer = found(late).id, late.hall.officer("wl-land")
    with pytest.raises(NotFound):
        services.ask_explanation(finding=finding, actor=officer, clock=at(STORY))
    with pytest.raises(NotFound):
        services.explain(finding=finding, text="代为说明", actor=late.supervisor, clock=at(STORY))
    with pytest.raises(WrongState):
        services.explain(finding=finding, text="没有被要求", actor=officer, clock=at(STORY))
    services.ask_explanation(finding=finding, actor=late.supervisor, clock=at(STORY))
    with pytest.raises(NotAllowed):
        services.explain(finding=finding, text="技术人员", actor=engineer(late), clock=at(STORY))
    with pytest.raises(RuleBroken):
        services.explain(finding=finding, text=" ", actor=officer, clock=at(STORY))


def engineer(late: Late) -> Actor:
    return late.hall.holder("wl-land", Role.ENGINEER)


def test_a_department_sees_its_own_a_stranger_and_another_region_nothing(late: Late) -> None:
    finding = found(late).id
    elsewhere = replace(late.supervisor, jurisdiction="990200")
    district = replace(late.supervisor, jurisdiction="990102")  # the provider is a city organ
    for actor in (late.hall.officer("wl-tax"), late.hall.officer("tl-market"), elsewhere, district, engineer(late)):
        assert queries.findings(actor=actor, on=STORY).rows == ()
        with pytest.raises(NotFound):
            queries.finding(actor=actor, id=finding, on=STORY)
    assert len(queries.findings(actor=late.hall.officer("wl-land"), on=STORY).rows) == 1
    leader = late.hall.holder("wl-data", Role.AUTHORITY_LEADER)
    assert queries.finding(actor=leader, id=finding, on=STORY).verbs == ()


def test_a_late_correction_is_item_six(hall: Hall, supervisor: Actor) -> None:
    grant = granted(hall)
    sharing.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=at(date(2026, 9, 16)))
    correction = sharing.file_correction(
        entry=hall.entries["R03"],
        item="usage",
        record_key="990102001001GB00017F00010001",
        value_seen="住宅",
        value_claimed="商业服务",
        evidence="不动产权证书记载为商业服务",
        actor=hall.officer("tl-market"),
        clock=at(date(2026, 9, 18)),
    )
    assert services.detect(clock=at(date(2026, 10, 9))) == 0
    assert services.detect(clock=at(date(2026, 10, 10))) == 1
    (line,) = queries.findings(actor=supervisor, on=STORY).rows
    assert (line.about, line.breach.cites()) == (correction, "政务数据共享条例 第三十九条第（六）项")


def test_a_late_delivery_is_item_four(hall: Hall, supervisor: Actor) -> None:
    granted(hall)
    assert services.detect(clock=at(date(2026, 10, 13))) == 0
    assert services.detect(clock=at(date(2026, 10, 14))) == 2  # late, and the provider has no node either
    rows = queries.findings(actor=supervisor, on=STORY).rows
    assert {(line.kind, line.breach.id) for line in rows} == {("delivery", "P4"), ("joining", "P8")}
