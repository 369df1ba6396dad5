"""The target's PostgreSQL dies under a run: its backends terminated, its server killed, between parcels and at the swap."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.postgres import NoPostgres
from tests.support.postgres_killed import killable
from tests.support.wire_city import bind_people_target
from tests.support.wire_ledgers import outcomes
from tests.support.wire_runs import hundred_a_parcel
from zhengtong.node import applying
from zhengtong.node.inbound import Pulls
from zhengtong.wire.records import OutcomeKind

ROWS = 500


def once(harm: Callable[[], None]) -> Callable[[], None]:
    left = [harm]

    def do() -> None:
        if left:
            left.pop()()

    return do


@pytest.mark.timeout(120)
@pytest.mark.fault(
    key="node.target_failed",
    what="目标库 PostgreSQL 在批量途中被杀",
    unchanged="目标表未变；库恢复后自动续传，不丢不重，核对一致",
)
def test_a_run_survives_the_death_of_its_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        with killable() as cluster, hundred_a_parcel(tmp_path, rows=ROWS) as place:
            bind_people_target(place.consumer, cluster.url)
            body = {"grant": "0001-1", "purpose": "food-licence", "case_ref": "TLCY20260017"}
            apply, land = Pulls.apply, applying.land

            def staged(at: int, harm: Callable[[], None]) -> None:
                def broken(self: Pulls, one: Any, fetched: Any) -> Any:
                    if fetched.seq == at:
                        harm()
                    return apply(self, one, fetched)

                monkeypatch.setattr(Pulls, "apply", broken)

            def landing(harm: Callable[[], None], *, before: bool) -> None:
                def broken(*parts: Any, **more: Any) -> Any:
                    if before:
                        harm()
                    landed = land(*parts, **more)
                    harm()
                    return landed

                monkeypatch.setattr(applying, "land", broken)

            for number, (arrange, harm) in enumerate(
                [
                    (lambda h: staged(3, h), cluster.terminate_backends),
                    (lambda h: staged(4, h), cluster.kill),
                    (lambda h: landing(h, before=True), cluster.kill),
                    (lambda h: landing(h, before=False), cluster.kill),
                ]
            ):  # fmt: skip
                arrange(once(harm))
                status, told = place.c.post("/local/v1/pull", body, token=place.token)
                monkeypatch.setattr(Pulls, "apply", apply)
                monkeypatch.setattr(applying, "land", land)
                if harm == cluster.kill:
                    cluster.start()
                if status != 200:
                    assert (status, told["key"]) in {
                        (503, "node.target_failed"), (503, "node.target_unwritable"),
                    }, told  # fmt: skip
                    status, told = place.c.post("/local/v1/pull", body, token=place.token)
                assert (status, told["rows"], told["reconciled"]) == (200, ROWS, True), (number, told)
                with psycopg.connect(cluster.url) as db:
                    found = db.execute('SELECT count(*), count(DISTINCT "GMSFHM") FROM people').fetchone()
                    assert found == (ROWS, ROWS)
            place.stop()
            for home in (place.provider, place.consumer):
                assert {o.outcome for o in outcomes(home.folder)} == {OutcomeKind.ANSWERED}
    except NoPostgres as missing:
        pytest.skip(str(missing))
