"""Corrections and demands: C01 and D1 of the story, and who may not touch them."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from django.db import connection

from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted
from zhengtong.journal import queries as journal
from zhengtong.journal import rebuild
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.parties.rules import Role
from zhengtong.sharing import queries, services
from zhengtong.sharing.rules import CorrectionOutcome, CorrectionState, DemandState

pytestmark = pytest.mark.django_db
On = Callable[..., FixedClock]
KEY = "990102001001GB00017F00010001"
CORRECTED = CorrectionOutcome.CORRECTED


@pytest.fixture
def grant(hall: Hall, on: On) -> UUID:
    made = granted(hall)
    services.confirm_delivered(grant=made, actor=hall.officer("wl-land"), clock=on(9, 16))
    return made


def filed(hall: Hall, on: On, **changes: object) -> UUID:
    said = {"item": "usage", "record_key": KEY, "value_seen": "住宅", "value_claimed": "商业服务"}
    said |= {"evidence": "不动产权证书记载为商业服务", "actor": hall.officer("tl-market"), **changes}
    return services.file_correction(entry=hall.entries["R03"], clock=on(9, 18), **said)


def test_the_provider_corrects_and_whoever_reads_the_item_is_told(hall: Hall, on: On, grant: UUID) -> None:
    again = second_reader(hall, on)
    correction = filed(hall, on, number="C01")
    (card,) = [c for c in queries.inbox(actor=hall.officer("wl-land"), on=date(2026, 9, 18)) if c.kind == "correction"]
    assert (card.number, card.due_on, card.verb) == ("C01", date(2026, 10, 9), "answer_correction")
    told = services.answer_correction(
        correction=correction,
        outcome=CORRECTED,
        cause="2019年数据迁移时用途代码翻译错误",
        others_found=37,
        actor=hall.officer("wl-land"),
        clock=on(9, 24),
    )
    assert told == (again,)
    page = queries.correction(actor=hall.officer("tl-market"), id=correction, on=date(2026, 9, 24))
    assert (page.line.state, page.line.others_found, page.line.late) == (CorrectionState.CORRECTED, 37, False)
    reader = hall.officer("tl-tax")
    (card,) = queries.inbox(actor=reader, on=date(2026, 9, 24))
    assert card.verb == "acknowledge"
    seen = queries.correction(actor=reader, id=correction, on=date(2026, 9, 24))
    assert (seen.evidence, seen.may_open, seen.may_acknowledge) == ("", False, True)
    services.acknowledge_correction(correction=correction, actor=reader, clock=on(9, 25))
    with pytest.raises(WrongState):
        services.acknowledge_correction(correction=correction, actor=reader, clock=on(9, 25))
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]


def second_reader(hall: Hall, on: On) -> UUID:
    """区税务局 holds a delivered grant of the same item."""
    from tests.support.sharing_forms import USE, house_form, house_reply
    from zhengtong.sharing.rules import Beneficiary

    officer = hall.officer("tl-tax")
    use = replace(USE, system="tl-tax-reg")
    form = house_form(entry=hall.entries["R03"], beneficiaries=(Beneficiary(hall.organs["tl-tax"], (use,)),))
    made = services.draft_request(form=form, actor=officer, clock=on(9, 1))
    services.submit_to_own_head(request=made, actor=officer, clock=on(9, 1))
    services.approve_own(request=made, actor=hall.head("tl-tax"), clock=on(9, 1))
    services.prepare_reply(request=made, reply=house_reply(), actor=hall.officer("wl-land"), clock=on(9, 2))
    (issued,) = services.sign_reply(request=made, actor=hall.head("wl-land"), clock=on(9, 3)).grants
    services.confirm_delivered(grant=issued, actor=hall.officer("wl-land"), clock=on(9, 4))
    return hall.organs["tl-tax"]


def test_a_value_that_was_right_is_told_to_nobody_else(hall: Hall, on: On, grant: UUID) -> None:
    second_reader(hall, on)
    right, officer = CorrectionOutcome.NOT_CORRECTED, hall.officer("wl-land")
    correction = filed(hall, on)
    assert (
        services.answer_correction(
            correction=correction, outcome=right, cause="与登记簿一致", actor=officer, clock=on(9, 24)
        )
        == ()
    )


def test_a_pending_correction_blocks_nothing(hall: Hall, on: On, grant: UUID) -> None:
    def offered() -> list[tuple[str, str]]:
        held = queries.grants_for_publication(at=on(9, 19).now())
        return [(one.grant.id, str(one.grant.status)) for one in held]

    officer = hall.officer("tl-market")
    before = (offered(), queries.grant(actor=officer, id=grant, on=date(2026, 9, 19)).verbs)
    filed(hall, on)
    assert (offered(), queries.grant(actor=officer, id=grant, on=date(2026, 9, 19)).verbs) == before
    assert (str(grant), "active") in offered()


def test_record_and_values_are_sealed_in_the_database_and_absent_from_events(hall: Hall, on: On, grant: UUID) -> None:
    correction = filed(hall, on, record_key="990102198803142419")
    with connection.cursor() as cursor:
        cursor.execute("SELECT record_key, value_seen, value_claimed FROM sharing_correction")
        stored = " ".join(cursor.fetchone())
    events = " ".join(str(fact.payload) for fact in journal.events_of(correction))
    for secret in ("990102198803142419", "住宅", "商业服务"):
        assert secret not in stored
        assert secret not in events
    page = queries.correction(actor=hall.officer("wl-land"), id=correction, on=date(2026, 9, 18))
    assert re.search(r"\d{7}", page.record_masked) is None


def test_only_the_two_departments_open_the_values_and_each_look_is_on_record(hall: Hall, on: On, grant: UUID) -> None:
    correction = filed(hall, on)
    opened = services.open_disputed_value(correction=correction, actor=hall.officer("wl-land"), clock=on(9, 21))
    assert (opened.record_key, opened.value_seen) == (KEY, "住宅")
    reads = journal.reads_of(actor=hall.holder("wl-data", Role.AUDITOR), subject=str(correction))
    assert [read.fields for read in reads.rows] == [("record_key", "value_seen", "value_claimed")]
    for actor in (hall.holder("wl-data", Role.AUTHORITY_LEADER), hall.officer("wl-tax")):
        with pytest.raises(NotFound):
            services.open_disputed_value(correction=correction, actor=actor, clock=on(9, 21))


def test_nobody_files_on_an_item_it_does_not_read(hall: Hall, on: On, grant: UUID) -> None:
    with pytest.raises(NotFound):
        filed(hall, on, item="mortgaged")
    with pytest.raises(NotFound):
        filed(hall, on, actor=hall.officer("wl-tax"))
    with pytest.raises(NotAllowed):
        filed(hall, on, actor=hall.head("tl-market"))


def test_whoever_filed_a_correction_does_not_answer_it_in_another_seat(hall: Hall, on: On, grant: UUID) -> None:
    correction = filed(hall, on)
    answering = hall.officer("wl-land")
    for actor in (
        replace(answering, officer=hall.officer("tl-market").officer),
        replace(answering, acting_for=hall.officer("tl-market").officer),
    ):
        with pytest.raises(RuleBroken, match="same_person"):
            services.answer_correction(
                correction=correction, outcome=CORRECTED, cause="已按证书更正", actor=actor, clock=on(9, 24)
            )


def test_a_stranger_neither_sees_nor_answers_a_correction(hall: Hall, on: On, grant: UUID) -> None:
    correction, stranger = filed(hall, on), hall.officer("wl-tax")
    with pytest.raises(NotFound):
        queries.correction(actor=stranger, id=correction, on=date(2026, 9, 18))
    for actor in (stranger, hall.officer("tl-market")):
        with pytest.raises(NotFound):
            services.answer_correction(
                correction=correction, outcome=CORRECTED, cause="代为更正", actor=actor, clock=on(9, 21)
            )
    assert queries.corrections(actor=stranger, on=date(2026, 9, 18)).rows == ()


def test_a_demand_waits_for_the_authority_until_it_is_met(hall: Hall, on: On) -> None:
    officer, reviewer = hall.officer("tl-urban"), hall.holder("wl-data", Role.AUTHORITY_REVIEWER)
    demand = services.raise_demand(
        what="燃气用户信息",
        items=("用户名称", "用气地址"),
        matter="公众聚集场所营业前消防安全检查",
        legal_basis="消防法 第十五条",
        holder_name="城市燃气公用企业",
        actor=officer,
        clock=on(9, 23),
        number="D1",
    )
    (line,) = queries.demands(actor=reviewer, on=date(2026, 10, 16), state="open").rows
    assert (line.number, line.holder, line.open_days) == ("D1", "城市燃气公用企业", 12)
    assert [card.verb for card in queries.inbox(actor=reviewer, on=date(2026, 9, 23))] == ["coordinate"]
    with pytest.raises(NotFound):
        services.coordinate_demand(demand=demand, note="自己协调", actor=officer, clock=on(9, 24))
    services.coordinate_demand(demand=demand, note="已函商燃气企业", actor=reviewer, clock=on(9, 24))
    services.coordinate_demand(demand=demand, note="正在商定接口", actor=reviewer, clock=on(9, 28))
    services.meet_demand(demand=demand, entry=None, note="企业按月提供名册", actor=reviewer, clock=on(10, 16))
    assert queries.demand(actor=officer, id=demand, on=date(2026, 10, 16)).line.state is DemandState.MET
    with pytest.raises(NotFound):
        queries.demand(actor=hall.officer("wl-tax"), id=demand, on=date(2026, 10, 16))
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]


def test_a_demand_says_what_for_what_on_which_ground_and_from_whom(hall: Hall, on: On) -> None:
    said = {"what": "燃气用户信息", "items": (), "matter": "消防安全检查", "legal_basis": "消防法 第十五条"}
    for changes in ({"what": ""}, {"legal_basis": ""}, {}):
        with pytest.raises(RuleBroken):
            services.raise_demand(**{**said, **changes}, actor=hall.officer("tl-urban"), clock=on(9, 23))
