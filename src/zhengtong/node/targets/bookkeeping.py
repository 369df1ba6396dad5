"""What both kinds of target write beside the rows (落地记账): quarantine with rule and row number, standing."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from zhengtong.kernel.errors import RuleBroken
from zhengtong.node.bounds import QUARANTINE_FREE, QUARANTINE_PERCENT, QUARANTINE_ROWS
from zhengtong.node.targets.base import StagedParcel, Standing

_OF_SQLSTATE: Mapping[str, str] = {
    "23502": "target.not_null",
    "23505": "target.unique",
    "23514": "target.check",
    "23503": "target.foreign_key",
}
_OF_SQLITE: Mapping[str, str] = {
    "SQLITE_CONSTRAINT_NOTNULL": "target.not_null",
    "SQLITE_CONSTRAINT_UNIQUE": "target.unique",
    "SQLITE_CONSTRAINT_PRIMARYKEY": "target.unique",
    "SQLITE_CONSTRAINT_CHECK": "target.check",
    "SQLITE_CONSTRAINT_FOREIGNKEY": "target.foreign_key",
    "SQLITE_CONSTRAINT_DATATYPE": "target.type",
    "SQLITE_MISMATCH": "target.type",
}


def rule_of_sqlstate(state: str | None) -> str:
    """The rule that a row broke, by PostgreSQL's code."""
    held = state or ""
    return _OF_SQLSTATE.get(held, "target.type" if held.startswith("22") else "target.other")


def rule_of_sqlite(name: str | None) -> str:
    """The rule that a row broke, by SQLite's code."""
    return _OF_SQLITE.get(name or "", "target.other")


def check_quarantine(bad: int, *, staged: int, rule: str) -> None:
    """Stop a run of which too many rows do not fit; nothing of it is applied.  Raises RuleBroken."""
    most = min(QUARANTINE_ROWS, QUARANTINE_FREE + staged * QUARANTINE_PERCENT // 100)
    if bad > most:
        raise RuleBroken("node.too_many_bad_rows", limit=most, reason=rule)


def parcel_of(number: int, parcels: Sequence[StagedParcel]) -> int:
    """The parcel in which a row of a run came, by its number in the run."""
    passed = 0
    for parcel in parcels:
        passed += parcel.rows
        if number <= passed:
            return parcel.seq
    return 0


def standing_row(name: str, held: Standing) -> tuple[Any, ...]:
    """A standing as the row of `_zt_table`."""
    chain, columns = json.dumps(list(held.chain)), json.dumps(list(held.columns), ensure_ascii=False)
    return (name, held.grant, columns, held.run, held.mark, held.rows, held.fingerprint, chain, held.full_at)


def standing_of(row: Sequence[Any] | None) -> Standing | None:
    """The row of `_zt_table` without its name as a standing."""
    if row is None:
        return None
    grant, columns, run, mark, rows, fingerprint, chain, full_at = row
    return Standing(
        grant=grant, columns=tuple(json.loads(columns)), run=run, mark=mark, rows=int(rows), fingerprint=fingerprint,
        chain=tuple(json.loads(chain)), full_at=full_at,
    )  # fmt: skip


def row_json(row: Sequence[object]) -> str:
    """A row as the quarantine keeps it: a list of texts and nulls, in the order of the items."""
    return json.dumps([None if cell is None else str(cell) for cell in row], ensure_ascii=False)


def rows_of(texts: Sequence[str]) -> tuple[tuple[str | None, ...], ...]:
    """Rows as the quarantine keeps them, read again."""
    return tuple(tuple(json.loads(text)) for text in texts)
