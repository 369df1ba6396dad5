"""The departments' own databases (部门业务库): what the nodes stand in front of.

SQLite files with the column names such systems really have.  Read-only to the nodes.  What is wrong
in them is put in by `quirks`; spreadsheets and dumps are written by `sheets`.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from random import Random

from zhengtong.demo import quirks, sheets
from zhengtong.demo.names import REGIONS, TRADES, Namer, citizen_number
from zhengtong.demo.quirks import COMMERCIAL
from zhengtong.demo.tables import (
    EMPLOYERS_DB,
    EMPLOYERS_TABLE,
    FIRMS_TABLE,
    HEALTH_DB,
    HEALTH_TABLE,
    HOMES_TABLE,
    HOUSING_DB,
    INDEXES,
    INSURANCE_DB,
    INSURED_TABLE,
    LABOUR_DB,
    LAND_DB,
    MARKET_DB,
    PAPER_TABLE,
    PEOPLE_TABLE,
    PIPES_TABLE,
    POLICE_DB,
    SEALS_TABLE,
    SITES_TABLE,
)
from zhengtong.parties.rules import uscc_with_check

HOMES_PER_PERSON = 0.3
SEALS_PER_FIRM = 0.5
ETHNICITIES = ("01", "01", "01", "01", "01", "01", "01", "03", "05", "08", "11", "15")
USES = ("住宅", "住宅", "住宅", COMMERCIAL, "办公", "车库")
FIRST_FIRM = "拾味餐饮有限公司"
ORGANIZATION_CODE_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

HOMES_MIN = 300  # enough for the records that a migration spoiled
CERTIFICATES_PER_PERSON = 0.02
CERTIFICATES_MIN = 40
STORY_BUILDING = "望澜市汀兰区听潮街88号商业楼"
BUILDINGS = 120

Row = tuple[str | int, ...]


def build(folder: Path, *, seed: int, people: int, enterprises: int) -> None:
    """Write every department's database into a folder, from a seed.  Existing files are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    namer = Namer(Random(seed))
    residents = list(_people(namer, people))
    firms = list(_firms(namer, enterprises, residents))
    homes = list(_homes(namer, max(HOMES_MIN, int(people * HOMES_PER_PERSON)), residents))
    certificates = list(_certificates(namer, residents))
    rng = Random(f"quirks {seed}")
    _write(
        folder / POLICE_DB,
        {
            "CZRK": (PEOPLE_TABLE, quirks.people(residents, rng)),
            "YZBA": (SEALS_TABLE, _seals(namer, firms)),
        },
    )
    spoiled = quirks.homes(homes, rng)
    paper = ((row[0], row[2]) for row in homes)
    _write(
        folder / LAND_DB,
        {"FWDJ": (HOMES_TABLE, spoiled), "ZZDJB": (PAPER_TABLE, paper), "PSGX": (PIPES_TABLE, _pipes(namer))},
    )
    _write(folder / MARKET_DB, {"JYZT": (FIRMS_TABLE, quirks.firms(firms, rng))})
    _write(folder / LABOUR_DB, {"DWCB": (INSURED_TABLE, _insured(namer, firms))})
    _write(folder / HOUSING_DB, {"CYXZ": (SITES_TABLE, _sites(namer))})
    _write(folder / HEALTH_DB, {"JKZM": (HEALTH_TABLE, certificates)})
    insured_people(folder / INSURANCE_DB)
    _write(folder / EMPLOYERS_DB, {"YGDW": (EMPLOYERS_TABLE, ())})
    shops = [(str(row[1]), str(row[3])) for row in homes if row[2] == COMMERCIAL]
    sheets.write(folder, Random(f"sheets {seed}"), subjects=[str(firm[0]) for firm in firms], shops=shops)


def insured_people(path: Path) -> None:
    """Make the table that 市医保局 keeps pulled rows in: its own constraints say what it will not hold."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as db:
        db.execute(quirks.INSURED_PEOPLE_TABLE)
        db.commit()


def premises(folder: Path) -> str:
    """Where the shop of the story is, as the register of real estate writes it (坐落)."""
    with closing(sqlite3.connect(folder / LAND_DB)) as db:
        row = db.execute("SELECT ZL FROM FWDJ WHERE ZL LIKE ? || '%' ORDER BY rowid LIMIT 1", (STORY_BUILDING,))
        return str(row.fetchone()[0])


def change_firms(folder: Path, *, share: int = 100) -> int:
    """A day at the register: one firm in `share` moves to another address.  Returns how many rows changed."""
    rng = Random("a day")
    namer = Namer(rng)
    with closing(sqlite3.connect(folder / MARKET_DB)) as db:
        codes = [row[0] for row in db.execute("SELECT TYSHXYDM FROM JYZT ORDER BY rowid")]
        moved = rng.sample(codes, max(1, len(codes) // share))
        rows = [(namer.street_address("汀兰区"), quirks.NEXT_CHANGE, code) for code in moved]
        changed = db.executemany("UPDATE JYZT SET ZS = ?, GXSJ = ? WHERE TYSHXYDM = ?", rows).rowcount
        db.commit()
    return changed


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
            _changed(rng) if index else quirks.LAST_CHANGE,
        )


def _changed(rng: Random) -> str:
    """When a row was last changed: some moment of the years before the story."""
    day = date(2021, 1, 1) + timedelta(days=rng.randrange(2000))
    return f"{day} {rng.randint(8, 17):02d}:{rng.randint(0, 59):02d}:00"


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
        building = STORY_BUILDING if index == 0 else namer.street_address(district)
        location = f"{building}{floor}层{rng.randint(1, 8):02d}室" if index else f"{building}1-2层"
        use = COMMERCIAL if index == 0 else rng.choice(USES)
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


def _pipes(namer: Namer) -> Iterator[Row]:
    for index in range(BUILDINGS):
        x, y = namer.rng.randrange(1000, 9000) * 10, namer.rng.randrange(1000, 9000) * 10  # coarsened to 10 m
        depth = f"{namer.rng.randint(1, 6)}.{namer.rng.randint(0, 99):02d}"
        yield f"PS{index:06d}", namer.rng.choice((200, 300, 400, 600)), depth, "1", f"{x},{y};{x + 40},{y}"


def _sites(namer: Namer) -> Iterator[Row]:
    rng = namer.rng
    yield "LD000000", STORY_BUILDING, "03", 1, 0, 1, "20260615"
    yield "LD000001", "望澜市汀兰区翠微里12号住宅楼", "01", 0, 1, 1, "20260615"
    for index in range(2, BUILDINGS):
        kind = rng.choice(("01", "02", "03"))
        flue, dwelling = int(kind == "03" or rng.random() < 0.3), int(kind != "03")
        yield f"LD{index:06d}", namer.street_address("汀兰区"), kind, flue, dwelling, 1, "20260615"


def _certificates(namer: Namer, residents: list[Row]) -> Iterator[Row]:
    """Health certificates of people who handle food; one of the first eight has run out."""
    count = min(len(residents), max(CERTIFICATES_MIN, int(len(residents) * CERTIFICATES_PER_PERSON)))
    for index, person in enumerate(residents[:count]):
        until = "20260831" if index == 3 else f"2027{namer.rng.randint(1, 9):02d}{namer.rng.randint(1, 28):02d}"
        yield f"望健〔2026〕{index + 1:06d}", person[1], person[0], "1", until


def _write(path: Path, tables: dict[str, tuple[str, Iterable[Row]]]) -> None:
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as db:
        for name, (ddl, rows) in tables.items():
            db.execute(ddl)
            if batch := list(rows):
                marks = ",".join("?" * len(batch[0]))
                db.executemany(f"INSERT INTO {name} VALUES ({marks})", batch)  # noqa: S608 - names of our own
            for column in INDEXES.get(name, ()):
                db.execute(f"CREATE INDEX {name}_{column} ON {name} ({column})")
        db.execute("PRAGMA journal_mode=DELETE")
    db.close()
