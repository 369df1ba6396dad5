"""Once sharing ends: the consumer disposes of the data and says how, the provider accepts or asks again."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import Settings

from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted
from zhengtong.journal import rebuild
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState
from zhengtong.parties import queries as parties
from zhengtong.parties import services as people
from zhengtong.sharing import queries, services
from zhengtong.sharing.rules import DisposalMethod, DisposalState

pytestmark = pytest.mark.django_db
On = Callable[..., FixedClock]
EVIDENCE = "9月28日删除业务库副本和备份，记录在安全管理员处"


@pytest.fixture
def grant(hall: Hall, on: On) -> UUID:
    made = granted(hall)
    services.confirm_delivered(grant=made, actor=hall.officer("wl-land"), clock=on(9, 16))
    return made


@pytest.fixture
def ended(hall: Hall, on: On, grant: UUID) -> UUID:
    officer = hall.officer("tl-market")
    services.relinquish_grant(grant=grant, reason="专项检查已经结束", actor=officer, clock=on(9, 25))
    return grant


def _report(hall: Hall, grant: UUID, clock: FixedClock) -> None:
    services.report_disposal(
        grant=grant, method=DisposalMethod.DESTROYED, evidence=EVIDENCE, actor=hall.officer("tl-market"), clock=clock
    )


def _page(grant: UUID, actor: Actor, clock: FixedClock) -> queries.DisposalPage:
    page = queries.disposal(grant=grant, actor=actor, on=clock.today())
    assert page is not None
    return page


def _cards(actor: Actor, clock: FixedClock) -> list[tuple[str, date | None, bool]]:
    return [(c.verb, c.due_on, c.late) for c in queries.inbox(actor=actor, on=clock.today()) if c.kind == "disposal"]


def test_an_ended_grant_is_disposed_of_and_the_provider_accepts(hall: Hall, on: On, ended: UUID) -> None:
    officer, provider = hall.officer("tl-market"), hall.officer("wl-land")
    assert _page(ended, officer, on(9, 25)).verbs == ("report",)
    assert _cards(officer, on(10, 16)) == [("report", date(2026, 10, 15), True)]
    _report(hall, ended, on(9, 28))
    assert _cards(officer, on(9, 28)) == []
    assert _cards(provider, on(9, 28)) == [("accept", None, False)]
    assert _page(ended, provider, on(9, 28)).verbs == ("accept", "ask_again")
    services.accept_disposal(grant=ended, actor=provider, clock=on(9, 29))
    page = _page(ended, officer, on(9, 30))
    assert (page.state, page.method, page.evidence, page.late) == (
        DisposalState.ACCEPTED, DisposalMethod.DESTROYED, EVIDENCE, False,
    )  # fmt: skip
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]


def test_the_provider_asks_again_and_the_limit_does_not_begin_anew(hall: Hall, on: On, ended: UUID) -> None:
    _report(hall, ended, on(9, 28))
    services.ask_disposal_again(grant=ended, reason="测试库的副本没有处置", actor=hall.head("wl-land"), clock=on(9, 29))
    page = _page(ended, hall.officer("tl-market"), on(10, 16))
    assert (page.state, page.answer, page.due_on, page.late) == (
        DisposalState.OWED, "测试库的副本没有处置", date(2026, 10, 15), True,
    )  # fmt: skip
    assert [outcome.differences for outcome in rebuild.check(area="sharing")] == [()]
    _report(hall, ended, on(10, 16))
    with pytest.raises(WrongState):
        _report(hall, ended, on(10, 16))


def test_every_end_of_a_delivered_grant_owes_one_and_an_undelivered_one_none(hall: Hall, on: On, grant: UUID) -> None:
    ends = FixedClock.on(date(2027, 9, 9))
    assert services.expire_grants(clock=ends) == 1
    assert _page(grant, hall.officer("tl-market"), ends).state is DisposalState.OWED


def test_nothing_delivered_nothing_to_dispose_of(hall: Hall, on: On) -> None:
    made, officer = granted(hall), hall.officer("tl-market")
    services.relinquish_grant(grant=made, reason="专项检查取消", actor=officer, clock=on(9, 15))
    assert queries.disposal(grant=made, actor=officer, on=date(2026, 9, 15)) is None
    with pytest.raises(NotFound):
        _report(hall, made, on(9, 16))


def test_only_the_sides_act_and_each_only_its_own_part(hall: Hall, on: On, ended: UUID) -> None:
    consumer, provider, stranger = hall.officer("tl-market"), hall.officer("wl-land"), hall.officer("wl-tax")
    given = {"grant": ended, "method": DisposalMethod.RETURNED, "evidence": EVIDENCE, "clock": on(9, 28)}
    for actor in (provider, stranger):
        with pytest.raises(NotFound):
            services.report_disposal(actor=actor, **given)
    with pytest.raises(NotAllowed):
        services.report_disposal(actor=hall.head("tl-market"), **given)
    with pytest.raises(RuleBroken, match="disposal_kept_needs_law"):
        services.report_disposal(actor=consumer, **{**given, "method": DisposalMethod.KEPT})
    services.report_disposal(actor=consumer, **given)
    with pytest.raises(NotFound):
        services.accept_disposal(grant=ended, actor=consumer, clock=on(9, 29))
    assert queries.disposal(grant=ended, actor=stranger, on=date(2026, 9, 29)) is None


def test_a_shorter_limit_moves_what_is_owed(hall: Hall, on: On, ended: UUID) -> None:
    from zhengtong.sharing.models import Disposal

    Disposal.objects.filter(pk=ended).update(due_on=date(2026, 12, 1))
    assert services.recompute_clocks(clock=on(9, 26)) == 1
    assert _page(ended, hall.officer("tl-market"), on(9, 26)).due_on == date(2026, 10, 15)


def _enter(actor: Actor, clock: FixedClock, settings: Settings) -> Client:
    settings.ZHENGTONG_CLOCK = clock
    assert actor.officer
    account = people.open_account(
        login=f"u-{actor.officer.hex[-12:]}", officer=actor.officer, is_demo=True, actor=SYSTEM, clock=clock
    )
    seat = parties.seats(organization=actor.organization, officer=actor.officer, on=clock.today())[0]
    client = Client(headers={"accept-language": "zh-CN"})
    client.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
    return client


def test_both_officers_work_on_the_page(hall: Hall, on: On, ended: UUID, settings: Settings) -> None:
    address = f"/sharing/grants/{ended}/disposal"
    consumer = _enter(hall.officer("tl-market"), on(9, 28), settings)
    assert address in consumer.get("/inbox").content.decode()
    assert "待处置" in consumer.get(f"/sharing/grants/{ended}").content.decode()
    assert "区市监局：处置数据并报告" in consumer.get(address).content.decode()
    wrong = consumer.post(address, {"verb": "report", "method": "kept", "evidence": EVIDENCE, "legal_basis": ""})
    assert (wrong.status_code, "必须写明依据" in wrong.content.decode()) == (422, True)
    given = {"verb": "report", "method": "destroyed", "evidence": EVIDENCE, "legal_basis": ""}
    assert consumer.post(address, given).status_code == 302
    assert "市自然资源和规划局：确认处置" in consumer.get(address).content.decode()  # whose turn it is
    provider = _enter(hall.officer("wl-land"), on(9, 29), settings)
    assert EVIDENCE in provider.get(address).content.decode()
    assert provider.post(address, {"verb": "ask_again", "reason": ""}).status_code == 422
    assert provider.post(address, {"verb": "accept"}).status_code == 302
    assert "处置已确认" in provider.get(address).content.decode()
    assert provider.post(address, {"verb": "erase"}).status_code == 404
    stranger = _enter(hall.officer("wl-tax"), on(9, 29), settings)
    assert stranger.get(address).status_code == 404
