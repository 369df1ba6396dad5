"""Where an entry stands, as its page says it: article, reason of a return, assessments, dates of steps."""

from datetime import date
from uuid import UUID

import pytest
from django.test import Client

from tests.integration.catalog.conftest import Hall
from zhengtong.catalog import services
from zhengtong.catalog.rules import EntryDraft
from zhengtong.kernel.actors import SYSTEM, Actor
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties import queries as parties
from zhengtong.parties import services as people

pytestmark = pytest.mark.django_db
WHY = "摘要过于简单，请写明数据来自哪一登记环节"


def _page(actor: Actor, entry: UUID, clock: FixedClock) -> str:
    assert actor.officer is not None
    login = f"card-{actor.officer.hex[-8:]}"
    account = people.open_account(login=login, officer=actor.officer, is_demo=True, actor=SYSTEM, clock=clock)
    seat = parties.seats(on=date(2026, 3, 2), officer=actor.officer)[0]
    browser = Client()
    browser.post("/signin/card", {"account": account, "seat": seat.id})
    return browser.get(f"/catalog/{entry}").content.decode()


@pytest.fixture
def reported(hall: Hall, parcels: EntryDraft, clock: FixedClock) -> UUID:
    """An entry that was returned once and reported again."""
    entry = services.draft(content=parcels, actor=hall.officer, clock=clock)
    _report(hall, entry, clock)
    services.start_review(entry=entry, actor=hall.reviewer, clock=clock)
    services.return_(entry=entry, reason=WHY, actor=hall.reviewer, clock=clock)
    return entry


def _report(hall: Hall, entry: UUID, clock: FixedClock) -> None:
    services.submit(entry=entry, actor=hall.officer, clock=clock)
    services.sign(entry=entry, actor=hall.head, clock=clock)


def test_a_returned_entry_says_why_and_shows_no_date_on_steps_still_to_do(
    hall: Hall, reported: UUID, clock: FixedClock
) -> None:
    shown = _page(hall.officer, reported, clock)
    assert WHY in shown.partition("zt-progress")[0]
    assert "未开始 ·" not in shown


def test_once_reported_again_the_old_reason_stands_only_in_the_history(
    hall: Hall, reported: UUID, clock: FixedClock
) -> None:
    _report(hall, reported, clock)
    shown = _page(hall.reviewer, reported, clock)
    assert WHY not in shown.partition("zt-progress")[0]
    assert WHY in shown


def test_the_reviewer_sees_the_assessments_and_the_article_that_binds_a_first_filing(
    hall: Hall, reported: UUID, parcels: EntryDraft, clock: FixedClock
) -> None:
    _report(hall, reported, clock)
    shown = _page(hall.reviewer, reported, clock)
    assert parcels.secrecy_review in shown
    standing = shown.partition("zt-standing")[2].partition("</dl>")[0]
    assert "第十六条" in standing or "zt-due" in standing  # article 17 is cited only where its days run
