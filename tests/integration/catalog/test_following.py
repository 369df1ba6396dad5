"""Versions compared; who subscribes or holds a grant is told, and takes note."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from zhengtong.catalog import queries, services
from zhengtong.catalog.rules import EntryDraft
from zhengtong.catalog.rules.diffs import ChangeClass
from zhengtong.kernel.clock import FixedClock
from zhengtong.kernel.errors import NotAllowed, NotFound, RuleBroken, WrongState

pytestmark = pytest.mark.django_db
STOPS = date(2026, 6, 1)


def _new_version(hall: Any, entry: UUID, content: EntryDraft, clock: FixedClock) -> None:
    services.revise(entry=entry, actor=hall.officer, clock=clock)
    services.edit(entry=entry, content=content, actor=hall.officer, clock=clock)
    services.submit(entry=entry, actor=hall.officer, clock=clock)
    services.sign(entry=entry, actor=hall.head, clock=clock)
    services.start_review(entry=entry, actor=hall.reviewer, clock=clock)
    services.publish(entry=entry, actor=hall.reviewer, clock=clock)


def _without_first(content: EntryDraft, **given: Any) -> EntryDraft:
    return replace(content, items=content.items[1:], **given)


def test_what_stops_something_must_say_from_when(
    hall: Any, published: UUID, parcels: EntryDraft, clock: FixedClock
) -> None:
    services.revise(entry=published, actor=hall.officer, clock=clock)
    services.edit(entry=published, content=_without_first(parcels), actor=hall.officer, clock=clock)
    with pytest.raises(RuleBroken, match="breaking_needs_date"):
        services.submit(entry=published, actor=hall.officer, clock=clock)
    content = _without_first(parcels, breaking_on=STOPS)
    services.edit(entry=published, content=content, actor=hall.officer, clock=clock)
    services.submit(entry=published, actor=hall.officer, clock=clock)


def test_a_subscriber_is_told_of_every_version_once_and_takes_note(
    hall: Any, published: UUID, parcels: EntryDraft, clock: FixedClock
) -> None:
    services.subscribe(entry=published, actor=hall.other, clock=clock)
    services.subscribe(entry=published, actor=hall.other, clock=clock)  # safe to repeat
    _new_version(hall, published, replace(parcels, abstract="新的摘要"), clock)
    _new_version(hall, published, _without_first(parcels, abstract="新的摘要", breaking_on=STOPS), clock)
    told = queries.notices(actor=hall.other)
    assert [(one.version, one.kind, one.effective_on) for one in told] == [
        (3, ChangeClass.BREAKING, STOPS),
        (2, ChangeClass.COMPATIBLE, None),
    ]
    assert queries.notices(actor=hall.officer) == ()
    for line in told:
        assert services.take_note(notice=line.id, actor=hall.other, clock=clock) == published
    assert queries.notices(actor=hall.other) == ()
    with pytest.raises(WrongState):
        services.take_note(notice=told[0].id, actor=hall.other, clock=clock)
    with pytest.raises(NotFound):
        services.take_note(notice=told[0].id, actor=hall.officer, clock=clock)


def test_who_unsubscribes_is_told_no_more(hall: Any, published: UUID, parcels: EntryDraft, clock: FixedClock) -> None:
    services.subscribe(entry=published, actor=hall.other, clock=clock)
    services.unsubscribe(entry=published, actor=hall.other, clock=clock)
    _new_version(hall, published, replace(parcels, abstract="新的摘要"), clock)
    assert queries.notices(actor=hall.other) == ()
    with pytest.raises(NotAllowed):
        services.subscribe(entry=published, actor=hall.head, clock=clock)


def test_a_withdrawal_is_told(hall: Any, published: UUID, clock: FixedClock) -> None:
    services.subscribe(entry=published, actor=hall.other, clock=clock)
    services.withdraw(entry=published, reason="机构改革，职责划转", actor=hall.reviewer, clock=clock)
    (line,) = queries.notices(actor=hall.other)
    assert line.kind is ChangeClass.WITHDRAWN


def test_a_new_revision_does_not_keep_the_day_of_the_last(
    hall: Any, published: UUID, parcels: EntryDraft, clock: FixedClock
) -> None:
    _new_version(hall, published, _without_first(parcels, breaking_on=STOPS), clock)
    services.revise(entry=published, actor=hall.officer, clock=clock)
    assert queries.draft_of(id=published, actor=hall.officer).breaking_on is None


def test_the_page_compares_subscribes_and_takes_note(
    hall: Any, published: UUID, parcels: EntryDraft, clock: FixedClock, enter: Any
) -> None:
    reader = enter(hall.other)
    page = reader.get(f"/catalog/{published}").content.decode()
    assert "与第 1 版相比" not in page
    assert reader.post(f"/catalog/{published}/follow/subscribe").status_code == 302
    assert "取消订阅变更" in reader.get(f"/catalog/{published}").content.decode()
    _new_version(hall, published, _without_first(parcels, breaking_on=STOPS), clock)
    assert "查看变化" in reader.get("/inbox").content.decode()
    page = reader.get(f"/catalog/{published}").content.decode()
    for words in ("与第 1 版相比", "不兼容", "目录有变化，请知悉", "已知悉"):
        assert words in page
    address = page.split('action="/catalog/notices/')[1].split('"')[0]
    assert reader.post(f"/catalog/notices/{address}").status_code == 302
    assert "请知悉" not in reader.get(f"/catalog/{published}").content.decode()
    assert reader.post(f"/catalog/{published}/follow/borrow").status_code == 404
