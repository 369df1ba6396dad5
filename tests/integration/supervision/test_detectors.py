"""Each detector: what raises a finding, what does not, with which facts, and what puts it right."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from tests.support.sharing_forms import HOUSES, house_reply
from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted, received
from zhengtong.catalog import services as catalog
from zhengtong.catalog.models import SourceNaming
from zhengtong.catalog.rules import DocumentDirection, EntryDraft
from zhengtong.exchange.models import ExchangeRecord, Node
from zhengtong.journal import rebuild
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import RuleBroken
from zhengtong.parties import services as people
from zhengtong.parties.rules import Role
from zhengtong.sharing import services as sharing
from zhengtong.sharing.rules import (
    CorrectionOutcome,
    DisposalMethod,
    DisputeKind,
    Ground,
    ItemAnswer,
    Outcome,
    ReplyForm,
    StopScope,
)
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


def test_u4_data_not_disposed_of_once_the_grant_has_ended(hall: Hall, supervisor: Actor, at: At) -> None:
    grant, officer = granted(hall), hall.officer("tl-market")
    sharing.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=at(9, 16))
    sharing.relinquish_grant(grant=grant, reason="专项检查已经结束", actor=officer, clock=at(9, 25))
    assert "U4" not in _found(supervisor, at(10, 15))  # ten working days after 25 September
    line = _found(supervisor, at(10, 16))["U4"]
    assert (line.about, line.organization_name, line.passed_on) == (grant, "区市监局", date(2026, 10, 15))
    evidence = "删除业务库副本和备份，记录在安全管理员处"
    method = DisposalMethod.DESTROYED
    sharing.report_disposal(grant=grant, method=method, evidence=evidence, actor=officer, clock=at(10, 19))
    assert _found(supervisor, at(10, 20))["U4"].done_on == date(2026, 10, 19)


def _correct(hall: Hall, clock: FixedClock) -> UUID:
    return sharing.file_correction(
        entry=hall.entries["R03"], item="usage", record_key="990102001001GB00017F00010001", value_seen="住宅",
        value_claimed="商业服务", evidence="证书记载为商业服务", actor=hall.officer("tl-market"), clock=clock,
    )  # fmt: skip


def test_p3_the_named_source_is_not_helped_in_time(hall: Hall, supervisor: Actor, at: At) -> None:
    grant = granted(hall)
    sharing.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=at(9, 16))
    correction = _correct(hall, at(9, 18))
    rules = set(_found(supervisor, at(10, 10)))
    assert rules == {"P6"}  # late, but not asked by the source
    content = EntryDraft(name="房屋用途调查", guide_prefix="306001002")
    own = catalog.draft(content=content, actor=hall.officer("tl-market"), clock=at(9, 1))
    SourceNaming.objects.create(
        id=UUID(int=7), jurisdiction="990100", item_name="房屋用途", entry_id=own, reason="牵头收集",
        named_by=UUID(int=8), named_at=at(9, 1).now(),
    )  # fmt: skip
    line = _found(supervisor, at(10, 10))["P3"]
    assert (line.about, line.organization_name, line.passed_on) == (correction, "市自然资源和规划局", date(2026, 10, 9))
    sharing.answer_correction(
        correction=correction, outcome=CorrectionOutcome.CORRECTED, cause="迁移时译码错误",
        actor=hall.officer("wl-land"), clock=at(10, 12),
    )  # fmt: skip
    assert _found(supervisor, at(10, 12))["P3"].done_on == date(2026, 10, 12)


def _demand(hall: Hall, clock: FixedClock, *, backflow: bool) -> UUID:
    return sharing.raise_demand(
        what="本区企业纳税登记", items=("登记状态",), matter="市场准入", legal_basis="市场主体登记管理条例",
        holder=hall.organs["wl-tax"], backflow=backflow, actor=hall.officer("tl-market"), clock=clock,
    )  # fmt: skip


def test_p5_a_level_above_does_not_give_the_own_areas_data_back(hall: Hall, supervisor: Actor, at: At) -> None:
    _demand(hall, at(8, 31), backflow=False)
    assert _found(supervisor, at(10, 16)) == {}  # an ordinary demand has no limit
    demand = _demand(hall, at(8, 31), backflow=True)
    assert _found(supervisor, at(9, 28)) == {}
    line = _found(supervisor, at(9, 29))["P5"]
    assert (line.about, line.organization_name, line.passed_on) == (demand, "市税务局", date(2026, 9, 28))
    reviewer = hall.holder("wl-data", Role.AUTHORITY_REVIEWER)
    sharing.coordinate_demand(demand=demand, note="由市税务局按月回流", actor=reviewer, clock=at(10, 8))
    sharing.meet_demand(demand=demand, entry=hall.entries["R08"], note="已按月回流", actor=reviewer, clock=at(10, 9))
    assert _found(supervisor, at(10, 9))["P5"].done_on == date(2026, 10, 9)


def test_backflow_is_asked_of_a_level_above_only(hall: Hall, at: At) -> None:
    with pytest.raises(RuleBroken, match="backflow_from_above"):
        sharing.raise_demand(
            what="本区排水许可", items=(), matter="市场准入", legal_basis="市场主体登记管理条例",
            holder=hall.organs["tl-urban"], backflow=True, actor=hall.officer("tl-market"), clock=at(8, 31),
        )  # fmt: skip


def _node(hall: Hall, organ: str, clock: FixedClock) -> None:
    Node.objects.create(
        id=UUID(int=9), code=organ, organization_id=hall.organs[organ], state="active", invited_at=clock.now(),
        joined_at=clock.now(), decided_at=clock.now(), decided_by=UUID(int=8), address=f"http://{organ}.test",
    )  # fmt: skip


def test_p8_a_provider_that_owes_a_delivery_has_no_node(hall: Hall, supervisor: Actor, at: At) -> None:
    grant = granted(hall)
    assert _found(supervisor, at(10, 13)) == {}  # twenty working days after 9 September
    line = _found(supervisor, at(10, 14))["P8"]
    assert (line.about, line.organization_name, line.passed_on) == (grant, "市自然资源和规划局", date(2026, 10, 13))
    _node(hall, "wl-land", at(10, 16))
    assert _found(supervisor, at(10, 16))["P8"].done_on == date(2026, 10, 16)


def test_p8_is_not_raised_for_a_provider_in_the_network(hall: Hall, supervisor: Actor, at: At) -> None:
    granted(hall)
    _node(hall, "wl-land", at(6, 1))
    assert set(_found(supervisor, at(10, 15))) == {"P4"}  # late, for another reason


def _exchange(grant: UUID, on: FixedClock, *, match: str, number: int = 1) -> None:
    ExchangeRecord.objects.create(
        id=UUID(int=number), exchange=f"x{number}", grant=str(grant), granted=True, provider="wl-land",
        consumer="tl-market", at=on.now(), outcome="answered", rows=3, match=match, compared_at=on.now(),
    )  # fmt: skip


def test_u5_the_consumer_keeps_no_record_of_what_it_was_given(hall: Hall, supervisor: Actor, at: At) -> None:
    grant = granted(hall)
    sharing.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=at(9, 16))
    _exchange(grant, at(9, 21), match="equal", number=1)
    assert _found(supervisor, at(10, 12)) == {}
    _exchange(grant, at(9, 22), match="consumer_missing", number=2)
    assert _found(supervisor, at(9, 30)) == {}  # five working days: 30 September (25 to 27 are Mid-Autumn)
    line = _found(supervisor, at(10, 8))["U5"]
    assert (line.about, line.organization_name, line.passed_on) == (grant, "区市监局", date(2026, 9, 30))
    assert _facts(supervisor, line, at(10, 8)) == {"exchanges": "1", "rows": "3"}
    ExchangeRecord.objects.update(match="equal")
    assert _found(supervisor, at(10, 9))["U5"].done_on == date(2026, 10, 9)


def _guard(hall: Hall, number: int) -> Actor:
    roles = frozenset({str(Role.SECURITY_ADMIN)})
    return Actor(UUID(int=number), "安全管理员", hall.organs["wl-data"], roles, "990100")


def _halt(hall: Hall, clock: FixedClock) -> UUID:
    return sharing.order_stop(
        scope=StopScope.CONSUMER, target=hall.organs["tl-market"], reason="发现批量异常查询", actor=_guard(hall, 501),
        clock=clock,
    )  # fmt: skip


def test_u6_a_halted_consumer_has_not_put_its_security_right(hall: Hall, supervisor: Actor, at: At) -> None:
    stop = _halt(hall, at(9, 14))
    assert _found(supervisor, at(9, 20)) == {}  # five working days after Monday the 14th: Sunday the 20th works
    line = _found(supervisor, at(9, 21))["U6"]
    assert (line.about, line.organization_name, line.counterpart_name) == (stop, "区市监局", "")
    sharing.lift_stop(stop=stop, report="查明为测试脚本误配，已停用", actor=_guard(hall, 502), clock=at(9, 22))
    assert _found(supervisor, at(9, 22))["U6"].done_on == date(2026, 9, 22)


def test_u6_is_not_raised_for_what_was_put_right_in_time(hall: Hall, supervisor: Actor, at: At) -> None:
    stop = _halt(hall, at(9, 14))
    sharing.lift_stop(stop=stop, report="查明为测试脚本误配，已停用", actor=_guard(hall, 502), clock=at(9, 15))
    assert _found(supervisor, at(10, 16)) == {}


def _material(hall: Hall, organ: str, name: str, clock: FixedClock) -> UUID:
    duty = people.add_duty(
        organization=hall.organs[organ], code=f"D-{organ}", name="市场准入", legal_basis="市场主体登记管理条例",
        actor=SYSTEM, clock=clock,
    )  # fmt: skip
    officer = hall.officer(organ)
    matter = catalog.add_matter(duty=duty, code=f"M-{organ}", name="设立登记", kind="", actor=officer, clock=clock)
    return catalog.add_document(
        matter=matter, direction=DocumentDirection.MATERIAL, name=name, official=True, actor=officer, clock=clock
    )


def test_u1_a_material_asked_for_though_the_department_gets_it_by_its_grant(
    hall: Hall, supervisor: Actor, at: At
) -> None:
    officer = hall.officer("tl-market")
    material = _material(hall, "tl-market", "住所使用证明", at(6, 1))
    catalog.share_document(document=material, entry=hall.entries["R03"], actor=officer, clock=at(6, 2))
    grant = granted(hall)
    assert "U1" not in _found(supervisor, at(9, 15))  # shared, but not delivered to this department
    sharing.confirm_delivered(grant=grant, actor=hall.officer("wl-land"), clock=at(9, 16))
    assert "U1" not in _found(supervisor, at(9, 16))
    line = _found(supervisor, at(9, 17))["U1"]
    assert (line.about, line.organization_name, line.passed_on) == (material, "区市监局", date(2026, 9, 16))
    facts = {"material": "住所使用证明", "matter": "设立登记", "shared": "2026-06-02", "delivered": "2026-09-16"}
    assert _facts(supervisor, line, at(9, 17)) == facts
    catalog.cut_document(document=material, actor=officer, clock=at(9, 18))
    assert _found(supervisor, at(9, 18))["U1"].done_on == date(2026, 9, 18)


def test_a1_what_two_departments_collect_needs_a_named_source(hall: Hall, supervisor: Actor, at: At) -> None:
    first = _material(hall, "tl-market", "经营场所平面图", at(8, 3))
    assert _found(supervisor, at(9, 30)) == {}
    _material(hall, "tl-tax", "经营场所平面图", at(8, 31))
    assert _found(supervisor, at(9, 28)) == {}  # twenty working days after 31 August: 28 September
    line = _found(supervisor, at(9, 29))["A1"]
    assert (line.about, line.organization_name, line.late_days) == (first, "市政数局", 1)
    assert _facts(supervisor, line, at(9, 29)) == {"organs": "区市监局、区税务局"}
    reviewer = hall.holder("wl-data", Role.AUTHORITY_REVIEWER)
    catalog.name_source(
        entry=hall.entries["R03"], item_name="经营场所平面图", reason="由市自然资源和规划局牵头收集", actor=reviewer,
        clock=at(9, 30),
    )  # fmt: skip
    assert _found(supervisor, at(10, 8))["A1"].done_on == date(2026, 9, 30)


def test_a1_is_not_raised_where_an_organ_gives_the_paper_out(hall: Hall, supervisor: Actor, at: At) -> None:
    _material(hall, "tl-market", "营业执照", at(6, 1))
    _material(hall, "tl-tax", "营业执照", at(6, 1))
    duty = people.add_duty(
        organization=hall.organs["wl-market"], code="D-1", name="登记", legal_basis="条例", actor=SYSTEM, clock=at(6, 1)
    )
    officer = hall.officer("wl-market")
    matter = catalog.add_matter(duty=duty, code="M-1", name="设立登记", kind="", actor=officer, clock=at(6, 1))
    catalog.add_document(
        matter=matter, direction=DocumentDirection.RESULT, name="营业执照", actor=officer, clock=at(6, 1)
    )
    assert _found(supervisor, at(9, 30)) == {}


def test_a_quiet_city_has_no_finding(hall: Hall, supervisor: Actor, at: At) -> None:
    asked = received(hall, at(8, 28))
    sharing.prepare_reply(request=asked, reply=house_reply(), actor=hall.officer("wl-land"), clock=at(9, 8))
    sharing.sign_reply(request=asked, actor=hall.head("wl-land"), clock=at(9, 9))
    assert _found(supervisor, at(9, 17)) == {}
