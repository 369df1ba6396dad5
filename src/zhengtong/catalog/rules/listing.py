"""Mapped tables into entries (目录表转条目): values brought to ours, rows of one entry put together.

A listing has one row for each entry; a sheet of the national guide has one for each item, with
the entry's cells merged over them.  What a value cannot be read as is left blank and said so;
what makes a row impossible refuses the row, with its number, field and reason.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from zhengtong.catalog.rules.intake import ITEM_COLUMNS, SURPLUS, ReadEntry, Refusal, columns_of, read_rows
from zhengtong.catalog.rules.mapping import FIELDS, Guess, field_of_column
from zhengtong.catalog.rules.mapping.values import (
    cycle_of,
    day_of,
    formats_of,
    openness_of,
    organ_name,
    plain,
    sharing_of,
)
from zhengtong.catalog.rules.reading import Table
from zhengtong.catalog.rules.terms import ShareType
from zhengtong.standards.rules import CodeList

LEFT_VALUES_MAX = 20  # of one field, named in the report
_ENTRY_KEYS = ("name", "guide_code", "guide_prefix")
_TYPES = {
    "C": "varchar char text string nvarchar varchar2 character clob bpchar uuid 字符 字符串 字符串型 文本 文本型 文字",
    "N": "number decimal numeric 数值 数字 数字型 小数",
    "I": "int integer bigint smallint tinyint int4 int8 int2 整数 整数型 serial",
    "D": "date 日期",
    "T": "datetime timestamp timestamptz 时间 时间型 日期时间 时间戳",
    "L": "boolean bool bit 布尔 布尔型 逻辑",
    "F": "float real float4 浮点 浮点数",
    "B": "double float8 double precision 双精度",
    "G": "geometry point blob bytea 坐标 坐标型 二进制 二进制型",
    "M": "longtext memo 备注",
}
_TYPE_OF = {word: letter for letter, words in _TYPES.items() for word in words.split()}
_FORMAT_OF = {
    "database": "mysql oracle sqlserver dm gbase postgresql mongodb hive table dbf 数据库 库表 数据库型 库表型",
    "spreadsheet": "xls xlsx csv et 电子表格",
    "file": "pdf doc docx wps txt file 文件 电子文件 电子文档 文件型 ofd html ppt zip rar",
    "image": "jpg jpeg png tif gif 图片 图形图像",
    "media": "流媒体 mp4 视频",
    "self_described": "json xml rdf shp kml geojson",
    "service": "api 接口 接口型 服务接口 webservice wms link",
}
_FORMATS = {word: code for code, words in _FORMAT_OF.items() for word in words.split()}
_MODES = {
    "service": ("接口", "api", "查询", "核验"),
    "batch": ("交换", "库表", "数据库", "推送"),
    "file": ("文件", "下载", "拷贝", "介质", "邮件"),
}
_TERMS = {
    "share_type": "item_share_type", "conditions": "item_condition", "range": "item_range", "purpose": "item_purpose",
    "reason": "item_reason", "legal_basis": "item_legal_basis", "basis_kind": "item_basis_kind",
}  # fmt: skip
_STRICT = frozenset(
    {"item_data_type", "item_share_type", "guide_code", "guide_prefix", "short_code", "item_code", "basis_kind"}
)


@dataclass(slots=True)
class Taken:
    """What one table came to, before anybody asked whose entries they are (读取结果)."""

    entries: tuple[ReadEntry, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    departments: dict[int, str] = field(default_factory=dict)  # row → the department it names
    left: dict[tuple[str, str], int] = field(default_factory=dict)  # field and value that a draft has no place for

    def leave(self, name: str, value: str) -> None:
        """Note a value that stays out of the draft, so that nothing is lost in silence."""
        key = (name, value[:60].encode("utf-8", "replace").decode("utf-8"))
        held = sum(1 for field_, _ in self.left if field_ == name)
        if key not in self.left and held >= LEFT_VALUES_MAX:
            key = (name, "…")
        self.left[key] = self.left.get(key, 0) + 1


def take_table(table: Table, guesses: Sequence[Guess], *, lists: Mapping[str, CodeList], front: str) -> Taken:
    """A table's entries and refused rows (目录表转条目); `front` is the 前段码 for entries without codes."""
    columns, taken = _places(guesses), Taken()
    by_item = any(column in columns for column in ("item_name", "item_code"))
    reading = _Reading(lists, taken, columns, strict=is_template(table, guesses), by_item=by_item, front=front)
    department = next((n for n, g in enumerate(guesses) if g.field == "department"), None)
    if department is not None:
        taken.departments = {number: organ_name(cells[department]) for number, cells in table.rows}
    entries, refusals = read_rows(reading.rows(table), lists)
    taken.entries, twice = (entries, []) if by_item else _each_once(entries, taken.departments)
    told = (Refusal(r.row, field_of_column(r.field), r.key, r.facts) for r in refusals)
    taken.refusals = tuple(sorted((*told, *twice), key=lambda refusal: refusal.row))
    return taken


def _each_once(
    entries: Sequence[ReadEntry], departments: Mapping[int, str]
) -> tuple[tuple[ReadEntry, ...], list[Refusal]]:
    """Entries whose department and name stand higher already are refused: which of the two is meant, a person says."""
    first: dict[tuple[str, str, str], int] = {}
    kept: list[ReadEntry] = []
    twice: list[Refusal] = []
    for read in entries:
        key = (departments.get(read.row, ""), read.content.name, read.content.guide_code)
        if key in first:
            twice.append(Refusal(read.row, "title", "catalog.import_title_twice", {"first": first[key]}))
        else:
            first[key] = read.row
            kept.append(read)
    return tuple(kept), twice


def is_template(table: Table, guesses: Sequence[Guess]) -> bool:
    """Whether all columns that were recognized are headed as our own template heads them: then codes are strict."""
    known = columns_of([column.source for column in table.columns])
    used = [column.source for column, guess in zip(table.columns, guesses, strict=True) if guess.field]
    return bool(used) and all(source in known for source in used)


def _places(guesses: Sequence[Guess]) -> dict[str, int]:
    """Draft's column → position in the file."""
    return {FIELDS[g.field].column: n for n, g in enumerate(guesses) if g.field and FIELDS[g.field].column}


@dataclass(slots=True)
class _Reading:
    lists: Mapping[str, CodeList]
    taken: Taken
    columns: Mapping[str, int]
    strict: bool
    by_item: bool
    front: str
    _entry: dict[str, str] = field(default_factory=dict)

    def rows(self, table: Table) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row as column → text in the template's own terms."""
        for number, cells in table.rows:
            row = {column: cells[n] for column, n in self.columns.items()}
            row = {column: self._value(column, plain_of(column, text)) for column, text in row.items()}
            row = self._open_terms(row, cells)
            if number in table.surplus:
                row[SURPLUS] = "1"
            yield number, self._item_row(row) if self.by_item else self._entry_row(row)

    def _entry_row(self, row: dict[str, str]) -> dict[str, str]:
        row = self._coded(row)
        if not any(row.get(key) for key in _ENTRY_KEYS):  # still a row of its own: it is refused for want of a name
            row["guide_prefix"] = self.front
        return row

    def _item_row(self, row: dict[str, str]) -> dict[str, str]:
        """An item's row: the entry's own cells only on its first, the item's terms from its row or from the entry."""
        keys = {key: row.get(key, "") for key in _ENTRY_KEYS}
        begins = any(value and value != self._entry.get(key) for key, value in keys.items())
        terms = {column: row.get(column, "") for column in _TERMS}
        if begins:
            self._entry = dict(row)
            if self._terms_by_item():
                row = {column: text for column, text in row.items() if column not in _TERMS}
            row = self._coded(row)
        else:
            row = {column: text for column, text in row.items() if column in ITEM_COLUMNS or column == SURPLUS}
        if any(text for column, text in row.items() if column in ITEM_COLUMNS):
            self._complete_item(row, terms)
        return row

    def _terms_by_item(self) -> bool:
        """Whether sharing terms stand on each item's row, as in the national guide's sheet."""
        return "share_type" in self.columns and "item_share_type" not in self.columns

    def _complete_item(self, row: dict[str, str], terms: Mapping[str, str]) -> None:
        if "item_code" not in self.columns or "item_name" not in self.columns:
            row["item_code"] = row.get("item_code") or row.get("item_name", "")[:63]
            row["item_name"] = row.get("item_name") or row["item_code"]
        if "item_data_type" not in self.columns:
            row["item_data_type"] = "C"
        if self._terms_by_item():
            own = terms if terms["share_type"] else {column: self._entry.get(column, "") for column in _TERMS}
            row |= {item: own[column] for column, item in _TERMS.items() if item not in self.columns}
        if not row.get("item_share_type") and "item_share_type" not in self.columns:
            row["item_share_type"] = ShareType.CONDITIONAL  # the careful one: an officer decides
            self.taken.leave("share_type", terms["share_type"] or "—")

    def _coded(self, row: dict[str, str]) -> dict[str, str]:
        if "guide_code" not in self.columns and "guide_prefix" not in self.columns:
            return row | {"guide_prefix": self.front}
        return row

    def _value(self, column: str, text: str) -> str:
        read = _READERS.get(column)
        if not text or read is None:
            return text
        found = read(text, self.lists)
        if found or self.strict or column in _STRICT:
            return found or text
        self.taken.leave(field_of_column(column), text)
        return ""

    def _open_terms(self, row: dict[str, str], cells: Sequence[str]) -> dict[str, str]:
        """Openness says two things: whether, and on which condition."""
        if "open_flag" not in self.columns:
            return row
        is_open, condition = openness_of(cells[self.columns["open_flag"]])
        row["open_flag"] = "1" if is_open else "0"
        if condition and is_open:
            row["open_conditions"] = row.get("open_conditions") or condition
        elif condition:
            self.taken.leave("is_open", condition)
        return row


def plain_of(column: str, text: str) -> str:
    """A cell without what stands for nothing; line breaks of long texts are kept, items keep 无 as a name."""
    if column in ("item_name", "item_code"):
        return text.strip()
    kept = plain(text)
    return text.strip() if kept and column in ("abstract", "conditions", "range", "purpose", "reason", "name") else kept


def _in_list(text: str, held: CodeList) -> str:
    if held.has(text):
        return text
    return next((code.code for code in held.codes if text in (code.zh, code.en)), "")


def _cycle(text: str, lists: Mapping[str, CodeList]) -> str:
    return _in_list(text, lists["update_cycle"]) or str(cycle_of(text) or "")


def _sharing(text: str, lists: Mapping[str, CodeList]) -> str:
    return _in_list(text, lists["item_share_type"]) or str(sharing_of(text) or "")


def _theme(text: str, lists: Mapping[str, CodeList]) -> str:
    return _in_list(text, lists["theme"])


def _format(text: str, lists: Mapping[str, CodeList]) -> str:
    if found := _in_list(text, lists["format"]):
        return found
    parts = [piece for part in formats_of(text) for piece in (part, *part.split("-"))]
    return next((_FORMATS[part] for part in parts if part in _FORMATS), "")


def _modes(text: str, lists: Mapping[str, CodeList]) -> str:
    parts = [part.strip() for part in re.split("[;；、,，]", text)]
    found = [_in_list(p, lists["share_mode"]) or _mode(p) for p in parts if p]
    return ";".join(dict.fromkeys(found)) if all(found) else ""


def _mode(text: str) -> str:
    return next((mode for mode, words in _MODES.items() if any(word in text.lower() for word in words)), "")


def _type(text: str, lists: Mapping[str, CodeList]) -> str:
    bare = text.split("(")[0].split("（")[0].strip()
    return _in_list(bare, lists["item_type"]) or _TYPE_OF.get(bare.lower(), "")


def _listed(name: str) -> Callable[[str, Mapping[str, CodeList]], str]:
    def read(text: str, lists: Mapping[str, CodeList]) -> str:
        return _in_list(text, lists[name])

    return read


def _day(text: str, lists: Mapping[str, CodeList]) -> str:  # noqa: ARG001  the signature of a reader
    return str(day_of(text) or "")


_READERS: Mapping[str, Callable[[str, Mapping[str, CodeList]], str]] = {
    "update_cycle": _cycle, "share_type": _sharing, "item_share_type": _sharing, "theme": _theme, "format": _format,
    "share_modes": _modes, "item_data_type": _type, "data_class": _listed("data_class"),
    "data_grade": _listed("data_grade"), "basis_kind": _listed("basis_kind"),
    "item_basis_kind": _listed("basis_kind"), "review_on": _day,
}  # fmt: skip
