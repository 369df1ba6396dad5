"""What a column of values looks like (值形): shares of readings, cardinality, lengths; aggregates only."""

# ruff: noqa: E501  a pattern is read as one line

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from zhengtong.catalog.rules.mapping.values import (
    day_of,
    is_cycle,
    is_formats,
    is_openness,
    is_organ,
    plain,
    sharing_of,
)

SAMPLE_MAX = 300  # values of a column that are looked at
_URL = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+*-]+@[\w-]+(\.[\w-]+)+")
_PHONE = re.compile(
    r"(\+?86[- ]?)?((0\d{2,3}[- ]?)?[\d*]{7,8}|1[\d*]{10}|0\d{2,3}[*]{4}\d{4}|\d{3}[*]{4}\d{4}|12345"
    r"|400[- ]?\d{3}[- ]?\d{4}"
    r"|\(?0\d{1,3}\)?[- ]?\d{3,4}[- ]?\d{4}(#\d+|转\d+)?)"
)
_WHOLE = re.compile(r"\d{1,3}(,\d{3})+|\d{1,12}")
_INDUSTRY = re.compile(
    r".*业(、.*)?|公共管理、?.*|.*和社会工作|教育|国际组织|.*科学研究.*|.*(社会保障和社会组织|文化、体育和娱乐业|修理和其他服务业)|默认行业"
)
_THEME_WORDS = re.compile(
    r"经济|社会|教育|科技|文化|卫生|健康|医疗|交通|运输|农业|农村|环境|生态|资源|安全|信用|城市|城建|住房|建设|生活|旅游|休闲|财税|金融|商贸"
    r"|流通|民生|就业|社保|保障|救助|气象|地理"
    r"|空间|法律|机构|团体|政务|政府|市场|监管|公共|工业|人口|能源|体育|司法|民政|综合|服务|统计"
)
_TITLE_END = re.compile(
    r"(信息|数据|表|名单|名录|情况|目录|统计|清单|登记|备案|许可证?|公示|结果|一览表|记录|年报|台账|地址|资料|分布|指数|专利|集)$"
)
_TYPE_WORDS = """
    c n y d t l m g b i f 字符型 字符串型 字符串 数值型 整型 整数型 日期型 日期时间型 时间型 逻辑型 布尔型 备注型 通用型 双精度型
    二进制型 货币型 浮点型 坐标型 文本 文本型 varchar char text int integer bigint number decimal numeric date datetime timestamp
    double float boolean bool blob varchar2 nvarchar
"""
_TYPES = frozenset(_TYPE_WORDS.split())
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")
_CODE = re.compile(r"[1-3]\d{5}[0-9A-Z]*/\d{1,10}")


@dataclass(frozen=True, slots=True)
class Shape:
    """Shares (0…1) of the values that are there, and what else tells columns apart."""

    filled: float  # of the rows, how many say something
    known: int  # how many values were looked at
    different: float
    length: float
    dates: float = 0.0
    urls: float = 0.0
    mails: float = 0.0
    phones: float = 0.0
    cycles: float = 0.0
    openness: float = 0.0
    sharing: float = 0.0
    formats: float = 0.0
    organs: float = 0.0
    wholes: float = 0.0
    serial: bool = False  # 1, 2, 3, …
    sentences: float = 0.0
    lists: float = 0.0  # several short words
    industries: float = 0.0
    themes: float = 0.0
    titles: float = 0.0
    types: float = 0.0
    identifiers: float = 0.0
    codes: float = 0.0
    day: float = 0.0  # the mean day, as an ordinal; to tell the later of two dates

    def likeness_of_a_name(self) -> float:
        """How much the column could name things (0…1): texts, different from each other, neither short nor long."""
        text = 1 - max(self.dates, self.urls, self.phones, self.cycles, self.formats, self.wholes, self.mails)
        return text * self.different * self.filled * (1 if 4 <= self.length <= 40 else 0.4)


def shape_of(values: Sequence[str]) -> Shape:
    """The shape of a column, from an even sample of its values (值形)."""
    step = max(1, len(values) // SAMPLE_MAX)
    looked = values[::step][:SAMPLE_MAX]
    said = [text for value in looked if (text := plain(value))]
    if not said:
        return Shape(filled=0.0, known=0, different=0.0, length=0.0)
    count = len(said)

    def share(found: Sequence[bool]) -> float:
        return sum(found) / count

    days = [day.toordinal() for text in said if (day := day_of(text))]
    wholes = [int(text.replace(",", "")) for text in said if _WHOLE.fullmatch(text)]
    return Shape(
        filled=count / len(looked),
        known=count,
        different=len(set(said)) / count,
        length=fmean(len(text) for text in said),
        dates=len(days) / count,
        urls=share([_URL.match(text) is not None for text in said]),
        mails=share([_MAIL.fullmatch(text) is not None for text in said]),
        phones=share([_PHONE.fullmatch(text) is not None for text in said]),
        cycles=share([is_cycle(text) for text in said]),
        openness=share([is_openness(text) for text in said]),
        sharing=share([sharing_of(text) is not None and not text.isdigit() for text in said]),
        formats=share([is_formats(text) for text in said]),
        organs=share([is_organ(text) for text in said]),
        wholes=len(wholes) / count,
        serial=len(wholes) == count and _is_serial(wholes, step),
        sentences=share([len(text) > 20 or any(sign in text for sign in "，。；,") for text in said]),
        lists=share([_is_list(text) for text in said]),
        industries=share([len(text) <= 24 and _INDUSTRY.fullmatch(text) is not None for text in said]),
        themes=share([2 <= len(text) <= 12 and _THEME_WORDS.search(text) is not None for text in said]),
        titles=share([4 <= len(text) <= 60 and _TITLE_END.search(text) is not None for text in said]),
        types=share([text.lower() in _TYPES for text in said]),
        identifiers=share([_IDENTIFIER.fullmatch(text) is not None for text in said]),
        codes=share([_CODE.fullmatch(text) is not None for text in said]),
        day=fmean(days) if days else 0.0,
    )


def _is_serial(numbers: Sequence[int], step: int) -> bool:
    return len(numbers) > 2 and all(after - before == step for before, after in pairwise(numbers))


def _is_list(text: str) -> bool:
    parts = [part for part in re.split(r"[、,，;；\s]+", text) if part]
    return len(parts) > 1 and sum(len(part) for part in parts) / len(parts) <= 6


def values_say(shape: Shape) -> dict[str, float]:
    """Field → how well the values fit it (0…1); only for fields whose values have a look of their own."""
    s = shape
    if not s.known:
        return {}
    bare_text = max(0.0, 1 - 1.5 * max(s.dates, s.urls, s.phones, s.cycles, s.formats, s.wholes, s.mails, s.types))
    few = max(0.0, 1 - 2 * s.different) if s.known >= 20 else 0.5 * (s.different < 1)
    return {
        "update_time": s.dates,
        "publish_time": s.dates,
        "url": s.urls,
        "email": s.mails,
        "telephone": s.phones * (1 - s.dates) * (0.5 if s.serial else 1) * (1 if s.length >= 6 else 0.2),
        "update_frequency": s.cycles,
        "is_open": max(0.0, s.openness - 0.6 * s.sharing * (s.openness < 1)),
        "share_type": s.sharing,
        "data_formats": s.formats,
        "department": s.organs * bare_text * (1 if s.different < 0.9 or s.known < 10 else 0.6),
        "data_volume": 0.0 if s.serial else s.wholes * (1 - s.dates) * (1 - 0.9 * s.phones),
        "industry": s.industries * few,
        "category": s.themes * few * (1 - s.industries) * (1 - 0.8 * s.organs),
        "tags": s.lists * bare_text * (0.9 if s.length < 60 else 0.4),
        "title": s.titles * bare_text * min(1.0, s.different * 1.1) * (1 if 5 <= s.length <= 40 else 0.4),
        "description": bare_text * s.sentences * min(1.0, s.different * 1.2) * (1 if s.length > 12 else 0.4),
        "item_data_type": s.types,
        "item_code": 0.8 * s.identifiers * (s.different > 0.3) * (1 - s.types) * (1 - s.formats),
        "guide_code": s.codes,
    }


# How much of what the words say is left where the values speak against it; other fields' values look like anything.
DOUBT = {
    "update_time": 0.35, "publish_time": 0.35, "url": 0.3, "email": 0.3, "telephone": 0.55, "update_frequency": 0.4,
    "data_formats": 0.55, "data_volume": 0.35, "department": 0.55, "guide_code": 0.6, "share_type": 0.75,
    "item_data_type": 0.4, "is_open": 0.85, "industry": 0.85, "category": 0.9, "title": 0.8, "tags": 0.95,
    "description": 0.9,
}  # fmt: skip
DISTINCT = frozenset(
    {"update_time", "publish_time", "url", "email", "telephone", "update_frequency", "is_open", "share_type",
     "data_formats", "item_data_type", "guide_code"}
)  # fmt: skip
