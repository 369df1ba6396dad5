"""The auditor searches the record and walks the chain; nobody else does, and what was changed is named."""

from datetime import date
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from tests.support.sharing_hall import DISTRICT, Hall
from tests.support.sharing_story import granted
from zhengtong.journal import append_only, queries
from zhengtong.journal.models import Event
from zhengtong.journal.queries import EventSearch
from zhengtong.journal.services.sequencer import seal
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed
from zhengtong.parties import queries as parties
from zhengtong.parties import services as people
from zhengtong.parties.rules import Role
from zhengtong.parties.services import sign_in
from zhengtong.parties.services.attempts import FAILED_SIGN_INS_MAX

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 16)


@pytest.fixture
def hall(departments: Hall, db: None, settings: Settings) -> Hall:
    settings.ZHENGTONG_CLOCK = FixedClock.on(TODAY)
    return departments


def _enter(actor: Actor) -> Client:
    assert actor.officer
    login = f"audit-{actor.officer.hex[-12:]}"
    clock = FixedClock.on(TODAY)
    account = people.open_account(login=login, officer=actor.officer, is_demo=True, actor=SYSTEM, clock=clock)
    seat = parties.seats(organization=actor.organization, officer=actor.officer, on=TODAY)[0]
    client = Client(headers={"accept-language": "zh-CN"})
    client.post("/signin/card", {"account": str(account), "seat": str(seat.id)})
    return client


@pytest.fixture
def auditor(hall: Hall) -> Actor:
    return hall.holder("wl-data", Role.AUDITOR)


def test_events_are_found_by_subject_area_organization_and_day(hall: Hall, auditor: Actor) -> None:
    grant = granted(hall)
    browser = _enter(auditor)
    page = browser.get(f"/audit?subject={grant}").content.decode()
    assert "签发许可" in page
    assert "sharing.grant.issued" in page
    assert "提供方收到" not in page  # that is the request's
    assert "没有符合条件的记录" in browser.get(f"/audit?subject={grant}&first=2026-10-01").content.decode()
    assert "sharing.grant.issued" in browser.get("/audit?area=sharing&organization=市自然资源和规划局").content.decode()
    assert browser.get("/audit?subject=x").status_code == 422
    for nothing in ("organization=无此机构", "subject=00000000-0000-0000-0000-000000000001"):
        assert "没有符合条件的记录" in browser.get(f"/audit?{nothing}").content.decode()
    table = browser.get(f"/audit?subject={grant}&format=csv").content.decode("utf-8-sig")
    assert "sharing.grant.issued" in table


def test_pages_go_on_without_losing_or_repeating_an_event(hall: Hall, auditor: Actor) -> None:
    granted(hall)
    seen, after = list[UUID](), ""
    while True:
        page = queries.search_events(actor=auditor, wanted=EventSearch(), after=after, rows=20)
        seen += [one.id for one in page.rows]
        after = page.next_after
        if not after:
            break
    assert len(seen) == len(set(seen)) == Event.objects.count()


def test_an_auditor_sees_the_own_region_only(hall: Hall, auditor: Actor) -> None:
    granted(hall)
    away = Actor(auditor.officer, "", auditor.organization, auditor.roles, "330100")
    found = queries.search_events(actor=away, wanted=EventSearch(area="sharing"), rows=50)
    assert found.rows == ()


def test_signing_in_is_read_by_the_auditor_of_the_place_alone(hall: Hall, auditor: Actor) -> None:
    _enter(hall.officer("tl-market"))
    away = Actor(auditor.officer, "", auditor.organization, auditor.roles, "330100")
    signed_in = EventSearch(name="parties.account.signed-in")
    (found,) = queries.search_events(actor=auditor, wanted=signed_in).rows
    assert (found.jurisdiction, found.organization) == (DISTRICT, hall.organs["tl-market"])
    assert queries.search_events(actor=away, wanted=signed_in).rows == ()


def test_a_locked_account_is_read_by_the_auditor_of_the_place_alone(hall: Hall, auditor: Actor) -> None:
    clerk, clock = hall.officer("tl-market"), FixedClock.on(TODAY)
    assert clerk.officer
    people.open_account(login="clerk", officer=clerk.officer, password="lilac-pavement-41", actor=SYSTEM, clock=clock)
    for _ in range(FAILED_SIGN_INS_MAX):
        with pytest.raises(NotAllowed):
            sign_in.with_password(login="clerk", password="wrong", clock=clock)
    (found,) = queries.search_events(actor=auditor, wanted=EventSearch(name="parties.account.locked")).rows
    assert found.jurisdiction == DISTRICT


def test_the_chain_is_walked_and_a_changed_event_is_named(hall: Hall, auditor: Actor) -> None:
    granted(hall)
    while seal():
        pass
    browser = _enter(auditor)
    assert "记录完整" in browser.post("/audit").content.decode()
    report = queries.chain_report(actor=auditor)
    assert (report.flaw, report.partly) == (None, False)
    broken = Event.objects.filter(name="sharing.grant.issued", seq__isnull=False).first()
    assert broken is not None
    _tamper(broken.seq or 0)
    page = browser.post("/audit").content.decode()
    assert "记录被改动" in page
    assert f"第 {broken.seq} 条不符（sharing.grant.issued）" in page


def _tamper(seq: int) -> None:
    """Change an event past the triggers that refuse it, as somebody with the database might."""
    with connection.cursor() as cursor:
        for lifted in append_only.drop_statements(connection.vendor):
            cursor.execute(lifted)
        cursor.execute("UPDATE journal_event SET organization = NULL WHERE seq = %s", [seq])
        for put_back in append_only.create_statements(connection.vendor):
            cursor.execute(put_back)


def test_nobody_else_reads_the_record(hall: Hall) -> None:
    reviewer = hall.holder("wl-data", Role.AUTHORITY_REVIEWER)
    with pytest.raises(NotAllowed):
        queries.search_events(actor=reviewer, wanted=EventSearch())
    with pytest.raises(NotAllowed):
        queries.chain_report(actor=reviewer)
    assert _enter(reviewer).get("/audit").status_code == 403
