"""The benchmarks run: two node processes answer a call and a pull of a small table, both checked by the benchmark."""

import asyncio

import pytest

from benchmarks import bulk, service
from benchmarks.pair import pair
from tests.support import postgres

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_both_benchmarks_measure_what_really_arrived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "CLOSED_S", 0.5)
    monkeypatch.setattr(service, "OPEN_S", 0.5)
    if postgres.binaries() is None:
        pytest.skip(postgres.INSTALL_HINT)
    with pair(rows=2_000) as nodes:
        calls = asyncio.run(service._run(nodes))
        assert calls.value > 0
        assert calls.more["cpu_ms_a_call"] > 0
        assert calls.more["p99_ms_at_70"] >= calls.more["p50_ms_at_70"]
        assert bulk._pull(nodes).value > 0
        assert bulk._pipe(nodes).value > 0
