"""Bindings (绑定): which table answers for a resource, which table receives one, and the local ceiling.

`bind` reads the source once: table and columns must exist, the role must be unable to write.
The ceiling is the department's own word on what may ever leave; a grant beyond it is refused
whoever signed it.
"""

import json
import sqlite3
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

from zhengtong.kernel.errors import NotFound, RuleBroken
from zhengtong.node.bounds import OVERLAP, PLANS_KEPT
from zhengtong.node.compiled import Reading
from zhengtong.node.sources import open_source
from zhengtong.node.targets import open_target
from zhengtong.wire.canonical import Json
from zhengtong.wire.ceiling import Accept, Ceiling, ceiling_from_json, ceiling_to_json
from zhengtong.wire.masks import Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceBinding:
    """A resource this department provides, and where its rows stand.

    `watermark` is the column that grows with every change (none: every run is whole); `overlap` says how much
    is read again where the database has no transaction horizon: seconds of a time, units of a number.
    """

    resource: str
    url: str
    table: str
    columns: Mapping[str, str]
    ceiling: Ceiling
    watermark: str = ""
    overlap: int = OVERLAP

    def reading(self, dialect: str) -> Reading:
        """What `compiled` needs to know."""
        return Reading(table=self.table, columns=self.columns, dialect=dialect)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetBinding:
    """Where rows of a resource are applied when this department pulls them; `keys` are the items that name a row."""

    resource: str
    url: str
    table: str
    columns: Mapping[str, str]
    keys: tuple[str, ...] = ()


def bind_source(db: sqlite3.Connection, binding: SourceBinding) -> None:
    """Bind a resource to a table.  Refuses a role that can write, a missing table or column."""
    source = open_source(binding.url)
    try:
        source.refuse_writers()
        there = {column.name for column in source.columns(binding.table)}
    finally:
        source.close()
    _check_columns(binding.columns, there=there, table=binding.table)
    if binding.watermark:
        _check_columns({binding.watermark: binding.watermark}, there=there, table=binding.table)
    ceiling = json.dumps(ceiling_to_json(binding.ceiling), ensure_ascii=False)
    sync: dict[str, Json] = {"watermark": binding.watermark, "overlap": binding.overlap} if binding.watermark else {}
    _write(db, "source", binding.resource, binding.url, binding.table, binding.columns, ceiling, sync)


def bind_target(db: sqlite3.Connection, binding: TargetBinding) -> None:
    """Bind a resource to the table its rows are applied to; the table is made at the first pull if it is missing."""
    target = open_target(binding.url)
    try:
        there = set(target.columns(binding.table))
    finally:
        target.close()
    if there:
        _check_columns(binding.columns, there=there, table=binding.table)
    sync: dict[str, Json] = {"keys": list(binding.keys)} if binding.keys else {}
    _write(db, "target", binding.resource, binding.url, binding.table, binding.columns, "{}", sync)


def source_binding(db: sqlite3.Connection, resource: str) -> SourceBinding:
    """The binding of a provided resource; NotFound if it is not bound here."""
    row = db.execute("SELECT * FROM binding WHERE side = 'source' AND resource = ?", (resource,)).fetchone()
    if row is None:
        raise NotFound("node.not_bound", resource=resource)
    return _parsed(resource, row["url"], row["table_name"], row["columns"], row["ceiling"], row["sync"])


@lru_cache(maxsize=PLANS_KEPT)
def _parsed(resource: str, url: str, table: str, columns: str, ceiling: str, sync: str) -> SourceBinding:
    """A row's texts as a binding; the same texts are read once."""
    word = ceiling_from_json(cast(Json, json.loads(ceiling)))
    held = json.loads(sync)
    return SourceBinding(
        resource=resource, url=url, table=table, columns=json.loads(columns), ceiling=word,
        watermark=held.get("watermark", ""), overlap=held.get("overlap", OVERLAP),
    )  # fmt: skip


def target_binding(db: sqlite3.Connection, resource: str) -> TargetBinding:
    """Where a pulled resource goes; NotFound if nobody said."""
    row = db.execute("SELECT * FROM binding WHERE side = 'target' AND resource = ?", (resource,)).fetchone()
    if row is None:
        raise NotFound("node.no_target", resource=resource)
    return TargetBinding(
        resource=resource, url=row["url"], table=row["table_name"], columns=json.loads(row["columns"]),
        keys=tuple(json.loads(row["sync"]).get("keys", ())),
    )  # fmt: skip


def ceiling_of(
    resource: str, columns: Mapping[str, str], *, masks: Mapping[str, str], purposes: tuple[str, ...],
    rows_a_day: int | None, accept: str,
) -> Ceiling:  # fmt: skip
    """The ceiling in options of `bind`: every mapped item may leave, under the masks named."""
    for item in masks:
        if item not in columns:
            raise RuleBroken("node.item_not_bound", item=item)
    return Ceiling(
        resource=resource,
        fields={item: _mask(masks[item]) if item in masks else None for item in columns},
        verify_fields=frozenset(columns),
        max_rows_per_day=rows_a_day,
        purposes=frozenset(purposes) or None,
        accept=_accept(accept),
    )


def ceiling_from_file(path: Path, resource: str) -> Ceiling:
    """The ceiling a department keeps as a TOML file (docs/howto): fields, verify, rows_per_day, purposes, accept."""
    try:
        held = tomllib.loads(path.read_text(encoding="utf-8"))
        fields = {name: _mask(mask) if mask else None for name, mask in held["fields"].items()}
        purposes = held.get("purposes")
        return Ceiling(
            resource=resource,
            fields=fields,
            verify_fields=frozenset(held.get("verify", fields)),
            max_rows_per_day=held.get("rows_per_day"),
            purposes=None if purposes is None else frozenset(purposes),
            accept=_accept(held.get("accept", "confirm")),
        )
    except (KeyError, AttributeError, TypeError, tomllib.TOMLDecodeError) as error:
        raise RuleBroken("node.ceiling_file", path=path.name, reason=str(error)) from error


def named_pairs(pairs: list[str] | None) -> dict[str, str]:
    """NAME=VALUE words as name → value (名称与值).  Raises RuleBroken for another shape or a name that stands twice."""
    found: dict[str, str] = {}
    for pair in pairs or []:
        name, equals, value = pair.partition("=")
        if not equals or not name or name in found:
            raise RuleBroken("node.pair_shape", part=pair[:40])
        found[name] = value
    return found


def _accept(word: str) -> Accept:
    """How a grant takes effect here; a word that is neither must not open anything."""
    known = {"auto": Accept.AUTOMATIC, str(Accept.AUTOMATIC): Accept.AUTOMATIC, str(Accept.CONFIRM): Accept.CONFIRM}
    if word not in known:
        raise RuleBroken("node.accept_unknown", accept=str(word)[:40])
    return known[word]


def _mask(name: str) -> Mask:
    try:
        return Mask(name)
    except ValueError:
        raise RuleBroken("node.mask_unknown", mask=name, known="、".join(Mask)) from None


def _check_columns(columns: Mapping[str, str], *, there: set[str], table: str) -> None:
    for item, column in columns.items():
        if column not in there:
            raise NotFound("node.no_column", item=item, column=column, table=table)
        if "%" in column or "\0" in column:
            raise RuleBroken("node.column_name", column=column)


def _write(
    db: sqlite3.Connection, side: str, resource: str, url: str, table: str, columns: Mapping[str, str], ceiling: str,
    sync: Mapping[str, Json],
) -> None:  # fmt: skip
    db.execute(
        "INSERT INTO binding (resource, side, url, table_name, columns, ceiling, sync) VALUES (?,?,?,?,?,?,?)"
        " ON CONFLICT (resource, side) DO UPDATE SET url = excluded.url, table_name = excluded.table_name,"
        " columns = excluded.columns, ceiling = excluded.ceiling, sync = excluded.sync",
        (
            resource, side, url, table, json.dumps(dict(columns), ensure_ascii=False), ceiling,
            json.dumps(dict(sync), ensure_ascii=False),
        ),
    )  # fmt: skip
