"""Pulled by the update cycle: on time, once after an outage, later and later after failures, stopped with the grant."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.wire_city import Place, person_grant, two_departments
from zhengtong.kernel.clock import BEIJING, FixedClock
from zhengtong.kernel.errors import RuleBroken
from zhengtong.node import schedules, store
from zhengtong.node.schedules import Every, Schedule, next_after
from zhengtong.wire.grant import GrantStatus

DAILY = Schedule(grant="0001-1", system="licensing", purpose="food-licence", case_ref="TLCY20260017", full_every=3)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr("zhengtong.node.service.SCHEDULE_TICK_S", 3600.0)  # ticks are this test's
    with two_departments(tmp_path, rows=30) as made:
        made.city.grant(person_grant())
        made.publish()
        set_(made, DAILY)
        yield made


def set_(place: Place, schedule: Schedule) -> None:
    with contextlib.closing(store.connect(place.consumer.database)) as db:
        schedules.keep(db, schedule, now=place.city.clock.now())


def move(place: Place, **time: int) -> None:
    assert isinstance(place.city.clock, FixedClock)
    place.city.clock.move(timedelta(**time))
    place.publish()


def tick(place: Place) -> int:
    scheduler = place.c.node.schedules

    async def once() -> int:
        begun = await scheduler.tick()
        await scheduler.settled()
        return begun

    return place.c.call(once())


def shown(place: Place) -> dict[str, Any]:
    (one,) = place.c.get("/local/v1/status", token=place.token)["schedules"]
    return one


def test_a_due_grant_is_pulled_and_the_next_time_is_said(place: Place) -> None:
    assert (tick(place), shown(place)["next_at"]) == (0, "2026-10-16T18:30:00.000Z")  # 02:30 in Beijing
    move(place, hours=18)
    assert tick(place) == 1
    one = shown(place)
    assert one["last_result"] == {
        "kind": "full", "kind_label": "全量", "rows": 30, "quarantined": 0, "reconciled": True,
    }  # fmt: skip
    assert (one["next_at"], one["state_label"], one["every_label"]) == ("2026-10-17T18:30:00.000Z", "按期运行", "每日")
    assert tick(place) == 0


def test_after_an_outage_it_catches_up_once(place: Place) -> None:
    move(place, days=5)
    assert (tick(place), tick(place)) == (1, 0)
    assert len(place.c.get("/local/v1/runs", token=place.token)["runs"]) == 1


@pytest.mark.fault("-", what="定时拉取时对方结点不在", unchanged="按固定间隔加倍重试，最长一小时；恢复后照常")
def test_failures_wait_longer_each_time(place: Place) -> None:
    place.stop("wl-police")
    move(place, days=1)
    for waited in (60, 120, 240):
        assert tick(place) == 1
        one = shown(place)
        assert (one["state"], one["reason"]["key"]) == ("active", "node.peer_unreachable")
        now = place.city.clock.now()
        assert datetime.fromisoformat(one["next_at"]) - now == timedelta(seconds=waited)
        move(place, seconds=waited)
    place.start("wl-police")
    assert tick(place) == 1
    assert (shown(place)["failures"], shown(place)["reason"]) == (0, None)


@pytest.mark.fault(
    "wire.refused_suspended", what="定时拉取的许可被暂停", unchanged="定时停止并写明原因；许可恢复后自动继续"
)
def test_a_suspended_grant_stops_its_schedule_until_it_is_in_force_again(place: Place) -> None:
    grant = next(iter(place.city.grants.values()))
    place.city.grants[grant.id] = replace(grant, status=GrantStatus.SUSPENDED)
    move(place, days=1)
    assert tick(place) == 0
    one = shown(place)
    assert (one["state_label"], one["next_at"], one["reason"]["key"]) == ("已停止", None, "wire.refused_suspended")
    assert "0001-1" in one["reason"]["text"]
    place.city.grants[grant.id] = grant
    move(place, hours=1)
    tick(place)
    assert shown(place)["state"] == "active"
    move(place, days=400)
    assert tick(place) == 0
    assert (shown(place)["state"], shown(place)["reason"]["key"]) == ("stopped", "wire.refused_expired")
    assert "{" not in shown(place)["reason"]["text"]


def test_an_ask_that_is_refused_for_good_stops(place: Place) -> None:
    set_(place, replace(DAILY, purpose="inspection"))
    move(place, days=1)
    assert tick(place) == 1
    assert (shown(place)["state"], shown(place)["reason"]["key"]) == ("stopped", "wire.refused_purpose")


def test_a_schedule_is_ended_and_wrong_words_are_refused(place: Place) -> None:
    with contextlib.closing(store.connect(place.consumer.database)) as db:
        with pytest.raises(RuleBroken) as refused:
            schedules.keep(db, replace(DAILY, at="25:00"), now=place.city.clock.now())
        assert refused.value.key == "node.schedule_time"
        assert (schedules.drop(db, "0001-1"), schedules.drop(db, "0001-1")) == (True, False)
        assert schedules.listed(db) == []


@given(st.integers(0, 8 * 366 * 24 * 60), st.sampled_from(Every))
def test_the_next_time_is_later_and_falls_on_the_cycle(minutes: int, every: Every) -> None:
    now = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    due = next_after(now, every=every, at="02:30")
    assert due > now
    there = due.astimezone(BEIJING)
    if every is Every.REALTIME:
        return
    assert (there.hour, there.minute) == (2, 30)
    longest = {Every.DAILY: 1, Every.WEEKLY: 7, Every.MONTHLY: 31, Every.QUARTERLY: 92, Every.HALF_YEARLY: 184}
    assert due - now <= timedelta(days=longest.get(every, 366))
    assert every is not Every.WEEKLY or there.weekday() == 0
    assert every in {Every.DAILY, Every.WEEKLY} or there.day == 1
