"""Clocks (时钟): instants are UTC, legal days are Beijing dates, and they meet only here.

The clock is read at the door (view, command, worker) and passed in; rules never read it.
"""

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")  # no summer time since 1991


def legal_day(instant: datetime) -> date:
    """The Beijing date on which an instant falls (法定日)."""
    return instant.astimezone(BEIJING).date()


class Clock(Protocol):
    """What a use case is told about time."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        ...

    def today(self) -> date:
        """The legal day, in Beijing."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return legal_day(self.now())


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until it is moved (tests, `--today`)."""

    instant: datetime

    @classmethod
    def on(cls, day: date, *, hour: int = 9, minute: int = 0) -> "FixedClock":
        """Stand at a Beijing wall-clock time of a legal day."""
        return cls(datetime(day.year, day.month, day.day, hour, minute, tzinfo=BEIJING).astimezone(UTC))

    def now(self) -> datetime:
        return self.instant

    def today(self) -> date:
        return legal_day(self.instant)

    def move(self, delta: timedelta) -> None:
        self.instant += delta


@dataclass(slots=True)
class StoryClock:
    """The demo's clock (演示时钟): one file read by every process; forward only, then it runs.

    The file holds {"story_at": ISO instant, "real_at": unix seconds}: the story stood at
    `story_at` when the machine stood at `real_at`, and it runs at the same speed since.
    """

    path: Path
    _stamp: int = field(default=-1, repr=False)
    _story_at: datetime = field(default=datetime(1970, 1, 1, tzinfo=UTC), repr=False)
    _real_at: float = field(default=0.0, repr=False)

    def now(self) -> datetime:
        stamp = self.path.stat().st_mtime_ns
        if stamp != self._stamp:
            held = json.loads(self.path.read_text(encoding="utf-8"))
            self._story_at, self._real_at = datetime.fromisoformat(held["story_at"]).astimezone(UTC), held["real_at"]
            self._stamp = stamp
        return self._story_at + timedelta(seconds=max(0.0, time.time() - self._real_at))

    def today(self) -> date:
        return legal_day(self.now())

    def jump(self, to: datetime) -> None:
        """Move the story forward.  Raises ValueError for a jump back: signatures and grants rely on it."""
        if self.path.exists() and to < self.now():
            raise ValueError(f"the story clock only moves forward: {to.isoformat()} is in its past")
        held = json.dumps({"story_at": to.astimezone(UTC).isoformat(), "real_at": time.time()})
        fresh = self.path.with_suffix(".tmp")
        fresh.write_text(held, encoding="utf-8")
        fresh.replace(self.path)
