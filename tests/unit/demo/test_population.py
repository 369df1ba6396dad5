"""The generated city is one that cannot be mistaken for a real one, and the same seed builds it again."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from zhengtong.demo import population
from zhengtong.parties.rules import citizen_id_is_valid, uscc_is_valid

PEOPLE, FIRMS = 300, 60


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    population.build(folder, seed=7, people=PEOPLE, enterprises=FIRMS)
    return folder


def column(folder: Path, database: str, query: str) -> list[str]:
    with closing(sqlite3.connect(folder / database)) as db:
        return [row[0] for row in db.execute(query)]


def test_every_citizen_number_is_valid_and_lies_under_a_prefix_nobody_has(city: Path) -> None:
    numbers = column(city, population.POLICE_DB, "SELECT GMSFHM FROM CZRK")
    assert len(numbers) == PEOPLE
    assert all(map(citizen_id_is_valid, numbers))
    assert {number[:2] for number in numbers} == {"99"}


def test_every_credit_code_is_valid_and_every_phone_is_on_no_network(city: Path) -> None:
    assert all(map(uscc_is_valid, column(city, population.MARKET_DB, "SELECT TYSHXYDM FROM JYZT")))
    phones = column(city, population.MARKET_DB, "SELECT LLYDH FROM JYZT")
    assert len(phones) == FIRMS
    assert all(phone.startswith("100") for phone in phones)


def test_the_same_seed_builds_the_same_city(city: Path, tmp_path: Path) -> None:
    population.build(tmp_path, seed=7, people=PEOPLE, enterprises=FIRMS)
    for database in (population.POLICE_DB, population.LAND_DB, population.MARKET_DB, population.LABOUR_DB):
        assert _dump(tmp_path / database) == _dump(city / database)


def test_another_seed_builds_another_city(city: Path, tmp_path: Path) -> None:
    population.build(tmp_path, seed=8, people=PEOPLE, enterprises=FIRMS)
    assert _dump(tmp_path / population.POLICE_DB) != _dump(city / population.POLICE_DB)


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())
