"""Rules for rows (行校验): each cell by its item, the row by the contract's key; every finding has a key and words.

The same rules judge an upload and the repair of one row, so that what is repaired is as good as
what came right.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zhengtong.kernel import messages
from zhengtong.kernel.errors import Fact
from zhengtong.kernel.identifiers import citizen_id_is_valid, uscc_is_valid
from zhengtong.node.contracts import Check, Contract, Item
from zhengtong.node.shaping import Flaw, cell_value
from zhengtong.wire.grant import FieldType

_MOBILE = re.compile(r"1\d{10}")
_CHINESE_DAY = re.compile(r"(\d{4})\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})\s*日?")
_KNOWN_CHARS = 200
_FORMULA = ("=", "@", "+", "-")
_TYPE_KEYS: Mapping[FieldType, str] = {
    FieldType.INTEGER: "node.rule_integer",
    FieldType.DECIMAL: "node.rule_decimal",
    FieldType.DATE: "node.rule_date",
    FieldType.TIMESTAMP: "node.rule_timestamp",
    FieldType.BOOLEAN: "node.rule_boolean",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell: the rule, never the value."""

    item: str
    key: str
    facts: Mapping[str, Fact]

    def message(self, lang: messages.Lang = "zh") -> str:
        return messages.text(self.key, lang=lang, facts=self.facts)

    def remedy(self, lang: messages.Lang = "zh") -> str:
        return messages.remedy(self.key, lang=lang, facts=self.facts)


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row as it would be kept, and what is wrong with it."""

    values: Mapping[str, str | None]
    problems: tuple[Problem, ...]


def check_row(contract: Contract, cells: Mapping[str, str]) -> CheckedRow:
    """Judge one row on its own; uniqueness is judged by who knows the other rows (`repeated`)."""
    values: dict[str, str | None] = {}
    problems: list[Problem] = []
    for item in contract.items:
        value, key, facts = _judge(item, cells.get(item.name, ""))
        values[item.name] = value
        if key:
            problems.append(Problem(item.name, key, {"item": item.title, **facts}))
    return CheckedRow(values, tuple(problems))


def repeated(contract: Contract, *, row: int | str) -> Problem:
    """The finding that another row has the same key."""
    items = [contract.item(name) for name in contract.keys]
    titles = "、".join(item.title for item in items if item)
    return Problem(contract.keys[0], "node.rule_unique", {"item": titles, "row": row})


def key_of(contract: Contract, values: Mapping[str, str | None]) -> tuple[str, ...] | None:
    """The values of the key items; None if there is no key, or part of it is missing."""
    held = [values.get(name) for name in contract.keys]
    return None if not held or any(one is None for one in held) else tuple(str(one) for one in held)


def tidy(item: Item, text: str) -> str:
    """A cell without what typing leaves behind: blanks around it; full-width digits where digits are meant."""
    text = text.strip(" \t\r\n\u3000\ufeff")
    typed = item.type is not FieldType.STRING or item.check or item.codes or item.key
    return unicodedata.normalize("NFKC", text).strip() if typed else text


def _judge(item: Item, cell: str) -> tuple[str | None, str, Mapping[str, Fact]]:
    text = tidy(item, cell)
    if not text:
        return None, "node.rule_required" if item.required or item.key else "", {}
    if item.type is FieldType.STRING:
        return _judge_text(item, text)
    if text.startswith("="):
        return text, "node.rule_formula", {}
    if item.type is FieldType.DATE:
        text = _day(text)
    try:
        kept = cell_value(item.granted_type, text)
    except Flaw:
        return text, _TYPE_KEYS[item.type], {"digits": item.length or 38, "scale": item.scale or 0}
    if isinstance(kept, bool):
        return "1" if kept else "0", "", {}
    return str(kept), "", {}


def _judge_text(item: Item, text: str) -> tuple[str, str, Mapping[str, Fact]]:
    if item.check is Check.CITIZEN_ID:
        text = text.upper()
        return (text, "", {}) if citizen_id_is_valid(text) else (text, "node.rule_citizen_id", {})
    if item.check is Check.USCC:
        text = text.upper()
        return (text, "", {}) if uscc_is_valid(text) else (text, "node.rule_uscc", {})
    if item.check is Check.MOBILE:
        return (text, "", {}) if _MOBILE.fullmatch(text) else (text, "node.rule_mobile", {})
    if item.codes:
        return _judge_code(item, text)
    if text.startswith(_FORMULA) and not text.lstrip("+-").replace(".", "").isdigit():
        return text, "node.rule_formula", {}
    if item.length is not None and len(text) > item.length:
        return text, "node.rule_length", {"limit": item.length, "found": len(text)}
    if not text.isprintable() and any(ord(c) < ord(" ") and c not in "\n\t" for c in text):
        return text, "node.rule_characters", {}
    return text, "", {}


def _judge_code(item: Item, text: str) -> tuple[str, str, Mapping[str, Fact]]:
    """A code, or the words of one, as the code."""
    if text in item.codes:
        return text, "", {}
    by_title = {title: code for code, title in item.codes.items()}
    if text in by_title:
        return by_title[text], "", {}
    known = "、".join(code if code == title else f"{code} {title}" for code, title in item.codes.items())
    return text, "node.rule_code", {"known": known[:_KNOWN_CHARS]}


def _day(text: str) -> str:
    found = _CHINESE_DAY.fullmatch(text)
    return f"{int(found[1]):04d}-{int(found[2]):02d}-{int(found[3]):02d}" if found else text


def problems_to_json(problems: Sequence[Problem]) -> list[dict[str, object]]:
    """As the store keeps them."""
    return [{"item": p.item, "key": p.key, "facts": dict(p.facts)} for p in problems]


def problems_from_json(held: Sequence[Mapping[str, object]]) -> tuple[Problem, ...]:
    """Back from the store."""
    found: list[Problem] = []
    for one in held:
        facts = one["facts"]
        assert isinstance(facts, dict)  # problems_to_json wrote it
        found.append(Problem(str(one["item"]), str(one["key"]), {str(n): v for n, v in facts.items()}))
    return tuple(found)
