"""Dates as an official reads them (日期): 2026年10月16日（星期五） or 16 Oct 2026.

Pure.  Instants are turned into Beijing wall-clock time; nobody is shown UTC.
"""

from datetime import date, datetime

from zhengtong.kernel.clock import BEIJING
from zhengtong.kernel.messages import Lang

_WEEKDAYS_ZH = "一二三四五六日"
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _legal(value: date | datetime) -> date:
    return value.astimezone(BEIJING).date() if isinstance(value, datetime) else value


def day(value: date | datetime, *, lang: Lang) -> str:
    """A legal day with its weekday in Chinese, without it in English."""
    on = _legal(value)
    if lang == "en":
        return f"{on.day} {_MONTHS_EN[on.month - 1]} {on.year}"
    return f"{on.year}年{on.month}月{on.day}日（星期{_WEEKDAYS_ZH[on.weekday()]}）"


def short_day(value: date | datetime, *, lang: Lang) -> str:
    """Month and day, where the year is plain from the place."""
    on = _legal(value)
    return f"{on.day} {_MONTHS_EN[on.month - 1]}" if lang == "en" else f"{on.month}月{on.day}日"


def moment(value: datetime, *, lang: Lang) -> str:
    """An instant as Beijing wall-clock time, to the minute."""
    at = value.astimezone(BEIJING)
    if lang == "en":
        return f"{at.day} {_MONTHS_EN[at.month - 1]} {at.year} {at:%H:%M}"
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
