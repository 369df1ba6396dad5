"""From text to the granted type, masked (成形): the second barrier before anything leaves.

Sources are read as text.  Here every cell becomes its granted type or a *flaw*: a flawed cell of a
query answer is given as null and named; a flawed row of a batch stays behind and is counted.
Then masks are applied and each masked column is checked again on its way out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from zhengtong.kernel.errors import WrongState
from zhengtong.wire.arrow import Column, Schema, Table, arrow, compute
from zhengtong.wire.grant import FieldType, GrantField
from zhengtong.wire.masks import is_masked, mask, mask_column, unmasked_rows

pa, pc = arrow(), compute()

Typed = str | int | bool | None

_DATE = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_WHOLE = re.compile(r"[+-]?\d{1,18}")
_BOOLEANS: Mapping[str, bool] = {
    "1": True,
    "true": True,
    "t": True,
    "是": True,
    "0": False,
    "false": False,
    "f": False,
    "否": False,
}
_JSON_WHOLE = 2**53 - 1
_FIRST_DAY, _LAST_DAY = date(1, 1, 1), date(9999, 12, 31)


class Flaw(ValueError):
    """A cell that is not of its field's type; the message is the rule, never the value."""


@dataclass(frozen=True, slots=True)
class ShapedRows:
    """Rows of a query answer as they may leave; a flaw is (row, field) of a cell given as null."""

    rows: tuple[tuple[Typed, ...], ...]
    flaws: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class ShapedBatch:
    """A typed table as it may leave, and how many rows stayed behind, by field."""

    table: Table
    withheld: int
    reasons: Mapping[str, int]


def shape_rows(rows: Sequence[Sequence[object]], fields: Sequence[GrantField], *, pseudonym_key: bytes) -> ShapedRows:
    """Type, mask and check the few rows of one answer."""
    flaws: list[tuple[int, str]] = []
    shaped: list[tuple[Typed, ...]] = []
    for number, row in enumerate(rows):
        cells: list[Typed] = []
        for field, cell in zip(fields, row, strict=True):
            try:
                value = cell_value(field, None if cell is None else str(cell))
            except Flaw:
                flaws.append((number, field.name))
                value = None
            cells.append(_leave(field, value, pseudonym_key))
        shaped.append(tuple(cells))
    return ShapedRows(tuple(shaped), tuple(flaws))


def shape_batch(batch: Table, fields: Sequence[GrantField], *, schema: Schema, pseudonym_key: bytes) -> ShapedBatch:
    """Type, mask and check one batch; rows with a flaw stay behind."""
    good: Column | None = None
    reasons: dict[str, int] = {}
    columns: list[Column] = []
    for index, field in enumerate(fields):
        typed, fits = to_type(batch.column(index), field, schema.field(index).type)
        if fits is not None:
            reasons[field.name] = len(fits) - int(pc.sum(fits).as_py() or 0)
            good = fits if good is None else pc.and_(good, fits)
        columns.append(typed if field.mask is None else _masked_column(field, typed, pseudonym_key))
    table = pa.Table.from_arrays(columns, schema=schema)
    if good is not None:
        table = table.filter(good)
    return ShapedBatch(table, batch.num_rows - table.num_rows, reasons)


def to_type(column: Column, field: GrantField, kind: Schema) -> tuple[Column, Column | None]:
    """A column in its type, and which cells fit (None: all do); a cell that does not fit is null."""
    if pa.types.is_string(kind):
        return column, None
    if not pa.types.is_string(column.type):
        return _typed_already(column, kind)
    prepared = _compact_date(column) if field.type is FieldType.DATE else column
    try:
        return _cast(prepared, field, kind), None
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return _cell_by_cell(column, field, kind)


def table_of_text(read: Table, fields: Sequence[GrantField], schema: Schema) -> Table:
    """Text columns read back from a target, in the types they were sent in; a cell that no longer fits becomes null."""
    arrays = [
        to_type(_whole_column(read.column(index)), field, schema.field(index).type)[0]
        for index, field in enumerate(fields)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _whole_column(column: Column) -> Column:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def cell_value(field: GrantField, text: str | None) -> Typed:
    """One cell as JSON carries it: dates and decimals as text.  Raises Flaw."""
    if text is None:
        return None
    match field.type:
        case FieldType.STRING:
            return text
        case FieldType.INTEGER:
            number = _whole(text)
            return number if abs(number) <= _JSON_WHOLE else str(number)
        case FieldType.DECIMAL:
            return str(_decimal(text, field))
        case FieldType.DATE:
            return _day(text).isoformat()
        case FieldType.TIMESTAMP:
            return _moment(text).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case FieldType.BOOLEAN:
            return _yes_no(text)


def _leave(field: GrantField, value: Typed, key: bytes) -> Typed:
    if field.mask is None:
        return value
    masked = mask(field.mask, None if value is None else str(value), key=key)
    if not is_masked(field.mask, masked):
        raise WrongState("node.mask_failed", item=field.name, mask=field.mask.value)
    return masked


def _masked_column(field: GrantField, column: Column, key: bytes) -> Column:
    assert field.mask is not None  # the caller looked
    masked = mask_column(field.mask, column, key=key)
    if unmasked_rows(field.mask, masked):
        raise WrongState("node.mask_failed", item=field.name, mask=field.mask.value)
    return masked


def _typed_already(column: Column, kind: Schema) -> tuple[Column, Column | None]:
    """A column that its database gave in the granted type; a day no calendar shows (infinity, year 0) does not fit."""
    typed = column.cast(kind)
    if pa.types.is_date(kind):
        bounds = [pa.scalar(day, kind) for day in (_FIRST_DAY, _LAST_DAY)]
    elif pa.types.is_timestamp(kind):
        ends = (datetime.combine(_FIRST_DAY, time.min, UTC), datetime.combine(_LAST_DAY, time.max, UTC))
        bounds = [pa.scalar(end, kind) for end in ends]
    else:
        return typed, None
    found = pc.min_max(typed)
    if not found["min"].is_valid or (pc.and_(_between(found["min"], bounds), _between(found["max"], bounds))).as_py():
        return typed, None
    fits = _between(typed, bounds)
    return pc.if_else(fits, typed, pa.scalar(None, kind)), pc.fill_null(fits, True)


def _between(found: Column, bounds: Sequence[Column]) -> Column:
    return pc.and_(pc.greater_equal(found, bounds[0]), pc.less_equal(found, bounds[1]))


def _cast(column: Column, field: GrantField, kind: Schema) -> Column:
    if field.type is FieldType.TIMESTAMP or field.type is FieldType.BOOLEAN:
        raise pa.ArrowNotImplementedError("read by our own rules")
    return pc.cast(column, kind)


def _cell_by_cell(column: Column, field: GrantField, kind: Schema) -> tuple[Column, Column | None]:
    read = {
        FieldType.INTEGER: _whole,
        FieldType.DATE: _day,
        FieldType.TIMESTAMP: _moment,
        FieldType.BOOLEAN: _yes_no,
    }.get(field.type, lambda text: _decimal(text, field))
    coded = column.dictionary_encode()
    values: list[object] = []
    fits: list[bool] = []
    for text in coded.dictionary.to_pylist():
        try:
            values.append(read(text))
            fits.append(True)
        except Flaw:
            values.append(None)
            fits.append(False)
    typed = pa.array(values, kind).take(coded.indices)
    if all(fits):
        return typed, None
    return typed, pc.fill_null(pa.array(fits, pa.bool_()).take(coded.indices), True)


def _compact_date(column: Column) -> Column:
    return pc.replace_substring_regex(column, r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3")


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text.strip()):
        raise Flaw("integer")
    return int(text)


def _decimal(text: str, field: GrantField) -> Decimal:
    try:
        number = Decimal(text.strip())
        scaled = number.quantize(Decimal(1).scaleb(-(field.scale or 0)))
    except InvalidOperation:
        raise Flaw("decimal") from None
    if scaled != number or len(scaled.as_tuple().digits) > (field.precision or 38):
        raise Flaw("decimal beyond its precision")
    return scaled


def _day(text: str) -> date:
    found = _DATE.fullmatch(text.strip())
    try:
        if found:
            return date(*(int(part) for part in found.groups()))
    except ValueError:
        pass
    raise Flaw("date")


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Flaw("timestamp") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _yes_no(text: str) -> bool:
    try:
        return _BOOLEANS[text.strip().lower()]
    except KeyError:
        raise Flaw("boolean") from None
