"""Sizes, the place of `async`, names and files of the source."""

import pytest

from tests.support.house import shape
from tests.support.house.tree import ROOT, SOURCE

PYTHON_TREES = (SOURCE, ROOT / "tools", ROOT / "benchmarks", ROOT / "tests" / "support")


@pytest.mark.parametrize("tree", PYTHON_TREES, ids=lambda t: t.name)
def test_no_file_is_longer_than_a_story(tree) -> None:
    assert shape.long_files(tree) == []


@pytest.mark.parametrize("tree", PYTHON_TREES, ids=lambda t: t.name)
def test_every_function_fits_a_screen(tree) -> None:
    assert shape.long_functions(tree) == []


def test_async_lives_in_the_node_and_the_gate_only() -> None:
    assert shape.misplaced_async(SOURCE) == []


def test_no_module_is_named_for_nothing() -> None:
    assert shape.forbidden_names(SOURCE) == []


@pytest.mark.parametrize("tree", PYTHON_TREES, ids=lambda t: t.name)
def test_identifiers_are_english(tree) -> None:
    assert shape.pinyin(tree) == []


def test_every_module_says_why_it_exists() -> None:
    assert shape.silent_modules(SOURCE) == []


def test_every_public_rule_query_and_use_case_has_a_docstring() -> None:
    assert shape.silent_use_cases(SOURCE) == []


def test_every_area_has_the_same_files() -> None:
    assert shape.unusual_files(SOURCE) == []


def test_the_init_of_an_area_is_its_docstring() -> None:
    assert shape.crowded_inits(SOURCE) == []


def test_the_kernel_needs_the_standard_library_only() -> None:
    assert shape.kernel_beyond_stdlib(SOURCE) == []


def test_the_wire_does_no_input_or_output() -> None:
    assert shape.wire_with_io(SOURCE) == []
