"""The node and the verifier run where only the extra `node` is installed: no Django, no ninja.

The environment is made of links to exactly the distributions that the extra asks for, so the test
needs no network; anything else that the program would import is not there.
"""

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.house.tree import ROOT

FORBIDDEN = ("django", "ninja", "granian", "pytest")


def closure(name: str, extras: frozenset[str]) -> Iterator[str]:
    """Every distribution that one asks for, with these extras, itself aside."""
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [(name, extras)]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        if current[0] != name:
            yield current[0]
        for text in distribution(current[0]).requires or ():
            wanted = Requirement(text)
            if wanted.marker is None or any(wanted.marker.evaluate({"extra": e}) for e in {"", *current[1]}):
                waiting.append((wanted.name, frozenset(wanted.extras)))


@pytest.fixture(scope="module")
def node_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages of the extra `node` and nothing else."""
    folder = tmp_path_factory.mktemp("node-extra")
    for name in closure("zhengtong", frozenset({"node"})):
        found = distribution(name)
        for top in {file.parts[0] for file in found.files or () if file.parts[0] != ".."}:
            link = folder / top
            if top != "__pycache__" and not link.exists():
                link.symlink_to(Path(str(found.locate_file(top))))
    return folder


def run(environment: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run `zhengtong …` with only that folder and the source on the path."""
    program = """
import sys
sys.path[:0] = sys.argv[1:3]
sys.argv[:3] = ["zhengtong"]
from zhengtong.cli.main import run
run()
"""
    command = [
        sys.executable,
        "-S",
        "-I",
        "-W",
        "error",
        "-c",
        program,
        str(environment),
        str(ROOT / "src"),
        *arguments,
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=50)


def test_django_is_not_in_the_node_extra(node_environment: Path) -> None:
    assert [name for name in FORBIDDEN if (node_environment / name).exists()] == []


@pytest.mark.parametrize("arguments", [("node", "--help"), ("verify", "--help")], ids=" ".join)
def test_node_commands_run_without_django(node_environment: Path, arguments: tuple[str, ...]) -> None:
    said = run(node_environment, *arguments)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "Usage" in said.stdout
