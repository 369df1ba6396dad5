"""The benchmarks' frame pairs within a round and turns the order."""

import pytest

from benchmarks.frame import Benchmark, Sample, measure, report


def test_ratios_are_taken_within_a_round_and_reported_as_their_median() -> None:
    ours = [Sample(10, 1.0, {"p99_ms": 3}), Sample(40, 2.0, {"p99_ms": 5}), Sample(30, 3.0, {"p99_ms": 4})]
    peer = [Sample(20, 1.0), Sample(10, 1.0), Sample(30, 1.0)]
    said = report({"ours": ours, "copy": peer}, unit="rows/s")
    assert said["ours"] == {"min": 10, "median": 30, "max": 40, "cpu_s": 2.0, "p99_ms": 4}
    assert said["ratio"] == {"copy": 1.0}


def test_the_order_turns_every_round() -> None:
    order: list[str] = []

    def runner(name: str):
        def run() -> Sample:
            order.append(name)
            return Sample(1, 0)

        return run

    measure(Benchmark("x", {n: runner(n) for n in ("ours", "a")}), rounds=2, warm_up=False)
    assert order == ["ours", "a", "a", "ours"]


def test_the_first_contender_is_ours() -> None:
    with pytest.raises(ValueError, match="ours"):
        Benchmark("x", {"a": lambda: Sample(1, 0)})
