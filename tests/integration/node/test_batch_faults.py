"""Runs that break off, change under way or lie: data and checkpoint never part."""

import contextlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.wire_city import Place, person_grant, two_departments
from tests.support.wire_ledgers import alarms, outcomes, records
from zhengtong.node import bounds, outbound, producing, runs, store
from zhengtong.node.fetching import Fetcher
from zhengtong.node.inbound import Pulls
from zhengtong.node.producing import Produced, Production, produce
from zhengtong.node.recheck import recheck
from zhengtong.wire.grant import GrantStatus, Limits
from zhengtong.wire.records import OutcomeKind, RecordKind
from zhengtong.wire.verifier import verify

ROWS = 1000


def pull(place: Place, **more: Any) -> tuple[int, dict[str, Any]]:
    body = {"grant": "0001-1", "purpose": "food-licence", "case_ref": "TLCY20260017", **more}
    return place.c.post("/local/v1/pull", body, token=place.token)


def held(place: Place) -> int:
    with contextlib.closing(sqlite3.connect(place.folder / "tl-market.db")) as db:
        return int(db.execute("SELECT count(*) FROM people").fetchone()[0])


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A thousand rows in ten parcels."""
    with two_departments(tmp_path, rows=ROWS) as made:
        made.city.grant(person_grant(limits=Limits(max_rows=100)))
        made.publish()
        yield made
    report = verify(
        [tmp_path / "nodes/wl-police", tmp_path / "nodes/tl-market"], root_fingerprint=made.city.fingerprint
    )
    assert report.ok, report.problems


class Stop(Exception):
    """The consumer's process ends here."""


class Killed(BaseException):
    """The provider's process ends here: nothing of ours may catch it."""


@pytest.mark.fault("-", what="使用方结点在批量途中停止", unchanged="目标表未变；再次拉取从检查点续传，核对一致")
def test_a_pull_goes_on_from_its_checkpoint(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[int] = []
    whole = Fetcher.parcel

    async def broken(self: Fetcher, sent: Any, run: str, seq: int) -> Any:
        fetched.append(seq)
        if len(fetched) == 5:
            raise Stop
        return await whole(self, sent, run, seq)

    monkeypatch.setattr(Fetcher, "parcel", broken)
    assert pull(place)[0] == 500
    assert held(place) == 0
    place.stop("tl-market")
    place.start("tl-market")
    status, told = pull(place)
    assert (status, told["rows"], told["reconciled"]) == (200, ROWS, True), told
    assert fetched[5:] == [5, 6, 7, 8, 9, 10, 11] or fetched[5:] == [4, 5, 6, 7, 8, 9, 10, 11]
    assert held(place) == ROWS


@pytest.mark.fault(
    key="node.run_lost",
    what="提供方结点在制包途中停止",
    unchanged="本次批量双方按未完成关闭，目标表未变，自动按新快照另开一次",
)
def test_a_snapshot_lost_in_a_crash_closes_the_run(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    write, made = producing.write_parcel, list[int]()

    def broken(work: Any, seq: int, plain: bytes, **more: Any) -> str:
        made.append(seq)
        if len(made) == 4:
            raise Killed
        return write(work, seq, plain, **more)

    monkeypatch.setattr(producing, "write_parcel", broken)
    monkeypatch.setattr("zhengtong.node.inbound.RUN_TRIES", 1)
    monkeypatch.setattr("zhengtong.node.outbound.RUN_WAIT_S", 0.2)
    assert pull(place)[0] == 503
    place.stop("wl-police")
    place.start("wl-police")
    assert held(place) == 0
    monkeypatch.undo()
    status, told = pull(place)  # closes the lost run on this side too, and opens a new one by itself
    assert (status, told["rows"], told["reconciled"]) == (200, ROWS, True), told
    for home in (place.provider, place.consumer):
        ends = [(o.outcome, o.refusal) for o in outcomes(home.folder)]
        assert ends == [(OutcomeKind.FAILED, "node.run_lost"), (OutcomeKind.ANSWERED, None)]
    shown = place.c.get("/local/v1/runs", token=place.token)["runs"]
    (lost,) = (run for run in shown if run["state"] == "closed")
    assert (lost["state_label"], lost["reason"]["key"]) == ("已关闭，未完成", "node.run_lost")


@pytest.mark.fault(
    key="wire.refused_revoked",
    what="批量途中许可被撤销",
    unchanged="余下的包不再发出，已暂存的不入目标表，双方都有拒绝记录",
)
def test_a_grant_revoked_under_way_stops_the_run(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Fetcher.parcel
    grant = next(iter(place.city.grants.values()))

    async def and_then_revoked(self: Fetcher, sent: Any, run: str, seq: int) -> Any:
        if seq == 3:
            place.city.grants[grant.id] = replace(grant, status=GrantStatus.REVOKED)
            place.city.publish()
            place.p.refresh()
        return await whole(self, sent, run, seq)

    monkeypatch.setattr(Fetcher, "parcel", and_then_revoked)
    status, told = pull(place)
    assert (status, told["key"], told["at"]) == (403, "wire.refused_revoked", "provider"), told
    assert held(place) == 0
    for home in (place.provider, place.consumer):
        assert outcomes(home.folder)[-1].outcome is OutcomeKind.REFUSED
    assert not list(place.provider.parcels.rglob("*.parcel"))


@pytest.mark.fault(
    key="wire.refused_rows_day", what="批量行数超过当日许可", unchanged="没有更新目标表，双方都有拒绝记录"
)
def test_a_run_beyond_the_days_rows_is_refused_at_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(work: Production, *, tell: Callable[[], None]) -> Produced:
        time.sleep(0.3)  # the consumer waits for the first parcel by then
        return produce(work, tell=tell)

    monkeypatch.setattr(outbound, "produce", slowly)
    grant = next(iter(place.city.grants.values()))
    place.city.grants[grant.id] = replace(grant, limits=Limits(max_rows=100, rows_per_day=500))
    place.publish()
    began = time.monotonic()
    status, told = pull(place)
    assert (status, told["key"]) == (403, "wire.refused_rows_day"), told
    assert time.monotonic() - began < bounds.RUN_WAIT_S / 2
    assert held(place) == 0


@pytest.mark.fault(
    key="node.parcel_differs", what="同一序号的数据包内容变了", unchanged="本次批量停止，目标表未变，登记告警"
)
def test_another_parcel_under_the_same_number_is_an_alarm(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    apply = Pulls.apply

    def twice(self: Pulls, one: Any, fetched: Any) -> Any:
        first = apply(self, one, fetched)
        assert apply(self, one, fetched) == first  # the same again changes nothing
        if fetched.seq == 2:
            apply(self, one, replace(fetched, digest="sha-256:" + "0" * 64))
        return first

    monkeypatch.setattr(Pulls, "apply", twice)
    status, told = pull(place)
    assert (status, told["key"]) == (403, "node.parcel_differs"), told
    assert held(place) == 0
    assert "node.parcel_differs" in alarms(place.consumer.folder)


@pytest.mark.fault(
    key="node.target_failed", what="目标库拒绝写入", unchanged="暂存与检查点一同回滚；恢复后从检查点续传"
)
def test_a_target_that_refuses_leaves_a_run_that_can_go_on(place: Place) -> None:
    with contextlib.closing(sqlite3.connect(place.folder / "tl-market.db")) as lock:
        pull(place)
        lock.execute("CREATE TRIGGER no BEFORE DELETE ON people BEGIN SELECT RAISE(ABORT, 'closed for the audit'); END")
        lock.commit()
        status, told = pull(place)
        assert (status, told["key"]) == (503, "node.target_failed"), told
        assert held(place) == ROWS
        lock.execute("DROP TRIGGER no")
        lock.commit()
    status, told = pull(place)
    assert (status, told["rows"], told["reconciled"]) == (200, ROWS, True)


@pytest.mark.fault("node.no_target", what="没有说明数据落到哪里", unchanged="没有请求发出")
def test_a_pull_without_a_target_asks_nobody(place: Place) -> None:
    place.city.grant(person_grant(number="0003-1", resource="306001002/000777"))
    place.publish()
    status, told = pull(place, grant="0003-1")
    assert (status, told["key"]) == (404, "node.no_target")
    standing = place.c.get("/local/v1/refusals", token=place.token)
    assert standing["refusals"][0]["key"] == "node.no_target"


@pytest.mark.fault(
    "-", what="账本已记、结点库未提交时断电", unchanged="重启时按账本补记批量状态，双方回执一致，不重复入库"
)
def test_an_outcome_that_only_the_ledger_has_is_taken_over(place: Place) -> None:
    assert pull(place)[0] == 200
    place.stop()
    for home, state in ((place.provider, "ready"), (place.consumer, "open")):
        with contextlib.closing(store.connect(home.database)) as db:  # as before the last commit
            ends = len(records(home.folder)) - 1
            assert records(home.folder)[ends].kind is RecordKind.OUTCOME
            (run, body) = db.execute("SELECT run, body FROM run").fetchone()
            intent = next(i for i, r in enumerate(records(home.folder)) if r.exchange == run)
            before = {k: v for k, v in json.loads(body).items() if k not in {"told", "standing", "there", "record"}}
            db.execute("UPDATE run SET state = ?, body = ?", (state, json.dumps(before)))
            side = "provider" if state == "ready" else "consumer"
            db.execute("INSERT INTO open_intent VALUES (?, ?, ?)", (run, side, intent))
            db.execute("DELETE FROM receipt")
            db.execute("UPDATE fact SET value = ? WHERE name = 'ledger_size'", (str(ends),))
    place.start()
    place.c.call(place.c.node.pulls.resume(now=True))
    for _ in range(100):
        (mine,) = place.c.get("/local/v1/runs", token=place.token)["runs"]
        if mine["state"] == "done":
            break
        time.sleep(0.05)
    with contextlib.closing(store.connect_reader(place.provider.database)) as db:
        (theirs,) = runs.listed(db)
        assert db.execute("SELECT count(*) FROM open_intent").fetchone()[0] == 0
    assert (mine["state"], theirs["state"]) == ("done", "closed")
    figures = ("rows_sent", "rows_there", "quarantined_there", "fingerprint", "fingerprint_there", "reconciled")
    assert [mine[name] for name in figures] == [theirs[name] for name in figures]
    assert mine["reconciled"] is True
    (found,) = recheck(place.consumer, place.c.node.core.reader)
    assert found.same
