"""The runner of stages counts what pytest counted and ends with a summary."""

import sys
from pathlib import Path

import pytest

from tools import stages

REPORT = """<testsuites><testsuite tests="9" failures="1" errors="2" skipped="3"/></testsuites>"""


def test_counts_come_from_the_report(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    assert stages._counts(tmp_path / "report.xml") == stages.Counts(passed=3, failed=3, skipped=3)


def test_a_run_that_left_no_report_has_failed(tmp_path: Path) -> None:
    assert stages._counts(tmp_path / "none.xml") == stages.Counts(failed=1)


def test_the_last_line_is_a_summary_and_a_failed_command_counts(capsys: pytest.CaptureFixture[str]) -> None:
    good = stages.Stage("good", (sys.executable, "-c", ""))
    bad = stages.Stage("bad", (sys.executable, "-c", "raise SystemExit(1)"))
    assert stages.run_all([stages.Group("both", 60, (good, bad))]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "0 passed, 1 failed, 0 skipped"
    assert any("FAILED  bad" in line for line in said)


def test_a_stage_over_its_time_is_named_and_not_failed(capsys: pytest.CaptureFixture[str]) -> None:
    slow = stages.Stage("slow", (sys.executable, "-c", ""))
    assert stages.run_all([stages.Group("group", 0, (slow,))]) == 0
    assert "over its 0 s" in capsys.readouterr().out


def test_every_kind_of_test_is_run_by_make_test() -> None:
    kinds = {kind for group in stages.TEST for stage in group.stages for kind in stage.kinds}
    folders = {p.name for p in (stages.ROOT / "tests").iterdir() if p.is_dir() and any(p.rglob("test_*.py"))}
    assert folders <= kinds
    stores = [stage.environment.get("ZHENGTONG_TEST_STORE") for group in stages.TEST for stage in group.stages]
    assert stores.count("sqlite") == stores.count("postgresql") == 1
