"""The month a report is about (月度通报, 条例 第三十八条), and its ratios.  Pure."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from zhengtong.kernel.errors import RuleBroken

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month; `text` is 2026-09."""

    text: str
    first: date
    last: date

    @property
    def before(self) -> "Month":
        """The month before."""
        return month_of(self.first - timedelta(days=1))

    @property
    def after(self) -> "Month":
        """The month after."""
        return month_of(self.last + timedelta(days=1))

    def closed_on(self, on: date) -> date:
        """The last day the report can speak of: the month's last, or today while the month runs."""
        return min(self.last, on)


def month_of(when: str | date) -> Month:
    """The month named (2026-09), or the one a day lies in.  Raises RuleBroken."""
    if isinstance(when, date):
        year, number = when.year, when.month
    else:
        found = _MONTH.fullmatch(when)
        if found is None:
            raise RuleBroken("supervision.month_unreadable", month=when[:10])
        year, number = int(found[1]), int(found[2])
    return Month(f"{year}-{number:02d}", date(year, number, 1), date(year, number, monthrange(year, number)[1]))


def permille(part: int, whole: int) -> int | None:
    """A ratio in thousandths, rounded half up; None where there is nothing to divide by."""
    return (part * 2000 + whole) // (2 * whole) if whole else None
