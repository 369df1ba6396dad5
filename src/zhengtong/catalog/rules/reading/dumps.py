"""JSON into tables (数据导出文件): dumps of portals in any nesting, our own exports, and drafts of `node profile`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from zhengtong.catalog.rules.reading.tables import (
    ROWS_MAX,
    Grid,
    SourceColumn,
    Table,
    cells_of,
    check_bounds,
    printable,
    table_of,
)
from zhengtong.catalog.rules.reading.texts import decoded
from zhengtong.kernel.errors import RuleBroken

DRAFT = "zhengtong-node-profile"
DRAFT_VERSION = 1
DEPTH_MAX = 6  # how deep the list of records may lie
RECORDS_LOOKED_AT = 20

Record = Mapping[str, Any]  # Any: JSON values


def read_dump(body: bytes) -> tuple[Table, ...]:
    """The tables of a JSON file.  Raises RuleBroken where it is no JSON, or holds no list of records."""
    try:
        given = json.loads(decoded(body))
    except (ValueError, RecursionError) as broken:  # the latter: nested beyond reason
        raise RuleBroken("catalog.import_json_broken", why=str(broken)[:120]) from None
    if isinstance(given, dict) and given.get("draft") == DRAFT:
        return (_profile_table(cast(Record, given)),)
    found = _records(given, DEPTH_MAX)
    if found is None:
        raise RuleBroken("catalog.import_json_shape")
    if all(isinstance(one, dict) for one in found):
        return (_table_of_records("", found),)
    grid = [(n, [_cell(part) for part in row]) for n, row in enumerate(found, start=1)]
    table = table_of(Grid("", grid))
    return () if table is None else (table,)


def _records(given: Any, depth: int) -> list[Any] | None:  # Any: JSON values
    """The longest list of objects (or of lists) in a document."""
    best: list[Any] | None = None
    if isinstance(given, list):
        seen = given[:RECORDS_LOOKED_AT]
        if seen and all(isinstance(one, dict) for one in given):
            best = given
        elif seen and all(isinstance(one, list) for one in given):
            flat = [record for page in given for record in page]
            best = flat if flat and all(isinstance(record, dict) for record in flat) else given  # pages of records
        inner: Iterable[Any] = () if best else seen
    else:
        inner = given.values() if isinstance(given, dict) else ()
    if depth:
        for one in inner:
            found = _records(one, depth - 1)
            if found is not None and (best is None or len(found) > len(best)):
                best = found
    return best


def _table_of_records(name: str, records: Sequence[Record]) -> Table:
    """One row a record; the items of our own form become the rows below their entry."""
    if len(records) > ROWS_MAX:
        raise RuleBroken("catalog.import_too_many_rows", most=ROWS_MAX)
    rows: list[dict[str, str]] = []
    for record in records:
        for position, item in enumerate(_items_of(record)):
            own = {key: value for key, value in record.items() if key != "items" or not _is_items(value)}
            rows.append({**(_flat(own) if position == 0 else {}), **{f"item_{k}": v for k, v in _flat(item).items()}})
    headings = list(dict.fromkeys(key for row in rows for key in row))
    check_bounds(rows=len(rows), columns=len(headings))
    numbered = tuple(
        (n, cells_of([row.get(h, "") for h in headings], len(headings), n)) for n, row in enumerate(rows, 1)
    )
    return Table(name, tuple(SourceColumn(printable(h)[:200]) for h in headings), numbered)


def _is_items(value: Any) -> bool:  # Any: a JSON value
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _items_of(record: Record) -> Sequence[Record]:
    """The items of a record of ours; one empty one where it has none, so that the record itself is a row."""
    return record["items"] if _is_items(record.get("items")) else [{}]


def _flat(record: Record) -> dict[str, str]:
    """Names and texts; an object inside gives its own names behind the outer one."""
    found: dict[str, str] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            found |= {f"{key}/{inner}": _cell(held) for inner, held in value.items()}
        else:
            found[str(key)] = _cell(value)
    return found


def _cell(value: Any) -> str:  # Any: a JSON value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list):
        return "、".join(_cell(part) for part in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def _profile_table(given: Record) -> Table:
    """A draft of `node profile`: one table of the source is one entry, one column one item."""
    if given.get("version") != DRAFT_VERSION:
        raise RuleBroken("catalog.import_draft_version", version=str(given.get("version"))[:20], known=DRAFT_VERSION)
    tables = given.get("tables")
    if not isinstance(tables, list) or not all(isinstance(t, dict) and _is_items(t.get("columns")) for t in tables):
        raise RuleBroken("catalog.import_json_shape")
    source = str(given.get("source") or "")[:100]
    return _table_of_records("", [_profiled(cast(Record, t), source) for t in tables])


def _profiled(table: Record, source: str) -> Record:
    name = str(table.get("title") or table.get("table") or "")
    rows = table.get("rows")
    counted = f"，{rows}行" if isinstance(rows, int) and not isinstance(rows, bool) else ""
    return {
        "name": name,
        "abstract": f"由系统“{source}”的表{table.get('table')}画像生成{counted}",
        "format": "database",
        "source_system": source,
        "items": [_profiled_item(column) for column in table["columns"]],
    }


def _profiled_item(column: Record) -> Record:
    given = column.get("suggested")
    said: Record = cast(Record, given) if isinstance(given, dict) else {}
    return {
        "code": said.get("code") or column.get("name"),
        "name": said.get("name") or column.get("comment") or column.get("name"),
        "data_type": said.get("data_type") or "C",
        "length": said.get("length") or "",
        "share_type": "K",  # the careful one: an officer decides
        "is_personal": column.get("identifier") == "citizen_id",
        "is_lookup": bool(column.get("key")),
        "code_list": column.get("code_list") or "",
    }
