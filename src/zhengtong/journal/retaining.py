"""The retention table (保存期限表) and who can dispose of which kind of record: `retention.toml` and the wiring."""

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Protocol

from zhengtong.kernel.errors import NotFound, RuleBroken

DAYS_MAX = 36_600  # a hundred years


class Then(StrEnum):
    """What happens at the end of the period (期满处理)."""

    DELETE = "delete"  # 删除
    BLANK = "blank"  # 抹去内容
    KEEP = "keep"  # 继续保存


@dataclass(frozen=True, slots=True)
class RecordKind:
    """One line of the table (记录种类)."""

    key: str
    zh: str
    en: str
    days: int
    limit: str  # id of the legal minimum; empty if there is none
    cites: str
    mark: str
    then: Then
    note_zh: str
    note_en: str


class Disposer(Protocol):
    """What an area gives for a kind of record that it can dispose of."""

    def due(self, *, before: datetime, most: int) -> Sequence[str]:
        """The ids of records that ended before an instant, at most so many."""
        ...

    def dispose(self, ids: Sequence[str]) -> None:
        """Delete or blank these, in the caller's transaction."""
        ...


Floor = Callable[[str, date], int]  # id of a limit, day -> the longest legal minimum of any place

_disposers: dict[str, Disposer] = {}
_floors: list[Floor] = []


@lru_cache(maxsize=1)
def kinds() -> tuple[RecordKind, ...]:
    """The table, in its order."""
    held = tomllib.loads(files("zhengtong.journal").joinpath("retention.toml").read_text(encoding="utf-8"))
    return tuple(
        RecordKind(**{name: value for name, value in row.items() if name != "then"}, then=Then(row["then"]))
        for row in held["kind"]
    )


def kind(key: str) -> RecordKind:
    """One line of the table.  Raises NotFound."""
    found = next((one for one in kinds() if one.key == key), None)
    if found is None:
        raise NotFound("journal.no_such_kind", kind=key[:40])
    return found


def clear() -> None:
    """Forget who disposes and who knows local minimums; before the wiring is read anew."""
    _disposers.clear()
    _floors.clear()


def register(key: str, disposer: Disposer) -> None:
    """Name who disposes of a kind of record; called from the wiring.  Raises NotFound, ValueError for a kept kind."""
    if kind(key).then is Then.KEEP:
        raise ValueError(f"{key!r} is kept: nothing may dispose of it")
    _disposers[key] = disposer


def register_floor(floor: Floor) -> None:
    """Name what knows the legal minimums with the places' own longer ones; called from the wiring."""
    _floors.append(floor)


def disposer_of(key: str) -> Disposer | None:
    """Who disposes of a kind of record here; None where its area does not run."""
    return _disposers.get(key)


def least_days(held: RecordKind, *, on: date) -> int:
    """The legal minimum of a kind on a day, in days; 0 where there is none (法定最短)."""
    return max((floor(held.limit, on) for floor in _floors), default=held.days) if held.limit else 0


def days_kept(held: RecordKind, *, chosen: int | None, least: int) -> int:
    """How long a kind is kept: what the deployment chose, or the table says, and never less than the law asks."""
    return max(held.days if chosen is None else chosen, least)


def check_days(held: RecordKind, days: int, *, least: int) -> None:
    """Raise RuleBroken for a period below the legal minimum, beyond reason, or of a kind that is kept."""
    if held.then is Then.KEEP:
        raise RuleBroken("journal.kind_is_kept", kind_zh=held.zh, kind_en=held.en)
    if not 0 <= days <= DAYS_MAX:
        raise RuleBroken("journal.period_out_of_range", most=DAYS_MAX)
    if days < least:
        raise RuleBroken("journal.period_below_law", days=days, least=least, cites=held.cites)


def digest_of(ids: Iterable[str]) -> str:
    """SHA-256 of ids, sorted, one a line: whoever has the ids can prove which records went."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()
