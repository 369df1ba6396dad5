"""`python -m benchmarks [--only NAME]… [--rounds N] [--json FILE]` (what `make bench` runs)."""

import argparse
import importlib
import importlib.util
import json
import os
import platform
import sys
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.frame import ROUNDS_MAX, Benchmark, measure, report

# name -> module with `benchmark() -> ContextManager[Benchmark]`
REGISTRY: dict[str, str] = {
    "service": "benchmarks.service",
    "bulk": "benchmarks.bulk",
    "search": "benchmarks.search",
    "lists": "benchmarks.lists",
}


def main() -> int:
    """Run the chosen benchmarks, print a table, write the figures if asked to."""
    chosen = _arguments()
    names = chosen.only or list(REGISTRY)
    found: dict[str, object] = {}
    for name in names:
        if importlib.util.find_spec(REGISTRY[name]) is None:
            print(f"{name}: not built yet", file=sys.stderr)
            continue
        opened: AbstractContextManager[Benchmark] = importlib.import_module(REGISTRY[name]).benchmark()
        with opened as benchmark:
            rounds = chosen.rounds or benchmark.rounds
            print(f"{name}: {rounds} rounds on {os.cpu_count()} cores, Python {platform.python_version()}", flush=True)
            found[name] = report(measure(benchmark, rounds=rounds), unit=benchmark.unit)
        _print(found[name])
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if len(found) == len(names) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=sorted(REGISTRY), help="a benchmark; may be repeated")
    parser.add_argument("--rounds", type=_rounds, help=f"1 to {ROUNDS_MAX}; each benchmark has its own default")
    parser.add_argument("--json", type=Path, help="file for the figures")
    return parser.parse_args()


def _rounds(text: str) -> int:
    number = int(text)
    if not 1 <= number <= ROUNDS_MAX:
        raise argparse.ArgumentTypeError(f"between 1 and {ROUNDS_MAX}")
    return number


def _print(said: object) -> None:
    assert isinstance(said, dict)
    for name, figures in said.items():
        if isinstance(figures, dict):
            print(f"  {name:<10}", "  ".join(f"{key} {value:,.2f}" for key, value in figures.items()))
        else:
            print(f"  {name:<10} {figures}")


if __name__ == "__main__":
    sys.exit(main())
