"""A file as it would be taken (目录表预览): its columns guessed, its rows read; nothing is kept."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from zhengtong.catalog.models import ColumnDecision
from zhengtong.catalog.policy import intake_front
from zhengtong.catalog.rules.intake import CODE_LISTS, COLUMNS, columns_of
from zhengtong.catalog.rules.listing import Taken, take_table
from zhengtong.catalog.rules.mapping import Guess, guess_columns, shape_of, signature_of
from zhengtong.catalog.rules.reading import Bounds, Table, read_file
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import RuleBroken
from zhengtong.standards.tables import code_list

REPEATED = re.compile(r"（\d+）$")  # what stands behind the second column of the same heading
DEPARTMENT = "|department|"  # before the name; no heading begins so
DECISIONS_MAX = 2_000  # of one organization

Decided = Mapping[tuple[int, int], str | None]  # table and column, by position → field


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One entry that a file would give (待导入条目)."""

    row: int
    name: str
    department: str
    update_cycle: str
    items: int


@dataclass(frozen=True, slots=True)
class ReadTable:
    """One table of a file with what its columns are taken for; `taken` is None where no column is a name."""

    table: Table
    guesses: tuple[Guess, ...]
    taken: Taken | None

    @property
    def rows(self) -> int:
        """How many rows of data it has."""
        return len(self.table.rows)

    def first_entries(self, most: int) -> "tuple[ReadLine, ...]":
        """The first entries that it would give."""
        if self.taken is None:
            return ()
        return tuple(
            ReadLine(
                row=read.row,
                name=read.content.name,
                department=self.taken.departments.get(read.row, ""),
                update_cycle=read.content.update_cycle,
                items=len(read.content.items),
            )
            for read in self.taken.entries[:most]
        )

    def signature(self, position: int) -> str:
        """What a decision about this column is remembered by."""
        return signature_of(self.table.columns[position].source, shape_of(self.table.values(position)))


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A remembered decision about a column (列映射记忆)."""

    id: UUID
    source: str
    field: str
    decided_by: UUID
    department: bool = False  # about the name of a department: `field` is an organization's code


def read_listing(
    *, body: bytes, filename: str, organization: UUID | None = None, decided: Decided | None = None,
    named: Mapping[str, str | None] | None = None, include_hidden: bool = False,
    bounds: Bounds | None = None,
) -> tuple[ReadTable, ...]:  # fmt: skip
    """The tables of a file, mapped and read (目录表预览).

    Args:
        organization: whose remembered decisions count.
        decided: what a person says now, by position.
        named: the same by heading, as the command takes it.
        bounds: how much of a file is read.

    Raises:
        RuleBroken: the file cannot be read, or a heading in `named` does not stand in it.
    """
    tables = read_file(body, filename, include_hidden=include_hidden, bounds=bounds)
    missing = set(named or ()) - {column.source for table in tables for column in table.columns}
    if missing:
        raise RuleBroken("catalog.import_no_such_column", heading=min(missing)[:60])
    for table in tables:
        _no_heading_twice(table)
    remembered = _remembered(organization) if organization else {}
    lists = {name: code_list(name) for name in CODE_LISTS}
    found = []
    for at, table in enumerate(tables):
        said = {n: field for (t, n), field in (decided or {}).items() if t == at and n < len(table.columns)}
        said |= {n: named[c.source] for n, c in enumerate(table.columns) if named and c.source in named}
        guesses = guess_columns(
            [(c.source, c.hidden and not include_hidden) for c in table.columns],
            [table.values(n) for n in range(len(table.columns))], decided=said, remembered=remembered,
        )  # fmt: skip
        has_title = any(guess.field == "title" for guess in guesses)
        taken = take_table(table, guesses, lists=lists, front=intake_front()) if has_title else None
        found.append(ReadTable(table, guesses, taken))
    return tuple(found)


def _no_heading_twice(table: Table) -> None:
    """Raises RuleBroken where two columns are headed as the same column of our template."""
    seen: set[str] = set()
    for column in table.columns:
        bare = REPEATED.sub("", column.source)
        for name in columns_of([bare]).values():
            if name in seen:
                raise RuleBroken("catalog.import_heading_twice", heading=COLUMNS[name])
            seen.add(name)


def column_decisions(*, actor: Actor) -> tuple[DecisionRow, ...]:
    """What the officers of the actor's organization decided about columns, by heading (列映射记忆)."""
    if actor.organization is None:
        return ()
    rows = ColumnDecision.objects.filter(organization=actor.organization)[:DECISIONS_MAX]
    return tuple(
        DecisionRow(r.id, r.source, r.field, r.decided_by, department=r.signature.startswith(DEPARTMENT)) for r in rows
    )


def department_signature(name: str) -> str:
    """What a decision about the name of a department is remembered by."""
    return f"{DEPARTMENT}{name[:100]}"


def named_departments(*, organization: UUID) -> dict[str, str]:
    """Names of departments in files → code of the organization that a person said it is (部门记忆)."""
    rows = ColumnDecision.objects.filter(organization=organization, signature__startswith=DEPARTMENT)[:DECISIONS_MAX]
    return {row.source: row.field for row in rows}


def samples(table: Table, position: int, *, most: int = 3) -> Sequence[str]:
    """A few different values of a column, as they stand in the file."""
    found: list[str] = []
    for value in table.values(position):
        text = " ".join(value.split())[:40]
        if text and text not in found:
            found.append(text)
        if len(found) == most:
            break
    return found


def _remembered(organization: UUID) -> dict[str, str | None]:
    rows = ColumnDecision.objects.filter(organization=organization).exclude(signature__startswith=DEPARTMENT)
    return {row.signature: row.field or None for row in rows[:DECISIONS_MAX]}
