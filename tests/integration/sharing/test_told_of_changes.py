"""Who holds a grant is told of a version that tightens or breaks, and of a withdrawal; never of a compatible one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from tests.support.sharing_hall import Hall
from tests.support.sharing_story import granted
from zhengtong.catalog import queries as catalog
from zhengtong.catalog import services
from zhengtong.catalog.rules import EntryDraft
from zhengtong.catalog.rules.diffs import ChangeClass
from zhengtong.kernel.clock import FixedClock
from zhengtong.parties.rules import Role

pytestmark = pytest.mark.django_db
On = Callable[..., FixedClock]


def _new_version(hall: Hall, clock: FixedClock, change: Callable[[EntryDraft], EntryDraft]) -> UUID:
    entry, officer = hall.entries["R03"], hall.officer("wl-land")
    services.revise(entry=entry, actor=officer, clock=clock)
    content = change(catalog.draft_of(id=entry, actor=officer))
    services.edit(entry=entry, content=content, actor=officer, clock=clock)
    services.submit(entry=entry, actor=officer, clock=clock)
    services.sign(entry=entry, actor=hall.holder("wl-land", Role.DEPARTMENT_HEAD), clock=clock)
    reviewer = hall.holder("wl-data", Role.AUTHORITY_REVIEWER)
    services.start_review(entry=entry, actor=reviewer, clock=clock)
    services.publish(entry=entry, actor=reviewer, clock=clock)
    return entry


def _told(hall: Hall) -> list[ChangeClass]:
    return [line.kind for line in catalog.notices(actor=hall.officer("tl-market"))]


def test_a_compatible_version_asks_nothing_of_anybody(hall: Hall, on: On) -> None:
    granted(hall)
    _new_version(hall, on(10, 8), lambda held: replace(held, abstract="新的摘要"))
    assert _told(hall) == []


def test_a_tightening_one_is_told(hall: Hall, on: On) -> None:
    granted(hall)
    _new_version(hall, on(10, 8), lambda held: replace(held, range="仅限市级部门"))
    assert _told(hall) == [ChangeClass.TIGHTENING]


def test_a_breaking_one_is_told_with_its_day(hall: Hall, on: On) -> None:
    granted(hall)
    stops = date(2026, 12, 1)
    _new_version(hall, on(10, 8), lambda held: replace(held, items=held.items[:-1], breaking_on=stops))
    (line,) = catalog.notices(actor=hall.officer("tl-market"))
    assert (line.kind, line.effective_on) == (ChangeClass.BREAKING, stops)
    assert catalog.notices(actor=hall.officer("wl-tax")) == ()


def test_a_withdrawal_is_told(hall: Hall, on: On) -> None:
    granted(hall)
    reviewer = hall.holder("wl-data", Role.AUTHORITY_REVIEWER)
    services.withdraw(entry=hall.entries["R03"], reason="职责划转", actor=reviewer, clock=on(10, 8))
    assert _told(hall) == [ChangeClass.WITHDRAWN]
