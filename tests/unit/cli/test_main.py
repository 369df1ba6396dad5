"""`zhengtong` finds its commands lazily: the node's and the verifier's run where no Django is installed."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from zhengtong.cli import main

# A Python in which the center's packages cannot be imported, as at a department with the extra [node].
BLOCKED = """
import sys
from pathlib import Path
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"django", "ninja", "whitenoise"}:
            raise ModuleNotFoundError(f"No module named {name!r} (blocked)", name=name)
sys.meta_path.insert(0, Blocked())
from zhengtong.cli.main import run
run(sys.argv[1:])
"""


def _blocked(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", BLOCKED, *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_the_list_of_commands_needs_no_django() -> None:
    answer = _blocked("--help")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "center" in answer.stdout


@pytest.mark.parametrize("word", ["node", "verify", "rules"])
def test_commands_of_a_department_need_no_django(word: str) -> None:
    answer = _blocked(word, "--help")
    assert (answer.returncode, answer.stderr) == (0, "")


def test_a_command_of_the_center_says_what_to_install() -> None:
    answer = _blocked("center", "check")
    assert answer.returncode == main.Exit.USAGE
    assert "zhengtong[center]" in answer.stderr


def test_an_unknown_word_is_a_usage_error() -> None:
    assert _blocked("nonsense").returncode == main.Exit.USAGE


def test_every_word_has_a_module_that_exists() -> None:
    assert [word for word, place in main.PLACES.items() if not main._exists(place.module)] == []


@pytest.mark.parametrize(
    ("locale", "language"), [("en_US.UTF-8", "en"), ("zh_CN.UTF-8", "zh"), ("C.UTF-8", "zh"), ("", "zh")]
)
def test_the_terminals_locale_chooses_the_language(monkeypatch: pytest.MonkeyPatch, locale: str, language: str) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", locale)
    assert main.language() == language


@pytest.mark.parametrize(
    "args",
    [
        ("sharing", "requests", "--state", "nonsense"),
        ("sharing", "grants", "--state", "nonsense"),
        ("catalog", "list", "--scope", "nonsense"),
        ("journal", "jobs", "--state", "nonsense"),
        ("exchange", "exchanges", "--match", "nonsense"),
    ],
)
def test_a_filter_that_names_nothing_is_wrong_usage_not_an_empty_list(args: tuple[str, ...], tmp_path: Path) -> None:
    environment = {**os.environ, "ZHENGTONG_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "zhengtong.cli.main", *args]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert answer.returncode == main.Exit.USAGE
    assert "nonsense" in answer.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("node", "profile", "sqlite:///{0}/held.db", "--out", "{0}/nowhere/draft.json"),
        ("node", "restore", "{0}/none.zt", "--passphrase-file", "{0}/pass"),
        ("parties", "template", "{0}/nowhere/city.xlsx"),
        ("rules", "--nonsense={0}/nowhere/x"),
    ],
)
def test_a_file_named_on_the_command_line_that_cannot_be_used_is_no_traceback(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "pass").write_text("long enough for this\n")
    sqlite3.connect(tmp_path / "held.db").execute("CREATE TABLE t (a TEXT)").connection.close()
    command = [sys.executable, "-m", "zhengtong.cli.main", *(word.format(tmp_path) for word in words)]
    environment = {**os.environ, "ZHENGTONG_HOME": str(tmp_path), "LANG": "", "LC_ALL": ""}
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert answer.returncode == main.Exit.USAGE
    assert "Traceback" not in answer.stderr
    if words[0] != "rules":
        assert "config.file_unusable" in answer.stderr


def test_a_missing_file_that_nobody_named_stays_a_bug(tmp_path: Path) -> None:
    failed = FileNotFoundError(2, "No such file or directory", str(tmp_path / "inner" / "template.toml"))
    assert main._unusable_file(failed, ["node", "status", "--home", str(tmp_path)]) is None
