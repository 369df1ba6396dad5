"""What values look like (值的样子): shapes, identifiers, code lists; pure, over a sample that never leaves here."""

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from zhengtong.kernel.identifiers import citizen_id_is_valid, uscc_is_valid

SEEN_MIN = 10  # a value, or a shape, seen by fewer rows is nobody's to see
COVERED = 0.9  # share of the values that must match for a column to be of a kind
SHAPE_SHARE = 0.5  # the commonest shape is told if at least this share has it
SHAPE_CHARS_MAX = 60
CITIZEN_COVERED = 0.8  # real registers hold old 15-digit numbers and slips
SURNAME_SHARE = 0.6
LENGTHS = (10, 20, 50, 100, 200, 500, 1000, 2000)  # characters; the longest value is rounded up to one of them
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆"
    "汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温祝闻简乔"
    "康施文牛樊葛邢安齐易伍庞颜倪庄聂章鲁岳翟殷詹申耿关兰焦俞左柳甘祁欧阳上官司徒诸葛尉迟公孙慕容端木东方"
)
_DAY = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}")
_MOMENT = re.compile(r"(?:19|20)\d{2}-?\d{2}-?\d{2}[ T]?\d{2}:?\d{2}(?::?\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?")
_PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}")
_INTEGER, _DECIMAL = re.compile(r"[+-]?(?:0|[1-9]\d{0,17})"), re.compile(r"[+-]?\d{1,18}\.\d{1,8}")
_ADDRESS = re.compile(r"[省市区县镇乡街路村号栋室]")
_LOGICAL = frozenset({"0", "1", "是", "否", "true", "false", "t", "f", "y", "n", "Y", "N"})
_LITERAL = "-/.:,()（）〔〕号 "  # written as they are: they tell how a number is built
_PERSONAL = frozenset({"citizen_id", "phone", "person_name"})


@dataclass(frozen=True, slots=True)
class Term:
    """A standard term and the column names it goes by."""

    name: str
    columns: tuple[str, ...]
    data_type: str
    length: str
    looks: str = ""


@dataclass(frozen=True, slots=True)
class KnownList:
    """A code list by the shape of its codes."""

    id: str
    pattern: re.Pattern[str]
    distinct_max: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Looks:
    """What the values of one column have in common; shares are of the values that are there."""

    kind: str = ""  # citizen_id uscc phone person_name address date timestamp integer decimal logical text
    pattern: str = ""
    pattern_share: float = 0.0
    code_list: str = ""
    common: tuple[tuple[str, int], ...] = ()  # values of a short code column, each seen at least SEEN_MIN times
    padded_share: float = 0.0  # blanks at either end
    wide_share: float = 0.0  # full-width letters or digits
    odd: tuple[tuple[str, int], ...] = ()  # words in a column of dates, as 长期, seen at least SEEN_MIN times
    invalid_share: float = 0.0  # of identifiers: wrong length or check digit
    length: int = 0  # characters the longest value needs, rounded up

    @property
    def identifier(self) -> str:
        return self.kind if self.kind in {"citizen_id", "uscc", "phone"} else ""

    @property
    def is_personal(self) -> bool:
        return self.kind in _PERSONAL


def look(values: Sequence[str], *, name: str, comment: str = "", distinct: int) -> Looks:
    """Judge the non-empty values of a column's sample (as text) and its name; no values stay in the result
    but codes that many rows share."""
    if not values:
        return Looks()
    bare = [unicodedata.normalize("NFKC", value).strip() for value in values]
    kind = _kind_of(bare, distinct)
    shape, share = _commonest_shape(bare)
    listed = "" if kind in {"citizen_id", "uscc", "phone", "date"} else _code_list(bare, f"{name} {comment}", distinct)
    short = distinct <= 50 and kind in {"", "integer", "logical", "text"} and max(map(len, bare)) <= 8
    return Looks(
        kind="" if listed and kind == "integer" else kind,
        pattern=shape,
        pattern_share=round(share, 4),
        code_list=listed,
        common=_seen_often(bare) if short else (),
        padded_share=_share(values, lambda v: v != v.strip()),
        wide_share=_share(values, lambda v: any("\uff01" <= c <= "\uff5e" for c in v)),
        odd=_seen_often([v for v in bare if not _DAY.fullmatch(v)]) if kind == "date" else (),
        invalid_share=_invalid(bare, kind),
        length=next((length for length in LENGTHS if max(map(len, bare)) <= length), LENGTHS[-1]),
    )


def term_of(name: str, comment: str, looks: Looks) -> Term | None:
    """The standard term a column goes by: its comment first, then its name if the values do not speak against it."""
    bare = name.lower().strip('"')
    for term in terms():
        if comment and comment == term.name:
            return term
    for term in terms():
        if bare in term.columns and not (term.looks and looks.kind not in {"", "text", term.looks}):
            return term
    return None


@cache
def terms() -> tuple[Term, ...]:
    """The shipped terms (known.toml)."""
    return tuple(
        Term(row["name"], tuple(row["columns"]), row["data_type"], row["length"], row.get("looks", ""))
        for row in _known()["term"]
    )


@cache
def _lists() -> tuple[KnownList, ...]:
    return tuple(
        KnownList(row["id"], re.compile(row["pattern"]), row["distinct_max"], tuple(row["names"]))
        for row in _known()["code_list"]
    )


@cache
def _known() -> Mapping[str, list[dict[str, Any]]]:  # Any: tomllib gives no narrower type
    return tomllib.loads(files("zhengtong.node.profiling").joinpath("known.toml").read_text(encoding="utf-8"))


def _kind_of(bare: Sequence[str], distinct: int) -> str:
    if _share(bare, citizen_id_is_valid) >= CITIZEN_COVERED:
        return "citizen_id"
    if _share(bare, uscc_is_valid) >= CITIZEN_COVERED:
        return "uscc"
    for kind, pattern in (("date", _DAY), ("timestamp", _MOMENT), ("phone", _PHONE)):
        if _share(bare, lambda v, pattern=pattern: pattern.fullmatch(v) is not None) >= COVERED:
            return kind
    if distinct <= 2 and set(bare) <= _LOGICAL:
        return "logical"
    if _share(bare, lambda v: _INTEGER.fullmatch(v) is not None) >= COVERED:
        return "integer"
    if _share(bare, lambda v: (_DECIMAL.fullmatch(v) or _INTEGER.fullmatch(v)) is not None) >= COVERED:
        return "decimal"
    if distinct > 20 and _share(bare, _is_person_name) >= SURNAME_SHARE:
        return "person_name"
    if _share(bare, lambda v: len(set(_ADDRESS.findall(v))) >= 2) >= COVERED:
        return "address"
    return "text"


def _is_person_name(value: str) -> bool:
    return 2 <= len(value) <= 4 and value[0] in _SURNAMES and all("\u4e00" <= c <= "\U0003ffff" for c in value)


def _code_list(bare: Sequence[str], named: str, distinct: int) -> str:
    said = named.lower()
    for known in _lists():
        fits = distinct <= known.distinct_max and any(name in said for name in known.names)
        if fits and _share(bare, lambda v, known=known: known.pattern.fullmatch(v) is not None) >= COVERED:
            return known.id
    return ""


def _commonest_shape(bare: Sequence[str]) -> tuple[str, float]:
    (shape, seen), *_ = Counter(map(shape_of, bare)).most_common(1)
    share = seen / len(bare)
    return (shape, share) if seen >= SEEN_MIN and share >= SHAPE_SHARE else ("", 0.0)


def shape_of(value: str) -> str:
    """A value with its characters replaced by their kind: 9 digit, A capital, a small letter, 汉 Chinese, . other."""
    parts: list[str] = []
    for kind, run in groupby(value[:SHAPE_CHARS_MAX], key=_kind_of_character):
        length = len(list(run))
        parts.append(kind if length == 1 else f"{kind}{{{length}}}")
    return "".join(parts)


def _kind_of_character(c: str) -> str:
    if c.isascii() and c.isdigit():
        return "9"
    if c.isascii() and c.isalpha():
        return "A" if c.isupper() else "a"
    if c in _LITERAL:
        return c
    if "\u3400" <= c <= "\u9fff" or c >= "\U00020000":
        return "汉"
    return "·"


def _seen_often(bare: Sequence[str]) -> tuple[tuple[str, int], ...]:
    return tuple((value, seen) for value, seen in Counter(bare).most_common(50) if seen >= SEEN_MIN and value)


def _invalid(bare: Sequence[str], kind: str) -> float:
    check = {"citizen_id": citizen_id_is_valid, "uscc": uscc_is_valid}.get(kind)
    return 0.0 if check is None else round(1 - _share(bare, check), 4)


def _share(values: Sequence[str], holds: Callable[[str], bool]) -> float:
    return round(sum(map(holds, values)) / len(values), 4) if values else 0.0
