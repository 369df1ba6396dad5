"""Every state, verb and event of the catalogue has its words, and the lifecycle draws itself."""

import ast
from pathlib import Path

import zhengtong.catalog
from zhengtong.catalog import events
from zhengtong.catalog.rules import ENTRY, STATE_LABELS, TURNS, VERB_LABELS, EntryState
from zhengtong.kernel.events import known

HERE = Path(str(zhengtong.catalog.__file__)).parent


def test_every_state_has_a_name_in_both_languages_and_says_whose_turn_it_is() -> None:
    assert set(STATE_LABELS) == set(TURNS) == set(EntryState)
    assert all(zh and en for zh, en in STATE_LABELS.values())


def test_every_verb_has_a_name() -> None:
    assert set(VERB_LABELS) == {step.verb for step in ENTRY.steps} - {"supersede"}


def test_every_event_has_a_name_on_the_page() -> None:
    source = (HERE / "templatetags/catalog_words.py").read_text(encoding="utf-8")
    told = next(n for n in ast.parse(source).body if isinstance(n, ast.Assign) and n.targets[0].id == "EVENT_LABELS")  # type: ignore[attr-defined]
    prefixes = ("catalog.entry.", "catalog.source.", "catalog.derivation.")
    about_entries = {name for name in known() if name.startswith(prefixes)}
    assert set(ast.literal_eval(told.value)) == about_entries
    assert events.EntryPublished.NAME in about_entries


def test_the_lifecycle_draws_itself() -> None:
    drawn = ENTRY.diagram()
    assert "dept_review --> submitted: sign (政务数据共享条例 第十三条)" in drawn
    assert "superseded --> [*]" in drawn
