"""The draft (目录草稿): a profile in the shape that `zhengtong catalog import` reads."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from zhengtong.node.profiling.looks import SEEN_MIN, Looks, Term, look, term_of
from zhengtong.node.profiling.reading import SAMPLE_ROWS, Counts, FoundColumn, FoundTable, Reader, reading

PROFILE_FORMAT, PROFILE_VERSION = "zhengtong-node-profile", 1
_OWN = "_zt_"  # tables a node keeps beside the rows it received
_LETTERS = {
    "integer": "I", "decimal": "N", "date": "D", "timestamp": "T", "logical": "L",
}  # fmt: skip
_DECLARED = (
    (re.compile(r"BOOL"), "L"),
    (re.compile(r"TIMESTAMP|DATETIME"), "T"),
    (re.compile(r"DATE"), "D"),
    (re.compile(r"NUMERIC|DECIMAL|REAL|DOUBLE|FLOAT|MONEY"), "N"),
    (re.compile(r"GEOMETRY|GEOGRAPHY|POINT"), "G"),
    (re.compile(r"BYTEA|BLOB"), "B"),
)
_LENGTH = re.compile(r"\((\d+)(?:,(\d+))?\)")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_UNSAID = re.compile(r"[^a-z0-9_]+")

Draft = dict[str, Any]  # JSON


def profile(url: str, *, source: str, only: Sequence[str] = (), tell: Callable[[str], None] = lambda _: None) -> Draft:
    """Profile a database into a draft of catalogue entries (源库画像).

    `source` is how people call the database: the URL stays here.  `only` names tables; none: all that people made.
    Raises RuleBroken for an engine that cannot be profiled, Unreachable if the source does not answer.
    """
    with reading(url) as reader:
        return draft_of(reader, source=source, only=only, tell=tell)


def draft_of(reader: Reader, *, source: str, only: Sequence[str], tell: Callable[[str], None]) -> Draft:
    """The draft of what a reader finds."""
    tables: list[Draft] = []
    for table in reader.tables(only):
        if table.columns and not table.name.startswith(_OWN):
            tell(f"{table.name}: {table.rows}")
            tables.append(_table(table, reader))
    return {
        "draft": PROFILE_FORMAT,
        "version": PROFILE_VERSION,
        "source": source,
        "seen_min": SEEN_MIN,
        "tables": tables,
        "to_complete": ["duty", "matter", "material"],
    }


def _table(table: FoundTable, reader: Reader) -> Draft:
    counts = reader.counts(table) if table.rows else [Counts(0, 0, sampled=False)] * len(table.columns)
    rows = reader.sample(table) if table.rows else []
    columns = [
        _column(column, counted, [row[n] for row in rows], rows=table.rows)
        for n, (column, counted) in enumerate(zip(table.columns, counts, strict=True))
    ]
    return {"table": table.name, "title": table.comment, "rows": table.rows, "columns": columns}


def _column(column: FoundColumn, counted: Counts, cells: list[str | None], *, rows: int) -> Draft:
    values = [cell for cell in cells if cell is not None and cell.strip()]
    looks = look(values, name=column.name, comment=column.comment, distinct=counted.distinct)
    unique = counted.distinct == counted.there == rows > 0 and not counted.sampled
    term = term_of(column.name, column.comment, looks)
    personal = looks.is_personal or (term is not None and term.looks == "person_name")
    told: Draft = {
        "name": column.name,
        "comment": column.comment,
        "type": column.type,
        "null_rate": round(1 - counted.there / _seen(rows, counted), 4) if rows else 0.0,
        "distinct": counted.distinct,
        "distinct_sampled": counted.sampled,
        "key": column.in_key or (unique and looks.kind in {"citizen_id", "uscc"}),
        "unique": unique,
        "pattern": looks.pattern,
        "pattern_share": looks.pattern_share,
        "identifier": looks.identifier,
        "code_list": looks.code_list,
        "personal": personal,
        "suggested": _suggested(column, looks, term),
    }
    if looks.common and not personal:
        told["values"] = [{"value": value, "seen": seen} for value, seen in looks.common]
    told |= {name: share for name, share in _quirks(looks) if share}
    return told


def _seen(rows: int, counted: Counts) -> int:
    return min(rows, SAMPLE_ROWS) if counted.sampled else rows


def _quirks(looks: Looks) -> list[tuple[str, Any]]:
    return [
        ("padded_share", looks.padded_share),
        ("wide_share", looks.wide_share),
        ("invalid_share", looks.invalid_share),
        ("odd_values", [{"value": value, "seen": seen} for value, seen in looks.odd]),
    ]


def _suggested(column: FoundColumn, looks: Looks, term: Term | None) -> Draft:
    letter, length = _typed(column, looks)
    if term is not None:
        letter, length = term.data_type, term.length
    return {
        "name": column.comment or (term.name if term else column.name),
        "code": _code_of(column.name),
        "data_type": letter,
        "length": length,
    }


def _typed(column: FoundColumn, looks: Looks) -> tuple[str, str]:
    declared = next((letter for pattern, letter in _DECLARED if pattern.search(column.type)), "")
    sized = _LENGTH.search(column.type)
    length = ",".join(part for part in sized.groups() if part) if sized else ""
    if declared in {"L", "T", "D", "G", "B"}:
        return declared, ""
    if declared == "N":
        return "N", length
    if looks.identifier or looks.code_list:  # digits that are names of things, not numbers to add up
        return "C", length or {"citizen_id": "18", "uscc": "18", "phone": "20"}.get(looks.identifier, "")
    if "INT" in column.type or "SERIAL" in column.type:
        return ("L", "") if looks.kind == "logical" else ("I", "")
    letter = _LETTERS.get(looks.kind, "C")
    if letter == "C" and not length and looks.length:
        return letter, str(looks.length)
    return letter, length if letter in {"C", "N"} else ""


def _code_of(name: str) -> str:
    bare = _UNSAID.sub("_", name.lower()).strip("_")[:40]
    return bare if _CODE.fullmatch(bare) else f"item_{bare}"[:40].rstrip("_")
