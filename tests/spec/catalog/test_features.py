"""What catalogues offer, row by row: each of the twenty-four has a test here, and the page that says so is true."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "explanation" / "catalogue-features.md"
ROWS = 24
_ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+) \|$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def _rows() -> dict[int, list[tuple[str, str]]]:
    return {int(number): _TEST.findall(held) for number, _, _, held in _ROW.findall(PAGE.read_text(encoding="utf-8"))}


def test_every_row_is_there_once() -> None:
    assert sorted(_rows()) == list(range(1, ROWS + 1))


@pytest.mark.parametrize("row", range(1, ROWS + 1))
def test_a_row_is_held_by_tests_that_exist(row: int) -> None:
    held = _rows()[row]
    assert held
    for file, name in held:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, f"{file}::{name}"
