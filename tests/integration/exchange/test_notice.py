"""Queries exempt from notice: decided by the own head on an article, counted for the auditor, shown to nobody else."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import Settings

from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted
from zhengtong.exchange.models import ExchangeRecord
from zhengtong.exchange.queries.notice import exempt, exemptions_of
from zhengtong.exchange.rebuild import register
from zhengtong.exchange.rules import Match
from zhengtong.exchange.rules.notice import NoticeGround
from zhengtong.exchange.services.notice import exempt_from_notice, restore_notice
from zhengtong.journal import rebuild
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken
from zhengtong.kernel.ids import new_id
from zhengtong.parties import queries as parties
from zhengtong.parties import services as people
from zhengtong.parties.rules import Role
from zhengtong.sharing.queries import grant_brief

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 16)
LAW = "示例法 第二十七条"


@pytest.fixture
def hall(departments: Hall, db: None, settings: Settings) -> Hall:
    settings.ZHENGTONG_CLOCK = FixedClock.on(TODAY)
    return departments


@pytest.fixture
def number(hall: Hall) -> str:
    brief = grant_brief(id=granted(hall), on=TODAY)
    assert brief
    return brief.number


def _exempt(hall: Hall, number: str, *, actor: Actor | None = None, basis: str = LAW) -> UUID:
    return exempt_from_notice(
        number=number, ground=NoticeGround.DUTY, legal_basis=basis, reason="侦查期间", clock=FixedClock.on(TODAY),
        actor=actor or hall.head("tl-market"),
    )  # fmt: skip


def _queried(number: str, *, days: int, times: int = 1) -> None:
    brief = grant_brief(number=number, on=TODAY)
    assert brief
    at = FixedClock.on(TODAY).now() + timedelta(days=days)
    for count in range(times):
        ExchangeRecord.objects.create(
            id=new_id(at), exchange=f"x{days}-{count}", grant=str(brief.id), granted=True, provider="wl-land",
            consumer="tl-market", at=at, outcome="answered", match=Match.EQUAL.value, compared_at=at,
        )  # fmt: skip


def _enter(actor: Actor) -> Client:
    assert actor.officer
    clock = FixedClock.on(TODAY)
    login = f"note-{actor.officer.hex[-12:]}"
    account = people.open_account(login=login, officer=actor.officer, is_demo=True, actor=SYSTEM, clock=clock)
    seat = parties.seats(organization=actor.organization, officer=actor.officer, on=TODAY)[0]
    client = Client(headers={"accept-language": "zh-CN"})
    client.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
    return client


def test_the_auditor_of_the_region_sees_how_many_and_the_head_that_there_are(hall: Hall, number: str) -> None:
    held = _exempt(hall, number)
    _queried(number, days=-1)
    _queried(number, days=1, times=2)
    restore_notice(
        exemption=held, reason="侦查终结", actor=hall.head("tl-market"), clock=FixedClock.on(TODAY + timedelta(days=3))
    )
    _queried(number, days=4)
    auditor = hall.holder("wl-data", Role.AUDITOR)
    (line,) = exempt(actor=auditor, clock=FixedClock.on(TODAY)).rows
    assert (line.number, line.count, line.legal_basis) == (number, 2, LAW)
    (own,) = exempt(actor=hall.head("tl-market"), clock=FixedClock.on(TODAY)).rows
    assert own.count is None
    away = Actor(auditor.officer, "", auditor.organization, auditor.roles, "330100")
    assert exempt(actor=away, clock=FixedClock.on(TODAY)).rows == ()
    assert exempt(actor=hall.head("wl-land"), clock=FixedClock.on(TODAY)).rows == ()


def test_exemptions_are_what_their_events_imply(hall: Hall, number: str) -> None:
    register()
    held = _exempt(hall, number)
    assert rebuild.check(area="exchange")[0].differences == ()
    restore_notice(exemption=held, reason="结束", actor=hall.head("tl-market"), clock=FixedClock.on(TODAY))
    assert rebuild.check(area="exchange")[0].differences == ()
    brief = grant_brief(number=number, on=TODAY)
    assert brief
    assert [one.ground for one in exemptions_of([str(brief.id)])] == [NoticeGround.DUTY]


@pytest.mark.fault(
    "exchange.notice_needs_article", what="notice is to be left out without an article", unchanged="the person is told"
)
def test_without_an_article_the_person_is_told(hall: Hall, number: str) -> None:
    with pytest.raises(RuleBroken, match="notice_needs_article"):
        _exempt(hall, number, basis="内部要求")


@pytest.mark.fault("exchange.notice_by_head", what="somebody else exempts queries", unchanged="the person is told")
def test_only_the_head_of_the_consumers_sharing_office_exempts(hall: Hall, number: str) -> None:
    with pytest.raises(NotAllowed, match="notice_by_head"):
        _exempt(hall, number, actor=hall.officer("tl-market"))


@pytest.mark.fault("exchange.notice_no_grant", what="a head exempts another's queries", unchanged="the person is told")
def test_a_head_exempts_only_the_own_queries(hall: Hall, number: str) -> None:
    with pytest.raises(NotFound, match="notice_no_grant"):
        _exempt(hall, number, actor=hall.head("wl-land"))


@pytest.mark.fault("exchange.notice_held", what="the same is exempted twice", unchanged="the first one stays")
def test_a_grant_is_exempt_once(hall: Hall, number: str) -> None:
    _exempt(hall, number)
    with pytest.raises(RuleBroken, match="notice_held"):
        _exempt(hall, number)


@pytest.mark.fault("exchange.notice_none", what="another's exemption is ended", unchanged="it stays")
@pytest.mark.fault("exchange.notice_needs_reason", what="it is ended without a reason", unchanged="it stays")
def test_an_exemption_is_ended_by_the_own_head_with_a_reason(hall: Hall, number: str) -> None:
    held, clock = _exempt(hall, number), FixedClock.on(TODAY)
    with pytest.raises(NotFound, match="notice_none"):
        restore_notice(exemption=held, reason="结束", actor=hall.head("wl-land"), clock=clock)
    with pytest.raises(RuleBroken, match="notice_needs_reason"):
        restore_notice(exemption=held, reason=" ", actor=hall.head("tl-market"), clock=clock)


@pytest.mark.fault("exchange.notice_for_auditors", what="somebody else opens the list", unchanged="nothing is shown")
def test_nobody_else_reads_the_list(hall: Hall, number: str) -> None:
    with pytest.raises(NotAllowed, match="notice_for_auditors"):
        exempt(actor=hall.officer("tl-market"), clock=FixedClock.on(TODAY))


def test_the_page_exempts_counts_and_restores(hall: Hall, number: str) -> None:
    head = _enter(hall.head("tl-market"))
    given = {"number": number, "ground": "duty", "legal_basis": LAW, "reason": "侦查期间"}
    assert head.post("/exchange/notice", {**given, "legal_basis": "要求"}).status_code == 422
    assert head.post("/exchange/notice", given).status_code == 302
    _queried(number, days=1, times=3)
    page = head.get("/exchange/notice").content.decode()
    assert "只供审计" in page
    auditor = _enter(hall.holder("wl-data", Role.AUDITOR))
    assert ">3</td>" in auditor.get("/exchange/notice").content.decode()
    assert auditor.get("/exchange/notice?after=x").status_code == 200
    table = auditor.get("/exchange/notice?format=csv").content.decode("utf-8-sig")
    assert table.strip().endswith(",3")
    (line,) = exempt(actor=hall.head("tl-market"), clock=FixedClock.on(TODAY)).rows
    assert auditor.post(f"/exchange/notice/{line.id}/restore", {"reason": "结束"}).status_code == 302
    assert exempt(actor=hall.head("tl-market"), clock=FixedClock.on(TODAY)).rows[0].until is None
    head.post(f"/exchange/notice/{line.id}/restore", {"reason": "结束"})
    assert exempt(actor=hall.head("tl-market"), clock=FixedClock.on(TODAY)).rows[0].until is not None
