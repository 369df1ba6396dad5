"""Rows count when they leave: what a consumer fetched stands in ledger, quota and receipt, whatever it says after."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.wire_city import MORNING, Place, bind_people
from tests.support.wire_ledgers import outcomes, records
from tests.support.wire_runs import hundred_a_parcel, opened
from zhengtong.kernel.clock import legal_day
from zhengtong.node import accounts
from zhengtong.node.consumer import Sent
from zhengtong.node.fetching import Fetched, Fetcher
from zhengtong.node.refusals import Refuse
from zhengtong.wire.grant import Grant, Limits
from zhengtong.wire.records import OutcomeKind, RecordKind

ROWS = 400
KEPT_S_MAX = 5.0


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Four hundred rows in four parcels."""
    with hundred_a_parcel(tmp_path, rows=ROWS) as made:
        yield made


@pytest.fixture
def grant(place: Place) -> Grant:
    return next(iter(place.city.grants.values()))


def fetch(place: Place, sent: Sent, seq: int) -> Fetched:
    """One parcel, without a word of thanks."""
    fetcher = Fetcher(place.c.node.core, place.c.node.consumer, place.c.node.peers)

    async def get() -> Fetched:
        for _ in range(50):
            try:
                return await fetcher.parcel(sent, sent.exchange, seq)
            except Refuse as stop:
                if stop.refusal.key != "node.run_not_ready":
                    raise
                await asyncio.sleep(0.1)
        raise AssertionError("the parcel was never ready")

    return place.c.call(get())


def nothing_is_kept(place: Place) -> bool:
    """Whether all parcels are deleted, at the latest when what was still being made is done."""
    until = time.monotonic() + KEPT_S_MAX
    while list(place.provider.parcels.rglob("*.parcel")):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def rows_today(place: Place, grant: Grant) -> int:
    return accounts.usage(place.p.node.core.reader, grant.id, legal_day(MORNING)).rows


def close_own(place: Place, sent: Sent) -> None:
    """The consumer's own side of a run that its test left open."""
    place.c.call(place.c.node.pulls._give_up(sent.exchange, "node.run_superseded"))  # pyright: ignore[reportPrivateUsage]


@pytest.mark.fault(
    "node.run_superseded",
    what="使用方取走全部数据包却从不确认，又开始新的批量",
    unchanged="取走的行计入当日数量，提供方账本和回执写明取走多少",
)
def test_rows_fetched_and_never_acknowledged_are_counted_and_recorded(place: Place, grant: Grant) -> None:
    first = opened(place)
    for seq in (1, 2, 3, 4):
        assert fetch(place, first, seq).envelope.rows == 100
    assert fetch(place, first, 5).manifest is not None
    assert rows_today(place, grant) == ROWS
    fetch(place, first, 4)  # the same parcel again is the same rows
    assert rows_today(place, grant) == ROWS
    second = opened(place)
    fetch(place, second, 1)
    closed = next(r for r in outcomes(place.provider.folder) if r.exchange == first.exchange)
    assert (closed.outcome, closed.refusal, closed.rows) == (OutcomeKind.FAILED, "node.run_superseded", ROWS)
    assert (closed.facts["served"], closed.facts["rows_served"]) == (4, ROWS)
    assert rows_today(place, grant) == ROWS + 100
    told = accounts.receipt_of(closed, index=0, request_digest="")
    assert told.rows == ROWS
    close_own(place, first)
    close_own(place, second)


@pytest.mark.fault(
    "wire.refused_rows_day",
    what="一次次开批量、取包、不确认，想越过当日行数",
    unchanged="到当日数量的包不再发出，批量按拒绝关闭，写明已取走的行数",
)
def test_the_days_rows_hold_for_parcels_that_nobody_acknowledged(place: Place, grant: Grant) -> None:
    place.city.grants[grant.id] = replace(grant, limits=Limits(max_rows=100, rows_per_day=600))
    place.publish()
    first = opened(place)
    for seq in (1, 2, 3):
        fetch(place, first, seq)
    # Another use of the same grant takes the rest of the day while this run is open.
    place.p.call(place.p.node.core.journal.do(lambda s: accounts.count(s.db, grant.id, legal_day(MORNING), rows=250)))
    with pytest.raises(Refuse) as stop:
        fetch(place, first, 4)
    assert stop.value.refusal.key == "wire.refused_rows_day"
    closed = outcomes(place.provider.folder)[-1]
    assert (closed.outcome, closed.refusal, closed.rows) == (OutcomeKind.REFUSED, "wire.refused_rows_day", 300)
    assert nothing_is_kept(place)
    close_own(place, first)


def test_a_reconciled_run_is_counted_once(place: Place, grant: Grant) -> None:
    body = {"grant": "0001-1", "purpose": "food-licence", "case_ref": "TLCY20260017"}
    status, told = place.c.post("/local/v1/pull", body, token=place.token)
    assert (status, told["rows"], told["reconciled"]) == (200, ROWS, True), told
    assert rows_today(place, grant) == ROWS
    place.stop("wl-police")
    place.start("wl-police")
    assert rows_today(place, grant) == ROWS


@pytest.mark.fault("wire.ceiling_field", what="批量途中部门把一项移出本地上限", unchanged="已制的包不再发出，批量关闭")
def test_a_lowered_ceiling_holds_for_parcels_already_made(place: Place, grant: Grant) -> None:
    sent = opened(place)
    fetch(place, sent, 1)
    without = {name: name for name in ("GMSFHM", "CSRQ", "QH", "SG")}
    bind_people(place.provider, f"sqlite://{place.folder}/wl-police.db", columns=without)
    with pytest.raises(Refuse) as stop:
        fetch(place, sent, 2)
    assert stop.value.refusal.key == "wire.ceiling_field"
    assert outcomes(place.provider.folder)[-1].rows == 100
    assert nothing_is_kept(place)
    close_own(place, sent)


@pytest.mark.fault("node.grant_unconfirmed", what="批量途中部门改为逐件确认", unchanged="未确认的许可不再放行任何包")
def test_a_withdrawn_confirmation_holds_for_parcels_already_made(place: Place) -> None:
    sent = opened(place)
    bind_people(place.provider, f"sqlite://{place.folder}/wl-police.db", accept="confirm")
    with pytest.raises(Refuse) as stop:
        fetch(place, sent, 1)
    assert stop.value.refusal.key == "node.grant_unconfirmed"
    close_own(place, sent)


@pytest.mark.fault(
    "node.grant_versions_differ", what="批量途中许可换了版本", unchanged="按旧版制的包不再发出，批量关闭"
)
def test_parcels_of_an_older_grant_do_not_leave(place: Place, grant: Grant) -> None:
    sent = opened(place)
    fetch(place, sent, 1)
    place.city.grants[grant.id] = replace(grant, limits=Limits(max_rows=50))
    place.city.publish()
    place.p.refresh()
    with pytest.raises(Refuse) as stop:
        fetch(place, sent, 2)
    assert stop.value.refusal.key == "node.grant_versions_differ"
    assert [r.kind for r in records(place.provider.folder)][-1] is RecordKind.OUTCOME
    close_own(place, sent)
