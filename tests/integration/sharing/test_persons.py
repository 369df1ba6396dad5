"""Persons' requests: taken down at a counter, verified or passed on, told; cases are flagged and go on."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from tests.integration.sharing.test_corrections import second_reader
from tests.support.sharing_hall import DISTRICT, SINCE, Hall
from tests.support.sharing_story import granted
from zhengtong.journal import queries as journal
from zhengtong.journal import rebuild
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.parties import services as people
from zhengtong.parties.rules import Role
from zhengtong.sharing import queries, services
from zhengtong.sharing.rules import CorrectionOutcome
from zhengtong.sharing.rules.personal import Channel, PersonalStatement, PersonState
from zhengtong.sharing.services.blanking import PersonStatements

pytestmark = pytest.mark.django_db
On = Callable[..., FixedClock]
SignIn = Callable[[Actor], Client]
NUMBER = "990102198803142419"
SAID = PersonalStatement("林芸帆", NUMBER, "听潮街88号", "990102001001GB00017F00010001", "住宅", "商业服务")
CASE = "汀兰办〔2026〕餐0017"


@pytest.fixture
def grant(hall: Hall, on: On) -> UUID:
    made = granted(hall)
    services.confirm_delivered(grant=made, actor=hall.officer("wl-land"), clock=on(9, 16))
    return made


@pytest.fixture
def clerk(hall: Hall) -> Actor:
    clock = FixedClock.on(SINCE)
    officer = people.add_officer(name="叶小满", actor=SYSTEM, clock=clock)
    people.give_seat(
        officer=officer, organization=hall.organs["tl-market"], roles=[Role.COUNTER_CLERK], title="综合窗口3号",
        from_on=SINCE, actor=SYSTEM, clock=clock,
    )  # fmt: skip
    return Actor(officer, "叶小满", hall.organs["tl-market"], frozenset({str(Role.COUNTER_CLERK)}), DISTRICT)


def taken(hall: Hall, clock: FixedClock, actor: Actor, *, entry: str = "R03", item: str = "usage") -> UUID:
    return services.take_person_request(
        entry=hall.entries[entry], item=item, said=SAID, evidence="不动产权证书记载为商业服务", cases=CASE,
        actor=actor, clock=clock,
    )  # fmt: skip


def cards(actor: Actor, day: date) -> list[tuple[str, str]]:
    return [(one.verb, one.number) for one in queries.inbox(actor=actor, on=day) if one.kind == "person"]


def test_what_comes_from_another_department_is_passed_on_and_the_person_is_told(
    hall: Hall, on: On, grant: UUID, clerk: Actor
) -> None:
    request = taken(hall, on(9, 18), clerk)
    officer, day = hall.officer("tl-market"), date(2026, 9, 18)
    assert (cards(clerk, day), cards(officer, day)) == ([], [("verify_person", "G01")])
    page = queries.person(actor=officer, id=request, on=day)
    assert (page.verbs, page.line.due_on) == (("pass_on", "withdraw"), date(2026, 10, 15))
    with pytest.raises(WrongState, match="person_others_data"):
        services.verify_person_request(
            request=request, verb="correct", cause="自行更正", actor=officer, clock=on(9, 18)
        )  # fmt: skip
    correction = services.pass_on_person_request(request=request, actor=officer, clock=on(9, 18))
    with pytest.raises(WrongState, match="person_not_answered"):
        tell(request, clerk, on(9, 21))
    assert cards(clerk, date(2026, 9, 21)) == []
    sent = services.open_disputed_value(correction=correction, actor=hall.officer("wl-land"), clock=on(9, 21))
    assert (sent.record_key, sent.value_claimed) == (SAID.record_key, "商业服务")
    services.answer_correction(
        correction=correction, outcome=CorrectionOutcome.CORRECTED, cause="迁移时用途代码翻译错误",
        actor=hall.head("wl-land"), clock=on(9, 24),
    )  # fmt: skip
    assert cards(clerk, date(2026, 9, 24)) == [("tell_person", "G01")]
    tell(request, clerk, on(9, 24))
    page = queries.person(actor=clerk, id=request, on=date(2026, 9, 24))
    assert (page.line.state, page.is_corrected, page.line.late) == (PersonState.TOLD, True, False)
    assert page.cause == "迁移时用途代码翻译错误"
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]


def tell(request: UUID, actor: Actor, clock: FixedClock) -> None:
    services.tell_person(
        request=request, channel=Channel.PHONE, answer="登记簿已更正为商业服务", actor=actor, clock=clock
    )


def test_the_own_data_are_put_right_and_whoever_reads_the_item_is_told(hall: Hall, on: On, grant: UUID) -> None:
    officer, head = hall.officer("wl-land"), hall.head("wl-land")
    request = taken(hall, on(9, 18), officer)
    with pytest.raises(WrongState, match="person_own_data"):
        services.pass_on_person_request(request=request, actor=officer, clock=on(9, 18))
    with pytest.raises(RuleBroken, match="same_person"):
        services.verify_person_request(
            request=request, verb="correct", cause="登记簿记载有误", actor=officer, clock=on(9, 18)
        )
    told = services.verify_person_request(
        request=request, verb="correct", cause="登记簿记载有误", actor=head, clock=on(9, 21)
    )
    assert told == (hall.organs["tl-market"],)
    reader, day = hall.officer("tl-market"), date(2026, 9, 21)
    assert cards(reader, day) == [("read_person", "G01")]
    seen = queries.person(actor=reader, id=request, on=day)
    assert (seen.evidence, seen.may_open, seen.verbs) == ("", False, ())
    services.acknowledge_person_notice(request=request, cases=f"{CASE}\n另一件", actor=reader, clock=on(9, 22))
    assert cards(reader, day) == []
    with pytest.raises(WrongState):
        services.acknowledge_person_notice(request=request, actor=reader, clock=on(9, 22))
    flags = queries.flagged(actor=reader).rows
    assert [(one.case, one.is_corrected, one.kind) for one in flags] == [
        ("另一件", True, "person"), (CASE, True, "person"),
    ]  # fmt: skip
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]


def test_a_value_that_is_right_is_explained_to_the_person_alone(hall: Hall, on: On, grant: UUID) -> None:
    request = taken(hall, on(9, 18), hall.officer("wl-land"))
    verified = {"request": request, "verb": "confirm", "cause": "与登记簿一致", "actor": hall.head("wl-land")}
    assert services.verify_person_request(**verified, clock=on(9, 21)) == ()
    assert cards(hall.officer("tl-market"), date(2026, 9, 21)) == []


def test_a_flag_stops_nothing_and_stands_beside_the_case(hall: Hall, on: On, grant: UUID, clerk: Actor) -> None:
    before = queries.grant(actor=hall.officer("tl-market"), id=grant, on=date(2026, 9, 19)).verbs
    request = taken(hall, on(9, 18), clerk)
    assert queries.grant(actor=hall.officer("tl-market"), id=grant, on=date(2026, 9, 19)).verbs == before
    (flag,) = queries.flags_of(cases=[CASE], organization=hall.organs["tl-market"])
    assert (flag.number, flag.is_corrected, flag.state) == ("G01", None, PersonState.TAKEN)
    services.pass_on_person_request(request=request, actor=hall.officer("tl-market"), clock=on(9, 18))
    kinds = {one.kind for one in queries.flags_of(cases=[CASE], organization=hall.organs["tl-market"])}
    assert kinds == {"person", "correction"}
    assert queries.flags_of(cases=[CASE], organization=hall.organs["wl-land"]) == ()
    assert queries.flagged(actor=hall.officer("wl-tax")).rows == ()


def test_only_a_counter_takes_down_and_only_what_the_department_holds_or_reads(
    hall: Hall, on: On, grant: UUID, clerk: Actor
) -> None:
    with pytest.raises(NotAllowed):
        taken(hall, on(9, 18), hall.head("tl-market"))
    with pytest.raises(NotFound):
        taken(hall, on(9, 18), hall.officer("wl-tax"))
    with pytest.raises(NotFound):
        taken(hall, on(9, 18), clerk, entry="R08", item="taxable_sales")
    assert {one.name for one in queries.held_entries(actor=clerk)} == {"不动产登记（房屋）信息"}
    request = taken(hall, on(9, 18), clerk)
    for stranger in (hall.officer("wl-tax"), hall.officer("wl-land")):
        with pytest.raises(NotFound):
            queries.person(actor=stranger, id=request, on=date(2026, 9, 18))
        with pytest.raises(NotFound):
            services.open_person(request=request, actor=stranger, clock=on(9, 18))
    with pytest.raises(NotAllowed):
        services.pass_on_person_request(request=request, actor=clerk, clock=on(9, 18))


def test_who_asked_is_sealed_opened_on_record_and_blanked_in_the_end(
    hall: Hall, on: On, grant: UUID, clerk: Actor
) -> None:
    request = taken(hall, on(9, 18), clerk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, identifier, contact, record_key, value_seen FROM sharing_personrequest")
        stored = " ".join(cursor.fetchone())
    events = " ".join(str(fact.payload) for fact in journal.events_of(request))
    for secret in ("林芸帆", NUMBER, "听潮街", "住宅"):
        assert secret not in stored
        assert secret not in events
    opened = services.open_person(request=request, actor=clerk, clock=on(9, 18))
    assert (opened.statement, opened.answer) == (SAID, "")
    services.withdraw_person_request(request=request, reason="本人书面撤回", actor=clerk, clock=on(9, 21))
    kept = PersonStatements()
    assert kept.due(before=on(9, 21).now(), most=10) == []
    (due,) = kept.due(before=on(9, 23).now(), most=10)
    kept.dispose([due])
    assert services.open_person(request=request, actor=clerk, clock=on(9, 24)).statement.identifier == ""
    assert kept.due(before=on(9, 23).now(), most=10) == []


def test_silence_comes_to_the_head_of_the_department(hall: Hall, on: On, grant: UUID, clerk: Actor) -> None:
    taken(hall, on(9, 18), clerk)
    head = hall.head("tl-market")
    assert cards(head, date(2026, 10, 15)) == []
    assert cards(head, date(2026, 10, 16)) == [("urge_person", "G01")]
    assert [one.number for one in queries.persons(actor=head, on=date(2026, 10, 16), state="late").rows] == ["G01"]


def test_the_pages_from_the_counter_to_the_answer(
    hall: Hall, on: On, grant: UUID, clerk: Actor, today: FixedClock, sign_in: SignIn
) -> None:
    second_reader(hall, on)
    counter, officer = sign_in(clerk), sign_in(hall.officer("tl-market"))
    chosen = counter.get("/sharing/persons/new").content.decode()
    assert f"/sharing/persons/new/{hall.entries['R03']}" in chosen
    address = f"/sharing/persons/new/{hall.entries['R03']}"
    assert "转其校核" in counter.get(address).content.decode()
    typed = {
        "name": SAID.name, "identifier": SAID.identifier, "contact": SAID.contact, "item": "usage",
        "record_key": SAID.record_key, "value_seen": "住宅", "value_claimed": "商业服务",
        "evidence": "林芸帆的证书", "cases": CASE,
    }  # fmt: skip
    refused = counter.post(address, typed)
    assert refused.status_code == 422
    assert "写有姓名或者证件号码" in refused.content.decode()
    made = counter.post(address, {**typed, "evidence": "证书记载为商业服务"})
    page = counter.get(made["Location"]).content.decode()
    assert "转提供方校核" in page
    assert "林芸帆" not in page
    assert NUMBER not in page
    assert "林芸帆" in counter.post(f"{made['Location']}/value").content.decode()
    assert officer.post(f"{made['Location']}/act/pass-on").status_code == 302
    again = officer.post(f"{made['Location']}/act/pass-on")
    assert again.status_code == 409
    assert CASE in officer.get("/sharing/corrections/cases?case=0017").content.decode()
    assert "没有标记的办件" in officer.get("/sharing/corrections/cases?case=9999").content.decode()
    listed = officer.get("/sharing/persons?state=open").content.decode()
    assert "G01" in listed
    for kind in ("csv", "xlsx"):
        assert officer.get(f"/sharing/persons?format={kind}").status_code == 200
        assert officer.get(f"/sharing/corrections/cases?format={kind}").status_code == 200
    stranger = sign_in(hall.officer("wl-tax"))
    assert stranger.get(made["Location"]).status_code == 404
    assert stranger.post(f"{made['Location']}/act/withdraw", {"note": "不相干的部门"}).status_code == 404
