"""What a database says of a row holds the row's value; it stays where rows are, not in logs and ledgers."""

import psycopg.errors
import pytest

from zhengtong.kernel.errors import Unreachable
from zhengtong.node.targets import telling
from zhengtong.node.targets.mending import failed

_SAID = 'invalid input syntax for type integer: "990102198000000001"'


def test_an_error_about_a_value_is_told_by_its_name_alone() -> None:
    with pytest.raises(Unreachable) as got, telling():
        raise psycopg.errors.InvalidTextRepresentation(_SAID)
    assert got.value.facts["reason"] == "InvalidTextRepresentation 22P02"
    assert failed(psycopg.errors.RaiseException(_SAID)).facts["reason"] == "RaiseException P0001"


def test_an_error_about_the_database_is_told_in_its_own_words() -> None:
    said = 'relation "people" does not exist'
    with pytest.raises(Unreachable) as got, telling():
        raise psycopg.errors.UndefinedTable(said)
    assert got.value.facts["reason"] == said
