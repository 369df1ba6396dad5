"""A grant as SQL (许可编译): one SELECT list and one WHERE, from the closed filter tree.

Identifiers are always quoted, literals always bound, operators come from a closed list.  Every
column is read as text; `shaping` turns text into the granted type, so that all databases give
the same values (18-digit numbers, decimals, dates) and nothing is guessed by a driver.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from zhengtong.kernel.errors import RuleBroken
from zhengtong.wire.grant import GrantField
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
    """What is read from one bound table."""

    table: str
    columns: Mapping[str, str]
    dialect: str


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
) -> Plan:
    """The statement that reads the granted fields of the granted rows, and no others; lookup values are bound later."""
    bound: list[str | int] = []
    names = tuple(sorted(lookup))
    select = exp.select(*(_as_text(reading, field.name) for field in fields)).from_(_table(reading.table))
    for name in names:
        select = select.where(exp.EQ(this=_column(reading, name), expression=exp.Placeholder()))
    if row_filter is not None:
        select = select.where(_condition(reading, row_filter, bound))
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
) -> Statement:
    """A plan with its lookup values at once."""
    plan = compile_plan(reading, fields=fields, lookup=lookup, row_filter=row_filter, rows_max=rows_max)
    return plan.statement(lookup)


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


def _as_text(reading: Reading, item: str) -> exp.Expr:
    return exp.alias_(_text_of(reading, item), item, quoted=True)


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
