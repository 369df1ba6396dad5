"""The report on a file (导入报告): columns and what they were taken for, rows and why they were refused."""

from collections.abc import Sequence
from typing import Any

from zhengtong.catalog.queries.listings import ReadTable
from zhengtong.catalog.rules.intake import Refusal
from zhengtong.catalog.rules.mapping import FIELDS
from zhengtong.catalog.services.intake import Intake
from zhengtong.kernel import messages

Json = dict[str, Any]  # Any: JSON values


def listing_report(tables: Sequence[ReadTable], done: Intake) -> Json:
    """Everything about a file as JSON (导入报告); with several sheets each part names its own."""
    several = len(tables) > 1
    return {
        "columns": [column for one in tables for column in _columns(one, several=several)],
        "rows": {
            "total": done.rows,
            "accepted": done.accepted,
            "refused": [_refusal(refusal, tables[at].table.name if several else "") for at, refusal in done.refusals],
        },
        "created": done.created,
        "updated": done.updated,
        "unchanged": done.unchanged,
        "items": done.items,
        "waiting": [{"department": name, "entries": count} for name, count in done.waiting.items()],
        "left": _left(tables),
        "sheets": [
            {"sheet": one.table.name, "rows": one.rows, "read": one.taken is not None} for one in tables if several
        ],
    }


def _columns(one: ReadTable, *, several: bool) -> list[Json]:
    found: list[Json] = []
    for guess in one.guesses:
        said: Json = {"source": guess.source, "field": guess.field, "confidence": guess.confidence}
        if guess.field:
            said["kept"] = bool(FIELDS[guess.field].column) or guess.field == "department"
        if guess.hidden:
            said["hidden"] = True
        if guess.unsure:
            said["unsure"] = True
        if several:
            said["sheet"] = one.table.name
        found.append(said)
    return found


def _refusal(refusal: Refusal, sheet: str) -> Json:
    said: Json = {
        "row": refusal.row,
        "field": refusal.field,
        "reason": messages.text(refusal.key, lang="zh", facts=refusal.facts),
        "reason_en": messages.text(refusal.key, lang="en", facts=refusal.facts),
        "remedy": messages.remedy(refusal.key, lang="zh", facts=refusal.facts),
        "remedy_en": messages.remedy(refusal.key, lang="en", facts=refusal.facts),
    }
    return {**said, "sheet": sheet} if sheet else said


def _left(tables: Sequence[ReadTable]) -> list[Json]:
    """Values that no draft has a place for, with how many rows have them."""
    return [
        {"field": field, "value": value, "rows": rows}
        for one in tables
        if one.taken is not None
        for (field, value), rows in sorted(one.taken.left.items(), key=lambda held: -held[1])
    ]
