"""Sharing that existed before (既有共享关系的接管): filed by the authority, confirmed, reviewed by a day.

No article speaks of it; the authority decides.  What is confirmed becomes a grant like any other, of origin `legacy`,
compiled from the same request and reply; by its review day the provider says whether it is needed still.  Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from zhengtong.kernel.errors import RuleBroken
from zhengtong.kernel.lifecycle import Lifecycle, Step
from zhengtong.parties.rules import ROLE_WORDS, Role
from zhengtong.sharing.rules.requests import MODE_WORDS, TEXT_CHARS_MAX, Mode
from zhengtong.sharing.rules.words import Words

TAKEOVER_ROWS_MAX = 500
REVIEW_AHEAD = timedelta(days=30)  # from when on the review stands in the provider's inbox
TEXT_CHARS_MIN = 4


class TakeoverState(StrEnum):
    """Where a take-over stands (接管状态)."""

    FILED = "filed"  # 待提供方确认
    CONFIRMED = "confirmed"  # 已确认，许可已签发
    DECLINED = "declined"  # 提供方不确认


class GrantOrigin(StrEnum):
    """Where a grant comes from (许可来源)."""

    REQUEST = "request"  # 共享申请
    LEGACY = "legacy"  # 接管的既有共享


@dataclass(frozen=True, slots=True)
class TakeoverRow:
    """One line of the list: who has been getting what, by which system, for what, until when."""

    line: int
    entry_code: str
    consumer_code: str
    items: tuple[str, ...]  # names or codes
    modes: tuple[Mode, ...]
    system: str
    purpose: str
    legal_basis: str
    lookup: tuple[str, ...]
    calls_per_day: int
    rows_per_day: int
    until: date
    review_on: date


_T = TakeoverState
_HEAD = frozenset({Role.SHARING_OFFICE_HEAD.value})
TAKEOVER_WORDS: dict[StrEnum, Words] = {
    _T.FILED: Words("待提供方确认", "Awaiting the provider"),
    _T.CONFIRMED: Words("已确认，许可已签发", "Confirmed, grant issued"),
    _T.DECLINED: Words("提供方不确认", "Declined by the provider"),
}
ORIGIN_WORDS: dict[StrEnum, Words] = {
    GrantOrigin.REQUEST: Words("共享申请", "a request"),
    GrantOrigin.LEGACY: Words("接管的既有共享", "existing sharing taken over"),
}
TAKEOVER_VERBS: dict[str, Words] = {
    "confirm": Words("确认并签发许可", "confirm and issue the grant"),
    "decline": Words("不确认", "decline"),
}
_NAME = Words("既有共享接管", "take-over of existing sharing")
TAKEOVER = Lifecycle(
    name="既有共享接管",
    start=_T.FILED,
    steps=(
        Step("confirm", _T.FILED, _T.CONFIRMED, by=_HEAD),
        Step("decline", _T.FILED, _T.DECLINED, by=_HEAD, needs="理由"),
    ),
    words={
        **{code: (w.zh, w.en) for code, w in {_NAME.zh: _NAME, **TAKEOVER_WORDS, **TAKEOVER_VERBS}.items()},
        **ROLE_WORDS,
    },
)
COLUMNS: dict[str, str] = {
    "目录代码": "entry_code", "使用方代码": "consumer_code", "信息项": "items", "共享方式": "modes",
    "系统编码": "system", "用途": "purpose", "使用依据": "legal_basis", "查询条件": "lookup",
    "每日次数": "calls_per_day", "每日行数": "rows_per_day", "到期日": "until", "复核日": "review_on",
}  # fmt: skip
_MODES: dict[str, Mode] = {
    **{words.zh: mode for mode, words in MODE_WORDS.items()},
    **{str(mode): mode for mode in Mode},
    "核验": Mode.VERIFY, "查询": Mode.QUERY, "批量": Mode.BATCH,
}  # fmt: skip


def rows_of(lines: Sequence[Sequence[str]]) -> tuple[TakeoverRow, ...]:
    """The rows of a table whose first line has the titles.

    Raises:
        RuleBroken: a title is missing, nothing or too much below them, a cell that cannot be read (line and column).
    """
    titles = [cell.strip() for cell in lines[0]] if lines else []
    missing = [title for title in COLUMNS if title not in titles]
    if missing:
        raise RuleBroken("sharing.takeover_columns", missing="、".join(missing))
    filled = [(n, line) for n, line in enumerate(lines[1:], start=2) if any(cell.strip() for cell in line)]
    if not 0 < len(filled) <= TAKEOVER_ROWS_MAX:
        raise RuleBroken("sharing.takeover_rows", most=TAKEOVER_ROWS_MAX)
    return tuple(_row(n, dict(zip(titles, (*line, *[""] * len(titles)), strict=False))) for n, line in filled)


def _row(line: int, cells: Mapping[str, str]) -> TakeoverRow:
    held = {name: cells[title].strip() for title, name in COLUMNS.items()}
    return TakeoverRow(
        line=line,
        entry_code=held["entry_code"],
        consumer_code=held["consumer_code"],
        items=_listed(held["items"]),
        modes=tuple(_mode(line, word) for word in _listed(held["modes"])),
        system=held["system"],
        purpose=held["purpose"],
        legal_basis=held["legal_basis"],
        lookup=_listed(held["lookup"]),
        calls_per_day=_number(line, "每日次数", held["calls_per_day"]),
        rows_per_day=_number(line, "每日行数", held["rows_per_day"]),
        until=_day(line, "到期日", held["until"]),
        review_on=_day(line, "复核日", held["review_on"]),
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("，", "、").replace(",", "、").split("、") if part.strip())


def _mode(line: int, word: str) -> Mode:
    if word not in _MODES:
        raise RuleBroken("sharing.takeover_cell", line=line, column="共享方式", value=word[:40])
    return _MODES[word]


def _number(line: int, column: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 2_000_000_000):
        raise RuleBroken("sharing.takeover_cell", line=line, column=column, value=text[:40])
    return int(text)


def _day(line: int, column: str, text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise RuleBroken("sharing.takeover_cell", line=line, column=column, value=text[:40]) from None


def check_takeover(row: TakeoverRow, *, on: date) -> None:
    """Raise RuleBroken unless the review lies ahead and before the end, and all that a grant needs is said."""
    if not on < row.review_on <= row.until:
        raise RuleBroken("sharing.takeover_review_day", line=row.line)
    if not (row.items and row.modes and row.system and row.purpose and row.legal_basis):
        raise RuleBroken("sharing.takeover_incomplete", line=row.line)


def check_review(*, note: str, next_on: date | None, until: date, on: date) -> None:
    """Raise RuleBroken unless a review says what was found, and another, if any, lies ahead and before the end."""
    if not TEXT_CHARS_MIN <= len(note.strip()) <= TEXT_CHARS_MAX:
        raise RuleBroken("sharing.act_needs_reason")
    if next_on is not None and not on < next_on <= until:
        raise RuleBroken("sharing.review_day")
