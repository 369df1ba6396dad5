"""What a target offers (落地接口), and the tables a node keeps beside the rows.

`_zt_parcel` is the checkpoint: a row a parcel, written in the transaction that stages its rows.
`_zt_run` says what was swapped in, `_zt_quarantine` holds rows the target refused, both written
in the transaction of the swap.  All three live in the *target*, so progress cannot part from data.
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


class Target(Protocol):
    """A database rows are applied to."""

    def columns(self, table: str) -> tuple[str, ...]:
        """Columns of a table; empty if there is no such table."""
        ...

    def prepare(self, table: TargetTable) -> None:
        """Make the table, if missing, and the node's three tables."""
        ...

    def begin(self, run: str, table: TargetTable) -> None:
        """Make the stage of a run, dropping stages of runs that will not go on."""
        ...

    def staged(self, run: str) -> tuple[StagedParcel, ...]:
        """Parcels of a run that are durable in the stage, by seq."""
        ...

    def stage(self, run: str, parcel: StagedParcel, table: TargetTable, rows: Table) -> None:
        """Write one parcel's rows and its checkpoint in one transaction."""
        ...

    def swap(self, run: str, table: TargetTable, *, grant: str, fingerprint: str, at: str) -> Applied:
        """Replace the table's rows by the stage's, with run row and quarantine, in one transaction."""
        ...

    def swapped(self, run: str) -> Applied | None:
        """What the swap of a run did, if it was committed."""
        ...

    def read_back(self, run: str, table: TargetTable) -> Iterator[Table]:
        """Rows now in the table, then the run's quarantined rows, as Arrow batches of text columns."""
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
