"""Entries from a file (目录导入): each line taken or refused with its reason; safe to repeat."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction

from zhengtong.catalog.models import Entry, Revision
from zhengtong.catalog.queries import drafts
from zhengtong.catalog.rules import CURRENT_STATES, OPEN_STATES, EntryDraft, EntryState, derived_share_type
from zhengtong.catalog.rules.intake import (
    CODE_LISTS,
    COLUMNS,
    ROWS_MAX,
    SURPLUS,
    ReadEntry,
    Refusal,
    columns_of,
    read_rows,
)
from zhengtong.catalog.services import drafting
from zhengtong.kernel.actors import Actor
from zhengtong.kernel.clock import Clock
from zhengtong.kernel.errors import PlatformError, RuleBroken
from zhengtong.standards.tables import code_list

FILE_BYTES_MAX = 20 * 1024 * 1024

Row = tuple[int, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of a file (导入结果)."""

    created: int
    updated: int
    unchanged: int
    items: int
    refusals: tuple[Refusal, ...]
    ignored: tuple[str, ...] = ()  # headings that name no column


def import_entries(*, body: bytes, kind: str, actor: Actor, clock: Clock, dry_run: bool = False) -> Intake:
    """Take entries from a file as drafts of the actor's own department (导入目录).

    `kind` is "csv" (UTF-8 or GB18030, headings of `rules.intake.COLUMNS`) or "json" (a list of
    objects with the same fields, items under "items").  One entry is one transaction; with
    `dry_run` everything is done and undone.

    Raises:
        RuleBroken: the file as a whole cannot be read; names why.
    """
    if len(body) > FILE_BYTES_MAX:
        raise RuleBroken("catalog.import_too_big", most=FILE_BYTES_MAX // 1024 // 1024)
    ignored = list[str]()
    rows = list(_csv_rows(_text(body), ignored) if kind == "csv" else _json_rows(_text(body)))
    if len(rows) > ROWS_MAX:
        raise RuleBroken("catalog.import_too_many_rows", most=ROWS_MAX)
    lists = {name: code_list(name) for name in CODE_LISTS}
    read, refusals = read_rows(rows, lists)
    with transaction.atomic():
        done = _take_all(read, list(refusals), actor, clock)
        if dry_run:
            transaction.set_rollback(True)
    return replace(done, ignored=tuple(ignored))


def _take_all(read: Iterable[ReadEntry], refusals: list[Refusal], actor: Actor, clock: Clock) -> Intake:
    count = {"created": 0, "updated": 0, "unchanged": 0}
    items, lines = 0, dict[UUID, int]()
    for one in read:
        try:
            with transaction.atomic():
                entry, became = _take(one.content, lines, actor, clock)
            lines[entry] = one.row
            count[became] += 1
            items += len(one.content.items)
        except PlatformError as refused:
            said = {"reason_zh": refused.message("zh"), "reason_en": refused.message("en"), "row": one.row}
            refusals.append(Refusal(one.row, "name", "catalog.import_refused", said))
    return Intake(
        created=count["created"], updated=count["updated"], unchanged=count["unchanged"], items=items,
        refusals=tuple(sorted(refusals, key=lambda r: r.row)),
    )  # fmt: skip


def _take(content: EntryDraft, lines: Mapping[UUID, int], actor: Actor, clock: Clock) -> tuple[UUID, str]:
    """The entry that a file's entry stands for, and what became of it; `lines` says which stand higher in the file."""
    held = _held(content, actor)
    if held is None:
        return drafting.draft(content=content, actor=actor, clock=clock), "created"
    if held.id in lines:
        raise RuleBroken("catalog.import_code_twice", first=lines[held.id])
    if held.provider_id != actor.organization:
        raise RuleBroken("catalog.code_taken", code=held.guide_code, short=held.short_code or "—")
    revisions = {EntryState(r.state): r for r in Revision.objects.filter(entry=held).select_related("entry__provider")}
    open_ = next((r for s, r in revisions.items() if s in OPEN_STATES), None)
    current = next((r for s, r in revisions.items() if s in CURRENT_STATES), None)
    shown = open_ or current
    if shown is not None and _same(drafts.read(shown), content):
        return held.id, "unchanged"
    if open_ is None and current is not None:
        drafting.revise(entry=held.id, actor=actor, clock=clock)
    origins: tuple[UUID, ...] = drafts.read(shown).origins if shown is not None else ()
    drafting.edit(entry=held.id, content=replace(content, origins=origins), actor=actor, clock=clock)
    return held.id, "updated"


def _held(content: EntryDraft, actor: Actor) -> Entry | None:
    if content.guide_code:
        return Entry.objects.filter(guide_code=content.guide_code).first()
    own = Entry.objects.filter(provider=actor.organization, guide_code__startswith=content.guide_prefix + "/")
    if content.short_code:
        return own.filter(short_code=content.short_code).first()
    return own.filter(revisions__name=content.name).distinct().first()


def _same(held: EntryDraft, given: EntryDraft) -> bool:
    alike = replace(
        given,
        guide_code=held.guide_code,
        guide_prefix=held.guide_prefix,
        short_code=given.short_code or held.short_code,
        share_type=derived_share_type(given.items, stated=given.share_type),
        contains_personal=given.contains_personal or any(item.is_personal for item in given.items),
        origins=held.origins,
    )
    return held == alike


def _text(body: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RuleBroken("catalog.import_encoding")


def _csv_rows(text: str, ignored: list[str]) -> Iterable[Row]:
    """Numbered lines; headings that name no column are put into `ignored`."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 1  # as a spreadsheet counts: one cell may hold several lines of the file
    try:
        headings = next(reader, [])
        known = columns_of(headings)
        _check_headings(headings, known)
        ignored += [heading.strip()[:40] for heading in headings if heading.strip() and heading not in known]
        for number, cells in enumerate(reader, start=2):
            row = {known[h]: cell for h, cell in zip(headings, cells, strict=False) if h in known}
            if any(cell.strip() for cell in cells[len(headings) :]):
                row[SURPLUS] = "1"
            if any(cell.strip() for cell in row.values()):
                yield number, row
    except csv.Error as broken:
        if "field larger" in str(broken):
            raise RuleBroken("catalog.import_cell_too_big", row=number + 1, most=csv.field_size_limit()) from None
        raise RuleBroken("catalog.import_csv_broken", row=number + 1, why=str(broken)) from None


def _check_headings(headings: list[str], known: Mapping[str, str]) -> None:
    if "name" not in known.values():
        raise RuleBroken("catalog.import_headings", wanted=COLUMNS["name"])
    columns = [known[heading] for heading in headings if heading in known]
    for column in columns:
        if columns.count(column) > 1:
            raise RuleBroken("catalog.import_heading_twice", heading=COLUMNS[column])


def _json_rows(text: str) -> Iterable[Row]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as broken:  # the latter: nested beyond reason
        raise RuleBroken("catalog.import_json_broken", why=str(broken)) from None
    entries = given.get("entries") if isinstance(given, dict) else given
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise RuleBroken("catalog.import_json_shape")
    number = 0
    for entry in entries:
        for position, item in enumerate(_items_of(entry)):
            number += 1
            own = {k: _cell(v) for k, v in entry.items() if k != "items"} if position == 0 else {}
            theirs = {f"item_{k}": _cell(v) for k, v in item.items()}
            yield number, {k: v for k, v in {**own, **theirs}.items() if k in COLUMNS}


def _items_of(entry: dict[str, Any]) -> list[dict[str, Any]]:  # Any: JSON values
    """The items of a JSON entry; one empty one if it has none, so that the entry itself is a line."""
    given = entry.get("items")
    held = [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []
    return held or [{}]


def _cell(value: Any) -> str:  # Any: a JSON value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list):
        return ";".join(_cell(part) for part in value)
    return "" if value is None else str(value)
