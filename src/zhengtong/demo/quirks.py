"""What is wrong in the departments' data (数据毛病), as it is in real ones: put in from a seed, counted by looking.

Old 15-digit numbers, wrong check digits, homophones, full-width digits, trailing blanks, one character
beyond the basic plane, and records that a migration translated wrongly.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

from zhengtong.demo.names import CITIZEN_WEIGHTS
from zhengtong.demo.tables import LAND_DB, MARKET_DB, POLICE_DB
from zhengtong.parties.rules import citizen_id_is_valid

Row = tuple[str | int, ...]

OLD_NUMBERS, WRONG_CHECKS, HOMOPHONES = 0.003, 0.001, 0.002
FULL_WIDTH, TRAILING_BLANKS = 0.01, 0.01
SPOILED_HOMES = 38  # 商业服务 became 住宅 in the migration of 2019
LAST_CHANGE, NEXT_CHANGE = "2026-08-24 06:00:00", "2026-10-15 22:00:00"
RARE_CHARACTER = "\U0002cb4e"
SAME_SOUND = {
    "伟": "玮",
    "静": "婧",
    "佳": "嘉",
    "建": "健",
    "诗": "施",
    "琳": "林",
    "辉": "晖",
    "志": "智",
    "英": "瑛",
}
COMMERCIAL, DWELLING = "商业服务", "住宅"
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_NUMBER, _NAME, _ADDRESS = 0, 1, 7

_SUM = " + ".join(f"substr(GMSFHM, {at}, 1) * {weight}" for at, weight in enumerate(CITIZEN_WEIGHTS, start=1))
INSURED_PEOPLE_TABLE = f"""CREATE TABLE CBRYXX (GMSFHM TEXT NOT NULL PRIMARY KEY, XM TEXT NOT NULL, XB TEXT NOT NULL,
 MZ TEXT, CSRQ TEXT NOT NULL,
 CONSTRAINT 身份号码为十八位 CHECK (length(GMSFHM) = 18),
 CONSTRAINT 身份号码校验码 CHECK (substr('10X98765432', ({_SUM}) % 11 + 1, 1) = substr(GMSFHM, 18, 1)))"""


def people(rows: list[Row], rng: Random) -> list[Row]:
    """Spoil some residents.  The first one stays whole: the story asks for it."""
    spoiled = [list(row) for row in rows]
    order = list(range(2, len(rows)))
    rng.shuffle(order)
    born_last_century = [n for n in order if str(rows[n][_NUMBER])[6:8] == "19"]
    old = born_last_century[: _share(rows, OLD_NUMBERS)]
    for n in old:
        number = str(spoiled[n][_NUMBER])
        spoiled[n][_NUMBER] = number[:6] + number[8:17]
    rest = [n for n in order if n not in set(old)]
    for n in rest[: _share(rows, WRONG_CHECKS)]:
        number = str(spoiled[n][_NUMBER])
        spoiled[n][_NUMBER] = number[:17] + ("0" if number[17] != "0" else "1")
    same_sound = [n for n in rest if set(str(rows[n][_NAME])) & SAME_SOUND.keys()]
    for n in same_sound[: _share(rows, HOMOPHONES)]:
        spoiled[n][_NAME] = "".join(SAME_SOUND.get(sign, sign) for sign in str(spoiled[n][_NAME]))
    for n in rest[: _share(rows, FULL_WIDTH)]:
        spoiled[n][_ADDRESS] = str(spoiled[n][_ADDRESS]).translate(_WIDE)
    spoiled[1][_NAME] = str(spoiled[1][_NAME])[0] + RARE_CHARACTER
    return [tuple(row) for row in spoiled]


def homes(rows: list[Row], rng: Random) -> list[Row]:
    """Translate the use of some commercial homes wrongly, that of the story's shop among them."""
    shops = [n for n, row in enumerate(rows) if row[2] == COMMERCIAL and n]
    wrong = {0, *rng.sample(shops, SPOILED_HOMES - 1)}
    return [(*row[:2], DWELLING, *row[3:]) if n in wrong else row for n, row in enumerate(rows)]


def firms(rows: list[Row], rng: Random) -> list[Row]:
    """Leave blanks behind some names and full-width digits in some addresses."""
    spoiled = [list(row) for row in rows]
    for n in rng.sample(range(1, len(rows)), _share(rows, TRAILING_BLANKS)):
        spoiled[n][1] = f"{spoiled[n][1]}  "
    for n in rng.sample(range(1, len(rows)), _share(rows, FULL_WIDTH)):
        spoiled[n][3] = str(spoiled[n][3]).translate(_WIDE)
    return [tuple(row) for row in spoiled]


def correct_homes(database: Path) -> int:
    """Put right the uses that differ from the register on paper, as the provider did.  Returns how many were."""
    put_right = """UPDATE FWDJ SET FWYT = (SELECT p.FWYT FROM ZZDJB p WHERE p.BDCDYH = FWDJ.BDCDYH)
     WHERE FWYT <> (SELECT p.FWYT FROM ZZDJB p WHERE p.BDCDYH = FWDJ.BDCDYH)"""
    with closing(sqlite3.connect(database)) as db:
        changed = db.execute(put_right).rowcount
        db.commit()
    return changed


def found(folder: Path) -> dict[str, int]:
    """Count what is wrong by looking at the databases as they stand now."""
    with closing(sqlite3.connect(folder / POLICE_DB)) as db:
        rows = db.execute("SELECT GMSFHM, XM, HJDZ FROM CZRK").fetchall()
    with closing(sqlite3.connect(folder / LAND_DB)) as db:
        wrong = "SELECT count(*) FROM FWDJ JOIN ZZDJB p USING (BDCDYH) WHERE FWDJ.FWYT <> p.FWYT"
        spoiled = int(db.execute(wrong).fetchone()[0])
    with closing(sqlite3.connect(folder / MARKET_DB)) as db:
        shops = db.execute("SELECT ZTMC, ZS, JYQXZ FROM JYZT").fetchall()
    wide = set("０１２３４５６７８９")
    return {
        "old_numbers": sum(len(number) == 15 for number, _, _ in rows),
        "wrong_check_digits": sum(len(number) == 18 and not citizen_id_is_valid(number) for number, _, _ in rows),
        "beyond_basic_plane": sum(max(name) > "\uffff" for _, name, _ in rows),
        "full_width_digits": sum(bool(wide & set(where)) for _, _, where in rows)
        + sum(bool(wide & set(where)) for _, where, _ in shops),
        "trailing_blanks": sum(name != name.rstrip() for name, _, _ in shops),
        "open_ended_dates": sum(until == "长期" for _, _, until in shops),
        "wrong_uses": spoiled,
    }


def _share(rows: list[Row], share: float) -> int:
    return max(1, round(len(rows) * share))
