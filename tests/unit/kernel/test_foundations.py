"""Clock, ids, events, paging, jobs and messages keep their small promises."""

import json
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest

from zhengtong.kernel import events, ids, jobs, paging
from zhengtong.kernel.clock import BEIJING, FixedClock, StoryClock, legal_day
from zhengtong.kernel.errors import RuleBroken

NOON = datetime(2026, 10, 16, 12, tzinfo=BEIJING)


def test_an_instant_late_in_the_utc_day_is_the_next_legal_day() -> None:
    assert legal_day(datetime(2026, 10, 15, 16, 0, tzinfo=UTC)) == date(2026, 10, 16)
    assert FixedClock.on(date(2026, 10, 16)).today() == date(2026, 10, 16)


def test_the_story_clock_runs_and_only_moves_forward(tmp_path: Path) -> None:
    clock = StoryClock(tmp_path / "clock.json")
    clock.jump(NOON)
    other = StoryClock(tmp_path / "clock.json")
    assert timedelta(0) <= other.now() - NOON < timedelta(minutes=1)
    time.sleep(0.01)
    clock.jump(NOON + timedelta(days=3))
    assert other.today() == date(2026, 10, 19)
    with pytest.raises(ValueError, match="only moves forward"):
        other.jump(NOON)


def test_ids_sort_by_time_of_birth_and_carry_version_seven() -> None:
    made = [ids.new_id(NOON) for _ in range(200)] + [ids.new_id(NOON + timedelta(milliseconds=2))]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {one.version for one in made} == {7}


def test_an_event_payload_is_json_and_old_shapes_are_lifted() -> None:
    @events.event("test.thing.happened", version=2)
    @dataclass(frozen=True, slots=True)
    class Happened(events.Event):
        day: date
        names: tuple[str, ...]

    @events.upcaster("test.thing.happened", from_version=1)
    def _lift(payload: dict[str, events.JsonValue]) -> dict[str, events.JsonValue]:
        return {**payload, "names": [payload.pop("name")]}

    fact = Happened(subject=UUID(int=1), day=date(2026, 1, 2), names=("a",))
    assert json.loads(json.dumps(events.to_payload(fact))) == {"day": "2026-01-02", "names": ["a"]}
    old = {"day": "2026-01-02", "name": "a"}
    assert events.lifted("test.thing.happened", version=1, payload=old)["names"] == ["a"]


def test_a_page_knows_whether_there_is_another() -> None:
    found = [(str(n), n) for n in range(4)]
    assert paging.cut(found, rows=3) == paging.Page((0, 1, 2), "2")
    assert paging.cut(found[:3], rows=3).next_after == ""
    assert paging.size(10_000) == paging.PAGE_ROWS_MAX


def test_a_failed_job_waits_longer_each_time_and_dies_in_the_end() -> None:
    waits = [jobs.after_failure(attempts=n, now=NOON, jitter=0.5) for n in range(1, jobs.ATTEMPTS_MAX + 1)]
    assert [v.state for v in waits[:-1]] == [jobs.JobState.WAITING] * (jobs.ATTEMPTS_MAX - 1)
    assert waits[-1].state is jobs.JobState.DEAD
    assert all(a.run_after < b.run_after for a, b in pairwise(waits[:-1]))
    assert jobs.after_failure(attempts=1, now=NOON, jitter=0.0, retryable=False).state is jobs.JobState.DEAD


def test_an_error_says_what_happened_and_what_to_do_in_both_languages() -> None:
    error = RuleBroken("kernel.role_missing", thing="门", verb="关", roles="看门人", roles_en="porter")
    assert "门" in error.message("zh")
    assert "porter" in error.remedy("en")
    unknown = RuleBroken("kernel.no_such_key")
    with pytest.raises(KeyError, match="in no catalogue"):
        unknown.message("zh")
