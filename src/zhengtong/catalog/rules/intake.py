"""Rows of a file into entries (目录导入): one line per item, the entry's columns on its first line.

A line whose name and code columns are empty goes on with the entry above.  Headings may be the
column name or its Chinese heading; coded values may be the code or its name.  A fault names the
line as a spreadsheet shows it (the heading is line 1), the column and the reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from dataclasses import field as made
from datetime import date
from unicodedata import category

from zhengtong.catalog.rules.codes import guide_code_is_valid, guide_prefix_is_valid
from zhengtong.catalog.rules.terms import EntryDraft, ItemDraft
from zhengtong.standards.rules import CodeList

ROWS_MAX = 50_000
SURPLUS = ""  # the key under which a line says that it has more cells than there are headings

ENTRY_COLUMNS = {
    "guide_code": "信息资源代码",
    "guide_prefix": "前段码",
    "short_code": "简码",
    "name": "数据目录名称",
    "abstract": "信息资源摘要",
    "provider_office": "内设机构",
    "theme": "主题分类",
    "format": "数据格式",
    "update_cycle": "数据更新频率",
    "share_type": "共享属性",
    "share_modes": "共享方式",
    "conditions": "使用条件",
    "range": "共享范围",
    "purpose": "使用用途",
    "reason": "不予共享理由",
    "legal_basis": "不予共享依据",
    "basis_kind": "依据的种类",
    "review_on": "复核日期",
    "open_flag": "是否开放",
    "open_conditions": "开放条件",
    "data_class": "数据分类",
    "data_grade": "数据分级",
    "secrecy_review": "保密风险评估",
    "pi_assessment": "个人信息保护影响评估",
    "contains_personal": "含个人信息",
    "source_system": "来源系统",
}
ITEM_COLUMNS = {
    "item_code": "信息项代码",
    "item_name": "信息项名称",
    "item_data_type": "数据类型",
    "item_length": "长度",
    "item_share_type": "信息项共享属性",
    "item_condition": "信息项共享条件",
    "item_range": "信息项共享范围",
    "item_purpose": "信息项使用用途",
    "item_legal_basis": "信息项依据",
    "item_basis_kind": "信息项依据种类",
    "item_reason": "信息项不予共享理由",
    "item_is_personal": "个人信息",
    "item_is_lookup": "查询项",
    "item_code_list": "值域代码表",
}
COLUMNS = {**ENTRY_COLUMNS, **ITEM_COLUMNS}
_SHORT = {"摘要": "abstract", "依据种类": "basis_kind"}  # headings also taken for a column

_CODED = {
    "theme": "theme", "format": "format", "update_cycle": "update_cycle", "share_type": "item_share_type",
    "share_modes": "share_mode", "basis_kind": "basis_kind", "data_class": "data_class", "data_grade": "data_grade",
    "item_data_type": "item_type", "item_share_type": "item_share_type", "item_basis_kind": "basis_kind",
}  # fmt: skip
_FLAGS = frozenset({"open_flag", "contains_personal", "item_is_personal", "item_is_lookup"})
_YES, _NO = frozenset({"1", "是", "y", "yes", "true", "√"}), frozenset({"", "0", "否", "n", "no", "false"})
_LENGTHS = {
    "guide_code": 64, "short_code": 20, "name": 200, "abstract": 2000, "provider_office": 100, "conditions": 1000,
    "range": 1000, "purpose": 1000, "reason": 1000, "legal_basis": 1000, "open_conditions": 500, "secrecy_review": 200,
    "pi_assessment": 200, "source_system": 100, "item_code": 63, "item_name": 100, "item_length": 12,
    "item_code_list": 64,
}  # fmt: skip
_ITEM_NAMES = frozenset(f.name for f in fields(ItemDraft))
CODE_LISTS = frozenset(_CODED.values())


@dataclass(frozen=True, slots=True)
class Refusal:
    """One line that was not taken, and why (拒收行)."""

    row: int
    field: str
    key: str
    facts: Mapping[str, str | int] = made(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """One entry as read from a file, with the line it began on."""

    row: int
    content: EntryDraft


@dataclass(slots=True)
class _Gathering:
    """The entry being read; `content` is None once its own line was refused."""

    row: int
    values: dict[str, object] | None
    items: list[ItemDraft] = made(default_factory=list)


class Fault(Exception):
    """A value that cannot be taken; becomes a `Refusal` with its line."""

    def __init__(self, column: str, key: str, facts: Mapping[str, str | int] | None = None) -> None:
        super().__init__(key)
        self.column, self.key, self.facts = column, key, facts or {}


def columns_of(headings: Sequence[str]) -> dict[str, str]:
    """Heading → column name for the headings we know; Chinese or English."""
    known = {**_SHORT, **{zh: name for name, zh in COLUMNS.items()}, **{name: name for name in COLUMNS}}
    return {heading: known[heading.strip()] for heading in headings if heading and heading.strip() in known}


def read_rows(
    rows: Iterable[tuple[int, Mapping[str, str]]], lists: Mapping[str, CodeList]
) -> tuple[tuple[ReadEntry, ...], tuple[Refusal, ...]]:
    """Entries and refused lines, from numbered lines of column → text."""
    entries: list[ReadEntry] = []
    refusals: list[Refusal] = []
    now: _Gathering | None = None
    for number, row in rows:
        if _begins(row):
            _close(now, entries)
            now = _Gathering(number, None)
        try:
            _take_line(now, number, row, lists)
        except Fault as fault:
            heading = COLUMNS.get(fault.column, fault.column)
            said = {"heading": heading, "row": number, **fault.facts}
            refusals.append(Refusal(number, fault.column, fault.key, said))
    _close(now, entries)
    return tuple(entries), tuple(refusals)


def _take_line(now: _Gathering | None, number: int, row: Mapping[str, str], lists: Mapping[str, CodeList]) -> None:
    if now is None:
        raise Fault("name", "catalog.import_no_entry_above")
    if row.get(SURPLUS):
        raise Fault("name", "catalog.import_too_many_cells")
    if now.row == number:
        now.values = _entry_values(row, lists)
    if now.values is None:
        raise Fault("name", "catalog.import_entry_refused", {"row": now.row})
    if any(row.get(column, "").strip() for column in ITEM_COLUMNS):
        now.items.append(_item(row, lists, now.items))


def _begins(row: Mapping[str, str]) -> bool:
    return any(row.get(column, "").strip() for column in ("name", "guide_code", "guide_prefix"))


def _close(now: _Gathering | None, entries: list[ReadEntry]) -> None:
    if now is not None and now.values is not None:
        content = EntryDraft(**now.values, items=tuple(now.items))  # type: ignore[arg-type]  # values were read per column
        entries.append(ReadEntry(now.row, content))


def _entry_values(row: Mapping[str, str], lists: Mapping[str, CodeList]) -> dict[str, object]:
    values = {column: _value(column, row.get(column, ""), lists) for column in ENTRY_COLUMNS}
    if not values["name"]:
        raise Fault("name", "catalog.import_value_missing")
    code, prefix = str(values["guide_code"]), str(values["guide_prefix"])
    if code and not guide_code_is_valid(code):
        raise Fault("guide_code", "catalog.import_value_malformed", {"value": code[:40]})
    if not code and not guide_prefix_is_valid(prefix):
        raise Fault("guide_prefix", "catalog.import_code_missing", {"value": prefix[:40]})
    return values


def _item(row: Mapping[str, str], lists: Mapping[str, CodeList], before: Sequence[ItemDraft]) -> ItemDraft:
    held = {column.removeprefix("item_"): _value(column, row.get(column, ""), lists) for column in ITEM_COLUMNS}
    for needed in ("code", "name", "data_type", "share_type"):
        if not held[needed]:
            raise Fault(f"item_{needed}", "catalog.import_value_missing")
    if any(item.code == held["code"] for item in before):
        raise Fault("item_code", "catalog.import_item_twice", {"value": str(held["code"])})
    return ItemDraft(**{name: held[name] for name in _ITEM_NAMES})  # type: ignore[arg-type]  # read per column


def _value(column: str, text: str, lists: Mapping[str, CodeList]) -> object:
    text = text.strip()
    most = _LENGTHS.get(column, 0)
    if most and len(text) > most:
        raise Fault(column, "catalog.import_value_too_long", {"most": most, "length": len(text)})
    if any(category(sign) in ("Cc", "Cs") and sign not in "\t\n\r" for sign in text):
        raise Fault(column, "catalog.import_control_character")
    if column in _FLAGS:
        return _flag(column, text)
    if column == "review_on":
        return _day(column, text)
    if column == "share_modes":
        parts = [
            part for part in text.replace("；", ";").replace("、", ";").replace(",", ";").split(";") if part.strip()
        ]
        return tuple(_coded(column, part.strip(), lists) for part in parts)
    if column in _CODED:
        return _coded(column, text, lists)
    return text


def _flag(column: str, text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise Fault(column, "catalog.import_value_malformed", {"value": text[:40]})


def _day(column: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise Fault(column, "catalog.import_value_malformed", {"value": text[:40]}) from None


def _coded(column: str, text: str, lists: Mapping[str, CodeList]) -> str:
    if not text:
        return ""
    held = lists[_CODED[column]]
    if held.has(text):
        return text
    short = {"无条件": "U", "有条件": "K", "不予": "W", "1": "U", "2": "K", "3": "W"}
    if held.id == "item_share_type" and text in short:
        return short[text]
    for code in held.codes:
        if text in (code.zh, code.en):
            return code.code
    raise Fault(column, "catalog.import_code_unknown", {"value": text[:40], "list_zh": held.zh, "list_en": held.en})
