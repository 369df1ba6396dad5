"""PostgreSQL dies under a run: backends terminated, the server killed, between parcels and around the swap."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.postgres import NoPostgres
from tests.support.postgres_killed import Killable, killable
from tests.support.wire_city import bind_people, bind_people_target, person_grant, two_departments
from tests.support.wire_ledgers import outcomes
from tests.support.wire_postgres import role
from tests.support.wire_runs import hundred_a_parcel
from zhengtong.node import applying
from zhengtong.node.inbound import Pulls
from zhengtong.wire.records import OutcomeKind

ROWS = 500
BODY = {"grant": "0001-1", "purpose": "food-licence", "case_ref": "TLCY20260017"}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Killable]:
    try:
        with killable() as made:
            yield made
    except NoPostgres as missing:
        pytest.skip(str(missing))


def at_parcel(seq: int, harm: Callable[[], None], patch: pytest.MonkeyPatch) -> None:
    """Do harm once, when a parcel is about to be staged."""
    apply, left = Pulls.apply, [harm]

    def broken(self: Pulls, one: Any, fetched: Any) -> Any:
        if fetched.seq == seq and left:
            left.pop()()
        return apply(self, one, fetched)

    patch.setattr(Pulls, "apply", broken)


def at_the_swap(before: bool, harm: Callable[[], None], patch: pytest.MonkeyPatch) -> None:
    """Do harm once, before or after the swap was committed."""
    land, left = applying.land, [harm]

    def broken(*parts: Any, **more: Any) -> Any:
        if before and left:
            left.pop()()
        landed = land(*parts, **more)
        if left:
            left.pop()()
        return landed

    patch.setattr(applying, "land", broken)


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("arrange", "where", "how"),
    [
        pytest.param(at_parcel, 3, "terminate", id="backends at parcel 3"),
        pytest.param(at_parcel, 4, "kill", id="server at parcel 4"),
        pytest.param(at_the_swap, True, "kill", id="server before the swap"),
        pytest.param(at_the_swap, False, "kill", id="server after the swap"),
    ],
)
@pytest.mark.fault(
    key="node.target_failed",
    what="目标库 PostgreSQL 在批量途中被杀",
    unchanged="目标表未变；库恢复后自动续传，不丢不重，核对一致",
)
def test_a_run_survives_the_death_of_its_target(
    tmp_path: Path, cluster: Killable, monkeypatch: pytest.MonkeyPatch, arrange: Any, where: Any, how: str
) -> None:
    with hundred_a_parcel(tmp_path, rows=ROWS) as place:
        bind_people_target(place.consumer, cluster.url)
        arrange(where, cluster.kill if how == "kill" else cluster.terminate_backends, monkeypatch)
        status, told = place.c.post("/local/v1/pull", BODY, token=place.token)
        if how == "kill":
            cluster.start()
        if status != 200:
            assert (status, told["key"]) in {(503, "node.target_failed"), (503, "node.target_unwritable")}, told
            status, told = place.c.post("/local/v1/pull", BODY, token=place.token)
        assert (status, told["rows"], told["reconciled"]) == (200, ROWS, True), told
        with psycopg.connect(cluster.url) as db:
            found = db.execute('SELECT count(*), count(DISTINCT "GMSFHM") FROM people').fetchone()
        assert found == (ROWS, ROWS)
        place.stop()
        for home in (place.provider, place.consumer):
            assert {o.outcome for o in outcomes(home.folder)} == {OutcomeKind.ANSWERED}


@pytest.mark.timeout(120)
@pytest.mark.fault(
    key="node.source_unreadable",
    what="提供方的 PostgreSQL 在批量时已停",
    unchanged="双方各有一条记录，目标表未变；恢复后照常",
)
def test_a_run_whose_source_is_dead_is_closed_on_both_sides(tmp_path: Path, cluster: Killable) -> None:
    with psycopg.connect(cluster.url, autocommit=True) as db:
        db.execute('CREATE TABLE "RK" ("GMSFHM" text, "XM" text, "CSRQ" text, "QH" text, "SG" text)')
        rows = "SELECT n::text, '程', '19800101', '990102', '1.5' FROM generate_series(1, 50) AS n"
        db.execute(f'INSERT INTO "RK" {rows}'.encode())
    with (
        role(cluster.url, grants=('GRANT SELECT ON "RK" TO {}',)) as reader,
        two_departments(tmp_path, start=False) as place,
    ):
        bind_people(place.provider, reader)
        place.city.grant(person_grant())
        place.city.publish()
        place.start()
        cluster.kill()
        status, told = place.c.post("/local/v1/pull", BODY, token=place.token)
        cluster.start()
        assert (status, told["key"], told["at"]) == (503, "node.source_unreadable", "provider"), told
        status, told = place.c.post("/local/v1/pull", BODY, token=place.token)
        assert (status, told["rows"], told["reconciled"]) == (200, 50, True), told
        place.stop()
        for home in (place.provider, place.consumer):
            assert [o.refusal for o in outcomes(home.folder)] == ["node.source_unreadable", None]
