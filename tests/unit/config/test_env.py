"""The environment is read once, typed, and a wrong value is named."""

from pathlib import Path

import pytest

from zhengtong.config.env import AREAS, read


def test_nothing_given_is_a_sqlite_center_below_the_home(tmp_path: Path) -> None:
    held = read({"ZHENGTONG_HOME": str(tmp_path)})
    assert held.database.is_sqlite
    assert held.database.name == str(tmp_path / "center" / "center.db")
    assert (held.demo, held.https, held.areas, held.keys) == (False, False, AREAS, tmp_path / "center" / "keys")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postgresql://zt:p%40ss@db.local:5433/city", ("city", "db.local", 5433, "zt", "p@ss")),
        ("postgresql://postgres@127.0.0.1/zhengtong", ("zhengtong", "127.0.0.1", 0, "postgres", "")),
        ("postgresql:///zhengtong?host=/run/postgresql", ("zhengtong", "/run/postgresql", 0, "", "")),
    ],
)
def test_a_postgresql_address_is_taken_apart(address: str, expected: tuple[str, str, int, str, str]) -> None:
    held = read({"ZHENGTONG_DATABASE": address}).database
    assert (held.name, held.host, held.port, held.user, held.password) == expected


def test_options_of_the_address_are_kept() -> None:
    held = read({"ZHENGTONG_DATABASE": "postgresql://u@h/d?sslmode=verify-full"}).database
    assert held.options == (("sslmode", "verify-full"),)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZHENGTONG_DEMO", "yes"),
        ("ZHENGTONG_HTTPS", "true"),
        ("ZHENGTONG_AREAS", "parties casino"),
        ("ZHENGTONG_WEB_THREADS", "0"),
        ("ZHENGTONG_WEB_THREADS", "many"),
        ("ZHENGTONG_DATABASE", "mysql://h/d"),
    ],
)
def test_a_wrong_value_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        read({name: value})
