"""The shipped tables (标准表): code lists and profiles read from this package's TOML and CSV files."""

import csv
import tomllib
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from zhengtong.kernel.errors import NotFound
from zhengtong.standards.rules import Code, CodeList, FieldRule, Profile

ENTRY_PROFILE = "entry-2017-809"


def code_lists() -> tuple[CodeList, ...]:
    """All shipped code lists, in the order of the index."""
    return tuple(_lists().values())


def code_list(id: str) -> CodeList:
    """One code list.  Raises NotFound."""
    try:
        return _lists()[id]
    except KeyError:
        raise NotFound("standards.no_code_list", id=id[:40]) from None


@lru_cache(maxsize=8)
def profile(id: str = ENTRY_PROFILE) -> Profile:
    """One metadata profile with the code lists it refers to.  Raises NotFound."""
    source = files("zhengtong.standards").joinpath("profiles", f"{id}.toml")
    if not source.is_file():
        raise NotFound("standards.no_profile", id=id[:40])
    held = tomllib.loads(source.read_text(encoding="utf-8"))
    rules = tuple(FieldRule(**row) for row in held["field"])
    lists = {rule.domain: code_list(rule.domain) for rule in rules if rule.domain}
    return Profile(held["id"], held["title"], held["source"], held["edition"], rules, lists)


@lru_cache(maxsize=1)
def _lists() -> dict[str, CodeList]:
    folder = files("zhengtong.standards").joinpath("codelists")
    held = tomllib.loads(folder.joinpath("lists.toml").read_text(encoding="utf-8"))
    return {row["id"]: _list(row) for row in held["list"]}


def _list(row: dict[str, Any]) -> CodeList:  # Any: tomllib gives no narrower type
    codes = tuple(Code(*entry) for entry in row.get("codes", ())) or _rows(row["file"])
    by_code: dict[str, tuple[Code, ...]] = {}
    for code in codes:
        by_code[code.code] = (*by_code.get(code.code, ()), code)
    about = {name: row[name] for name in ("id", "zh", "en", "source", "edition", "licence", "mark")}
    return CodeList(**about, codes=codes, _by_code=by_code)


def _rows(name: str) -> tuple[Code, ...]:
    text = files("zhengtong.standards").joinpath("codelists", name).read_text(encoding="utf-8")
    return tuple(
        Code(r["code"], r["zh"], r["en"], r["parent"], _day(r["valid_from"]), _day(r["valid_until"]))
        for r in csv.DictReader(text.splitlines())
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
