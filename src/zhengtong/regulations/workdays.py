"""The published working-day calendar (工作日历) of the State Council's yearly notices."""

import csv
from datetime import date
from functools import lru_cache
from importlib.resources import files

from zhengtong.kernel.calendar import WorkCalendar


@lru_cache(maxsize=1)
def national() -> WorkCalendar:
    """Holidays and make-up days as published, and the last year they cover."""
    source = files(__package__ or "zhengtong.regulations").joinpath("workdays/cn.csv")
    rows = list(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))
    closed = frozenset(date.fromisoformat(row["day"]) for row in rows if row["kind"] == "holiday")
    opened = frozenset(date.fromisoformat(row["day"]) for row in rows if row["kind"] == "makeup")
    last = max(date.fromisoformat(row["day"]).year for row in rows)
    return WorkCalendar(closed, opened, published_through=date(last, 12, 31), name="国务院办公厅节假日安排")
