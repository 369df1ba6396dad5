"""What a node found in the tables behind an entry (数据画像), as its provider files it.  Pure.

The document is the one that `zhengtong node profile` writes; only shares and counts are kept, never values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhengtong.kernel.errors import RuleBroken

PROFILE_FORMAT, PROFILE_VERSION = "zhengtong-node-profile", 1
PROFILE_BYTES_MAX = 4 * 1024 * 1024
TABLES_MAX = 500
COLUMNS_MAX = 500
PERMILLE = 1000


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One item as its column was found: how much of it is there, and how much of that is in its form (千分比)."""

    item: str
    filled: int  # permille of the rows that hold a value
    valid: int  # permille of the values looked at that pass the checks of their kind


@dataclass(frozen=True, slots=True)
class TableProfile:
    """The table behind an entry: its rows, and those of its columns that are items."""

    table: str
    rows: int
    columns: tuple[ColumnProfile, ...]

    @property
    def filled(self) -> int:
        """The mean share that is there, permille."""
        return sum(one.filled for one in self.columns) // len(self.columns)

    @property
    def valid(self) -> int:
        """The mean share that is in its form, permille."""
        return sum(one.valid for one in self.columns) // len(self.columns)


def read_profile(document: object, *, items: Mapping[str, str], table: str = "") -> TableProfile:
    """The table of a profile that holds an entry's items (code → name): the one named, else the one with most of them.

    Raises RuleBroken: it is no profile, there is no such table, or none of its columns is an item.
    """
    held = document if isinstance(document, dict) else {}
    tables: object = held.get("tables")
    if held.get("draft") != PROFILE_FORMAT or held.get("version") != PROFILE_VERSION or not isinstance(tables, list):
        raise RuleBroken("catalog.profile_form")
    read = [_table(one, items) for one in tables[:TABLES_MAX] if isinstance(one, dict)]
    named = [one for one in read if not table or one.table == table]
    best = max(named, key=lambda one: len(one.columns), default=None)
    if best is None:
        raise RuleBroken("catalog.profile_no_table", table=table)
    if not best.columns:
        raise RuleBroken("catalog.profile_no_items", table=best.table)
    return best


def _table(told: Mapping[str, Any], items: Mapping[str, str]) -> TableProfile:
    """Any: what JSON holds; what has another shape counts as absent."""
    by_name = {name: code for code, name in items.items()}
    found = dict[str, ColumnProfile]()
    columns: Any = told.get("columns")
    for column in columns[:COLUMNS_MAX] if isinstance(columns, list) else ():
        if not isinstance(column, dict):
            continue
        code = _item_of(column, items, by_name)
        if code and code not in found:
            found[code] = ColumnProfile(code, PERMILLE - _permille(column, "null_rate"), _valid(column))
    rows: Any = told.get("rows")
    return TableProfile(str(told.get("table", ""))[:100], rows if _is_count(rows) else 0, tuple(found.values()))


def _item_of(column: Mapping[str, Any], items: Mapping[str, str], by_name: Mapping[str, str]) -> str:
    """The item that a column is: by its own name, its comment, or what the node suggested."""
    suggested: Any = column.get("suggested")
    said: Mapping[str, Any] = suggested if isinstance(suggested, dict) else {}
    for text in (column.get("name"), said.get("code")):
        if isinstance(text, str) and text.lower() in items:
            return text.lower()
    for text in (column.get("comment"), said.get("name")):
        if isinstance(text, str) and text in by_name:
            return by_name[text]
    return ""


def _valid(column: Mapping[str, Any]) -> int:
    """What is neither invalid, padded nor full-width; a value may be several of these, so the worst share counts."""
    return PERMILLE - max(_permille(column, name) for name in ("invalid_share", "padded_share", "wide_share"))


def _permille(column: Mapping[str, Any], name: str) -> int:
    told: Any = column.get(name, 0)
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 <= told <= 1:
        return 0
    return round(told * PERMILLE)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def as_json(columns: Sequence[ColumnProfile]) -> list[dict[str, str | int]]:
    """Columns as they are stored."""
    return [{"item": one.item, "filled": one.filled, "valid": one.valid} for one in columns]
