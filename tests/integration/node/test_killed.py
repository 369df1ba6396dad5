"""Nodes killed with SIGKILL at each point of a transfer, on each side: nothing lost, nothing twice, both ledgers whole.

The nodes are real processes; where they die is read from the environment (`node.failpoints`).  A seed picks the
parcel.  One city serves all points, so every case is also one more restart in the life of the same two homes.
"""

import contextlib
import random
import sqlite3
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from tests.support.wire_processes import CONSUMER, PARCEL_ROWS, PROVIDER, Processes, two_processes
from zhengtong.cli.verify import app as verify_command
from zhengtong.node import failpoints

ROWS = 7 * PARCEL_ROWS - 13
SEED = 20261126
_ONCE = frozenset({failpoints.PROVIDER_AFTER_COMMIT, failpoints.CONSUMER_AFTER_COMMIT})


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    with two_processes(tmp_path_factory.mktemp("killed"), rows=ROWS) as made:
        yield made


def people(place: Processes) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Source and target, read by this test's own statements, in order."""
    found: list[list[tuple[str, ...]]] = []
    for name, table, birth in (("wl-police", "RK", "CSRQ"), ("tl-market", "people", "replace(CSRQ, '-', '')")):
        with contextlib.closing(sqlite3.connect(place.folder / f"{name}.db")) as db:
            query = f"SELECT GMSFHM, XM, {birth}, QH, CAST(SG AS REAL) FROM {table} ORDER BY GMSFHM"
            found.append(db.execute(query).fetchall())
    return found[0], found[1]


@pytest.mark.timeout(120)
@pytest.mark.fault("-", what="结点进程在批量的某一步被 kill -9", unchanged="重启后自动续传，不丢不重，双方账本可核验")
@pytest.mark.parametrize("point", failpoints.POINTS)
def test_a_run_survives_a_kill_at_every_point(place: Processes, point: str) -> None:
    nth = 1 if point in _ONCE else random.Random(f"{SEED} {point}").randint(2, 6)
    victim, other = (PROVIDER, CONSUMER) if point.startswith("provider") else (CONSUMER, PROVIDER)
    if victim in place.running:
        place.kill(victim)
    place.start(victim, stop_at=f"{point}:{nth}")
    if other not in place.running:
        place.start(other)
    with contextlib.closing(
        sqlite3.connect(place.folder / "wl-police.db")
    ) as db:  # so that rows of before are no answer
        db.execute("UPDATE RK SET SG = CAST(SG AS REAL) + 1")
        db.commit()
    before = {run["run"] for run in place.runs()}
    place.pull()
    assert place.died(victim), point
    place.start(victim)
    done = place.wait_done(before)  # nobody asked again: the consumer took it up by itself
    assert (done["rows_sent"], done["rows_there"], done["reconciled"]) == (ROWS, ROWS, True), done
    assert done["fingerprint"] == done["fingerprint_there"]
    source, target = people(place)
    assert len(target) == ROWS
    assert not set(source) ^ set(target)
    assert place.open_intents() == [0, 0]
    there, here = place.receipts()
    assert there == here
    check_ledgers(place)


def check_ledgers(place: Processes) -> None:
    place.cosign()
    folders = [str(home.ledger) for home in place.homes.values()]
    said = CliRunner().invoke(verify_command, [*folders, "--root", place.city.fingerprint, "--strict"])
    assert said.exit_code == 0, said.output
