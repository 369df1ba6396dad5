"""A grid of cells into a table (表): which rows are the heading, which are the data, and where each stands.

Listings come with a title above the heading, headings of two or three merged rows, blank rows
and merged cells in the data; a row keeps the number that a person sees beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from zhengtong.catalog.rules.mapping.words import knows
from zhengtong.kernel.errors import RuleBroken

ROWS_MAX = 50_000
COLUMNS_MAX = 200
CELL_CHARACTERS_MAX = 32_767  # what a spreadsheet's cell holds
HEADING_ROWS_SEEN = 15  # how far down a heading is looked for
HEADING_ROWS_MAX = 3
JOIN = "/"  # between the rows of a merged heading

Cells = tuple[str, ...]
Line = tuple[int, list[str]]  # a numbered row
Merge = tuple[int, int, int, int]  # top, left, bottom, right; rows as numbered


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """One column of a file as it names itself (来源列)."""

    source: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a file; a row's number is the one that a person sees (表)."""

    name: str
    columns: tuple[SourceColumn, ...]
    rows: tuple[tuple[int, Cells], ...]
    surplus: frozenset[int] = frozenset()  # rows with more cells than there are headings

    def values(self, position: int) -> list[str]:
        """What stands in one column, from top to bottom."""
        return [cells[position] for _, cells in self.rows]


@dataclass(slots=True)
class Grid:
    """Numbered rows of a sheet before anybody knew which of them is the heading."""

    name: str
    rows: list[Line]
    hidden: frozenset[int] = frozenset()  # columns
    merged: Sequence[Merge] = field(default=())


def table_of(grid: Grid) -> Table | None:
    """The table that a grid holds, or None where nothing stands in it.

    Raises:
        RuleBroken: more rows or columns, or a longer cell, than are read.
    """
    rows = [(number, cells) for number, cells in grid.rows if any(cell.strip() for cell in cells)]
    if not rows:
        return None
    heading = _heading(rows[:HEADING_ROWS_SEEN], grid)
    after = rows.index(heading[-1]) + 1
    width = max((n for _, cells in heading for n, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    check_bounds(rows=len(rows) - after, columns=width)
    kept = _filled(rows[after:], grid.merged)
    return Table(
        name=grid.name,
        columns=tuple(
            SourceColumn(name, position in grid.hidden)
            for position, name in enumerate(_names(heading, width, grid.merged))
        ),
        rows=tuple((number, cells_of(cells, width, number)) for number, cells in kept),
        surplus=frozenset(number for number, cells in kept if any(cell.strip() for cell in cells[width:])),
    )


def check_bounds(*, rows: int, columns: int) -> None:
    """Raises RuleBroken for a table that is larger than one that is read."""
    if rows > ROWS_MAX:
        raise RuleBroken("catalog.import_too_many_rows", most=ROWS_MAX)
    if columns > COLUMNS_MAX:
        raise RuleBroken("catalog.import_too_many_columns", most=COLUMNS_MAX)


def cells_of(cells: Sequence[str], width: int, number: int) -> Cells:
    """A row of exactly `width` cells.  Raises RuleBroken for a cell beyond what a spreadsheet holds."""
    for cell in cells[:width]:
        if len(cell) > CELL_CHARACTERS_MAX:
            raise RuleBroken("catalog.import_cell_too_big", row=number, most=CELL_CHARACTERS_MAX)
    return (*cells[:width], *("" for _ in range(width - len(cells))))


def printable(text: str) -> str:
    """A text that can be shown: a lone half of a character pair, which JSON can hold, is a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def unique(names: Iterable[str]) -> list[str]:
    """Names with a number behind the second and later ones of the same name."""
    seen: dict[str, int] = {}
    found: list[str] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}（{seen[name]}）")
    return found


def _heading(rows: Sequence[Line], grid: Grid) -> list[Line]:
    """The rows that make the heading: the one with most words that name a column, and what belongs to it."""
    known = [sum(knows(cell) for cell in cells) for _, cells in rows]
    most = max(known)
    at = known.index(most) if most else _first_wide(rows)
    first = last = at
    while first > 0 and last - first + 1 < HEADING_ROWS_MAX and _one_heading(rows[first - 1], rows[first], grid):
        first -= 1
    while (
        last + 1 < len(rows) and last - first + 1 < HEADING_ROWS_MAX and _one_heading(rows[last], rows[last + 1], grid)
    ):
        last += 1
    return list(rows[first : last + 1])


def _first_wide(rows: Sequence[Line]) -> int:
    """Where no cell is a known word: the first row as wide as most rows are."""
    filled = [sum(bool(cell.strip()) for cell in cells) for _, cells in rows]
    return next((n for n, many in enumerate(filled) if many * 2 > max(filled)), 0)


def _one_heading(upper: Line, lower: Line, grid: Grid) -> bool:
    """Whether two rows are one heading: below a cell of the upper one stands nothing, unless the cell spans several."""
    spans = _spans(upper, grid.merged)
    above, below = _filled_at(upper[1]), _filled_at(lower[1])
    if len(above) < 2 or not below or any("：" in upper[1][n] or ":" in upper[1][n] for n in above):
        return False  # a title, or a line such as 填报单位：…
    if any(spans.get(n, 1) == 1 for n in above & below):
        return False
    return any(knows(lower[1][n]) for n in below) and any(span > 1 for span in spans.values())


def _filled_at(cells: Sequence[str]) -> set[int]:
    return {n for n, cell in enumerate(cells) if cell.strip()}


def _spans(row: Line, merged: Sequence[Merge]) -> dict[int, int]:
    """How many columns each filled cell covers: by its merge, or the blanks to its right where merges are unknown."""
    number, cells = row
    if merged:
        wide = {left: right - left + 1 for top, left, _, right in merged if top == number}
        return {n: wide.get(n, 1) for n in _filled_at(cells)}
    places = sorted(_filled_at(cells))
    return {n: after - n for n, after in pairwise([*places, max(len(cells), places[-1] + 1) if places else 0])}


def _names(heading: Sequence[Line], width: int, merged: Sequence[Merge]) -> list[str]:
    names: list[list[str]] = [[] for _ in range(width)]
    for row in heading:
        spans, owner, left = _spans(row, merged), "", 0
        for n in range(width):
            cell = _flat(row[1][n]) if n < len(row[1]) else ""
            if cell:
                owner, left = cell, spans.get(n, 1)
            left -= 1
            lasts = cell or (owner if left >= 0 and row is not heading[-1] else "")
            if lasts and lasts not in names[n]:
                names[n].append(lasts)
    return unique(JOIN.join(parts) or f"列{n}" for n, parts in enumerate(names, start=1))


def _flat(cell: str) -> str:
    return printable(" ".join(cell.split())[:200])


def _filled(rows: Sequence[Line], merged: Sequence[Merge]) -> list[Line]:
    """The rows with the value of a cell that was merged downwards in each of its rows."""
    held: Mapping[int, list[str]] = {number: list(cells) for number, cells in rows}
    ends: dict[tuple[int, int], int] = {}  # of each merged cell once: a file may repeat it without end
    reached: dict[int, int] = {}  # by column, as far down as it was filled: merges of one column do not overlap
    for top, left, bottom, right in merged:
        if right == left and top in held and left < len(held[top]):
            ends[top, left] = max(bottom, ends.get((top, left), 0))
    for (top, left), bottom in sorted(ends.items()):
        for number in range(max(top, reached.get(left, 0)) + 1, min(bottom, top + ROWS_MAX) + 1):
            if number in held and left < len(held[number]):
                held[number][left] = held[number][left] or held[top][left]
        reached[left] = max(bottom, reached.get(left, 0))
    return [(number, held[number]) for number, _ in rows]
