"""Row filters (行级条件): which rows a grant lets through, as a closed tree, never as text.

    {"op":"and","args":[{"op":"prefix","field":"ZL","value":"汀兰区"},{"op":"ne","field":"ZT","value":"9"}]}

A node compiles the tree to its database's own dialect with quoted names and bound values.
Dates and decimals are texts; the grant's field types say how a database reads them.
`matches` is the meaning of the tree, with SQL's three-valued logic, against which compilers are tested.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from zhengtong.kernel.errors import RuleBroken
from zhengtong.wire.canonical import Json
from zhengtong.wire.shapes import TEXT_MAX, Shape

FILTER_DEPTH_MAX = 8
FILTER_NODES_MAX = 200
FILTER_VALUES_MAX = 1000

Value: TypeAlias = str | int | bool

__all__ = [
    "FILTER_DEPTH_MAX",
    "FILTER_NODES_MAX",
    "FILTER_VALUES_MAX",
    "And",
    "Between",
    "Compare",
    "Filter",
    "In",
    "IsNull",
    "Not",
    "Op",
    "Or",
    "Value",
    "check_filter",
    "describe",
    "fields_of",
    "filter_from_json",
    "filter_to_json",
    "matches",
]


class Op(StrEnum):
    """Comparisons of a field with one value (比较)."""

    EQ = "eq"  # 等于
    NE = "ne"  # 不等于
    LT = "lt"  # 小于
    LE = "le"  # 不大于
    GT = "gt"  # 大于
    GE = "ge"  # 不小于
    PREFIX = "prefix"  # 以…开头


@dataclass(frozen=True, slots=True)
class Compare:
    """A field against one value (比较)."""

    op: Op
    field: str
    value: Value


@dataclass(frozen=True, slots=True)
class In:
    """A field among values (属于)."""

    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """A field from low to high, both included (介于)."""

    field: str
    low: Value
    high: Value


@dataclass(frozen=True, slots=True)
class IsNull:
    """A field without a value (为空)."""

    field: str


@dataclass(frozen=True, slots=True)
class And:
    """All of them (并且)."""

    args: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of them (或者)."""

    args: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not that (非)."""

    arg: "Filter"


Filter: TypeAlias = Compare | In | Between | IsNull | And | Or | Not


def filter_to_json(row_filter: Filter) -> dict[str, Json]:
    """The filter as a value for canonical JSON."""
    match row_filter:
        case Compare(op, field, value):
            return {"op": op.value, "field": field, "value": value}
        case In(field, values):
            return {"op": "in", "field": field, "values": list(values)}
        case Between(field, low, high):
            return {"op": "between", "field": field, "low": low, "high": high}
        case IsNull(field):
            return {"op": "is_null", "field": field}
        case And(args):
            return {"op": "and", "args": [filter_to_json(arg) for arg in args]}
        case Or(args):
            return {"op": "or", "args": [filter_to_json(arg) for arg in args]}
        case Not(arg):
            return {"op": "not", "arg": filter_to_json(arg)}


def filter_from_json(value: Json) -> Filter:
    """The filter of a value, refusing operators, keys and sizes outside the closed list."""
    row_filter = _read(value, depth=FILTER_DEPTH_MAX)
    check_filter(row_filter)
    return row_filter


def check_filter(row_filter: Filter) -> None:
    """Refuse a filter beyond the bounds of depth, nodes and values, or with an empty name (校验)."""
    values = 0
    for nodes, (node, depth) in enumerate(_walk(row_filter, depth=1), start=1):
        values += len(node.values) if isinstance(node, In) else 1
        if depth > FILTER_DEPTH_MAX or nodes > FILTER_NODES_MAX or values > FILTER_VALUES_MAX:
            raise RuleBroken("wire.filter_too_large", depth=depth, nodes=nodes, values=values)
        if isinstance(node, And | Or) and not node.args:
            raise RuleBroken("wire.filter_unknown", why="and/or need at least one argument")
        if isinstance(node, In) and not node.values:
            raise RuleBroken("wire.filter_unknown", why="in needs at least one value")
        if isinstance(node, Compare) and node.op is Op.PREFIX and not isinstance(node.value, str):
            raise RuleBroken("wire.filter_unknown", why="prefix needs a text")
        if not isinstance(node, And | Or | Not) and not 0 < len(node.field) <= TEXT_MAX:
            raise RuleBroken("wire.filter_unknown", why="a field name is expected")


def fields_of(row_filter: Filter) -> frozenset[str]:
    """The names of the fields that a filter reads (字段)."""
    return frozenset(node.field for node, _ in _walk(row_filter, depth=1) if not isinstance(node, And | Or | Not))


_WORDS = {
    Op.EQ: "等于",
    Op.NE: "不等于",
    Op.LT: "小于",
    Op.LE: "不大于",
    Op.GT: "大于",
    Op.GE: "不小于",
    Op.PREFIX: "开头为",
}


def describe(row_filter: Filter, *, titles: Mapping[str, str] | None = None) -> str:
    """The filter in Chinese words, for the consumer and the decision record (条件说明)."""
    named = titles or {}

    def title(field: str) -> str:
        return named.get(field, field)

    match row_filter:
        case Compare(op, field, value):
            return f"{title(field)}{_WORDS[op]}“{_show(value)}”"
        case In(field, values):
            return f"{title(field)}属于“{'、'.join(_show(value) for value in values)}”"
        case Between(field, low, high):
            return f"{title(field)}介于“{_show(low)}”与“{_show(high)}”之间"
        case IsNull(field):
            return f"{title(field)}为空"
        case And(args):
            return "，且".join(_bracket(arg, named) for arg in args)
        case Or(args):
            return "，或".join(_bracket(arg, named) for arg in args)
        case Not(arg):
            return f"不满足（{describe(arg, titles=named)}）"


def matches(row_filter: Filter, row: Mapping[str, Value | None]) -> bool | None:
    """Whether a row passes: True, False, or None for SQL's unknown (which does not pass)."""
    match row_filter:
        case Compare(op, field, value):
            held = row.get(field)
            return None if held is None else _compare(op, held, value)
        case In(field, values):
            held = row.get(field)
            return None if held is None else any(held == value for value in values)
        case Between(field, low, high):
            held = row.get(field)
            return None if held is None else _compare(Op.GE, held, low) and _compare(Op.LE, held, high)
        case IsNull(field):
            return row.get(field) is None
        case And(args):
            found = [matches(arg, row) for arg in args]
            return False if False in found else None if None in found else True
        case Or(args):
            found = [matches(arg, row) for arg in args]
            return True if True in found else None if None in found else False
        case Not(arg):
            inner = matches(arg, row)
            return None if inner is None else not inner


def _compare(op: Op, held: Value, value: Value) -> bool:
    if op is Op.EQ:
        return held == value
    if op is Op.NE:
        return held != value
    if op is Op.PREFIX:
        return isinstance(held, str) and isinstance(value, str) and held.startswith(value)
    if isinstance(held, str) != isinstance(value, str):
        raise RuleBroken("wire.filter_unknown", why="a text and a number cannot be ordered")
    before = str(held) < str(value) if isinstance(held, str) else int(held) < int(value)
    equal = held == value
    return {Op.LT: before, Op.LE: before or equal, Op.GT: not before and not equal, Op.GE: not before}[op]


def _read(value: Json, *, depth: int) -> Filter:
    if depth <= 0:
        raise RuleBroken("wire.filter_too_large", depth=FILTER_DEPTH_MAX + 1, nodes=0, values=0)
    shape = Shape(value, thing="filter")
    op = shape.text("op", most=10)
    built: Filter
    if op in {"and", "or"}:
        args = tuple(_read(arg, depth=depth - 1) for arg in shape.items("args", least=1, most=FILTER_NODES_MAX))
        built = And(args) if op == "and" else Or(args)
    elif op == "not":
        built = Not(_read(shape.take("arg"), depth=depth - 1))
    else:
        built = _leaf(op, shape)
    shape.done()
    return built


def _leaf(op: str, shape: Shape) -> Filter:
    field = shape.text("field", least=1)
    if op == "is_null":
        return IsNull(field)
    if op == "in":
        return In(field, tuple(_value(item) for item in shape.items("values", least=1, most=FILTER_VALUES_MAX)))
    if op == "between":
        return Between(field, low=_value(shape.take("low")), high=_value(shape.take("high")))
    try:
        known = Op(op)
    except ValueError:
        raise RuleBroken("wire.filter_unknown", why=f"operator {op}") from None
    return Compare(known, field, _value(shape.take("value")))


def _value(value: Json) -> Value:
    if isinstance(value, bool | int) or (isinstance(value, str) and len(value) <= TEXT_MAX):
        return value
    raise RuleBroken("wire.filter_unknown", why="a value must be a text, a whole number or true/false")


def _walk(row_filter: Filter, *, depth: int) -> Iterator[tuple[Filter, int]]:
    yield row_filter, depth
    if isinstance(row_filter, And | Or):
        for arg in row_filter.args:
            yield from _walk(arg, depth=depth + 1)
    elif isinstance(row_filter, Not):
        yield from _walk(row_filter.arg, depth=depth + 1)


def _show(value: Value) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


def _bracket(arg: Filter, titles: Mapping[str, str]) -> str:
    text = describe(arg, titles=titles)
    return f"（{text}）" if isinstance(arg, And | Or) else text
