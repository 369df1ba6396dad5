"""`node profile`: what real tables look like becomes a draft, and nobody's data become text in it."""

import json
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from zhengtong.kernel.errors import PlatformError
from zhengtong.kernel.identifiers import citizen_id_with_check, uscc_with_check
from zhengtong.node.profiling import profile, reading

ROWS = 400
PEOPLE = ("GMSFHM", "XM", "XB", "MZ", "CSRQ", "HJDZ", "BZ")
FIRMS = ("TYSHXYDM", "ZTMC", "JYQXZ", "ZCZB", "LLYDH")


def _people() -> list[tuple[str | None, ...]]:
    """Rows as real registers hold them: old numbers, slips, full-width digits, trailing blanks."""
    pick = random.Random(7)
    rows: list[tuple[str | None, ...]] = []
    for n in range(ROWS):
        born = f"19{60 + n % 40:02d}0{1 + n % 9}1{n % 10}"
        number = citizen_id_with_check(f"990102{born}{n:03d}")
        if n % 50 == 0:
            number = number[:6] + number[8:17]  # fifteen digits
        rows.append((
            number,
            pick.choice("王李张刘陈杨赵黄周吴") + pick.choice("一二三四五六七八九") + pick.choice("安宁平和康乐"),
            pick.choice("12"),
            pick.choice(("01", "01", "01", "03", "11")),
            "长期" if n % 30 == 0 else born,
            f"望澜市汀兰区听潮街道{n}号" + ("  " if n % 4 == 0 else ""),
            None if n % 2 else f"备注第{n}条",
        ))  # fmt: skip
    return rows


def _firms() -> list[tuple[str, ...]]:
    return [
        (
            uscc_with_check(f"91990102MA{n:07d}"),
            f"望澜市第{n}号餐饮有限公司",
            "长期" if n % 3 == 0 else f"20{30 + n % 9}-01-0{1 + n % 9}",
            f"{n + 1}.500000",
            f"100{n:08d}" if n % 5 else "１００00000001",
        )
        for n in range(ROWS)
    ]


@pytest.fixture(params=["sqlite", "postgresql"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A department's database, address by engine."""
    if request.param == "sqlite":
        path = tmp_path / "wl-police.db"
        with closing(sqlite3.connect(path)) as db, db:
            for table, columns, rows in (("CZRK", PEOPLE, _people()), ("JYZT", FIRMS, _firms())):
                declared = ", ".join(f'"{c}" TEXT' + (" PRIMARY KEY" if c == columns[0] else "") for c in columns)
                db.execute(f'CREATE TABLE "{table}" ({declared})')
                db.executemany(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(columns))})', rows)
            db.execute("CREATE TABLE _zt_run (run TEXT)")
        return f"sqlite://{path}"
    url: str = request.getfixturevalue("postgres_url")
    with psycopg.connect(url) as db:
        for table, columns, rows in (("CZRK", PEOPLE, _people()), ("JYZT", FIRMS, _firms())):
            declared = ", ".join(f'"{c}" varchar(200)' + (" PRIMARY KEY" if c == columns[0] else "") for c in columns)
            db.execute(f'CREATE TABLE "{table}" ({declared})'.encode())
            with db.cursor().copy(f'COPY "{table}" FROM STDIN'.encode()) as copy:
                for row in rows:
                    copy.write_row(row)
        db.execute("""COMMENT ON COLUMN "JYZT"."ZTMC" IS '企业名称'""")
        db.execute('CREATE VIEW people_view AS SELECT * FROM "CZRK"')
    return url


def columns_of(draft: dict[str, Any], table: str) -> dict[str, dict[str, Any]]:
    found = next(t for t in draft["tables"] if t["table"] == table)
    assert found["rows"] == ROWS
    return {column["name"]: column for column in found["columns"]}


def test_tables_with_the_names_real_systems_have_are_recognised(source: str) -> None:
    draft = profile(source, source="人口库")
    people, firms = columns_of(draft, "CZRK"), columns_of(draft, "JYZT")
    number = people["GMSFHM"]
    assert (number["identifier"], number["key"], number["unique"]) == ("citizen_id", True, True)
    assert number["suggested"] == {"name": "公民身份号码", "code": "gmsfhm", "data_type": "C", "length": "18"}
    assert number["invalid_share"] == pytest.approx(0.02)
    assert (people["XB"]["code_list"], people["MZ"]["code_list"]) == ("sex", "ethnic")
    assert people["XM"]["personal"] is True
    assert people["CSRQ"]["suggested"]["data_type"] == "D"
    assert people["CSRQ"]["odd_values"] == [{"value": "长期", "seen": 14}]
    assert people["HJDZ"]["padded_share"] == pytest.approx(0.25)
    assert people["BZ"]["null_rate"] == pytest.approx(0.5)
    assert (firms["TYSHXYDM"]["identifier"], firms["LLYDH"]["identifier"]) == ("uscc", "phone")
    assert firms["LLYDH"]["wide_share"] == pytest.approx(0.2)
    assert firms["ZCZB"]["suggested"]["data_type"] == "N"
    assert not [t for t in draft["tables"] if t["table"].startswith("_zt_")]


def test_no_value_seen_fewer_than_ten_times_stands_in_the_draft(source: str) -> None:
    text = json.dumps(profile(source, source="人口库"), ensure_ascii=False)
    for rows in (_people(), _firms()):
        for place in range(len(rows[0])):
            seen: dict[str, int] = {}
            for row in rows:
                if row[place] is not None:
                    seen[str(row[place])] = seen.get(str(row[place]), 0) + 1
            leaked = [value for value, count in seen.items() if count < 10 and len(value) > 3 and value in text]
            assert not leaked, (place, leaked[:3])


def test_the_address_of_the_source_is_not_in_the_draft_and_nothing_was_written(source: str) -> None:
    draft = profile(source, source="人口库")
    assert draft["source"] == "人口库"
    assert source not in json.dumps(draft)
    with reading.reading(source) as reader, pytest.raises((PlatformError, sqlite3.Error, psycopg.Error)):
        reader._db.execute('DELETE FROM "CZRK"')  # type: ignore[attr-defined]


def test_the_command_writes_a_private_file_and_says_what_comes_next(source: str, tmp_path: Path) -> None:
    out = tmp_path / "draft.json"
    command = [sys.executable, "-m", "zhengtong.cli.main", "node", "profile", source, "--out", str(out)]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["identifiers"] >= 3
    assert out.stat().st_mode & 0o777 == 0o600
    assert json.loads(out.read_text(encoding="utf-8"))["draft"] == "zhengtong-node-profile"


@pytest.mark.parametrize("address", ["oracle://x/y", "sqlite:///no/such.db", "postgresql://postgres@127.0.0.1:1/x"])
def test_a_source_that_cannot_be_read_is_refused_with_what_to_do(address: str) -> None:
    with pytest.raises(PlatformError) as refused:
        profile(address, source="x")
    assert refused.value.remedy("zh")
