"""The departments' own databases (部门业务库): what the nodes stand in front of.

SQLite files with the column names such systems really have.  Read-only to the nodes.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from random import Random

from zhengtong.demo.names import REGIONS, TRADES, Namer, citizen_number
from zhengtong.parties.rules import uscc_with_check

HOMES_PER_PERSON = 0.3
SEALS_PER_FIRM = 0.5
ETHNICITIES = ("01", "01", "01", "01", "01", "01", "01", "03", "05", "08", "11", "15")
USES = ("住宅", "住宅", "住宅", "商业服务", "办公", "车库")
FIRST_FIRM = "拾味餐饮有限公司"
ORGANIZATION_CODE_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

POLICE_DB, LAND_DB, MARKET_DB, LABOUR_DB = "wl-police.db", "wl-land.db", "wl-market.db", "wl-labour.db"
INSURANCE_DB = "wl-insurance.db"

PEOPLE_TABLE = """CREATE TABLE CZRK (GMSFHM TEXT PRIMARY KEY, XM TEXT NOT NULL, XB TEXT NOT NULL, MZ TEXT NOT NULL,
 CSRQ TEXT NOT NULL, SWZX INTEGER NOT NULL, HJQH TEXT NOT NULL, HJDZ TEXT NOT NULL, YHZGX TEXT NOT NULL)"""
SEALS_TABLE = """CREATE TABLE YZBA (YZBH TEXT PRIMARY KEY, YZMC TEXT NOT NULL, SYDWDM TEXT NOT NULL, BARQ TEXT NOT NULL,
 ZT TEXT NOT NULL)"""
HOMES_TABLE = """CREATE TABLE FWDJ (BDCDYH TEXT PRIMARY KEY, ZL TEXT NOT NULL, FWYT TEXT NOT NULL, JZMJ TEXT NOT NULL,
 CS TEXT NOT NULL, QLRMC TEXT NOT NULL, QLRZJH TEXT NOT NULL, DYZT INTEGER NOT NULL, CFZT INTEGER NOT NULL)"""
FIRMS_TABLE = """CREATE TABLE JYZT (TYSHXYDM TEXT PRIMARY KEY, ZTMC TEXT NOT NULL, ZTLX TEXT NOT NULL, ZS TEXT NOT NULL,
 JYFW TEXT NOT NULL, ZCZB TEXT NOT NULL, CLRQ TEXT NOT NULL, JYQXZ TEXT NOT NULL, DJZT TEXT NOT NULL,
 HYDM TEXT NOT NULL, DJJG TEXT NOT NULL, FDDBR TEXT NOT NULL, FDDBRZJH TEXT NOT NULL, LLYDH TEXT NOT NULL)"""
INSURED_TABLE = """CREATE TABLE DWCB (TYSHXYDM TEXT NOT NULL, CBBH TEXT PRIMARY KEY, XZ TEXT NOT NULL,
 CBZT TEXT NOT NULL, CBRS INTEGER NOT NULL)"""
INDEXES = {
    "CZRK": (),
    "YZBA": ("SYDWDM",),
    "FWDJ": ("ZL",),
    "JYZT": ("ZTMC",),
    "DWCB": ("TYSHXYDM",),
}

Row = tuple[str | int, ...]


def build(folder: Path, *, seed: int, people: int, enterprises: int) -> None:
    """Write every department's database into a folder, from a seed.  Existing files are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    namer = Namer(Random(seed))
    residents = list(_people(namer, people))
    firms = list(_firms(namer, enterprises, residents))
    _write(folder / POLICE_DB, {"CZRK": (PEOPLE_TABLE, residents), "YZBA": (SEALS_TABLE, _seals(namer, firms))})
    homes = _homes(namer, int(people * HOMES_PER_PERSON), residents)
    _write(folder / LAND_DB, {"FWDJ": (HOMES_TABLE, homes)})
    _write(folder / MARKET_DB, {"JYZT": (FIRMS_TABLE, firms)})
    _write(folder / LABOUR_DB, {"DWCB": (INSURED_TABLE, _insured(namer, firms))})
    _write(folder / INSURANCE_DB, {})


def _people(namer: Namer, count: int) -> Iterator[Row]:
    rng, seen = namer.rng, set[str]()
    while len(seen) < count:
        region, district = rng.choice(REGIONS) if rng.random() < 0.9 else ("990201", "外省户籍")
        birth, sequence = namer.birth(), rng.randint(1, 999)
        number = citizen_number(region, birth, sequence)
        if number in seen:
            continue
        seen.add(number)
        address = namer.street_address(district) if district != "外省户籍" else f"外省户籍地{rng.randint(1, 99)}号"
        sex, ethnicity, relation = (
            "1" if sequence % 2 else "2",
            rng.choice(ETHNICITIES),
            rng.choice(("02", "10", "20", "30", "50")),
        )
        deceased = int(birth.year < 1950 and rng.random() < 0.3)
        yield number, namer.person(), sex, ethnicity, f"{birth:%Y%m%d}", deceased, region, address, relation


def _firms(namer: Namer, count: int, residents: list[Row]) -> Iterator[Row]:
    rng = namer.rng
    for index in range(count):
        region, district = rng.choice(REGIONS)
        trade = rng.choice(TRADES)
        name = f"望澜市{FIRST_FIRM}" if index == 0 else f"望澜市{namer.shop()}{trade}有限公司"
        head = rng.choice(residents)
        established = date(2010 + rng.randrange(16), rng.randint(1, 12), rng.randint(1, 28))
        yield (
            credit_code(region, index + 1),
            name,
            "1100",
            namer.street_address(district),
            f"{trade}服务；{trade}销售",
            f"{rng.randint(1, 500)}.000000",
            f"{established:%Y%m%d}",
            "长期",
            "1" if rng.random() < 0.95 else "3",
            "6210" if trade == "餐饮" else "5200",
            f"望澜市{district}市场监督管理局",
            head[1],
            head[0],
            f"100{rng.randrange(10**8):08d}",
        )


def credit_code(region: str, serial: int) -> str:
    """A unified social credit code (GB 32100) of an enterprise, under a region nobody has."""
    body = f"{serial:08d}"
    left = 11 - sum(int(d) * w for d, w in zip(body, ORGANIZATION_CODE_WEIGHTS, strict=True)) % 11
    return uscc_with_check(f"91{region}{body}" + {10: "X", 11: "0"}.get(left, str(left)))


def _homes(namer: Namer, count: int, residents: list[Row]) -> Iterator[Row]:
    rng = namer.rng
    for index in range(count):
        region, district = REGIONS[0] if index == 0 else rng.choice(REGIONS)
        floors = rng.randint(2, 30)
        floor = rng.randint(1, floors)
        building = "望澜市汀兰区听潮街88号商业楼" if index == 0 else namer.street_address(district)
        location = f"{building}{floor}层{rng.randint(1, 8):02d}室" if index else f"{building}1-2层"
        use = "商业服务" if index == 0 else rng.choice(USES)
        owner = rng.choice(residents)
        number = f"{region}{rng.randrange(10**13):013d}F{index:08d}"
        area = f"{rng.randint(40, 400)}.{rng.randint(0, 99):02d}"
        flags = int(rng.random() < 0.2), int(rng.random() < 0.01)
        yield number, location, use, area, f"{floor}/{floors}", owner[1], owner[0], *flags


def _seals(namer: Namer, firms: list[Row]) -> Iterator[Row]:
    for index, firm in enumerate(firms):
        if index == 0 or namer.rng.random() < SEALS_PER_FIRM:
            yield f"9901{index:09d}", f"{firm[1]}公章", firm[0], firm[6], "1"


def _insured(namer: Namer, firms: list[Row]) -> Iterator[Row]:
    for index, firm in enumerate(firms):
        for kind in ("11", "21"):
            yield firm[0], f"W{index:08d}{kind}", kind, "1", namer.rng.randint(1, 80)


def _write(path: Path, tables: dict[str, tuple[str, Iterable[Row]]]) -> None:
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as db:
        for name, (ddl, rows) in tables.items():
            db.execute(ddl)
            batch = list(rows)
            marks = ",".join("?" * len(batch[0]))
            db.executemany(f"INSERT INTO {name} VALUES ({marks})", batch)  # noqa: S608 - names of our own
            for column in INDEXES[name]:
                db.execute(f"CREATE INDEX {name}_{column} ON {name} ({column})")
        db.execute("PRAGMA journal_mode=DELETE")
    db.close()
