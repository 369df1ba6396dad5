"""The tables in use (标准表): code lists, profiles and data elements, shipped or replaced by a newer edition.

The shipped ones are this package's TOML and CSV files.  A deployment may replace any of them by a newer edition of the
same form (`standards load`), without a release; `follow` names who knows of editions, and is asked every few seconds.
"""

import csv
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from importlib.resources import files
from io import StringIO
from time import monotonic
from typing import Any

from zhengtong.kernel.errors import NotFound, RuleBroken
from zhengtong.standards.rules import Code, CodeList, DataElement, FieldRule, Personal, Profile, TableKind, normal

ENTRY_PROFILE = "entry-2017-809"
PROFILES = (ENTRY_PROFILE, "gbt21063-core", "dcat-ap")  # what an entry can be checked against
ELEMENTS = "elements"  # the one table of data elements
REFRESH_S = 5.0
_COLUMNS = ("code", "zh", "en", "parent", "valid_from", "valid_until")


@dataclass(frozen=True, slots=True)
class Edition:
    """A newer edition of a shipped table (新版本): the text of its file, where it comes from, how sure it is."""

    kind: TableKind
    table: str
    edition: str
    source: str
    mark: str
    content: str


Editions = Mapping[tuple[TableKind, str], Edition]


@dataclass(slots=True)
class _Use:
    """What is in use in this process, and whom to ask for more."""

    held: Editions = field(default_factory=dict[tuple[TableKind, str], Edition])
    serial: object = None
    asked_at: float = -REFRESH_S
    ask: Callable[[], object] = lambda: None
    load: Callable[[], Editions] = dict


_use = _Use()


def follow(ask: Callable[[], object], load: Callable[[], Editions]) -> None:
    """Name who knows of editions: `ask` gives something that changes with them, `load` gives those in force."""
    _use.ask, _use.load, _use.asked_at, _use.serial = ask, load, -REFRESH_S, None


def refresh(*, now: bool = False) -> None:
    """Take up newer editions if there are any; asks at most every REFRESH_S seconds unless `now`."""
    if not now and monotonic() - _use.asked_at < REFRESH_S:
        return
    _use.asked_at = monotonic()
    serial = _use.ask()
    if serial is not None and serial != _use.serial:  # None: nobody knows just now, so what is held stays
        use(_use.load())
        _use.serial = serial


def use(editions: Editions) -> None:
    """Use these editions in place of the shipped tables of their names, from now on."""
    _use.held = dict(editions)
    for cached in (_lists, _profile, _elements, _by_name):
        cached.cache_clear()


def code_lists() -> tuple[CodeList, ...]:
    """All code lists, in the order of the index."""
    refresh()
    return tuple(_lists().values())


def code_list(id: str) -> CodeList:
    """One code list.  Raises NotFound."""
    refresh()
    try:
        return _lists()[id]
    except KeyError:
        raise NotFound("standards.no_code_list", id=id[:40]) from None


def profile(id: str = ENTRY_PROFILE) -> Profile:
    """One metadata profile with the code lists it refers to.  Raises NotFound."""
    refresh()
    return _profile(id)


def profiles() -> tuple[Profile, ...]:
    """All metadata profiles."""
    return tuple(profile(one) for one in PROFILES)


def data_elements() -> tuple[DataElement, ...]:
    """All data elements (数据元), in the order of the table."""
    refresh()
    return _elements()


def elements_by_name() -> Mapping[str, DataElement]:
    """Every data element by its normal name and by every name it also goes by."""
    refresh()
    return _by_name()


def text_of(kind: TableKind, table: str) -> str:
    """The table in use as the text of its file: what is exported, changed, and loaded again.  Raises NotFound."""
    newer = _newer(kind, table)
    if newer:
        return newer.content
    if kind is TableKind.CODE_LIST:
        return _as_csv(code_list(table).codes)
    if kind is TableKind.ELEMENTS and table == ELEMENTS:
        return _shipped("codelists", "elements.toml")
    return _shipped("profiles", f"{profile(table).id}.toml")


def check_edition(edition: Edition) -> int:
    """How many rows a text holds for its table.  Raises NotFound for no such table, RuleBroken for a broken text."""
    text_of(edition.kind, edition.table)
    try:
        rows = _rows_of(edition)
    except (ValueError, KeyError, TypeError, NotFound) as broken:
        raise RuleBroken("standards.edition_broken", table=edition.table, why=str(broken)[:200]) from None
    if not rows:
        raise RuleBroken("standards.edition_broken", table=edition.table, why="no rows")
    return rows


def _rows_of(edition: Edition) -> int:
    if edition.kind is TableKind.CODE_LIST:
        return len(_codes(edition.content))
    if edition.kind is TableKind.ELEMENTS:
        return len(_elements_of(edition.content))
    read = _profile_of(edition.content)
    if read.id != edition.table:
        raise ValueError(f"id is {read.id}")
    return len(read.fields)


def _newer(kind: TableKind, table: str) -> Edition | None:
    refresh()
    return _use.held.get((kind, table))


@lru_cache(maxsize=8)
def _profile(id: str) -> Profile:
    if id not in PROFILES:
        raise NotFound("standards.no_profile", id=id[:40])
    held = _use.held.get((TableKind.PROFILE, id))
    read = _profile_of(held.content if held else _shipped("profiles", f"{id}.toml"))
    return replace(read, edition=held.edition, source=held.source, source_en=held.source) if held else read


def _profile_of(text: str) -> Profile:
    held = tomllib.loads(text)
    rules = tuple(FieldRule(**row) for row in held["field"])
    lists = {rule.domain: _lists()[rule.domain] for rule in rules if rule.domain}
    about = {name: held[name] for name in ("id", "title", "title_en", "source", "source_en", "edition")}
    return Profile(**about, fields=rules, lists=lists)


@lru_cache(maxsize=1)
def _elements() -> tuple[DataElement, ...]:
    held = _use.held.get((TableKind.ELEMENTS, ELEMENTS))
    return _elements_of(held.content if held else _shipped("codelists", "elements.toml"))


@lru_cache(maxsize=1)
def _by_name() -> dict[str, DataElement]:
    return {normal(name): one for one in _elements() for name in (one.zh, *one.aliases)}


def _elements_of(text: str) -> tuple[DataElement, ...]:
    return tuple(_element(row) for row in tomllib.loads(text)["element"])


def _element(row: dict[str, Any]) -> DataElement:  # Any: tomllib gives no narrower type
    about = {name: held for name, held in row.items() if name not in ("aliases", "personal")}
    personal = Personal(row.get("personal", "none"))
    return DataElement(**about, aliases=tuple(row.get("aliases", ())), personal=personal)


@lru_cache(maxsize=1)
def _lists() -> dict[str, CodeList]:
    held = tomllib.loads(_shipped("codelists", "lists.toml"))
    return {row["id"]: _list(row) for row in held["list"]}


def _list(row: dict[str, Any]) -> CodeList:  # Any: tomllib gives no narrower type
    newer = _use.held.get((TableKind.CODE_LIST, row["id"]))
    if newer:
        codes = _codes(newer.content)
        row = {**row, "source": newer.source, "edition": newer.edition, "mark": newer.mark}
    else:
        codes = tuple(Code(*entry) for entry in row.get("codes", ())) or _codes(_shipped("codelists", row["file"]))
    by_code: dict[str, tuple[Code, ...]] = {}
    for code in codes:
        by_code[code.code] = (*by_code.get(code.code, ()), code)
    about = {name: row[name] for name in ("id", "zh", "en", "source", "edition", "licence", "mark")}
    return CodeList(**about, codes=codes, _by_code=by_code)


def _shipped(*path: str) -> str:
    return files("zhengtong.standards").joinpath(*path).read_text(encoding="utf-8")


def _codes(text: str) -> tuple[Code, ...]:
    return tuple(
        Code(r["code"], r["zh"], r["en"], r["parent"], _day(r["valid_from"]), _day(r["valid_until"]))
        for r in csv.DictReader(text.splitlines())
    )


def _as_csv(codes: tuple[Code, ...]) -> str:
    lines = [[c.code, c.zh, c.en, c.parent, c.valid_from or "", c.valid_until or ""] for c in codes]
    out = StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([_COLUMNS, *lines])
    return out.getvalue()


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
