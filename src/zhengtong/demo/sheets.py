"""Spreadsheets and dumps (表格和导出文件) as departments without an interface hand them over."""

import csv
from datetime import date
from io import StringIO
from pathlib import Path
from random import Random

import xlsxwriter

from zhengtong.demo.names import Namer

LEASES_XLSX, WORKSHOPS_XLSX = "wl-housing-租赁备案.xlsx", "yz-market-小作坊台账.xlsx"
FIRE_CSV, DISHONEST_CSV = "wl-housing-消防验收.csv", "wl-reform-严重失信.csv"
LEASES, WORKSHOPS, DISHONEST = 180, 214, 60
LEASE_TITLES = ("备案证号", "坐落", "出租人", "承租人", "租期起", "租期止", "租赁用途", "面积", "经办备注")
WORKSHOP_TITLES = ("编号", "业主姓名", "地址", "品种", "登记日期")
VARIETIES = ("米粉", "豆腐", "糕点", "酱菜", "米酒", "腊味", "粉丝", "麻油")

Cells = list[str]


def write(folder: Path, rng: Random, *, subjects: list[str], shops: list[tuple[str, str]]) -> None:
    """Write the lease workbook, the workshop ledger and the dumps of two departments into a folder."""
    leases(folder / LEASES_XLSX, rng)
    workshops(folder / WORKSHOPS_XLSX, rng)
    fire(folder / FIRE_CSV, rng, shops)
    dishonest(folder / DISHONEST_CSV, rng, subjects)


def leases(path: Path, rng: Random) -> None:
    """R06: a merged title, a blank second row, a hidden column, and one cell that begins with `=`."""
    namer = Namer(rng)
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("租赁备案")
        sheet.merge_range(0, 0, 0, len(LEASE_TITLES) - 1, "望澜市房屋租赁登记备案汇总表")
        sheet.write_row(2, 0, LEASE_TITLES)
        sheet.set_column(8, 8, None, None, {"hidden": True})
        for n in range(LEASES):
            sheet.write_row(3 + n, 0, _lease(n, namer))


def _lease(n: int, namer: Namer) -> Cells:
    rng = namer.rng
    begun = date(2023 + rng.randrange(4), rng.randint(1, 12), rng.randint(1, 28))
    lessee = "=望澜市拾味餐饮有限公司" if n == 6 else f"望澜市{namer.shop()}商行"
    number, area = f"望租备〔{begun.year}〕{n + 1:05d}", f"{rng.randint(30, 600)}.{rng.randint(0, 99):02d}"
    until = "长期" if n % 41 == 0 else f"{begun.replace(year=begun.year + 3):%Y%m%d}"
    return [
        number, namer.street_address("汀兰区"), namer.person(), lessee, f"{begun:%Y%m%d}", until, "商业", area, "已核",
    ]  # fmt: skip


def workshops(path: Path, rng: Random) -> None:
    """R17: the ledger that 县市监局 keeps by hand, with rows that no rule will let through."""
    namer = Namer(rng)
    rows = [_workshop(n, namer) for n in range(WORKSHOPS)]
    for row, column, text in _SLIPS:
        rows[row][column] = rows[text][column] if isinstance(text, int) else text
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("小作坊台账")
        sheet.write_row(0, 0, WORKSHOP_TITLES)
        for n, row in enumerate(rows, start=1):
            sheet.write_row(n, 0, row)


# (row, column, what stands there instead; a number: what another row has)
_SLIPS: tuple[tuple[int, int, str | int], ...] = (
    (11, 0, ""), (52, 0, ""), (20, 0, 19), (77, 0, 76), (34, 4, "20250230"), (90, 4, "去年"), (101, 4, "2024年13月"),
    (118, 2, ""), (133, 2, ""), (150, 3, ""), (171, 1, ""), (202, 0, "云渚县小作坊登记二〇二五年第二百零三号补登记"),
)  # fmt: skip


def _workshop(n: int, namer: Namer) -> Cells:
    rng = namer.rng
    registered = date(2020 + rng.randrange(6), rng.randint(1, 12), rng.randint(1, 28))
    kinds = "、".join(rng.sample(VARIETIES, 2))
    return [
        f"YZXZF{registered.year}{n + 1:04d}", namer.person(), namer.street_address("云渚县"), kinds,
        f"{registered:%Y%m%d}",
    ]  # fmt: skip


def fire(path: Path, rng: Random, shops: list[tuple[str, str]]) -> None:
    """R05: the weekly dump of fire acceptances of commercial premises (address, area), in GB18030."""
    rows: list[Cells] = []
    for n, (address, area) in enumerate(shops):
        decided = date(2015 + n % 11, rng.randint(1, 12), rng.randint(1, 28))
        number = f"望消验〔{decided.year}〕第{n + 1:04d}号"
        rows.append([number, f"{address}装修工程", address, "1", f"{decided:%Y%m%d}", "商业服务", area])
    _dump(path, ["WH", "GCMC", "GCDZ", "JL", "JLRQ", "SYXZ", "SYMJ"], rows)


def dishonest(path: Path, rng: Random, subjects: list[str]) -> None:
    """R12: a nightly dump in GB18030, as old systems write it."""
    rows: list[Cells] = []
    for code in sorted(rng.sample(subjects, min(DISHONEST, len(subjects)))):
        listed = date(2024 + rng.randrange(3), rng.randint(1, 8), rng.randint(1, 28))
        removed = f"{listed.replace(year=listed.year + 1):%Y%m%d}" if rng.random() < 0.3 else ""
        rows.append([code, "拖欠农民工工资", "望澜市人力资源和社会保障局", f"{listed:%Y%m%d}", removed])
    _dump(path, ["ZTDM", "SXLX", "RDJG", "LRRQ", "YCRQ"], rows)


def _dump(path: Path, titles: Cells, rows: list[Cells]) -> None:
    out = StringIO()
    csv.writer(out).writerows([titles, *rows])
    path.write_bytes(out.getvalue().encode("gb18030"))
