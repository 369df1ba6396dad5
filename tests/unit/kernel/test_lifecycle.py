"""A lifecycle table is checked when it is built and answers what may happen."""

from enum import StrEnum

import pytest

from zhengtong.kernel.errors import NotAllowed, WrongState
from zhengtong.kernel.lifecycle import Lifecycle, Step


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"


PORTER = frozenset({"porter"})
TABLE = Lifecycle(
    "door",
    Door.OPEN,
    (Step("shut", Door.OPEN, Door.SHUT, PORTER, cites="art. 1"), Step("open", Door.SHUT, Door.OPEN, PORTER)),
)


def test_a_step_leads_to_its_target() -> None:
    assert TABLE.step("shut", state=Door.OPEN, roles={"porter"}).target is Door.SHUT


def test_the_wrong_moment_names_what_is_possible_now() -> None:
    with pytest.raises(WrongState) as caught:
        TABLE.step("open", state=Door.OPEN, roles={"porter"})
    assert "shut" in caught.value.remedy("zh")


def test_the_wrong_role_names_who_may() -> None:
    with pytest.raises(NotAllowed) as caught:
        TABLE.step("shut", state=Door.OPEN, roles={"guest"})
    assert "porter" in caught.value.remedy("en")


def test_a_state_no_step_reaches_is_refused_when_the_table_is_built() -> None:
    with pytest.raises(ValueError, match="no way leads to"):
        Lifecycle("door", Door.OPEN, (Step("open", Door.SHUT, Door.OPEN, PORTER),))


def test_a_verb_that_leaves_a_state_in_two_ways_is_refused() -> None:
    twice = (Step("shut", Door.OPEN, Door.SHUT, PORTER), Step("shut", Door.OPEN, Door.OPEN, PORTER))
    with pytest.raises(ValueError, match="two ways"):
        Lifecycle("door", Door.OPEN, twice)


def test_a_step_nobody_may_take_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody may"):
        Lifecycle("door", Door.OPEN, (Step("shut", Door.OPEN, Door.SHUT, frozenset()),))


def test_the_diagram_is_drawn_from_the_table() -> None:
    drawn = TABLE.diagram()
    assert "open --> shut: shut (art. 1)" in drawn
    assert drawn.startswith("stateDiagram-v2\n    [*] --> open")
