"""A grant as SQL (许可编译): one SELECT list and one WHERE, from the closed filter tree.

Identifiers are always quoted, literals always bound, operators come from a closed list.  Every
column is read as text; `shaping` turns text into the granted type, so that all databases give
the same values (18-digit numbers, decimals, dates) and nothing is guessed by a driver.  Where a run reads a
column of PostgreSQL whose declared type is the granted one, the value comes as it is: no text is made of it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from zhengtong.kernel.errors import RuleBroken
from zhengtong.wire.grant import FieldType, GrantField
from zhengtong.wire.rowfilter import And, Between, Compare, Filter, In, IsNull, Not, Op, Or, Value


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text with the values to bind, in order."""

    sql: str
    values: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled statement, kept for the next call: text, names of the lookup values, values of the filter."""

    sql: str
    lookup: tuple[str, ...]
    filter_values: tuple[str | int, ...]

    def statement(self, lookup: Mapping[str, str]) -> Statement:
        """The statement with the values of one call."""
        return Statement(self.sql, (*(lookup[name] for name in self.lookup), *self.filter_values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is read from one bound table; `types` are the declared types of columns that may come as they are."""

    table: str
    columns: Mapping[str, str]
    dialect: str
    types: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Which rows an increment reads: made by a transaction from `horizon` on, or a watermark from `low` on.

    A horizon is compared as PostgreSQL compares transaction numbers, modulo 2^32; a row without a
    watermark is always read.  `kind` is the declared type of the column, empty where text is compared as it stands.
    """

    horizon: int | None = None
    column: str = ""
    low: str | int = 0
    kind: str = ""


_COMPARE: Mapping[Op, Callable[..., exp.Expr]] = {
    Op.EQ: exp.EQ,
    Op.NE: exp.NEQ,
    Op.LT: exp.LT,
    Op.LE: exp.LTE,
    Op.GT: exp.GT,
    Op.GE: exp.GTE,
}


def compile_plan(
    reading: Reading,
    *,
    fields: Sequence[GrantField],
    lookup: Iterable[str],
    row_filter: Filter | None,
    rows_max: int | None,
    changed: Changed | None = None,
) -> Plan:
    """The statement that reads the granted fields of the granted rows, and no others; lookup values are bound later."""
    bound: list[str | int] = []
    names = tuple(sorted(lookup))
    select = exp.select(*(_selected(reading, field) for field in fields)).from_(_table(reading.table))
    for name in names:
        select = select.where(exp.EQ(this=_column(reading, name), expression=exp.Placeholder()))
    if row_filter is not None:
        select = select.where(_condition(reading, row_filter, bound))
    if changed is not None:
        select = select.where(_since(changed, bound))
    if rows_max is not None:
        select = select.limit(rows_max)
    return Plan(select.sql(dialect=reading.dialect), names, tuple(bound))


def compile_select(
    reading: Reading,
    *,
    fields: Sequence[GrantField],
    lookup: Mapping[str, str],
    row_filter: Filter | None,
    rows_max: int | None,
    changed: Changed | None = None,
) -> Statement:
    """A plan with its lookup values at once."""
    plan = compile_plan(
        reading, fields=fields, lookup=lookup, row_filter=row_filter, rows_max=rows_max, changed=changed
    )
    return plan.statement(lookup)


def _since(changed: Changed, bound: list[str | int]) -> exp.Expr:
    if changed.horizon is not None:  # newer by less than half the numbers there are
        number = exp.Cast(this=exp.Cast(this=exp.column("xmin"), to=_type("text")), to=_type("bigint"))
        ahead = exp.paren(exp.Sub(this=number, expression=exp.Literal.number(changed.horizon)))
        half = exp.BitwiseAnd(this=ahead, expression=exp.Literal.number(1 << 31))
        return exp.EQ(this=exp.paren(half), expression=exp.Literal.number(0))
    column = exp.column(exp.to_identifier(changed.column, quoted=True))
    low: exp.Expr = _bind(bound, changed.low)
    if changed.kind:
        low = exp.Cast(this=low, to=_type(changed.kind))
    later = exp.GTE(this=column, expression=low)
    return exp.paren(exp.or_(later, exp.Is(this=column.copy(), expression=exp.Null())))


def _type(name: str) -> exp.DataType:
    return exp.DataType.build(name, dialect="postgres")


def _table(name: str) -> exp.Table:
    parts = [exp.to_identifier(part, quoted=True) for part in name.split(".", 1)]
    return exp.Table(this=parts[-1], db=parts[0] if len(parts) == 2 else None)


def _column(reading: Reading, item: str) -> exp.Column:
    try:
        return exp.column(exp.to_identifier(reading.columns[item], quoted=True))
    except KeyError:
        raise RuleBroken("node.item_not_bound", item=item) from None


def _text_of(reading: Reading, item: str) -> exp.Expr:
    return exp.Cast(this=_column(reading, item), to=exp.DataType.build("text"))


# declared types of PostgreSQL that are read as they are, by granted type; decimals travel as text in any case
_AS_THEY_ARE: Mapping[FieldType, tuple[str, ...]] = {
    FieldType.INTEGER: ("SMALLINT", "INTEGER", "BIGINT"),
    FieldType.DATE: ("DATE",),
    FieldType.TIMESTAMP: ("TIMESTAMP WITHOUT TIME ZONE", "TIMESTAMP WITH TIME ZONE"),
    FieldType.BOOLEAN: ("BOOLEAN",),
}


def _selected(reading: Reading, field: GrantField) -> exp.Expr:
    """A granted column: as it is where its type is the granted one and nothing is masked, else as text."""
    declared = reading.types.get(reading.columns.get(field.name, ""))
    if declared is not None and field.mask is None and declared in _AS_THEY_ARE.get(field.type, ()):
        return exp.alias_(_column(reading, field.name), field.name, quoted=True)
    return exp.alias_(_text_of(reading, field.name), field.name, quoted=True)


def _bind(bound: list[str | int], value: Value) -> exp.Placeholder:
    bound.append(value)
    return exp.Placeholder()


def _ordered(reading: Reading, item: str, value: Value) -> exp.Expr:
    """A column as compared with a value: text by code point in every database, not by its locale."""
    if isinstance(value, str) and reading.dialect == "postgres":
        return exp.Collate(this=_text_of(reading, item), expression=exp.Identifier(this="C", quoted=True))
    return _column(reading, item)


def _condition(reading: Reading, node: Filter, bound: list[str | int]) -> exp.Expr:
    match node:
        case Compare(op=Op.PREFIX, field=field, value=value):
            head = exp.Substring(
                this=_text_of(reading, field), start=exp.Literal.number(1), length=exp.Literal.number(len(str(value)))
            )
            return exp.EQ(this=head, expression=_bind(bound, value))
        case Compare(op=op, field=field, value=value):
            return _COMPARE[op](this=_ordered(reading, field, value), expression=_bind(bound, value))
        case In(field=field, values=values):
            left = _ordered(reading, field, values[0])
            return exp.In(this=left, expressions=[_bind(bound, value) for value in values])
        case Between(field=field, low=low, high=high):
            left = _ordered(reading, field, low)
            return exp.Between(this=left, low=_bind(bound, low), high=_bind(bound, high))
        case IsNull(field=field):
            return exp.Is(this=_column(reading, field), expression=exp.Null())
        case And(args=args):
            return exp.and_(*(_condition(reading, arg, bound) for arg in args))
        case Or(args=args):
            return exp.paren(exp.or_(*(_condition(reading, arg, bound) for arg in args)))
        case Not(arg=arg):
            return exp.Not(this=exp.paren(_condition(reading, arg, bound)))
