"""Parcels that are deleted, damaged, lost on the way, doubled, out of order or asked for too late."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.wire_city import Place
from tests.support.wire_ledgers import alarms, outcomes
from tests.support.wire_runs import hundred_a_parcel
from zhengtong.kernel.errors import Unreachable
from zhengtong.node import producing, runs, store
from zhengtong.node.fetching import Fetcher
from zhengtong.node.inbound import Pulls
from zhengtong.wire.records import OutcomeKind

ROWS = 500


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Five parcels of a hundred rows; afterwards both ledgers verify."""
    with hundred_a_parcel(tmp_path, rows=ROWS) as made:
        yield made


def pull(place: Place) -> tuple[int, dict[str, Any]]:
    body = {"grant": "0001-1", "purpose": "food-licence", "case_ref": "TLCY20260017"}
    return place.c.post("/local/v1/pull", body, token=place.token)


def held(place: Place) -> int:
    with contextlib.closing(sqlite3.connect(place.folder / "tl-market.db")) as db:
        return int(db.execute("SELECT count(*) FROM people").fetchone()[0])


def ends(place: Place) -> list[list[tuple[OutcomeKind | None, str | None]]]:
    return [[(o.outcome, o.refusal) for o in outcomes(home.folder)] for home in (place.provider, place.consumer)]


def after_making(monkeypatch: pytest.MonkeyPatch, place: Place, seq: int, harm: Any) -> None:
    """Do harm to a parcel's file of the first run, once it is written."""
    write, done = producing.write_parcel, list[int]()

    def harmed(work: Any, number: int, plain: bytes, **more: Any) -> str:
        digest = write(work, number, plain, **more)
        if number == seq and not done:
            done.append(number)
            harm(place.provider.parcels / work.run / f"{number}.parcel")
        return digest

    monkeypatch.setattr(producing, "write_parcel", harmed)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


def flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[-40] ^= 1
    path.write_bytes(raw)


@pytest.mark.parametrize(
    ("harm", "key"),
    [
        pytest.param(Path.unlink, "node.parcel_gone", id="deleted"),
        pytest.param(cut, "node.parcel_corrupt", id="cut"),
        pytest.param(flip, "node.parcel_corrupt", id="flipped"),
    ],
)
@pytest.mark.fault(
    key="node.parcel_corrupt",
    what="数据包在提供方被删或损坏",
    unchanged="本次批量双方按未完成关闭，目标表未变，自动另开一次并核对一致",
)
def test_a_parcel_harmed_at_its_provider_closes_the_run_and_a_new_one_opens(
    place: Place, monkeypatch: pytest.MonkeyPatch, harm: Any, key: str
) -> None:
    after_making(monkeypatch, place, 3, harm)
    status, told = pull(place)
    assert (status, told["rows"], told["reconciled"]) == (200, ROWS, True), told
    failed, answered = (OutcomeKind.FAILED, key), (OutcomeKind.ANSWERED, None)
    assert ends(place) == [[failed, answered], [failed, answered]]
    assert held(place) == ROWS
    shown = place.c.get("/local/v1/runs", token=place.token)["runs"]
    (lost,) = (run for run in shown if run["state"] == "closed")
    with contextlib.closing(store.connect_reader(place.provider.database)) as db:
        assert (
            next(run["reason"] for run in runs.listed(db) if run["state_label"] == "已关闭，未完成") == lost["reason"]
        )
    assert "数据包" in lost["reason"]["text"]
    assert "自动" in lost["reason"]["remedy"]


@pytest.mark.fault("-", what="数据包在途中丢失", unchanged="同一批量内再取一次，不重不漏")
def test_a_parcel_lost_on_the_way_is_fetched_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, lost = Fetcher._download, list[int]()  # pyright: ignore[reportPrivateUsage]

    async def lossy(self: Fetcher, sent: Any, run: str, seq: int, *more: Any) -> bytes:
        if seq in {2, 4} and lost.count(seq) < 2:
            lost.append(seq)
            raise Unreachable("node.peer_unreachable", peer="wl-police", reason="lost")
        raw = await whole(self, sent, run, seq, *more)
        return raw if seq != 3 or lost.count(3) else (lost.append(3), raw[:-1] + b"?")[1]  # hurt on the way, once

    monkeypatch.setattr(Fetcher, "_download", lossy)
    status, told = pull(place)
    assert (status, told["rows"], told["reconciled"]) == (200, ROWS, True), told
    assert sorted(lost) == [2, 2, 3, 4, 4]
    assert ends(place) == [[(OutcomeKind.ANSWERED, None)]] * 2


@pytest.mark.fault("node.parcel_of_another_run", what="数据包次序颠倒", unchanged="本次批量停止，目标表未变，登记告警")
def test_parcels_out_of_order_stop_the_run(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Fetcher._download  # pyright: ignore[reportPrivateUsage]

    async def swapped(self: Fetcher, sent: Any, run: str, seq: int, path: str, part: Path) -> bytes:
        other = {2: 3, 3: 2}.get(seq, seq)
        return await whole(self, sent, run, other, path.replace(f"/{seq}", f"/{other}"), part)

    monkeypatch.setattr(Fetcher, "_download", swapped)
    status, told = pull(place)
    assert (status, told["key"]) == (403, "node.parcel_of_another_run"), told
    assert held(place) == 0
    assert "node.parcel_of_another_run" in alarms(place.consumer.folder)


@pytest.mark.fault(
    key="node.parcel_acknowledged",
    what="已确认并删除的数据包又被索取（目标库恢复了旧备份）",
    unchanged="本次批量双方按未完成关闭，自动另开一次并核对一致",
)
def test_a_parcel_needed_after_its_acknowledgement_opens_a_new_run(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply, hit = Pulls.apply, list[int]()

    def stopped(self: Pulls, one: Any, fetched: Any) -> Any:
        if fetched.seq == 4 and not hit:
            hit.append(4)
            raise Unreachable("node.target_failed", reason="restored from a backup")
        return apply(self, one, fetched)

    monkeypatch.setattr(Pulls, "apply", stopped)
    assert pull(place)[1]["key"] == "node.target_failed"
    with contextlib.closing(sqlite3.connect(place.folder / "tl-market.db")) as db:
        db.execute("DELETE FROM _zt_parcel WHERE seq > 1")
        db.commit()
    status, told = pull(place)
    assert (status, told["rows"], told["reconciled"]) == (200, ROWS, True), told
    failed, answered = (OutcomeKind.FAILED, "node.parcel_acknowledged"), (OutcomeKind.ANSWERED, None)
    assert ends(place) == [[failed, answered], [failed, answered]]
