"""Rebuild `regulations/workdays/cn.csv` from the package `holidays` (MIT), keeping published years only.

The package answers for a year without a published plan from the statutory days alone, so the
years below are the ones whose notice of the State Council's General Office has been published.
Run: .venv/bin/python -m tools.build_workdays
"""

import csv
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import holidays

PUBLISHED_YEARS = range(2006, 2027)
TARGET = Path(__file__).parents[1] / "src/zhengtong/regulations/workdays/cn.csv"


def rows() -> list[tuple[str, str, str, str]]:
    """(day, kind, name, source) of every weekday off and every weekend worked."""
    table = holidays.country_holidays("CN", years=PUBLISHED_YEARS, language="zh_CN")
    source, found = f"holidays {version('holidays')}", []
    day = date(PUBLISHED_YEARS[0], 1, 1)
    while day.year in PUBLISHED_YEARS:
        working, weekday = table.is_working_day(day), day.weekday() < 5
        if weekday and not working:
            found.append((day.isoformat(), "holiday", table.get(day) or "放假", source))
        elif working and not weekday:
            found.append((day.isoformat(), "makeup", "调休上班", source))
        day += timedelta(days=1)
    return found


def main() -> None:
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with TARGET.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("day", "kind", "name", "source"))
        writer.writerows(rows())


if __name__ == "__main__":
    main()
