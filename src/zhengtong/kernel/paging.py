"""Keyset paging (分页): pages that stay right while rows arrive."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

PAGE_ROWS_DEFAULT = 20
PAGE_ROWS_MAX = 200
WHOLE_DIGITS_MAX = 9

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows and the key after which the next page starts (empty string: no next page)."""

    rows: tuple[T, ...]
    next_after: str


def size(asked: int | None) -> int:
    """A page size within bounds."""
    return min(max(asked or PAGE_ROWS_DEFAULT, 1), PAGE_ROWS_MAX)


def cut(found: Sequence[tuple[str, T]], *, rows: int) -> Page[T]:
    """A page from `rows + 1` found (key, row) pairs."""
    kept = found[:rows]
    return Page(rows=tuple(row for _, row in kept), next_after=kept[-1][0] if len(found) > rows else "")


def whole(text: str) -> int | None:
    """The number that an address or a header writes in plain digits; None if it does not, or beyond any column."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= WHOLE_DIGITS_MAX else None


def key(text: str) -> UUID:
    """The id that an address writes; for a mistyped one an id before every other, so that nothing stands before it."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def sought(text: str) -> str:
    """A text of an address without NUL, which a database cannot compare and nobody types."""
    return text.replace("\x00", "")
