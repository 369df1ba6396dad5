"""What a document of a matter owes, and how a department's documents add up."""

import pytest

from zhengtong.catalog.rules import DocumentDirection
from zhengtong.catalog.rules.duties import STATE_WORDS, Completeness, DocumentState, completeness, document_state

MATERIAL, RESULT = DocumentDirection.MATERIAL, DocumentDirection.RESULT


@pytest.mark.parametrize(
    ("direction", "catalogued", "official", "shared", "ended", "state"),
    [
        (RESULT, True, False, False, False, DocumentState.CATALOGUED),
        (RESULT, False, False, False, False, DocumentState.OWED),
        (MATERIAL, False, False, False, False, DocumentState.ASKED),
        (MATERIAL, True, False, False, False, DocumentState.ASKED),  # an entry made of it does not bring it
        (MATERIAL, False, True, False, False, DocumentState.OFFICIAL),
        (MATERIAL, False, True, True, False, DocumentState.SHARED),
        (MATERIAL, False, True, True, True, DocumentState.CUT),
        (MATERIAL, False, False, False, True, DocumentState.CUT),
    ],
)
def test_where_a_document_stands(
    direction: DocumentDirection, catalogued: bool, official: bool, shared: bool, ended: bool, state: DocumentState
) -> None:
    said = document_state(direction, catalogued=catalogued, official=official, shared=shared, ended=ended)
    assert said is state


def test_a_department_is_as_complete_as_its_documents() -> None:
    states = [
        DocumentState.CATALOGUED, DocumentState.OWED, DocumentState.OWED, DocumentState.ASKED, DocumentState.OFFICIAL,
        DocumentState.SHARED, DocumentState.SHARED, DocumentState.CUT,
    ]  # fmt: skip
    counts = completeness(states)
    assert counts == Completeness(results=3, catalogued=1, official=4, shared=2, cut=1)
    assert (counts.owed, counts.open) == (2, 1)
    assert completeness([]) == Completeness()


def test_every_state_has_its_words() -> None:
    assert set(STATE_WORDS) == set(DocumentState)
    assert all(zh and en for zh, en in STATE_WORDS.values())
