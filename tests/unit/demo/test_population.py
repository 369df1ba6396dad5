"""The generated city cannot be mistaken for a real one, is as untidy as real ones, and a seed builds it again."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import python_calamine

from zhengtong.demo import population, quirks, sheets
from zhengtong.demo.tables import HEALTH_DB, INSURANCE_DB, LABOUR_DB, LAND_DB, MARKET_DB, POLICE_DB
from zhengtong.parties.rules import citizen_id_is_valid, uscc_is_valid

PEOPLE, FIRMS = 2000, 300


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    population.build(folder, seed=7, people=PEOPLE, enterprises=FIRMS)
    return folder


def column(folder: Path, database: str, query: str) -> list[str]:
    with closing(sqlite3.connect(folder / database)) as db:
        return [row[0] for row in db.execute(query)]


def test_every_citizen_number_lies_under_a_prefix_nobody_has_and_few_are_wrong(city: Path) -> None:
    numbers = column(city, POLICE_DB, "SELECT GMSFHM FROM CZRK")
    assert len(numbers) == PEOPLE
    assert {number[:2] for number in numbers} == {"99"}
    assert sum(len(number) == 15 for number in numbers) == 6  # 0.3 %
    assert sum(len(number) == 18 and not citizen_id_is_valid(number) for number in numbers) == 2  # 0.1 %


def test_every_credit_code_is_valid_and_every_phone_is_on_no_network(city: Path) -> None:
    assert all(map(uscc_is_valid, column(city, MARKET_DB, "SELECT TYSHXYDM FROM JYZT")))
    phones = column(city, MARKET_DB, "SELECT LLYDH FROM JYZT")
    assert len(phones) == FIRMS
    assert all(phone.startswith("100") for phone in phones)


def test_what_is_wrong_is_counted_by_looking_and_the_migration_spoiled_thirty_eight(city: Path) -> None:
    assert quirks.found(city) == {
        "old_numbers": 6,
        "wrong_check_digits": 2,
        "beyond_basic_plane": 1,
        "full_width_digits": 23,
        "trailing_blanks": 3,
        "open_ended_dates": FIRMS,
        "wrong_uses": 38,
    }


def test_correcting_from_paper_puts_right_exactly_what_was_spoiled(tmp_path: Path) -> None:
    population.build(tmp_path, seed=7, people=300, enterprises=60)
    assert column(tmp_path, LAND_DB, "SELECT FWYT FROM FWDJ LIMIT 1") == ["住宅"]
    assert quirks.correct_homes(tmp_path / LAND_DB) == 38
    assert column(tmp_path, LAND_DB, "SELECT FWYT FROM FWDJ LIMIT 1") == ["商业服务"]
    assert quirks.correct_homes(tmp_path / LAND_DB) == 0


def test_the_insurance_table_refuses_what_its_own_constraints_refuse(city: Path) -> None:
    refused = 0
    with closing(sqlite3.connect(city / INSURANCE_DB)) as db:
        for number in column(city, POLICE_DB, "SELECT GMSFHM FROM CZRK"):
            try:
                db.execute("INSERT INTO CBRYXX VALUES (?, '某', '1', '01', '2000-01-01')", (number,))
            except sqlite3.IntegrityError:
                refused += 1
    assert refused == 8


def test_some_names_sound_the_same_and_are_written_otherwise_elsewhere(tmp_path: Path) -> None:
    population.build(tmp_path, seed=7, people=300, enterprises=60)
    held = dict(zip(*(column(tmp_path, POLICE_DB, f"SELECT {c} FROM CZRK") for c in ("GMSFHM", "XM")), strict=True))
    with closing(sqlite3.connect(tmp_path / HEALTH_DB)) as db:
        certificates = db.execute("SELECT GMSFHM, XM, YXQZ FROM JKZM").fetchall()
    assert any(held.get(number, name) != name for number, name, _ in certificates)
    assert sum(until < "20261016" for _, _, until in certificates[:8]) == 1


def test_the_lease_workbook_is_as_offices_make_them(city: Path) -> None:
    rows = python_calamine.load_workbook(str(city / sheets.LEASES_XLSX)).get_sheet_by_index(0)
    told = rows.to_python(skip_empty_area=False)
    assert rows.merged_cell_ranges
    assert not any(told[1])
    assert told[2][: len(sheets.LEASE_TITLES)] == list(sheets.LEASE_TITLES)
    assert [str(row[3]) for row in told[3:] if str(row[3]).startswith("=")] == ["=望澜市拾味餐饮有限公司"]


def test_the_dump_of_the_credit_office_is_in_gb18030(city: Path) -> None:
    raw = (city / sheets.DISHONEST_CSV).read_bytes()
    assert "拖欠农民工工资" in raw.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")


def test_a_day_at_the_register_moves_one_firm_in_a_hundred(tmp_path: Path) -> None:
    population.build(tmp_path, seed=7, people=300, enterprises=200)
    assert population.change_firms(tmp_path) == 2
    assert column(tmp_path, MARKET_DB, "SELECT count(*) FROM JYZT WHERE GXSJ > '2026-09'") == [2]


def test_the_same_seed_builds_the_same_city(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        population.build(tmp_path / folder, seed=7, people=300, enterprises=60)
    for database in (POLICE_DB, LAND_DB, MARKET_DB, LABOUR_DB):
        assert _dump(tmp_path / "one" / database) == _dump(tmp_path / "two" / database)


def test_another_seed_builds_another_city(city: Path, tmp_path: Path) -> None:
    population.build(tmp_path, seed=8, people=PEOPLE, enterprises=FIRMS)
    assert _dump(tmp_path / POLICE_DB) != _dump(city / POLICE_DB)


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())
