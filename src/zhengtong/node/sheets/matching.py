"""Which column is which item (列对应): by titles, names and aliases of the contract; nothing is guessed silently.

A workbook may begin with a merged title, blank rows or a second header row.  The header is the row,
among the first HEADER_ROWS, whose cells are names of most items.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from zhengtong.kernel.errors import RuleBroken
from zhengtong.node.bounds import HEADER_ROWS
from zhengtong.node.contracts import Contract, Item
from zhengtong.node.sheets.reading import SheetRow

CERTAIN = 1.0
LIKELY = 0.75  # a column less like an item than this is left out, and the report says so
_INSIDE, _INSIDE_CHARS, _ALIKE_MOST = 0.8, 2, 0.98
_HEADER_CHARS = 200  # no header is longer, and looking through one takes the square of its length
_NOISE = re.compile(r"[\s_\-—·./:：*（(【\[].*?[）)】\]]|[\s_\-—·./:：*]+")


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """A column of the file and the item it was taken for (None: it is left out)."""

    source: str
    item: str | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Matched:
    """The header found, and the rows below it."""

    columns: tuple[ColumnMatch, ...]
    rows: tuple[SheetRow, ...]


def match_columns(rows: Sequence[SheetRow], contract: Contract) -> Matched:
    """Find the header and match its cells.  Raises RuleBroken if no row looks like a header, or a needed item lacks."""
    best: tuple[float, int, tuple[ColumnMatch, ...]] = (0.0, -1, ())
    for place, row in enumerate(rows[:HEADER_ROWS]):
        columns = _matches(row.cells, contract)
        score = sum(column.confidence for column in columns if column.item)
        if score > best[0]:
            best = (score, place, columns)
    _, place, columns = best
    if place < 0:
        raise RuleBroken("node.sheet_no_header", title=contract.title)
    found = {column.item for column in columns}
    lacking = [item.title for item in contract.items if (item.required or item.key) and item.name not in found]
    if lacking:
        raise RuleBroken("node.sheet_no_column", items="、".join(lacking))
    return Matched(columns, tuple(rows[place + 1 :]))


def _matches(cells: Sequence[str], contract: Contract) -> tuple[ColumnMatch, ...]:
    """Each cell's best item; an item goes to its most certain column only."""
    pairs = sorted(
        ((likeness(cell, item), -column, item.name) for column, cell in enumerate(cells) if cell
         for item in contract.items),
        reverse=True,
    )  # fmt: skip
    by_column: dict[int, tuple[str, float]] = {}
    taken: set[str] = set()
    for confidence, negative, name in pairs:
        if confidence < LIKELY:
            break
        if -negative not in by_column and name not in taken:
            by_column[-negative] = (name, confidence)
            taken.add(name)
    return tuple(
        ColumnMatch(cell, *by_column[column]) if column in by_column else ColumnMatch(cell, None, 0.0)
        for column, cell in enumerate(cells)
    )


def likeness(header: str, item: Item) -> float:
    """How like a header is to an item's title, name or aliases: 0 to 1."""
    said = _plain(header)
    if not said:
        return 0.0
    names = [_plain(name) for name in (item.title, item.name, *item.aliases)]
    if said in names:
        return CERTAIN
    return max((_alike(said, name) for name in names if name), default=0.0)


def _alike(said: str, name: str) -> float:
    """Never certain: one that stands inside the other (登记编号, 编号), or letters that mostly agree."""
    shorter, both = min(len(said), len(name)), len(said) + len(name)
    inside = shorter >= _INSIDE_CHARS and (said in name or name in said)
    if _ALIKE_MOST * 2 * shorter < LIKELY * both:  # too unlike in length, whatever the letters are
        return _INSIDE if inside else 0.0
    return max(_INSIDE if inside else 0.0, _ALIKE_MOST * SequenceMatcher(None, said, name).ratio())


def _plain(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text[:_HEADER_CHARS])).casefold()
