"""The frame of every benchmark: rounds in which we and our peers run in turn, and what is said about them.

A benchmark is a module with `benchmark() -> ContextManager[Benchmark]`.  In every round each contender
runs once, in turning order, so that a busy minute of the machine hits all alike; a ratio is taken within
a round and its median over the rounds is reported.
"""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

OURS = "ours"
ROUNDS_DEFAULT = 5
ROUNDS_MAX = 50

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: `value` in the benchmark's unit, CPU seconds of all processes concerned, further figures by name."""

    value: float
    cpu_s: float
    more: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What is measured, in which unit (more is better), by whom.  `contenders` begins with "ours"."""

    unit: str
    contenders: Mapping[str, Callable[[], Sample]]
    rounds: int = ROUNDS_DEFAULT

    def __post_init__(self) -> None:
        if next(iter(self.contenders), "") != OURS:
            raise ValueError("the first contender is ours")


def measure(benchmark: Benchmark, *, rounds: int, warm_up: bool = True) -> dict[str, list[Sample]]:
    """Run all contenders `rounds` times each; the order turns by one every round."""
    names = list(benchmark.contenders)
    if warm_up:
        for name in names:
            benchmark.contenders[name]()
    samples: dict[str, list[Sample]] = {name: [] for name in names}
    for n in range(rounds):
        turn = n % len(names)
        for name in names[turn:] + names[:turn]:
            samples[name].append(benchmark.contenders[name]())
    return samples


def report(samples: Mapping[str, Sequence[Sample]], *, unit: str) -> dict[str, object]:
    """min, median, max and CPU of each contender, and the median ratio of ours to each peer."""
    said: dict[str, object] = {name: _figures(runs) for name, runs in samples.items()}
    ours = samples[OURS]
    said["ratio"] = {
        name: round(statistics.median(a.value / b.value for a, b in zip(ours, runs, strict=True) if b.value), 4)
        for name, runs in samples.items()
        if name != OURS
    }
    said["unit"] = unit
    return said


def _figures(runs: Sequence[Sample]) -> Figures:
    values = [run.value for run in runs]
    figures = {
        "min": min(values),
        "median": statistics.median(values),
        "max": max(values),
        "cpu_s": statistics.median(run.cpu_s for run in runs),
    }
    for name in runs[0].more:
        figures[name] = statistics.median(run.more[name] for run in runs)
    return {name: round(value, 4) for name, value in figures.items()}
