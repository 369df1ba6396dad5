"""Runs the stages of `make check` and `make test` (检查与测试), one after the other, and tells the time of each.

Every stage runs even if one before it failed; the exit status is 1 if any failed.  Stages of a group
that is `side_by_side` share the cores, each with a store of its own; what they print appears when they
end.  A stage that took longer than its stated time is named, not failed: the machine may be busy.  The
last line is a summary of counts over all stages.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
STAGE_WAIT_S = 1_500
SLOWEST = 10


@dataclass(frozen=True, slots=True)
class Stage:
    """One command, or one pytest run over some kinds of tests."""

    name: str
    command: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """Stages that share one stated time."""

    name: str
    limit_s: int
    stages: tuple[Stage, ...]
    side_by_side: bool = False


@dataclass(slots=True)
class Counts:
    """What pytest counted."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: "Counts") -> None:
        """Take in the counts of another stage."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one stage ended."""

    name: str
    seconds: float
    ok: bool
    counts: Counts


def _tool(name: str, *arguments: str) -> tuple[str, ...]:
    return (str(BIN / name), *arguments)


CHECK = (
    Group(
        "check",
        60,
        (
            Stage("format", _tool("ruff", "format", "--check", "--quiet")),
            Stage("lint", _tool("ruff", "check", "--quiet", "--output-format=concise")),
            Stage("locks", _tool("python", "-m", "tools.locks")),
            Stage("translations", _tool("python", "-m", "tools.translations", "missing")),
            Stage("docs in step", _tool("python", "-m", "tools.docs", "--check")),
            Stage("contracts", _tool("lint-imports", "--no-logo", "--cache-dir", ".cache/import-linter")),
            Stage("architecture", kinds=("architecture",)),
            Stage("types", _tool("basedpyright", "--level", "warning")),
        ),
    ),
)

STORES = {  # a node never sees the center's store, so its tests say nothing new on a second one
    "sqlite": (),
    "postgresql": ("--ignore=tests/integration/node",),
}
TEST = (
    Group("rules", 180, (Stage("unit, spec, property, wire", kinds=("unit", "spec", "property", "wire")),)),
    Group("architecture", 30, (Stage("architecture", kinds=("architecture",)),)),
    Group(
        "integration",
        720,
        tuple(
            Stage(
                f"integration on {store}",
                kinds=("integration",),
                options=options,
                environment={"ZHENGTONG_TEST_STORE": store},
            )
            for store, options in STORES.items()
        ),
        side_by_side=True,
    ),
    Group("e2e", 300, (Stage("e2e", kinds=("e2e",)),)),
)


def run(stage: Stage, *, extra: Sequence[str] = (), output: IO[bytes] | None = None) -> Outcome:
    """Run one stage, its output passing through, or into a file."""
    if output is None:
        print(f"\n=== {stage.name}", flush=True)
    began = time.monotonic()
    if stage.kinds:
        code, counts = _pytest(stage, extra=extra, output=output)
    else:
        code, counts = _wait(stage.command, {}, output), Counts()
    return Outcome(stage.name, time.monotonic() - began, code == 0, counts)


def run_side_by_side(stages: Sequence[Stage], *, extra: Sequence[str] = ()) -> list[Outcome]:
    """Run stages at the same time, as many as there are cores; print what each said when all have ended."""
    with ExitStack() as stack, ThreadPoolExecutor(min(len(stages), os.cpu_count() or 1)) as pool:
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in stages]
        print(f"\n=== side by side: {', '.join(stage.name for stage in stages)}", flush=True)
        waiting = [pool.submit(run, stage, extra=extra, output=file) for stage, file in zip(stages, files, strict=True)]
        outcomes = [one.result() for one in waiting]
        for stage, file in zip(stages, files, strict=True):
            file.seek(0)
            print(f"\n=== {stage.name}\n{file.read().decode(errors='replace')}", flush=True)
    return outcomes


def _pytest(stage: Stage, *, extra: Sequence[str], output: IO[bytes] | None) -> tuple[int, Counts]:
    folders = [f"tests/{kind}" for kind in stage.kinds if any((ROOT / "tests" / kind).rglob("test_*.py"))]
    if not folders:
        print(f"no tests in {', '.join(stage.kinds)}")
        return 1, Counts()
    with tempfile.TemporaryDirectory(prefix="zhengtong-stage-") as made:
        report = Path(made) / "report.xml"
        command = _tool(
            "python",
            "-m",
            "pytest",
            "-q",
            *folders,
            *stage.options,
            f"--durations={SLOWEST}",
            f"--junitxml={report}",
            *extra,
        )
        code = _wait(command, stage.environment, output)
        return code, _counts(report)


def _counts(report: Path) -> Counts:
    if not report.exists():
        return Counts(failed=1)
    total = Counts()
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        number = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
        failed = number["failures"] + number["errors"]
        total.add(Counts(number["tests"] - failed - number["skipped"], failed, number["skipped"]))
    return total


def _wait(command: Sequence[str], environment: dict[str, str], output: IO[bytes] | None) -> int:
    said = None if output is None else subprocess.STDOUT
    try:
        return subprocess.run(
            command, cwd=ROOT, env={**os.environ, **environment}, timeout=STAGE_WAIT_S, stdout=output, stderr=said
        ).returncode
    except subprocess.TimeoutExpired:
        print(f"{command[-1]}: stopped after {STAGE_WAIT_S} s")
        return 1


def run_all(groups: Sequence[Group], *, extra: Sequence[str] = ()) -> int:
    """Run all groups, print their times and the counts; 1 if any stage failed."""
    total, failed_commands, lines = Counts(), 0, []
    for group in groups:
        began = time.monotonic()
        if group.side_by_side:
            outcomes = run_side_by_side(group.stages, extra=extra)
        else:
            outcomes = [run(stage, extra=extra) for stage in group.stages]
        took = time.monotonic() - began
        for outcome in outcomes:
            total.add(outcome.counts)
            failed_commands += not outcome.ok and not outcome.counts.failed
            lines.append(f"  {outcome.seconds:7.1f} s  {'ok    ' if outcome.ok else 'FAILED'}  {outcome.name}")
        over = f"   over its {group.limit_s} s" if took > group.limit_s else ""
        lines.append(f"  {took:7.1f} s  of {group.limit_s} s for {group.name}{over}")
    print("\n=== time of each stage", *lines, sep="\n")
    print(f"\n{total.passed} passed, {total.failed + failed_commands} failed, {total.skipped} skipped", flush=True)
    return 1 if total.failed or failed_commands else 0


def main(arguments: list[str]) -> int:
    """`check` or `test`; further arguments go to pytest."""
    match arguments:
        case ["check", *extra]:
            return run_all(CHECK, extra=extra)
        case ["test", *extra]:
            return run_all(TEST, extra=extra)
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
