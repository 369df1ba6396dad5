"""Checks of a catalogue entry against a profile (元数据检查).  Pure: no database, no clock."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from zhengtong.kernel import messages


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"  # 错误: blocks submission
    WARNING = "warning"  # 提醒
    NOTE = "note"  # 提示


class TableKind(StrEnum):
    """Kinds of tables that a newer edition may replace (标准表种类)."""

    CODE_LIST = "code_list"  # 代码表
    PROFILE = "profile"  # 元数据规范
    ELEMENTS = "elements"  # 数据元


class DayKind(StrEnum):
    """What a day of a local calendar is."""

    HOLIDAY = "holiday"  # 放假
    MAKEUP = "makeup"  # 调休上班


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a list, in force between two days (both included; None: unbounded)."""

    code: str
    zh: str
    en: str = ""
    parent: str = ""
    valid_from: date | None = None
    valid_until: date | None = None

    def holds(self, on: date | None) -> bool:
        """Whether the code is in force on a day; without a day, whether it ever was."""
        if on is None:
            return True
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on <= self.valid_until
        )


@dataclass(frozen=True, slots=True)
class CodeList:
    """A code list (代码表) with its source and how sure we are of it (`mark`: V, M, m?, D, C)."""

    id: str
    zh: str
    en: str
    source: str
    edition: str
    licence: str
    mark: str
    codes: tuple[Code, ...]
    _by_code: Mapping[str, tuple[Code, ...]] = field(default_factory=dict, repr=False, compare=False)

    def has(self, code: str, *, on: date | None = None) -> bool:
        """Whether the list holds the code (on a day)."""
        return any(c.holds(on) for c in self._by_code.get(code, ()))

    def label(self, code: str, *, lang: messages.Lang = "zh", on: date | None = None) -> str:
        """The name of a code; the latest name if it had several; the code itself if it is unknown."""
        held = [c for c in self._by_code.get(code, ()) if c.holds(on)]
        if not held:
            return code
        return (held[-1].en or held[-1].zh) if lang == "en" else held[-1].zh


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One field of a profile (元数据项): whether it must be there, when, and what may stand in it."""

    field: str
    zh: str
    en: str
    obligation: str  # "M" always, "C" when `condition` holds, "O" optional
    type: str  # text, code, codes, flag, date, items, uscc, pattern
    max_length: int = 0  # characters; 0: no bound beyond the type's
    domain: str = ""  # id of a code list
    pattern: str = ""
    condition: str = ""  # name in CONDITIONS
    message: str = ""  # message key if missing; the general one if empty
    on: str = "entry"  # "entry" or "item"
    cites: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What an entry must say (元数据规范), as data with citations."""

    id: str
    title: str
    title_en: str
    source: str
    source_en: str
    edition: str
    fields: tuple[FieldRule, ...]
    lists: Mapping[str, CodeList] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or worth a look (检查结果)."""

    field: str  # name of the field; of an item: "items[3].length"
    severity: Severity
    key: str
    facts: Mapping[str, str | int]
    cites: str = ""

    def message(self, lang: messages.Lang = "zh") -> str:
        """What is wrong."""
        return messages.text(self.key, lang=lang, facts=self._said(lang))

    def remedy(self, lang: messages.Lang = "zh") -> str:
        """What to do about it."""
        return messages.remedy(self.key, lang=lang, facts=self._said(lang))

    def _said(self, lang: messages.Lang) -> dict[str, object]:
        return {**self.facts, "name": self.facts.get(f"name_{lang}", self.facts.get("name_zh", self.field))}


Values = Mapping[str, object]

# When a conditional field is due.  A condition reads the entry (or the item) and says yes or no.
CONDITIONS: dict[str, Callable[[Values], bool]] = {
    "share_is_conditional": lambda v: v.get("share_type") in ("2", "K"),
    "share_is_withheld": lambda v: v.get("share_type") in ("3", "W"),
    "share_is_not_withheld": lambda v: v.get("share_type") not in ("3", "W"),
    "is_open": lambda v: bool(v.get("open_flag")),
    "has_personal": lambda v: bool(v.get("contains_personal")),
    "is_structured": lambda v: v.get("format") in ("database", "spreadsheet", "service"),
    "needs_length": lambda v: v.get("data_type") in ("C", "N"),
}


def check(entry: Values, profile: Profile) -> tuple[Finding, ...]:
    """Everything about an entry that the profile asks for and does not find, in the profile's order."""
    found: list[Finding] = []
    for rule in profile.fields:
        if rule.on == "entry":
            found += _check_field(entry, rule, profile, prefix="")
    items = entry.get("items")
    for n, item in enumerate(items if isinstance(items, tuple | list) else (), start=1):
        for rule in profile.fields:
            if rule.on == "item":
                found += _check_field(item, rule, profile, prefix=f"items[{n}].")
    return tuple(found)


def _check_field(values: Values, rule: FieldRule, profile: Profile, *, prefix: str) -> list[Finding]:
    value = values.get(rule.field)
    due = rule.obligation == "M" or (rule.obligation == "C" and CONDITIONS[rule.condition](values))
    if _is_empty(value):
        if not due:
            return []
        return [_finding(rule, rule.message or "standards.field_missing", prefix)]
    return [_finding(rule, key, prefix, facts) for key, facts in _faults(value, rule, profile)]


def _is_empty(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, tuple | list) and not value)


def _faults(value: object, rule: FieldRule, profile: Profile) -> list[tuple[str, dict[str, str | int]]]:
    if rule.type in ("text", "pattern", "code") and not isinstance(value, str):
        return [("standards.field_not_text", {})]
    if rule.max_length and isinstance(value, str) and len(value) > rule.max_length:
        return [("standards.field_too_long", {"most": rule.max_length, "length": len(value)})]
    if rule.type == "pattern" and not re.fullmatch(rule.pattern, str(value)):
        return [("standards.field_malformed", {"value": str(value)[:40]})]
    if rule.type in ("code", "codes"):
        held = profile.lists[rule.domain]
        given = value if isinstance(value, tuple | list) else (value,)
        return [
            ("standards.code_unknown", {"value": str(code)[:40], "list_zh": held.zh, "list_en": held.en})
            for code in given
            if not held.has(str(code))
        ]
    return []


def _finding(rule: FieldRule, key: str, prefix: str, facts: Mapping[str, str | int] | None = None) -> Finding:
    said: dict[str, str | int] = {"name_zh": rule.zh, "name_en": rule.en, **(facts or {})}
    if prefix:
        said["row"] = int(prefix[len("items[") : prefix.index("]")])
    return Finding(prefix + rule.field, Severity.ERROR, key, said, rule.cites)
