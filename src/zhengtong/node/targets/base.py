"""What a target offers (落地接口), and the tables a node keeps beside the rows.

`_zt_parcel` is the checkpoint: a row a parcel, written in the transaction that stages its rows.
`_zt_run` says what was applied, `_zt_quarantine` holds rows the target refused, `_zt_table` how a table
stands: the mark from which the next increment is read, and the fingerprint of the whole.  They are written in
the transaction of the swap and live in the *target*, so progress cannot part from data.
Quarantined rows are personal data: they stand in the target, which holds such rows anyway, and nowhere else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from zhengtong.wire.arrow import Table, arrow
from zhengtong.wire.grant import GrantField


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetTable:
    """The table a run is applied to, and the granted items with the columns they go to, in order."""

    table: str
    fields: tuple[GrantField, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedParcel:
    """One parcel as staged: the digest is that of its envelope's bytes."""

    seq: int
    digest: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a swap did: rows now in the table, and rows the target refused."""

    rows: int
    quarantined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a table stands (落地表现状): from which grant and run, up to which mark, with which whole.

    `rows` and `fingerprint` are those of the whole as its provider sent it: table, less repaired rows, with
    the quarantined rows of `chain`, the runs since the last full one.
    """

    grant: str
    columns: tuple[str, ...]
    run: str
    mark: str
    rows: int
    fingerprint: str
    chain: tuple[str, ...]
    full_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """How a run is applied (入库): the whole, or merged by `keys`; what is written beside the rows.

    `superseded` are repaired rows (run, n) that this run replaces.
    """

    grant: str
    fingerprint: str
    at: str
    standing: Standing
    keys: tuple[int, ...] = ()
    superseded: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Mended:
    """A quarantined row that was repaired and now stands in the table (修复行)."""

    run: str
    n: int
    row: tuple[str | None, ...]


class Target(Protocol):
    """A database rows are applied to."""

    def columns(self, table: str) -> tuple[str, ...]:
        """Columns of a table; empty if there is no such table."""
        ...

    def prepare(self, table: TargetTable) -> None:
        """Make the table, if missing, and the node's three tables."""
        ...

    def begin(self, run: str, table: TargetTable, *, going: frozenset[str] = frozenset()) -> None:
        """Make the stage of a run, dropping stages of runs that will not go on (neither it nor one of `going`)."""
        ...

    def staged(self, run: str) -> tuple[StagedParcel, ...]:
        """Parcels of a run that are durable in the stage, by seq."""
        ...

    def stage(self, run: str, parcel: StagedParcel, table: TargetTable, rows: Table) -> None:
        """Write one parcel's rows and its checkpoint in one transaction."""
        ...

    def swap(self, run: str, table: TargetTable, settling: Settling) -> Applied:
        """Replace the table's rows, or those with the stage's keys, by the stage's, in one transaction.

        Run row, standing and quarantine are written in the same transaction.
        """
        ...

    def standing(self, table: str) -> Standing | None:
        """How a table stands; None for one that no run was applied to."""
        ...

    def mended(self, runs: tuple[str, ...]) -> tuple[Mended, ...]:
        """Quarantined rows of these runs that were repaired and are in the table."""
        ...

    def quarantined(self, runs: tuple[str, ...]) -> tuple[tuple[str | None, ...], ...]:
        """Rows of these runs that the target refused, as they came."""
        ...

    def swapped(self, run: str) -> Applied | None:
        """What the swap of a run did, if it was committed."""
        ...

    def read_back(self, run: str, table: TargetTable, keys: tuple[int, ...] = ()) -> Iterator[Table]:
        """Rows now in the table as Arrow batches of text columns; with `keys` those that the stage names."""
        ...

    def measured(self, run: str, table: TargetTable, keys: tuple[int, ...] = ()) -> tuple[int, int] | None:
        """Rows and fingerprint of what `read_back` would give, computed by the database; None if it cannot."""
        ...

    def finish(self, run: str) -> None:
        """Drop the stage of a run."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


def text_table(table: TargetTable, rows: Sequence[Sequence[str | None]]) -> Table:
    """Rows of text as an Arrow table with the granted names."""
    pa = arrow()
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    return pa.Table.from_arrays(columns, names=[field.name for field in table.fields])
