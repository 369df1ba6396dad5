"""What changed since a mark (增量), without the hole that rows committed late fall into.

A row may be committed after rows that bear a later time; a cursor on that time never sees it (dlt
issue 2269).  Where a table of PostgreSQL is read, the mark is the transaction horizon: the oldest transaction
that had not ended when the rows were read.  Every row version made by it or a later one is read again.
Elsewhere the mark is the highest value of the watermark column, and a window before it is read again;
what the consumer has already is replaced by itself, by its key.

A mark is opaque to the consumer, who keeps it in its target beside the rows.  It names what it was made from;
for any other table, columns, items or version of the grant it means nothing and the run is whole.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import LiteralString

from sqlglot import exp

from zhengtong.kernel.errors import RuleBroken
from zhengtong.node.bindings import SourceBinding
from zhengtong.node.bounds import HORIZON_AGE, MARK_CHARS
from zhengtong.node.compiled import Changed
from zhengtong.node.sources import Source
from zhengtong.wire.canonical import Json

SINCE = "since"
MARK = "mark"
_HORIZON, _COLUMN = "x", "c"
_MARK = re.compile(r"([xc])\.([0-9a-f]{16})\.([ -~]{1,64})")
_XID_SPAN = 1 << 32
_TEXT_TIMES = ("%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_TEXT_DAYS = ("%Y%m%d", "%Y-%m-%d")
_DAY_S = 86_400
_DIGITS_MAX = 18  # what an integer of 64 bits holds for sure
_ORDINARY: LiteralString = (
    "SELECT c.oid::text, (SELECT oid::text FROM pg_database WHERE datname = current_database()),"
    " txid_snapshot_xmin(txid_current_snapshot())::text"
    " FROM pg_class c WHERE c.oid = to_regclass(%s) AND c.relkind IN ('r', 'p', 'm')"
)


@dataclass(frozen=True, slots=True)
class Increment:
    """What a run reads: rows as `changed` says (None: all), the mark honoured, and the mark for the next run."""

    changed: Changed | None = None
    since: str | None = None
    mark: str | None = None

    def to_json(self) -> dict[str, Json]:
        """What the manifest's body says of it; nothing for a source that keeps no mark."""
        return {} if self.mark is None else {SINCE: self.since, MARK: self.mark}


def mark_in(content: Mapping[str, Json], part: str) -> str | None:
    """The mark in a message, None without one.  Raises RuleBroken for anything that is no mark."""
    value = content.get(part)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > MARK_CHARS or not _MARK.fullmatch(value):
        raise RuleBroken("node.ask_shape", part=part)
    return value


def plan(source: Source, binding: SourceBinding, *, about: str, since: str | None) -> Increment:
    """Decide what is read; asked before the rows are, so that a mark never runs ahead of them.

    `about` is what a mark holds for beside the table: version of the grant, items asked for.
    """
    if not binding.watermark:
        return Increment()
    if source.dialect == "postgres":
        found = source.rows(_ORDINARY, (_quoted(binding.table),), limit=1)
        if found:
            table, database, horizon = (str(cell) for cell in found[0])
            basis = _basis(binding, about, database, table)
            return _by_horizon(basis, int(horizon), since)
        return _by_column(source, binding, about, since, kind=_declared(source, binding))
    return _by_column(source, binding, about, since, kind="")


def _by_horizon(basis: str, horizon: int, since: str | None) -> Increment:
    mark = f"{_HORIZON}.{basis}.{horizon}"
    position = _position(since, _HORIZON, basis)
    if position is None or not position.isdigit() or not horizon - HORIZON_AGE < int(position) <= horizon:
        return Increment(mark=mark)
    return Increment(Changed(horizon=int(position) % _XID_SPAN), since, mark)


def _by_column(source: Source, binding: SourceBinding, about: str, since: str | None, *, kind: str) -> Increment:
    most: exp.Expr = exp.Max(this=exp.column(_name(binding.watermark)))
    if kind == "timestamp with time zone":  # a run reads in UTC, this connection in the server's zone
        most = exp.AtTimeZone(this=most, zone=exp.Literal.string("UTC"))
    top = exp.Cast(this=most, to=exp.DataType.build("text"))
    question = exp.select(top).from_(_from(binding.table)).sql(dialect=source.dialect)
    (found,) = source.rows(question, (), limit=1)
    highest = "" if found[0] is None else str(found[0])
    basis = _basis(binding, about, kind)
    if kind == "-" or before(highest, binding.overlap) is None:
        return Increment()
    mark = f"{_COLUMN}.{basis}.{highest}"
    position = _position(since, _COLUMN, basis)
    low = before(position, binding.overlap) if position else None
    if low is None or not _MARK.fullmatch(mark):
        return Increment(mark=mark if _MARK.fullmatch(mark) else None)
    return Increment(Changed(column=binding.watermark, low=low, kind=kind), since, mark)


def before(position: str, overlap: int) -> str | int | None:
    """A watermark less the overlap, in its own form; None for one that cannot be reckoned with.

    It may come from a consumer, who can send anything.
    """
    try:
        return _before(position, overlap)
    except OverflowError:  # before the first day there is
        return None


def _before(position: str, overlap: int) -> str | int | None:
    if position.isdigit() and len(position) not in {8, 14}:
        return int(position) - overlap if len(position) <= _DIGITS_MAX else None
    head = re.sub(r"([.,]\d+)?(Z|[+-]\d{2}(:?\d{2})?)?$", "", position) if ":" in position else position
    for form in _TEXT_TIMES:
        try:
            return (datetime.strptime(head, form) - timedelta(seconds=overlap)).strftime(form)  # noqa: DTZ007 - as kept
        except ValueError:
            continue
    for form in _TEXT_DAYS:
        try:
            day = datetime.strptime(position, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        return _less(day, overlap).strftime(form)
    return None


def _less(day: date, overlap: int) -> date:
    return day - timedelta(days=max(1, -(-overlap // _DAY_S)))


def _position(since: str | None, kind: str, basis: str) -> str | None:
    found = _MARK.fullmatch(since or "")
    return found[3] if found and (found[1], found[2]) == (kind, basis) else None


def _basis(binding: SourceBinding, *about: str) -> str:
    parts = [binding.url, binding.table, binding.watermark, *sorted(f"{k}={v}" for k, v in binding.columns.items())]
    return hashlib.sha256("\0".join([*parts, *about]).encode()).hexdigest()[:16]


def _declared(source: Source, binding: SourceBinding) -> str:
    """The kind of a column of a view: what its text is cast to again; '-' for one that is not reckoned with."""
    for column in source.columns(binding.table):
        if column.name == binding.watermark:
            head = column.type.lower()
            kinds = ("timestamp with time zone", "timestamp without time zone", "date", "bigint", "integer")
            return next((kind for kind in kinds if head.startswith(kind)), "-")
    return "-"


def _name(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)


def _from(table: str) -> exp.Table:
    parts = [_name(part) for part in table.split(".", 1)]
    return exp.Table(this=parts[-1], db=parts[0] if len(parts) == 2 else None)


def _quoted(table: str) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in table.split(".", 1))
