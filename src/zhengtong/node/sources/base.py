"""What every source adapter offers (适配器接口), and the bound pool of read connections."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from zhengtong.wire.arrow import Table

Cell = str | int | float | bool | bytes | None | object
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the database declares it."""

    name: str
    type: str


class Source(Protocol):
    """A database read on behalf of grants."""

    dialect: str

    def refuse_writers(self) -> None:
        """Raise NotAllowed if the role of this URL could change anything."""
        ...

    def columns(self, table: str) -> tuple[Column, ...]:
        """Columns of a table or view, in order; NotFound if there is none of that name."""
        ...

    def rows(self, sql: str, values: Sequence[Cell], *, limit: int) -> list[Row]:
        """At most `limit` rows, read in one READ ONLY transaction within STATEMENT_S seconds."""
        ...

    def snapshot(self, sql: str, values: Sequence[Cell], *, batch_rows: int) -> AbstractContextManager[Iterator[Table]]:
        """All rows as Arrow batches under one view of the database."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...
